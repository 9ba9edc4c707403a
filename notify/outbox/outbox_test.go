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

	"go.mongodb.org/mongo-driver/bson"

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

func TestOutbox_SendsOnce(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		n := request("r1")
		n.Data = map[string]string{"reason": "x"}
		id := put(t, o, n)[0]
		leased := one(t, o)
		if leased.ID != id || leased.State != outbox.Sending || leased.Attempts != 1 || !strings.HasPrefix(leased.LeaseOwner, "worker/") {
			t.Fatalf("leased %+v", leased)
		}
		if again := lease(t, o, 10); len(again) != 0 {
			t.Fatalf("leased again: %v", idsOf(again))
		}
		must(t, o.Snapshot(t.Context(), leased, bson.M{"calendar": bson.M{"sequence": 0}, "letter": "Dear delegate"}))
		if err := o.Snapshot(t.Context(), leased, bson.M{"calendar": 1}); !errors.Is(err, outbox.ErrLost) {
			t.Errorf("a second snapshot: %v, want %v", err, outbox.ErrLost)
		}
		clock.pass(time.Second)
		must(t, o.Sent(t.Context(), leased, id+"@portal.example", bson.M{"sequence": 0}))
		got := get(t, o, id)
		if got.State != outbox.Sent || !got.Sent.Equal(clock.now()) || got.MessageID != id+"@portal.example" {
			t.Errorf("sent as %+v", got)
		}
		if got.Data != nil || got.LeaseOwner != "" || !got.LeaseUntil.IsZero() || got.Snapshot.String() != `{"sequence": {"$numberInt":"0"}}` {
			t.Errorf("kept more than envelope and calendar: %+v %s", got, got.Snapshot)
		}
		clock.pass(24 * time.Hour)
		if again := lease(t, o, 10); len(again) != 0 {
			t.Errorf("a sent notice was leased again: %v", idsOf(again))
		}
		if err := o.Sent(t.Context(), leased, "x", nil); !errors.Is(err, outbox.ErrLost) {
			t.Errorf("sent twice: %v, want %v", err, outbox.ErrLost)
		}
	})
}

func TestOutbox_Batch(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		for i := range 10 {
			put(t, o, request(fmt.Sprintf("r%d", i)))
		}
		leased := lease(t, o, 10)
		if len(leased) != 10 {
			t.Fatalf("%d leased, want 10", len(leased))
		}
		if !slices.IsSorted(idsOf(leased)) {
			t.Error("not leased in the order they were queued")
		}
		var fixed []outbox.Fixed
		for _, n := range leased {
			fixed = append(fixed, outbox.Fixed{Notice: n, MessageID: n.ID + "@portal.example",
				Snapshot: bson.M{"calendar": "SEQUENCE 0", "letter": bson.M{"text": "Dear delegate"}}})
		}
		must(t, o.Snapshots(t.Context(), fixed...))

		done, err := o.SentAll(t.Context(), leased[:6]...)
		must(t, err)
		deferred, err := o.DeferAll(t.Context(), leased[6:8], errors.New("nothing listens"), clock.now().Add(time.Minute))
		must(t, err)
		released, err := o.Release(t.Context(), leased[8:]...)
		must(t, err)
		if done != 6 || deferred != 2 || released != 2 {
			t.Fatalf("%d sent, %d deferred, %d released; want 6, 2, 2", done, deferred, released)
		}
		for i, n := range leased {
			got := get(t, o, n.ID)
			letter := got.Snapshot.Lookup("letter").Value != nil
			want := map[bool]outbox.State{true: outbox.Sent, false: outbox.Deferred}[i < 6]
			if i >= 8 {
				want = outbox.Queued
			}
			if got.State != want || letter == (i < 6) || got.Snapshot.Lookup("calendar").StringValue() != "SEQUENCE 0" ||
				got.MessageID != n.ID+"@portal.example" {
				t.Errorf("notice %d is %s, letter kept %t: %s", i, got.State, letter, got.Snapshot)
			}
			if wantAttempts := map[bool]int{true: 0, false: 1}[i >= 8]; got.Attempts != wantAttempts {
				t.Errorf("notice %d has %d attempts, want %d", i, got.Attempts, wantAttempts)
			}
		}
		if again := lease(t, o, 10); !slices.Equal(idsOf(again), idsOf(leased[8:])) {
			t.Errorf("leased %v, want the released %v", idsOf(again), idsOf(leased[8:]))
		} else if again[0].Snapshot == nil {
			t.Error("a released notice lost its snapshot: its mail would differ")
		}
	})
}

