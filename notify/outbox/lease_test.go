package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

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
			"Expand":   expand(t, o, lost),
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

func expand(t *testing.T, o *outbox.Outbox, n outbox.Notice) error {
	_, err := o.Expand(t.Context(), n, "x", false, time.Minute)
	return err
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
