package embedded

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// What an engine refuses it refuses with an error, whatever the collection holds, so
// that a store that asks for it fails in its first test.
func TestView_Refuses(t *testing.T) {
	o := newOwner()
	ctx := context.Background()
	c := o.things()
	one := bson.M{"_id": "1"}
	for name, call := range map[string]func() error{
		"$regex": func() error { return c.FindOne(ctx, bson.M{"a": bson.M{"$regex": "x"}}).Err() },
		"regex": func() error {
			return c.FindOne(ctx, bson.M{"a": bson.M{"$in": bson.A{primitive.Regex{Pattern: "x"}}}}).Err()
		},
		"$where":     func() error { return c.FindOne(ctx, bson.M{"$where": "1"}).Err() },
		"$expr":      func() error { _, err := c.CountDocuments(ctx, bson.M{"$expr": bson.M{}}); return err },
		"$elemMatch": func() error { return c.FindOne(ctx, bson.M{"a": bson.M{"$elemMatch": bson.M{"b": 1}}}).Err() },
		"mixed": func() error {
			return c.FindOne(ctx, bson.M{"a": bson.D{{Key: "$gt", Value: 1}, {Key: "b", Value: 1}}}).Err()
		},
		"no filter": func() error { _, err := c.Find(ctx, nil); return err },
		"open sort": func() error {
			_, err := c.Find(ctx, one, options.Find().SetSort(bson.D{{Key: "a", Value: 1}}))
			return err
		},
		"sort of a map": func() error { _, err := c.Find(ctx, one, options.Find().SetSort(bson.M{"_id": 1})); return err },
		"collation": func() error {
			_, err := c.Find(ctx, one, options.Find().SetCollation(&options.Collation{Locale: "fr"}))
			return err
		},
		"$slice in a projection": func() error {
			_, err := c.Find(ctx, one, options.Find().SetProjection(bson.M{"a": bson.M{"$slice": 1}}))
			return err
		},
		"both ways projected": func() error {
			_, err := c.Find(ctx, one, options.Find().SetProjection(bson.M{"a": 1, "b": 0}))
			return err
		},
		"no _id":             func() error { _, err := c.InsertOne(ctx, bson.M{"a": 1}); return err },
		"an _id of a number": func() error { _, err := c.InsertOne(ctx, bson.M{"_id": 1}); return err },
		"a regex stored": func() error {
			_, err := c.InsertOne(ctx, bson.M{"_id": "1", "a": primitive.Regex{Pattern: "x"}})
			return err
		},
		"$rename":    func() error { _, err := c.UpdateOne(ctx, one, bson.M{"$rename": bson.M{"a": "b"}}); return err },
		"positional": func() error { _, err := c.UpdateOne(ctx, one, bson.M{"$set": bson.M{"a.$.b": 1}}); return err },
		"$sort in a $push": func() error {
			_, err := c.UpdateOne(ctx, one, bson.M{"$push": bson.M{"a": bson.M{"$each": bson.A{1}, "$sort": 1}}})
			return err
		},
		"no operator in an update": func() error { _, err := c.UpdateOne(ctx, one, bson.M{"a": 1}); return err },
		"an empty update":          func() error { _, err := c.UpdateOne(ctx, one, bson.M{}); return err },
		"array filters": func() error {
			_, err := c.UpdateOne(ctx, one, bson.M{"$set": bson.M{"a": 1}}, options.Update().SetArrayFilters(options.ArrayFilters{}))
			return err
		},
		"unordered": func() error {
			_, err := c.InsertMany(ctx, []any{bson.M{"_id": "1"}}, options.InsertMany().SetOrdered(false))
			return err
		},
		"Aggregate":        func() error { _, err := c.Aggregate(ctx, bson.A{}); return err },
		"Distinct":         func() error { _, err := c.Distinct(ctx, "a", bson.M{}); return err },
		"Watch":            func() error { _, err := c.Watch(ctx, bson.A{}); return err },
		"FindOneAndUpdate": func() error { return c.FindOneAndUpdate(ctx, one, bson.M{"$set": bson.M{"a": 1}}).Err() },
		"Drop":             func() error { return c.Drop(ctx) },
		"RunCommand":       func() error { return o.Database("test").RunCommand(ctx, bson.M{"ping": 1}).Err() },
	} {
		if err := call(); err == nil || errors.Is(err, mongo.ErrNoDocuments) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := c.CountDocuments(ctx, bson.M{}); err != nil || n != 0 {
		t.Errorf("%d documents were stored nonetheless: %v", n, err)
	}
}

// What was read is the reader's: changing it changes nothing stored.
func TestView_ReadsAreCopies(t *testing.T) {
	o := newOwner()
	ctx := context.Background()
	if _, err := o.things().InsertOne(ctx, bson.M{"_id": "1", "raw": bson.M{"a": "text"}, "bytes": []byte("text"), "text": "text"}); err != nil {
		t.Fatal(err)
	}
	before := o.committed()
	var doc struct {
		Raw   bson.Raw
		Bytes []byte
		Text  bson.RawValue
	}
	found := o.things().FindOne(ctx, bson.M{"_id": "1"})
	if err := found.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	whole, err := found.Raw()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{doc.Raw, doc.Bytes, doc.Text.Value, whole} {
		for i := range b {
			b[i] = 0
		}
	}
	if d := cmp.Diff(before, o.committed()); d != "" {
		t.Error(d)
	}
}
