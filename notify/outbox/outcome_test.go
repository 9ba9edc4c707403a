package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

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

// fixAll fixes whatever is leased.
func fixAll(_ context.Context, fresh []outbox.Notice) (map[string]outbox.Fixed, error) {
	fixed := map[string]outbox.Fixed{}
	for _, n := range fresh {
		fixed[n.ID] = outbox.Fixed{MessageID: n.ID + "@portal.example", Snapshot: bson.M{"calendar": "SEQUENCE 0", "letter": bson.M{"text": "Dear delegate"}}}
	}
	return fixed, nil
}

func TestOutbox_Batch(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		for i := range 10 {
			put(t, o, request(fmt.Sprintf("r%d", i)))
		}
		leased, err := o.LeaseFixed(t.Context(), "worker", 10, time.Minute, fixAll)
		must(t, err)
		if len(leased) != 10 {
			t.Fatalf("%d leased, want 10", len(leased))
		}
		if !slices.IsSorted(idsOf(leased)) {
			t.Error("not leased in the order they were queued")
		}
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

func TestOutbox_FanoutGoesOnWhereItStopped(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		changed := outbox.Notice{Kind: "activity_changed", Activity: "a1", Fanout: true}
		cancelled := outbox.Notice{Kind: "activity_cancelled", Activity: "a1", Fanout: true}
		ids := put(t, o, changed, cancelled)

		n := one(t, o)
		born, err := o.Expand(t.Context(), n, "r2", false, time.Minute, outbox.Part{Notice: request("r1")},
			outbox.Part{Notice: request("r2"), Fixed: &outbox.Fixed{MessageID: "m2@portal.example", Snapshot: bson.M{"calendar": 1}}})
		must(t, err)
		if len(born) != 1 {
			t.Fatalf("%d were leased from the beginning, want 1", len(born))
		}
		if got := get(t, o, born[0].ID); got.Registration != "r2" || got.State != outbox.Sending || got.Attempts != 1 ||
			got.MessageID != "m2@portal.example" || got.Snapshot == nil || got.LeaseOwner != n.LeaseOwner || !got.LeaseUntil.Equal(clock.now().Add(time.Minute)) {
			t.Errorf("leased from the beginning: %+v", got)
		}
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
		_, err = o.Expand(t.Context(), again, "", true, time.Minute, outbox.Part{Notice: request("r3")})
		must(t, err)
		if got := get(t, o, ids[0]); got.State != outbox.Sent || got.Cursor != "" {
			t.Errorf("the expanded one is %+v", got)
		}
		if _, err := o.Expand(t.Context(), again, "", true, time.Minute, outbox.Part{Notice: request("r3")}); !errors.Is(err, outbox.ErrLost) {
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
