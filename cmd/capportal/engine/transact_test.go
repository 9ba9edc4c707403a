package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

func count(t testing.TB, db *engine.DB, collection string) int {
	t.Helper()
	n, err := db.Database().Collection(collection).CountDocuments(context.Background(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func insert(ctx context.Context, db *engine.DB, collection, id string) error {
	_, err := db.Database().Collection(collection).InsertOne(ctx, bson.D{{Key: "_id", Value: id}})
	return err
}

// ruleError is an error as the domain packages have them.
type ruleError struct{ key string }

func (e *ruleError) Error() string { return e.key }

func TestDB_Transact(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()

		t.Run("Commit", func(t *testing.T) {
			err := db.Transact(ctx, func(ctx context.Context) error {
				if err := insert(ctx, db, "seats", "a"); err != nil {
					return err
				}
				n, err := db.Database().Collection("seats").CountDocuments(ctx, bson.D{})
				if err != nil || n != 1 {
					return fmt.Errorf("its own write is not seen within: %d, %v", n, err)
				}
				return insert(ctx, db, "notices", "b")
			})
			if err != nil {
				t.Fatal(err)
			}
			if count(t, db, "seats") != 1 || count(t, db, "notices") != 1 {
				t.Error("what was committed is not there")
			}
		})

		t.Run("Rollback", func(t *testing.T) {
			want := &ruleError{"pool_full"}
			err := db.Transact(ctx, func(ctx context.Context) error {
				if err := insert(ctx, db, "people", "a"); err != nil {
					return err
				}
				return want
			})
			if err != error(want) {
				t.Errorf("the error came back as %v, not as it was", err)
			}
			if count(t, db, "people") != 0 {
				t.Error("what was rolled back is there")
			}
		})

		t.Run("Panic", func(t *testing.T) {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				_ = db.Transact(ctx, func(ctx context.Context) error {
					_ = insert(ctx, db, "people", "a")
					panic("a fault of ours")
				})
			}()
			if err := db.Transact(ctx, func(ctx context.Context) error { return nil }); err != nil {
				t.Errorf("the next transaction: %v", err)
			}
			if count(t, db, "people") != 0 {
				t.Error("what panicked is there")
			}
		})

		t.Run("Joined", func(t *testing.T) {
			err := db.Transact(ctx, func(ctx context.Context) error {
				if err := db.Transact(ctx, func(ctx context.Context) error { return insert(ctx, db, "people", "inner") }); err != nil {
					return err
				}
				return errors.New("outer")
			})
			if err == nil || err.Error() != "outer" {
				t.Fatalf("got %v", err)
			}
			if count(t, db, "people") != 0 {
				t.Error("the inner call committed by itself")
			}
		})

		t.Run("Cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(ctx)
			err := db.Transact(ctx, func(ctx context.Context) error {
				defer cancel()
				return insert(ctx, db, "people", "gone")
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if count(t, db, "people") != 0 {
				t.Error("half a conversation was stored")
			}
		})

		t.Run("DuplicateKey", func(t *testing.T) {
			err := db.Transact(ctx, func(ctx context.Context) error { return insert(ctx, db, "seats", "a") })
			if !lungo.IsUniquenessError(err) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestDB_Transact_WriteConflict(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		c := db.Database().Collection("seats")
		if _, err := c.InsertOne(ctx, bson.D{{Key: "_id", Value: "counter"}, {Key: "n", Value: 0}}); err != nil {
			t.Fatal(err)
		}
		const writers, times = 8, 25
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range times {
					err := db.Transact(ctx, func(ctx context.Context) error {
						var doc struct{ N int }
						if err := c.FindOne(ctx, bson.D{{Key: "_id", Value: "counter"}}).Decode(&doc); err != nil {
							return err
						}
						_, err := c.UpdateOne(ctx, bson.D{{Key: "_id", Value: "counter"}},
							bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: doc.N + 1}}}})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var doc struct{ N int }
		if err := c.FindOne(ctx, bson.D{{Key: "_id", Value: "counter"}}).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		if doc.N != writers*times {
			t.Errorf("counted %d of %d", doc.N, writers*times)
		}
	})
}

// What two transactions look for and insert at once, one of them finds.
func TestDB_Transact_LookThenInsert(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		errTaken := &ruleError{"taken"}
		c := db.Database().Collection("invitations")
		var wg sync.WaitGroup
		var mu sync.Mutex
		results := map[error]int{}
		for i := range 8 {
			wg.Go(func() {
				err := db.Transact(context.Background(), func(ctx context.Context) error {
					key := bson.D{{Key: "activity", Value: "x"}, {Key: "organisation", Value: "ZM"}}
					if err := c.FindOne(ctx, key).Err(); err == nil {
						return errTaken
					} else if err != mongo.ErrNoDocuments {
						return err
					}
					_, err := c.InsertOne(ctx, append(bson.D{{Key: "_id", Value: fmt.Sprint(i)}}, key...))
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				results[err]++
			})
		}
		wg.Wait()
		if results[nil] != 1 || results[error(errTaken)] != 7 {
			t.Errorf("got %v", results)
		}
	})
}
