package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/outbox"
)

type leasing func(o *outbox.Outbox, ctx context.Context, owner string, n int, d time.Duration) ([]outbox.Notice, error)

// leaseByTwo lets two instances, four workers each, empty one queue, and returns
// how many leases were too many. Both instances have planned the same notices
// before they begin, so that they reach for the same.
func leaseByTwo(t *testing.T, db *engine.DB, lease leasing) (doubles int) {
	t.Helper()
	const total = 300
	clock := newHand()
	instances := []*outbox.Outbox{
		outbox.New(db.Database(), db.Transact, clock.now),
		outbox.New(db.Database(), db.Transact, clock.now),
	}
	var notices []outbox.Notice
	for i := range total {
		notices = append(notices, notice(fmt.Sprintf("r%d", i)))
	}
	put(t, instances[0], notices...)

	var mu sync.Mutex
	taken := map[string]int{}
	take := func(o *outbox.Outbox, owner string) (int, error) {
		leased, err := lease(o, t.Context(), owner, 7, time.Hour)
		mu.Lock()
		defer mu.Unlock()
		for _, n := range leased {
			taken[n.ID]++
		}
		return len(leased), err
	}
	for i, o := range instances {
		if _, err := take(o, fmt.Sprintf("instance %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	var rounds atomic.Int64
	var wg sync.WaitGroup
	for i, o := range instances {
		for w := range 4 {
			wg.Go(func() {
				for rounds.Add(1) < 5*total {
					n, err := take(o, fmt.Sprintf("instance %d worker %d", i, w))
					if err != nil {
						t.Error(err)
						return
					}
					if n == 0 {
						if depth, free, err := o.Counts(t.Context()); err != nil || depth == total && free.IsZero() {
							return // all are leased
						}
					}
				}
			})
		}
	}
	wg.Wait()
	if len(taken) != total {
		t.Errorf("%d of %d notices were leased", len(taken), total)
	}
	for _, n := range taken {
		doubles += n - 1
	}
	return doubles
}

func TestOutbox_LeaseOnceAcrossInstances(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		if n := leaseByTwo(t, db, (*outbox.Outbox).Lease); n != 0 {
			t.Errorf("%d notices were leased twice", n)
		}
	})
}

// TestOutbox_LeaseOnceAcrossInstances_Control shows that the test above can fail:
// without the guard of the write the same race leases notices twice.
func TestOutbox_LeaseOnceAcrossInstances_Control(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		if n := leaseByTwo(t, db, (*outbox.Outbox).LeaseUnguarded); n == 0 {
			t.Error("no notice was leased twice although the guard was left out")
		}
	})
}

// TestOutbox_PendingRequestAgainstSnapshot: a change that relies on a pending
// REQUEST, and a worker that takes that REQUEST's snapshot at the same time. Either
// the snapshot holds the change, or the change knew that it had to add a notice.
func TestOutbox_PendingRequestAgainstSnapshot(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		clock := newHand()
		o := outbox.New(db.Database(), db.Transact, clock.now)
		truths := db.Database().Collection("registrations")
		for i := range 40 {
			r := fmt.Sprintf("r%d", i)
			if _, err := truths.InsertOne(t.Context(), bson.M{"_id": r, "activity": r, "revision": 0}); err != nil {
				t.Fatal(err)
			}
			id := put(t, o, request(r))[0]
			var relied bool
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := db.Transact(t.Context(), func(ctx context.Context) error {
					if _, err := truths.UpdateOne(ctx, bson.M{"_id": r}, bson.M{"$set": bson.M{"revision": 1}}); err != nil {
						return err
					}
					var err error
					relied, err = o.PendingRequest(ctx, "uid-"+r)
					return err
				}); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if err := db.Transact(t.Context(), func(ctx context.Context) error {
					leased, err := o.Lease(ctx, "worker", 1, time.Hour)
					if err != nil || len(leased) == 0 {
						return err
					}
					var truth bson.M
					if err := truths.FindOne(ctx, bson.M{"_id": r}).Decode(&truth); err != nil {
						return err
					}
					return o.Snapshot(ctx, leased[0], bson.M{"revision": truth["revision"]})
				}); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			n := get(t, o, id)
			if n.Snapshot == nil {
				t.Fatalf("round %d: nobody took the snapshot", i)
			}
			if relied && n.Snapshot.Lookup("revision").Int32() == 0 {
				t.Fatalf("round %d: the change relied on a REQUEST that went out without it", i)
			}
			must(t, o.Sent(t.Context(), n, "x", nil))
		}
	})
}

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

// BenchmarkOutbox_Lease measures a lease and its end by batches of 200 out of a
// queue of 10,000, in µs a notice.
func BenchmarkOutbox_Lease(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *engine.DB{
		"memory": enginetest.Memory, "embedded": enginetest.Embedded, "mongodb": enginetest.Mongo,
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			o := outbox.New(db.Database(), db.Transact, time.Now)
			n, left := 0, 0
			for b.Loop() {
				if left == 0 {
					b.StopTimer()
					var list []outbox.Notice
					for i := range 10000 {
						list = append(list, request(fmt.Sprintf("r%d", i)))
					}
					if err := o.Put(b.Context(), list...); err != nil {
						b.Fatal(err)
					}
					left = len(list)
					b.StartTimer()
				}
				leased, err := o.Lease(b.Context(), "w", 200, time.Minute)
				if err != nil || len(leased) == 0 {
					b.Fatal(len(leased), err)
				}
				if _, err := o.SentAll(b.Context(), leased...); err != nil {
					b.Fatal(err)
				}
				n, left = n+len(leased), left-len(leased)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/notice")
		})
	}
}
