package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"go.mongodb.org/mongo-driver/bson"
)

// A view sees one committed moment, in all collections, whatever is written meanwhile.
func TestDB_View(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		for _, c := range []string{"registrations", "notices"} {
			if err := insert(ctx, db, c, "a"); err != nil {
				t.Fatal(err)
			}
		}
		seen := func(ctx context.Context) string {
			text := ""
			for _, c := range []string{"registrations", "notices", "seats"} {
				n, err := db.Database().Collection(c).CountDocuments(ctx, bson.D{})
				if err != nil {
					t.Fatal(err)
				}
				text += fmt.Sprint(n, " ")
				cursor, err := db.Database().Collection(c).Find(ctx, bson.D{})
				if err != nil {
					t.Fatal(err)
				}
				var all []bson.D
				if err := cursor.All(ctx, &all); err != nil || len(all) != int(n) {
					t.Fatalf("%d of %d found, %v", len(all), n, err)
				}
				text += fmt.Sprint(all, " ")
			}
			return text
		}
		var errOwn = errors.New("its own")
		err := db.View(ctx, func(inner context.Context) error {
			before := seen(inner)
			if err := db.Transact(ctx, func(ctx context.Context) error {
				if err := insert(ctx, db, "seats", "s"); err != nil {
					return err
				}
				if _, err := db.Database().Collection("registrations").UpdateOne(ctx, bson.M{"_id": "a"}, bson.M{"$set": bson.M{"n": 1}}); err != nil {
					return err
				}
				_, err := db.Database().Collection("notices").DeleteOne(ctx, bson.M{"_id": "a"})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if after := seen(inner); after != before {
				t.Errorf("a view saw %s and then %s", before, after)
			}
			if err := db.View(inner, func(within context.Context) error {
				if after := seen(within); after != before {
					t.Errorf("a view within saw %s", after)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
			if after := seen(ctx); after == before {
				t.Error("outside the view nothing has changed")
			}
			if err := insert(inner, db, "seats", "never"); err == nil {
				t.Error("a write within a view was taken")
			}
			if err := db.Transact(inner, func(context.Context) error { return nil }); err == nil {
				t.Error("a transaction within a view began")
			}
			return errOwn
		})
		if err != errOwn {
			t.Errorf("the error came back as %v", err)
		}
		if n := count(t, db, "seats"); n != 1 {
			t.Errorf("%d seats", n)
		}
		err = db.Transact(ctx, func(ctx context.Context) error {
			if err := insert(ctx, db, "seats", "t"); err != nil {
				return err
			}
			return db.View(ctx, func(ctx context.Context) error {
				if n, err := db.Database().Collection("seats").CountDocuments(ctx, bson.D{}); err != nil || n != 2 {
					t.Errorf("within a transaction a view saw %d, %v", n, err)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
	})
}
