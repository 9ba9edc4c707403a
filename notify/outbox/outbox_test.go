package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/outbox"
)

// hand is a clock that the test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func newHand() *hand { return &hand{at: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)} }

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// onEach runs the test on every engine with a fresh queue and its clock.
func onEach(t *testing.T, test func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB)) {
	t.Helper()
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		clock := newHand()
		test(t, outbox.New(db.Database(), db.Transact, clock.now), clock, db)
	})
}

func notice(registration string) outbox.Notice {
	return outbox.Notice{Kind: "confirmed", Activity: "a1", Registration: registration, Person: "p1",
		To: "delegate@customs.example", Language: "fr"}
}

func request(registration string) outbox.Notice {
	n := notice(registration)
	n.Method, n.UID = outbox.Request, "uid-"+registration
	return n
}

func put(t *testing.T, o *outbox.Outbox, notices ...outbox.Notice) []string {
	t.Helper()
	ids := make([]string, len(notices))
	for i := range notices {
		notices[i].ID = o.NewID()
		ids[i] = notices[i].ID
	}
	must(t, o.Put(t.Context(), notices...))
	return ids
}

func lease(t *testing.T, o *outbox.Outbox, n int) []outbox.Notice {
	t.Helper()
	leased, err := o.Lease(t.Context(), "worker", n, time.Minute)
	must(t, err)
	return leased
}

func one(t *testing.T, o *outbox.Outbox) outbox.Notice {
	t.Helper()
	leased := lease(t, o, 1)
	if len(leased) != 1 {
		t.Fatalf("%d notices leased, want 1", len(leased))
	}
	return leased[0]
}

func get(t *testing.T, o *outbox.Outbox, id string) outbox.Notice {
	t.Helper()
	n, err := o.Get(t.Context(), id)
	must(t, err)
	return n
}

func idsOf(list []outbox.Notice) []string {
	ids := []string{}
	for _, n := range list {
		ids = append(ids, n.ID)
	}
	return ids
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOutbox_Put(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		n := request("r1")
		n.Data = map[string]string{"reason": "the room is full"}
		id := put(t, o, n)[0]
		got := get(t, o, id)
		if got.State != outbox.Queued || !got.Queued.Equal(clock.now()) || !got.Due.Equal(clock.now()) || got.Attempts != 0 {
			t.Errorf("stored as %+v", got)
		}
		if got.Kind != n.Kind || got.To != n.To || got.Language != "fr" || got.UID != "uid-r1" || got.Data["reason"] != "the room is full" {
			t.Errorf("stored as %+v", got)
		}

		t.Run("with its transaction, or not at all", func(t *testing.T) {
			broken := errors.New("the change failed")
			var lost string
			err := db.Transact(t.Context(), func(ctx context.Context) error {
				n := notice("r2")
				n.ID = o.NewID()
				lost = n.ID
				if err := o.Put(ctx, n); err != nil {
					return err
				}
				return broken
			})
			if !errors.Is(err, broken) {
				t.Fatalf("error is %v", err)
			}
			if _, err := o.Get(t.Context(), lost); !errors.Is(err, outbox.ErrNotFound) {
				t.Errorf("the notice of an aborted change: %v, want %v", err, outbox.ErrNotFound)
			}
		})
		t.Run("ErrIncomplete", func(t *testing.T) {
			for _, n := range []outbox.Notice{
				{To: "a@b.example"},
				{Kind: "confirmed"},
				{Kind: "confirmed", To: "a@b.example", Method: "publish", UID: "u"},
				{Kind: "confirmed", To: "a@b.example", Method: outbox.Request},
			} {
				if o.Put(t.Context(), n) == nil {
					t.Errorf("%+v was queued", n)
				}
			}
		})
	})
}

