package engine_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// Whoever watches hears of each outermost transaction once: what became of it, and of the runs that
// met another writer.
func TestTransact_Watch(t *testing.T) {
	for _, kind := range []string{engine.Embedded, engine.MongoDB} {
		t.Run(kind, func(t *testing.T) {
			var mu sync.Mutex
			var seen []engine.Transaction
			o := engine.Options{Dir: t.TempDir(), Watch: func(s engine.Transaction) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, s)
			}}
			if kind == engine.MongoDB {
				o.Dir, o.URI = "", enginetest.MongoURI(t)
			}
			ctx := t.Context()
			db, err := engine.Open(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close(context.Background())
			counters := db.Database().Collection("counters")
			raise := func(ctx context.Context) error {
				_, err := counters.UpdateOne(ctx, bson.M{"_id": "one"}, bson.M{"$inc": bson.M{"n": 1}})
				return err
			}
			if _, err := counters.InsertOne(ctx, bson.M{"_id": "one", "n": 0}); err != nil {
				t.Fatal(err)
			}
			take := func(what, result string) engine.Transaction {
				t.Helper()
				mu.Lock()
				defer mu.Unlock()
				if len(seen) != 1 || seen[0].Result != result {
					t.Fatalf("%s: %+v, want one that is %s", what, seen, result)
				}
				one := seen[0]
				seen = nil
				return one
			}
			forget := func() {
				mu.Lock()
				defer mu.Unlock()
				seen = nil
			}
			forget() // the migrations
			if err := db.Transact(ctx, func(ctx context.Context) error { return db.Transact(ctx, raise) }); err != nil {
				t.Fatal(err)
			}
			if one := take("one within another", engine.Committed); one.Runs != 1 || one.Commit <= 0 || one.Took < one.Commit {
				t.Errorf("%+v", one)
			}
			_ = db.Transact(ctx, func(context.Context) error { return errors.New("no") })
			if one := take("an error of its own", engine.Refused); one.Commit != 0 {
				t.Errorf("%+v", one)
			}
			if kind != engine.MongoDB {
				return
			}
			met := false
			err = db.Transact(ctx, func(inner context.Context) error {
				if err := counters.FindOne(inner, bson.M{"_id": "one"}).Err(); err != nil {
					return err
				}
				if !met {
					met = true
					if err := raise(ctx); err != nil { // another writer, after this one looked
						return err
					}
				}
				return raise(inner)
			})
			if err != nil {
				t.Fatal(err)
			}
			if one := take("one that met another writer", engine.Committed); one.Runs != 2 || one.Conflicts != 1 {
				t.Errorf("%+v", one)
			}
		})
	}
}
