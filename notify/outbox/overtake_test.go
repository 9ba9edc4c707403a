package outbox_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

func TestOutbox_CancelRequests(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		ctx := t.Context()
		t.Run("nobody leased it", func(t *testing.T) {
			ids := put(t, o, request("r1"), notice("r1"), request("r2"))
			must(t, o.CancelRequests(ctx, "uid-r1"))
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
				before := get(t, o, n.ID).State
				update := put(t, o, request(r))[0] // not yet leased
				must(t, o.CancelRequests(ctx, "uid-other", "uid-"+r))
				if got := get(t, o, update).State; got != outbox.Cancelled {
					t.Errorf("the update is %s, want cancelled", got)
				}
				if got := get(t, o, n.ID).State; got != before {
					t.Errorf("what may be out is %s, want %s", got, before)
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

// What a fan-out asks of a page at once is what it would ask of each.
func TestOutbox_PendingOfMany(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, db *engine.DB) {
		ids := put(t, o, request("r1"), notice("r2"), request("r3"), request("r4"))
		fixed := lease(t, o, 3)[2]
		must(t, o.Snapshot(t.Context(), fixed, bson.M{"calendar": 1}))
		uids := []string{"uid-r1", "uid-r2", "uid-r3", "uid-r4", "uid-r5"}
		for what, step := range map[string]func() (map[string]bool, error){
			"requests": func() (map[string]bool, error) { return o.PendingRequests(t.Context(), uids) },
			"none":     func() (map[string]bool, error) { return o.PendingRequests(t.Context(), nil) },
			"notices":  func() (map[string]bool, error) { return o.Pending(t.Context(), []string{"r1", "r2", "r4", "r5"}) },
			"nobody's": func() (map[string]bool, error) { return o.Pending(t.Context(), nil) },
		} {
			got, err := step()
			must(t, err)
			want := map[string][]string{"requests": {"uid-r4"}, "notices": {"r1", "r2", "r4"}}[what]
			if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
				t.Errorf("pending %s: %v, want %v", what, keys, want)
			}
		}
		if got := get(t, o, ids[3]); got.Version != 1 {
			t.Errorf("what was relied on was touched %d times, want once", got.Version)
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