func TestOutbox_NewIDSorts(t *testing.T) {
	clock := newHand()
	o := outbox.New(enginetest.Memory(t).Database(), nil, clock.now)
	var ids []string
	for i := range 5000 {
		switch {
		case i%7 == 0:
			clock.pass(time.Millisecond)
		case i%101 == 0:
			clock.pass(-time.Second) // a clock that is set back must not reorder
		}
		ids = append(ids, o.NewID())
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("ids do not sort in the order they were made, or repeat")
	}
	if len(ids[0]) != 36 || strings.Trim(ids[0], "0123456789abcdefghijklmnopqrstuv") != "" {
		t.Errorf("id is %q, want 36 letters and digits", ids[0])
	}
}

func TestOutbox_ListAndCounts(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		var all []string
		for i := range 25 {
			n := notice(fmt.Sprintf("r%d", i%5))
			n.Activity = fmt.Sprintf("a%d", i%2)
			all = append(all, put(t, o, n)...)
			clock.pass(time.Second)
		}
		slices.Reverse(all)
		var got []string
		for cursor := ""; ; {
			page, next, err := o.List(t.Context(), outbox.Query{Limit: 10, Cursor: cursor})
			must(t, err)
			got = append(got, idsOf(page)...)
			if next == "" {
				break
			}
			cursor = next
		}
		if !slices.Equal(got, all) {
			t.Errorf("pages give %d notices, want %d, newest first", len(got), len(all))
		}
		leased := lease(t, o, 5)
		for q, want := range map[outbox.Query]int{
			{Activity: "a1"}:                        12,
			{Registration: "r3"}:                    5,
			{State: outbox.Sending}:                 5,
			{Activity: "a0", Registration: "r0"}:    3,
			{State: outbox.Queued}:                  20,
			{State: outbox.Sent}:                    0,
			{Activity: "a9", State: outbox.Sending}: 0,
		} {
			if page, _, err := o.List(t.Context(), q); err != nil || len(page) != want {
				t.Errorf("%+v gives %d, %v; want %d", q, len(page), err, want)
			}
		}
		latest, err := o.Latest(t.Context(), []string{"r3", "r4", "none"})
		must(t, err)
		if len(latest) != 2 || latest["r4"].ID != all[0] || latest["r3"].ID != all[1] {
			t.Errorf("latest of r3 and r4 are %v", latest)
		}

		put(t, o, notice("r9"))
		due := clock.now()
		clock.pass(time.Second)
		depth, oldest, err := o.Counts(t.Context())
		must(t, err)
		if depth != 26 || !oldest.Equal(due) {
			t.Errorf("depth %d, oldest %s; want 26, %s: the others are being sent, or wait for those", depth, oldest, due)
		}
		_, err = o.SentAll(t.Context(), leased...)
		must(t, err)
		if depth, _, err = o.Counts(t.Context()); err != nil || depth != 21 {
			t.Errorf("depth %d, %v; want 21", depth, err)
		}
	})
}

func TestOutbox_CountsNothingOverdue(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		put(t, o, notice("r1"), notice("r2"))
		leased := lease(t, o, 2)
		must(t, o.Defer(t.Context(), leased[0], nil, clock.now().Add(time.Hour)))
		depth, oldest, err := o.Counts(t.Context())
		must(t, err)
		if depth != 2 || !oldest.IsZero() {
			t.Errorf("depth %d, oldest %s; want 2 and none: one waits for its time, one is being sent", depth, oldest)
		}
	})
}

// TestTransitions holds the table of states: what is final stays so, and nothing is
// sent twice or after it was cancelled.
func TestTransitions(t *testing.T) {
	table := outbox.Table()
	for event, rows := range table {
		for from, to := range rows {
			if !slices.Contains(outbox.States(), from) || !slices.Contains(outbox.States(), to) {
				t.Errorf("%s leads from %s to %s, which are not both states", event, from, to)
			}
			if from == outbox.Cancelled || from == outbox.Bounced || from == outbox.Sent && event != "bounce" {
				t.Errorf("%s leads out of the final %s", event, from)
			}
			if to == outbox.Sent && from != outbox.Sending {
				t.Errorf("%s sends a notice that is %s", event, from)
			}
		}
	}
	if len(table) != 8 {
		t.Errorf("%d events, want 8", len(table))
	}
}