func TestOutbox_LeaseExpires(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		id := put(t, o, request("r1"))[0]
		lost := one(t, o)
		must(t, o.Snapshot(t.Context(), lost, bson.M{"calendar": "first"}))
		clock.pass(30 * time.Second)
		if n, err := o.Renew(t.Context(), time.Minute, lost); err != nil || n != 1 {
			t.Fatalf("renewed %d: %v", n, err)
		}
		clock.pass(59 * time.Second)
		if got := lease(t, o, 1); len(got) != 0 {
			t.Fatal("leased while its lease was renewed")
		}
		clock.pass(2 * time.Second)
		again := one(t, o)
		if again.ID != id || again.LeaseOwner == lost.LeaseOwner || again.Attempts != 2 {
			t.Fatalf("leased %+v", again)
		}
		if again.Snapshot.Lookup("calendar").StringValue() != "first" {
			t.Error("the snapshot was lost with the lease")
		}
		// The first worker wakes up: it can do nothing any more.
		for what, err := range map[string]error{
			"Sent":     o.Sent(t.Context(), lost, "x", nil),
			"Defer":    o.Defer(t.Context(), lost, nil, clock.now()),
			"Fail":     o.Fail(t.Context(), lost, nil, true),
			"Snapshot": o.Snapshot(t.Context(), lost, bson.M{"calendar": "second"}),
			"Expand":   o.Expand(t.Context(), lost, "x", false, time.Minute),
		} {
			if !errors.Is(err, outbox.ErrLost) {
				t.Errorf("%s with a lost lease: %v, want %v", what, err, outbox.ErrLost)
			}
		}
		if n, err := o.Renew(t.Context(), time.Minute, lost); n != 0 || err != nil {
			t.Errorf("renewed a lost lease: %d, %v", n, err)
		}
		must(t, o.Sent(t.Context(), again, "x", nil))
	})
}

func TestOutbox_KeepsTheOrderOfARegistration(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		withdrawal := notice("r1")
		withdrawal.Method, withdrawal.UID, withdrawal.Urgent = outbox.Cancel, "uid-r1", true
		ids := put(t, o, request("r1"), withdrawal, request("r2"))

		leased := lease(t, o, 10)
		if want := []string{ids[0], ids[2]}; !slices.Equal(idsOf(leased), want) {
			t.Fatalf("leased %v, want %v", idsOf(leased), want)
		}
		// Neither a lease, nor a delay, nor a lease that ran out lets the CANCEL by.
		if got := lease(t, o, 10); len(got) != 0 {
			t.Fatalf("the CANCEL overtook a REQUEST on its way: %v", idsOf(got))
		}
		must(t, o.Defer(t.Context(), leased[0], errors.New("450"), clock.now().Add(time.Hour)))
		if got := lease(t, o, 10); len(got) != 0 {
			t.Fatalf("the CANCEL overtook a deferred REQUEST: %v", idsOf(got))
		}
		must(t, o.Sent(t.Context(), leased[1], "x", nil))
		clock.pass(time.Hour)
		first := one(t, o)
		if first.ID != ids[0] {
			t.Fatalf("leased %s, want the deferred %s", first.ID, ids[0])
		}
		clock.pass(time.Hour)
		if first = one(t, o); first.ID != ids[0] {
			t.Fatalf("leased %s, want the expired %s", first.ID, ids[0])
		}
		must(t, o.Sent(t.Context(), first, "x", nil))
		if last := one(t, o); last.ID != ids[1] {
			t.Errorf("leased %s, want the CANCEL %s", last.ID, ids[1])
		}
	})
}

