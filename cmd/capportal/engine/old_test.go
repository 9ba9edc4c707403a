package engine_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// A store written by the engine that was before this one (lungo's, with unique indexes
// alone) opens, and holds what it held.
func TestOpen_StoreOfBefore(t *testing.T) {
	packed, err := os.ReadFile("testdata/store-before-trees.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	db, err := reopened(t, b)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	ctx := context.Background()
	c := db.Database().Collection("registrations")
	if n := count(t, db, "registrations"); n != 39 {
		t.Errorf("%d registrations of 39", n)
	}
	cursor, err := c.Find(ctx, bson.M{"state": "confirmed", "created": bson.M{"$gte": time.Date(2026, 9, 1, 8, 5, 0, 0, time.UTC)}},
		options.Find().SetSort(bson.D{{Key: "created", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(13))
	if err != nil {
		t.Fatal(err)
	}
	var found []struct {
		ID      string `bson:"_id"`
		Answers struct{ Topics bson.A }
	}
	if err := cursor.All(ctx, &found); err != nil {
		t.Fatal(err)
	}
	if len(found) != 13 || found[0].ID != "r19" || found[12].ID != "r06" || found[12].Answers.Topics[0] != "training" {
		t.Errorf("found %v", found)
	}
	_, err = c.InsertOne(ctx, bson.M{"_id": "new", "activity": "IPR-2026-20", "duplicate": "delegate3@customs.example"})
	if !lungo.IsUniquenessError(err) {
		t.Errorf("a duplicate was met with %v", err)
	}
	if err := insert(ctx, db, "registrations", "new"); err != nil {
		t.Error(err)
	}
}
