package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
)

// A document asked for by its id is found as any other query finds it: in the transaction that wrote
// it before it is committed, outside only after, and nowhere once it is gone.
func TestPoint(t *testing.T) {
	d := openEmbedded(t, t.TempDir())
	c := d.Database().Collection("things")
	read := func(ctx context.Context, filter any) (int, error) {
		var doc struct{ N int }
		err := c.FindOne(ctx, filter).Decode(&doc)
		return doc.N, err
	}
	expect := func(ctx context.Context, when string, want int) {
		t.Helper()
		for _, filter := range []any{bson.M{"_id": "b"}, bson.D{{Key: "_id", Value: "b"}}, bson.M{"_id": "b", "kind": "thing"}} {
			n, err := read(ctx, filter)
			if want == 0 && !errors.Is(err, lungo.ErrNoDocuments) || want != 0 && (err != nil || n != want) {
				t.Errorf("%s, %v: %d, %v, want %d", when, filter, n, err, want)
			}
		}
	}
	outside := context.Background()
	expect(outside, "no collection", 0)
	for _, id := range []string{"a", "c"} {
		if err := put(d, "things", id); err != nil {
			t.Fatal(err)
		}
	}
	expect(outside, "before", 0)
	step := func(when string, write func(ctx context.Context) error, before, after int) {
		t.Helper()
		err := d.Transact(outside, func(ctx context.Context) error {
			if err := write(ctx); err != nil {
				return err
			}
			expect(ctx, when+", inside", after)
			expect(outside, when+", not committed", before)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(outside, when+", committed", after)
	}
	step("inserted", func(ctx context.Context) error {
		_, err := c.InsertOne(ctx, bson.D{{Key: "_id", Value: "b"}, {Key: "n", Value: 1}, {Key: "kind", Value: "thing"}})
		return err
	}, 0, 1)
	step("replaced", func(ctx context.Context) error {
		_, err := c.ReplaceOne(ctx, bson.M{"_id": "b"}, bson.D{{Key: "_id", Value: "b"}, {Key: "n", Value: 2}, {Key: "kind", Value: "thing"}})
		return err
	}, 1, 2)
	step("raised", func(ctx context.Context) error {
		_, err := c.UpdateOne(ctx, bson.M{"_id": "b"}, bson.M{"$inc": bson.M{"n": 1}})
		return err
	}, 2, 3)
	step("deleted", func(ctx context.Context) error {
		_, err := c.DeleteOne(ctx, bson.M{"_id": "b"})
		return err
	}, 3, 0)
	if err := d.Close(outside); err != nil {
		t.Fatal(err)
	}
	if _, err := read(outside, bson.M{"_id": "a"}); err == nil {
		t.Error("a closed database was read")
	}
}