func TestOutbox_OrderEndsWithFailureAndCancellation(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		ids := put(t, o, notice("r1"), notice("r1"), notice("r1"))
		must(t, o.Fail(t.Context(), one(t, o), errors.New("550 no such user"), true))
		if ok, err := o.Cancel(t.Context(), ids[1]); !ok || err != nil {
			t.Fatalf("cancelled %t, %v", ok, err)
		}
		if got := one(t, o); got.ID != ids[2] {
			t.Errorf("leased %s, want %s", got.ID, ids[2])
		}
		if got := get(t, o, ids[0]); got.State != outbox.Failed || got.LastError != "550 no such user" {
			t.Errorf("the failed one is %+v", got)
		}
	})
}

func TestOutbox_UrgentFirst(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		var bulk []outbox.Notice
		for i := range 30 {
			bulk = append(bulk, notice(fmt.Sprintf("r%d", i)))
		}
		put(t, o, bulk...)
		lease(t, o, 5) // the rest is planned already
		link := outbox.Notice{Kind: "signin", To: "a@b.example", Urgent: true}
		id := put(t, o, link)[0]
		clock.pass(2 * time.Second)
		if got := lease(t, o, 5); len(got) != 5 || got[0].ID != id {
			t.Errorf("leased %v, want the sign-in %s first", idsOf(got), id)
		}
	})
}

func TestOutbox_DueLater(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		n := notice("r1")
		n.Due = clock.now().Add(10 * time.Minute)
		put(t, o, n)
		if got := lease(t, o, 1); len(got) != 0 {
			t.Fatal("leased before its time")
		}
		clock.pass(10 * time.Minute)
		one(t, o)
	})
}

func TestOutbox_FailBacksOffAndGivesUp(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		id := put(t, o, notice("r1"))[0]
		began := clock.now()
		attempts := 0
		for ; attempts < 50; attempts++ {
			leased := lease(t, o, 1)
			if len(leased) == 0 {
				break
			}
			must(t, o.Fail(t.Context(), leased[0], fmt.Errorf("450 %s", strings.Repeat("busy ", 200)), false))
			n := get(t, o, id)
			if len(n.LastError) > 300 {
				t.Fatalf("an error of %d bytes is kept", len(n.LastError))
			}
			if n.State == outbox.Failed {
				break
			}
			if n.State != outbox.Deferred || !n.Due.After(clock.now()) {
				t.Fatalf("after attempt %d: %+v", attempts, n)
			}
			clock.pass(n.Due.Sub(clock.now()))
		}
		if n := get(t, o, id); n.State != outbox.Failed {
			t.Fatalf("after %d attempts: %s", attempts, n.State)
		}
		if took := clock.now().Sub(began); took < 60*time.Hour || took > 84*time.Hour {
			t.Errorf("gave up after %s, want about three days", took)
		}
		must(t, o.Retry(t.Context(), id))
		if n := one(t, o); n.Attempts != 1 {
			t.Errorf("tried again with %d attempts behind it", n.Attempts-1)
		}
	})
}

func TestBackoff_Rises(t *testing.T) {
	var last time.Duration
	for attempts := 1; ; attempts++ {
		wait, again := outbox.Backoff(attempts)
		if !again {
			if attempts < 5 {
				t.Errorf("gives up after %d attempts", attempts)
			}
			return
		}
		if wait < last || wait <= 0 {
			t.Errorf("waits %s after %d attempts, %s before", wait, attempts, last)
		}
		last = wait
	}
}

