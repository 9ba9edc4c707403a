package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
)

// testUnique checks the unique indexes, the partial one among them.
func testUnique(t *testing.T, db *engine.DB) {
	t.Helper()
	ctx := context.Background()
	put := func(collection string, doc bson.D) error {
		_, err := db.Database().Collection(collection).InsertOne(ctx, doc)
		return err
	}
	field := func(k string, v any) bson.E { return bson.E{Key: k, Value: v} }
	if err := put("activities", bson.D{field("_id", "1"), field("slug", "cap")}); err != nil {
		t.Fatal(err)
	}
	if err := put("activities", bson.D{field("_id", "2"), field("slug", "cap")}); !lungo.IsUniquenessError(err) {
		t.Errorf("a slug twice: %v", err)
	}
	for _, id := range []string{"dead 1", "dead 2"} {
		if err := put("registrations", bson.D{field("_id", id), field("activity", "1")}); err != nil {
			t.Errorf("registrations without duplicate: %v", err)
		}
	}
	if err := put("registrations", bson.D{field("_id", "a"), field("activity", "1"), field("duplicate", "x")}); err != nil {
		t.Fatal(err)
	}
	if err := put("registrations", bson.D{field("_id", "b"), field("activity", "1"), field("duplicate", "x")}); !lungo.IsUniquenessError(err) {
		t.Errorf("a duplicate registration: %v", err)
	}
	// Withdrawn, it leaves the place to another.
	r := db.Database().Collection("registrations")
	if _, err := r.UpdateOne(ctx, bson.D{field("_id", "a")}, bson.D{field("$unset", bson.D{field("duplicate", "")})}); err != nil {
		t.Fatal(err)
	}
	if err := put("registrations", bson.D{field("_id", "b"), field("activity", "1"), field("duplicate", "x")}); err != nil {
		t.Errorf("after a withdrawal: %v", err)
	}
}

func TestOpen_UniqueIndexes(t *testing.T) {
	enginetest.Run(t, testUnique)
}

func TestOpen_TwoAtOnce(t *testing.T) {
	uri := enginetest.MongoURI(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := engine.Open(context.Background(), engine.Options{URI: uri})
			if err != nil {
				t.Error(err)
				return
			}
			defer closeDB(t, db)
			if n := count(t, db, "migrations"); n != 1 {
				t.Errorf("%d records of 1 migration", n)
			}
		})
	}
	wg.Wait()
	db, err := engine.Open(context.Background(), engine.Options{URI: uri})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	specs, err := db.Database().Collection("registrations").Indexes().ListSpecifications(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) != 8 {
		t.Errorf("registrations has %d indexes, not 7 and that on _id", len(specs))
	}
}

func TestOpen_DatesMigrationsByTheClock(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 30, 0, 0, time.FixedZone("", 3600))
	db, err := engine.Open(context.Background(), engine.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	var doc struct{ At time.Time }
	if err := db.Database().Collection("migrations").FindOne(context.Background(), bson.D{}).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if !doc.At.Equal(at) {
		t.Errorf("got %s", doc.At)
	}
}

// A database that a newer program has migrated is left alone.
func TestOpen_Newer(t *testing.T) {
	dir := t.TempDir()
	for name, o := range map[string]func(t *testing.T) engine.Options{
		"embedded": func(*testing.T) engine.Options { return engine.Options{Dir: dir} },
		"mongodb":  func(t *testing.T) engine.Options { return engine.Options{URI: enginetest.MongoURI(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			o := o(t)
			db, err := engine.Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.Database().Collection("migrations").InsertOne(context.Background(),
				bson.D{{Key: "_id", Value: "0999"}, {Key: "number", Value: 999}})
			if err != nil {
				t.Fatal(err)
			}
			closeDB(t, db)
			_, err = engine.Open(context.Background(), o)
			wantFault(t, err, engine.ErrNewer, "999", "newer")
		})
	}
}
