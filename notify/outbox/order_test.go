package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/outbox"
)

// TestOutbox_OrderHoldsWhateverHappens plays any sequence of queueing, leasing,
// sending, failing, expiring and taking back, by two instances, and holds that of
// one registration nothing is leased while an older notice is unsent.
func TestOutbox_OrderHoldsWhateverHappens(t *testing.T) {
	db := enginetest.Memory(t)
	games := 0
	rapid.Check(t, func(t *rapid.T) {
		games++
		clock := newHand()
		instances := []*outbox.Outbox{
			outbox.New(db.Database(), db.Transact, clock.now),
			outbox.New(db.Database(), db.Transact, clock.now),
		}
		if _, err := db.Database().Collection("notices").DeleteMany(context.Background(), bson.M{}); err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		var held []outbox.Notice
		settled := map[string]bool{}
		queued := map[string][]string{} // by registration, in order
		sent := 0
		pick := func() *outbox.Outbox { return instances[rapid.IntRange(0, 1).Draw(t, "instance")] }
		end := func(what string, finish func(n outbox.Notice) error, done bool) {
			if len(held) == 0 {
				return
			}
			i := rapid.IntRange(0, len(held)-1).Draw(t, what)
			n := held[i]
			held = append(held[:i:i], held[i+1:]...)
			err := finish(n)
			if errors.Is(err, outbox.ErrLost) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if done {
				settled[n.ID] = true
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				n := notice(fmt.Sprintf("r%d", rapid.IntRange(0, 3).Draw(t, "registration")))
				// One process writes: between several the order rests on their clocks.
				n.ID = instances[0].NewID()
				n.Urgent = rapid.Bool().Draw(t, "urgent")
				if err := instances[0].Put(ctx, n); err != nil {
					t.Fatal(err)
				}
				queued[n.Registration] = append(queued[n.Registration], n.ID)
			},
			"lease": func(t *rapid.T) {
				leased, err := pick().Lease(ctx, "w", rapid.IntRange(1, 5).Draw(t, "n"), time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range leased {
					for _, older := range queued[n.Registration] {
						if older < n.ID && !settled[older] {
							t.Fatalf("%s was leased while the older %s is unsent", n.ID, older)
						}
					}
					if settled[n.ID] {
						t.Fatalf("%s was leased after its end", n.ID)
					}
				}
				held = append(held, leased...)
			},
			"send": func(t *rapid.T) {
				end("send", func(n outbox.Notice) error { sent++; return instances[0].Sent(ctx, n, "x", nil) }, true)
			},
			"fail": func(t *rapid.T) {
				end("fail", func(n outbox.Notice) error { return instances[1].Fail(ctx, n, nil, true) }, true)
			},
			"defer": func(t *rapid.T) {
				end("defer", func(n outbox.Notice) error {
					return instances[0].Defer(ctx, n, nil, clock.now().Add(3*time.Second))
				}, false)
			},
			"release": func(t *rapid.T) {
				end("release", func(n outbox.Notice) error { _, err := instances[1].Release(ctx, n); return err }, false)
			},
			"cancel": func(t *rapid.T) {
				for _, list := range queued {
					for _, id := range list {
						if settled[id] || !rapid.Bool().Draw(t, "cancel") {
							continue
						}
						ok, err := instances[0].Cancel(ctx, id)
						if err != nil {
							t.Fatal(err)
						}
						settled[id] = settled[id] || ok
						return
					}
				}
			},
			"wait": func(t *rapid.T) {
				clock.pass(time.Duration(rapid.SampledFrom([]int{0, 1, 5, 61}).Draw(t, "seconds")) * time.Second)
			},
		})
	})
	if games == 0 {
		t.Error("no game was played")
	}
}