func TestOutbox_CancelQueuedRequests(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		ctx := t.Context()
		t.Run("nobody leased it", func(t *testing.T) {
			ids := put(t, o, request("r1"), notice("r1"), request("r2"))
			never, err := o.CancelQueuedRequests(ctx, "r1", "uid-r1")
			must(t, err)
			if !never {
				t.Error("says that a REQUEST may be out")
			}
			for i, want := range []outbox.State{outbox.Cancelled, outbox.Queued, outbox.Queued} {
				if got := get(t, o, ids[i]).State; got != want {
					t.Errorf("notice %d is %s, want %s", i, got, want)
				}
			}
			for _, n := range lease(t, o, 10) {
				must(t, o.Sent(ctx, n, "x", nil))
			}
		})
		for _, c := range []struct {
			name string
			then func(outbox.Notice) error
		}{
			{"being sent", func(outbox.Notice) error { return nil }},
			{"sent", func(n outbox.Notice) error { return o.Sent(ctx, n, "x", bson.M{"calendar": 1}) }},
			{"deferred", func(n outbox.Notice) error { return o.Defer(ctx, n, nil, clock.now().Add(time.Hour)) }},
			{"released after its snapshot", func(n outbox.Notice) error { _, err := o.Release(ctx, n); return err }},
			{"cancelled after a delay", func(n outbox.Notice) error {
				if err := o.Defer(ctx, n, nil, clock.now()); err != nil {
					return err
				}
				_, err := o.Cancel(ctx, n.ID)
				return err
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				r := "r " + c.name
				put(t, o, request(r))
				n := one(t, o)
				must(t, o.Snapshot(ctx, n, bson.M{"calendar": 1}))
				must(t, c.then(n))
				put(t, o, request(r)) // an update, not yet leased
				never, err := o.CancelQueuedRequests(ctx, r, "uid-"+r)
				must(t, err)
				if never {
					t.Error("says that nobody can have got a REQUEST")
				}
				list, _, err := o.List(ctx, outbox.Query{Registration: r})
				must(t, err)
				if list[0].State != outbox.Cancelled {
					t.Errorf("the update is %s, want cancelled", list[0].State)
				}
				for range 3 {
					for _, n := range lease(t, o, 10) {
						must(t, o.Sent(ctx, n, "x", nil))
					}
				}
			})
		}
	})
}

func TestOutbox_PendingRequest(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		pending := func() bool {
			t.Helper()
			p, err := o.PendingRequest(t.Context(), "uid-r1")
			must(t, err)
			return p
		}
		if pending() {
			t.Error("pending before there is one")
		}
		id := put(t, o, request("r1"))[0]
		if !pending() || get(t, o, id).Version != 1 {
			t.Error("a queued REQUEST is not pending, or was not touched")
		}
		n := one(t, o)
		if pending() {
			t.Error("pending while leased: its snapshot may be taken already")
		}
		if _, err := o.Release(t.Context(), n); err != nil || !pending() {
			t.Errorf("not pending though given back without a snapshot: %v", err)
		}
		n = one(t, o)
		must(t, o.Snapshot(t.Context(), n, bson.M{"calendar": 1}))
		if _, err := o.Release(t.Context(), n); err != nil || pending() {
			t.Errorf("pending though its snapshot is taken: %v", err)
		}
		must(t, o.Sent(t.Context(), one(t, o), "x", nil))
		if pending() {
			t.Error("pending though sent")
		}
	})
}

func TestOutbox_Retry(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		id := put(t, o, request("r1"))[0]
		if err := o.Retry(t.Context(), id); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("a queued one: %v, want %v", err, outbox.ErrNotFound)
		}
		must(t, o.Fail(t.Context(), one(t, o), errors.New("550"), true))
		t.Run("ErrSuperseded", func(t *testing.T) {
			later := notice("r1")
			later.Method, later.UID = outbox.Cancel, "uid-r1"
			next := put(t, o, later)[0]
			if err := o.Retry(t.Context(), id); !errors.Is(err, outbox.ErrSuperseded) {
				t.Errorf("error is %v, want %v", err, outbox.ErrSuperseded)
			}
			if ok, err := o.Cancel(t.Context(), next); !ok || err != nil {
				t.Fatal(ok, err)
			}
		})
		must(t, o.Retry(t.Context(), id))
		if n := one(t, o); n.ID != id {
			t.Errorf("leased %s, want %s", n.ID, id)
		}
		if err := o.Retry(t.Context(), "none"); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("an unknown one: %v, want %v", err, outbox.ErrNotFound)
		}
	})
}

