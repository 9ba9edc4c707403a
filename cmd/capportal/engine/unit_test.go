package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// step is one call of a transaction, which tells in words what it answered.
type step func(ctx context.Context, c lungo.ICollection) string

// What waits in a transaction on MongoDB is as if it had been written: every call answers as it does in
// memory, and afterwards the same lies there.
func TestTransact_SeesWhatWaits(t *testing.T) {
	memory, server := enginetest.Memory(t), enginetest.Mongo(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		name := fmt.Sprintf("waiting%d", round)
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 16).Draw(rt, "steps")
		early := rapid.SliceOfN(rapid.Custom(drawStep), 0, 5).Draw(rt, "committed before")
		fails := rapid.IntRange(0, 4).Draw(rt, "fails") == 0
		var said [2][]string
		for i, db := range []*engine.DB{memory, server} {
			c := db.Database().Collection(name)
			for _, s := range early {
				said[i] = append(said[i], s(t.Context(), c))
			}
			var inside []string
			errOwn := errors.New("an error of its own")
			err := db.Transact(t.Context(), func(ctx context.Context) error {
				inside = nil
				for _, s := range steps {
					inside = append(inside, s(ctx, c))
				}
				if fails {
					return errOwn
				}
				return nil
			})
			if fails != errors.Is(err, errOwn) || !fails && err != nil {
				rt.Fatalf("%s: %v", db.Kind(), err)
			}
			said[i] = append(append(said[i], inside...), list(t.Context(), c, bson.M{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}})))
		}
		for n := range said[0] {
			if said[0][n] != said[1][n] {
				rt.Fatalf("call %d of %d:\n%s\nin memory, on MongoDB\n%s", n, len(said[0]), said[0][n], said[1][n])
			}
		}
	})
}

// What the server is told past the unit is not hidden by an answer remembered from before, though that
// was empty.
func TestTransact_ForgetsAnEmptyAnswer(t *testing.T) {
	db := enginetest.Mongo(t)
	c := db.Database().Collection("forgotten")
	var found string
	err := db.Transact(t.Context(), func(ctx context.Context) error {
		if none := list(ctx, c, bson.M{"k": "x"}, nil); none != "" {
			return fmt.Errorf("found %s", none)
		}
		_, err := c.BulkWrite(ctx, []mongo.WriteModel{mongo.NewInsertOneModel().SetDocument(bson.M{"_id": "a", "k": "x"}), mongo.NewInsertOneModel().SetDocument(bson.M{"_id": "b", "k": "x"})})
		found = list(ctx, c, bson.M{"k": "x"}, nil)
		return err
	})
	if want := `{"_id":"a","k":"x"}<nil>{"_id":"b","k":"x"}<nil>`; err != nil || found != want {
		t.Errorf("found %s, want %s: %v", found, want, err)
	}
}

