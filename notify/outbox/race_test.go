package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

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
					_, err := o.LeaseFixed(ctx, "worker", 1, time.Hour, func(ctx context.Context, fresh []outbox.Notice) (map[string]outbox.Fixed, error) {
						var truth bson.M
						err := truths.FindOne(ctx, bson.M{"_id": r}).Decode(&truth)
						return map[string]outbox.Fixed{fresh[0].ID: {Snapshot: bson.M{"revision": truth["revision"]}}}, err
					})
					return err
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