func TestOutbox_Bounce(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		id := put(t, o, notice("r1"))[0]
		must(t, o.Sent(t.Context(), one(t, o), "m1@portal.example", nil))
		if err := o.Bounce(t.Context(), "m2@portal.example", nil); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("error is %v, want %v", err, outbox.ErrNotFound)
		}
		must(t, o.Bounce(t.Context(), "m1@portal.example", errors.New("mailbox\nfull")))
		if n := get(t, o, id); n.State != outbox.Bounced || n.LastError != "mailbox full" {
			t.Errorf("bounced as %+v", n)
		}
	})
}

func TestOutbox_CancelUnsent(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		kept := notice("r1")
		kept.Kind = "withdrawn"
		ids := put(t, o, notice("r1"), notice("r1"), kept, notice("r2"))
		one(t, o)
		n, err := o.CancelUnsent(t.Context(), "r1", "withdrawn")
		must(t, err)
		var states []outbox.State
		for _, id := range ids {
			states = append(states, get(t, o, id).State)
		}
		if want := []outbox.State{outbox.Sending, outbox.Cancelled, outbox.Queued, outbox.Queued}; n != 1 || !slices.Equal(states, want) {
			t.Errorf("%d cancelled, states %v; want 1, %v", n, states, want)
		}
		if ok, err := o.Cancel(t.Context(), ids[0]); ok || err != nil {
			t.Errorf("cancelled one that is being sent: %t, %v", ok, err)
		}
	})
}

func TestOutbox_FanoutGoesOnWhereItStopped(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		changed := outbox.Notice{Kind: "activity_changed", Activity: "a1", Fanout: true}
		cancelled := outbox.Notice{Kind: "activity_cancelled", Activity: "a1", Fanout: true}
		ids := put(t, o, changed, cancelled)

		n := one(t, o)
		must(t, o.Expand(t.Context(), n, "r2", false, time.Minute, request("r1"), request("r2")))
		clock.pass(2 * time.Minute) // the worker dies

		var again outbox.Notice
		for _, l := range lease(t, o, 10) {
			switch {
			case l.ID == ids[1]:
				t.Fatal("the cancellation's fan-out overtook the change's")
			case l.ID == ids[0]:
				again = l
			}
		}
		if again.Cursor != "r2" {
			t.Fatalf("goes on after %q, want r2", again.Cursor)
		}
		must(t, o.Expand(t.Context(), again, "", true, time.Minute, request("r3")))
		if got := get(t, o, ids[0]); got.State != outbox.Sent || got.Cursor != "" {
			t.Errorf("the expanded one is %+v", got)
		}
		if err := o.Expand(t.Context(), again, "", true, time.Minute, request("r3")); !errors.Is(err, outbox.ErrLost) {
			t.Errorf("expanded twice: %v", err)
		}
		list, _, err := o.List(t.Context(), outbox.Query{Activity: "a1"})
		must(t, err)
		told := map[string]int{}
		for _, n := range list {
			if !n.Fanout {
				told[n.Registration]++
			}
		}
		if len(told) != 3 || told["r1"] != 1 || told["r2"] != 1 || told["r3"] != 1 {
			t.Errorf("notices per registration: %v, want one each for three", told)
		}
	})
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

		began := newHand().now()
		depth, oldest, err := o.Counts(t.Context())
		must(t, err)
		if want := began.Add(5 * time.Second); depth != 25 || !oldest.Equal(want) {
			t.Errorf("depth %d, oldest %s; want 25, %s", depth, oldest, want)
		}
		_, err = o.SentAll(t.Context(), leased...)
		must(t, err)
		if depth, _, err = o.Counts(t.Context()); err != nil || depth != 20 {
			t.Errorf("depth %d, %v; want 20", depth, err)
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