// drawStep draws a call. It never inserts what is there: that ends a transaction on MongoDB.
func drawStep(rt *rapid.T) step {
	id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "id")
	n := rapid.IntRange(0, 3).Draw(rt, "n")
	one := bson.M{"_id": id}
	if rapid.Bool().Draw(rt, "also") {
		one["n"] = bson.M{"$gte": n}
	}
	k := drawMark(rt, "k")
	many := rapid.SampledFrom([]any{bson.M{}, bson.M{"n": n}, bson.M{"n": bson.M{"$lt": n}}, bson.M{"n": "1"}, bson.M{"k": "x"}, bson.M{"k": k}, bson.M{"k": bson.M{"$in": bson.A{"x", "y"}}},
		bson.M{"k": bson.M{"$in": bson.A{"x", "x", "Y"}}}, bson.M{"k": bson.M{"$in": bson.A{nil, "y"}}}, bson.M{"k": bson.M{"$in": bson.A{}}}, bson.M{"k": bson.M{"$ne": "x"}},
		bson.D{{Key: "k", Value: "x"}, {Key: "k", Value: "y"}}, bson.D{{Key: "k", Value: "x"}, {Key: "n", Value: "1"}}, bson.D{{Key: "n", Value: "1"}, {Key: "k", Value: "x"}}, bson.M{"k": "x", "n": n},
		bson.M{"_id": bson.M{"$in": bson.A{"a", id}}}, bson.M{"_id": bson.M{"$in": bson.A{"b", "b", "none", id}}}, bson.M{"_id": bson.M{"$in": bson.A{"a", id}}, "k": "x"}, bson.M{"_id": bson.M{"$gt": "a"}},
		bson.M{"$or": bson.A{bson.M{"n": n}, bson.M{"k": "y"}}}, bson.M{"list": n}, bson.M{"list.0": n}}).Draw(rt, "many")
	change := rapid.SampledFrom([]bson.M{{"$inc": bson.M{"i": 1}}, {"$set": bson.M{"k": k}}, {"$unset": bson.M{"k": ""}}, {"$set": bson.D{{Key: "k", Value: "y"}, {Key: "n", Value: drawNumber(rt, n)}}}, {"$push": bson.M{"list": n}}}).Draw(rt, "change")
	// Its fields lie as MongoDB adds them, by name: a replacement that only orders them anew is one too.
	document := bson.D{{Key: "_id", Value: id}, {Key: "k", Value: k}, {Key: "n", Value: drawNumber(rt, n)}}
	backward := rapid.SampledFrom([]int{1, -1}).Draw(rt, "backward")
	order := bson.D{{Key: "n", Value: backward}, {Key: "_id", Value: 1}}
	limit := int64(rapid.IntRange(0, 2).Draw(rt, "limit"))
	updated := func(r *mongo.UpdateResult, err error) string {
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(r.MatchedCount, r.ModifiedCount, r.UpsertedCount)
	}
	put := func(ctx context.Context, c lungo.ICollection, write func() error) string {
		if c.FindOne(ctx, bson.M{"_id": id}).Err() == nil {
			return "there already"
		}
		return fmt.Sprint(write())
	}
	return rapid.SampledFrom([]step{
		func(ctx context.Context, c lungo.ICollection) string {
			return put(ctx, c, func() error { _, err := c.InsertOne(ctx, document); return err })
		},
		func(ctx context.Context, c lungo.ICollection) string {
			return put(ctx, c, func() error { _, err := c.InsertMany(ctx, []any{document}); return err })
		},
		func(ctx context.Context, c lungo.ICollection) string {
			n, err := c.CountDocuments(ctx, bson.M{"_id": bson.M{"$in": bson.A{id, id + "2"}}})
			if n > 0 || err != nil {
				return fmt.Sprint("there already ", err)
			}
			r, err := c.BulkWrite(ctx, []mongo.WriteModel{mongo.NewInsertOneModel().SetDocument(document),
				mongo.NewInsertOneModel().SetDocument(bson.D{{Key: "_id", Value: id + "2"}, {Key: "k", Value: "x"}})})
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(r.InsertedCount)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			return updated(c.ReplaceOne(ctx, one, document[:2+n%2])) // with n, or without
		},
		func(ctx context.Context, c lungo.ICollection) string { return updated(c.UpdateOne(ctx, one, change)) },
		func(ctx context.Context, c lungo.ICollection) string {
			return updated(c.UpdateOne(ctx, bson.M{"_id": id}, change, options.Update().SetUpsert(true)))
		},
		func(ctx context.Context, c lungo.ICollection) string { return updated(c.UpdateMany(ctx, many, change)) },
		func(ctx context.Context, c lungo.ICollection) string {
			r, err := c.DeleteOne(ctx, one)
			return fmt.Sprint(r, err)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			r, err := c.DeleteMany(ctx, many)
			return fmt.Sprint(r, err)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			r, err := c.BulkWrite(ctx, []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(one).SetUpdate(change),
				mongo.NewReplaceOneModel().SetFilter(bson.M{"_id": "a"}).SetReplacement(bson.D{{Key: "_id", Value: "a"}, {Key: "n", Value: n}}), mongo.NewDeleteOneModel().SetFilter(bson.M{"_id": "d", "n": n})})
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(r.MatchedCount, r.ModifiedCount, r.DeletedCount)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			raw, err := c.FindOne(ctx, one).Raw()
			return inWords(raw, err)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			raw, err := c.FindOne(ctx, many, options.FindOne().SetSort(order).SetSkip(limit)).Raw()
			return inWords(raw, err)
		},
		func(ctx context.Context, c lungo.ICollection) string {
			return list(ctx, c, many, options.Find().SetSort(order).SetLimit(limit).SetSkip(int64(n%2)))
		},
		func(ctx context.Context, c lungo.ICollection) string { // a question to remember, if it is plain
			return list(ctx, c, many, options.Find().SetSort(order))
		},
		func(ctx context.Context, c lungo.ICollection) string {
			return list(ctx, c, many, options.Find().SetSort(order).SetProjection(bson.M{"k": 1}))
		},
		func(ctx context.Context, c lungo.ICollection) string {
			n, err := c.CountDocuments(ctx, many)
			return fmt.Sprint(n, err)
		},
	}).Draw(rt, "step")
}

// drawMark draws what a field of texts may hold besides.
func drawMark(rt *rapid.T, label string) any {
	return rapid.SampledFrom([]any{"x", "x", "y", "X", "", nil, 1, bson.A{"x"}, bson.A{"y", "x"}, bson.A{}, bson.D{{Key: "x", Value: "x"}}}).Draw(rt, label)
}

// drawNumber draws how a number may be spelt.
func drawNumber(rt *rapid.T, n int) any {
	return rapid.SampledFrom([]any{int32(n), int64(n), float64(n), fmt.Sprint(n)}).Draw(rt, "spelt")
}

func list(ctx context.Context, c lungo.ICollection, filter any, o *options.FindOptions) string {
	cursor, err := c.Find(ctx, filter, o)
	if err != nil {
		return err.Error()
	}
	var all []bson.Raw
	if err := cursor.All(ctx, &all); err != nil {
		return err.Error()
	}
	words := ""
	for _, raw := range all {
		words += inWords(raw, nil)
	}
	return words
}

// inWords says what a document holds, in the order of its names: how an update orders what it adds is
// not the same everywhere.
func inWords(raw bson.Raw, err error) string {
	if err != nil {
		return err.Error()
	}
	var m bson.M
	if err := bson.Unmarshal(raw, &m); err != nil {
		return err.Error()
	}
	b, err := json.Marshal(m)
	return string(b) + fmt.Sprint(err)
}
