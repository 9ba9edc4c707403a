package embedded_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine/embedded"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"pgregory.net/rapid"
)

// pair is one collection on the embedded engine, with indexes, and one on a real server,
// without, that hold the same.
type pair struct{ here, there lungo.ICollection }

func newPair(t *testing.T) pair {
	t.Helper()
	memory := enginetest.Memory(t)
	p := pair{memory.Database().Collection("things"), enginetest.Mongo(t).Database().Collection("things")}
	index := func(keys ...string) mongo.IndexModel {
		d, name := bson.D{}, ""
		for _, k := range keys {
			d, name = append(d, bson.E{Key: k, Value: 1}), name+k+"_"
		}
		return mongo.IndexModel{Keys: d, Options: options.Index().SetName(name)}
	}
	partial := index("b", "a", "_id")
	partial.Options.SetPartialFilterExpression(bson.D{{Key: "b", Value: bson.D{{Key: "$exists", Value: true}}}})
	_, err := p.here.Indexes().CreateMany(context.Background(), []mongo.IndexModel{
		index("a", "_id"), index("a", "b", "c"), index("c.a", "_id"), partial})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p pair) fill(t *rapid.T, n int) {
	ctx := context.Background()
	var docs []any
	for i := range n {
		docs = append(docs, embedded.DrawDocument(t, fmt.Sprint(i)))
	}
	for _, c := range []lungo.ICollection{p.here, p.there} {
		if _, err := c.DeleteMany(ctx, bson.D{}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.InsertMany(ctx, docs); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns what a query finds, or that it failed.
func read(c lungo.ICollection, filter any, o *options.FindOptions) (docs []bson.D, err error) {
	cursor, err := c.Find(context.Background(), filter, o)
	if err != nil {
		return nil, err
	}
	return docs, cursor.All(context.Background(), &docs)
}

// What is found, in what order, with what skipped and left out, is what a real server
// finds, whichever index the planner takes.
func TestFind_AsMongoDB(t *testing.T) {
	p := newPair(t)
	rapid.Check(t, func(rt *rapid.T) {
		p.fill(rt, 10)
		for range 5 {
			filter := embedded.DrawFilter(rt, 2)
			o := options.Find().SetSort(embedded.DrawSort(rt)).SetSkip(int64(rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(rt, "skip"))).
				SetLimit(int64(rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(rt, "limit")))
			if rapid.IntRange(0, 2).Draw(rt, "project") == 0 {
				o.SetProjection(rapid.SampledFrom([]bson.M{{"a": 1}, {"a": 1, "b.c": true}, {"b.a": 0}, {"a": 0, "c": 0}, {"_id": 0, "c.b": 1}, {"_id": 0, "a": 0}, {"_id": 1}}).Draw(rt, "projection"))
			}
			want, errThere := read(p.there, filter, o)
			got, errHere := read(p.here, filter, o)
			if errThere != nil && strings.Contains(errThere.Error(), "parallel arrays") {
				continue // a sort that MongoDB refuses, and no store asks for
			}
			if errThere != nil || errHere != nil {
				rt.Fatalf("filter %v, sort %v: %v here, %v there", filter, o.Sort, errHere, errThere)
			}
			if d := cmp.Diff(plain(want), plain(got)); d != "" {
				rt.Fatalf("filter %v, sort %v: %s", filter, o.Sort, d)
			}
			n, err := p.here.CountDocuments(context.Background(), filter)
			all, _ := read(p.there, filter, options.Find())
			if err != nil || int(n) != len(all) {
				rt.Fatalf("filter %v: counted %d of %d, %v", filter, n, len(all), err)
			}
		}
	})
}

func plain(docs []bson.D) []string {
	var all []string
	for _, d := range docs {
		b, err := bson.MarshalExtJSON(d, true, false)
		if err != nil {
			panic(err)
		}
		all = append(all, string(b))
	}
	return all
}

// claimsTooMuch tells of updates that leave all as it was and of which MongoDB says nonetheless that they
// changed something: a $push of nothing, and the $unset of an element of an array that is null already.
func claimsTooMuch(update bson.D) bool {
	return slices.ContainsFunc(update, func(e bson.E) bool { return e.Key == "$push" || e.Key == "$unset" })
}

// What an update makes of a document is what a real server makes of it.
func TestUpdate_AsMongoDB(t *testing.T) {
	p := newPair(t)
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		p.fill(rt, 4)
		for i := range 4 {
			update := embedded.DrawUpdate(rt)
			if len(update) == 0 {
				continue
			}
			filter := bson.D{{Key: "_id", Value: fmt.Sprint(i)}}
			there, errThere := p.there.UpdateOne(ctx, filter, update)
			here, errHere := p.here.UpdateOne(ctx, filter, update)
			if errThere != nil && strings.Contains(errThere.Error(), "Failed to apply $inc operations") {
				return // beyond 64 bits, where no counter of ours comes
			}
			if (errThere == nil) != (errHere == nil) {
				rt.Fatalf("update %v: %v here, %v there", update, errHere, errThere)
			}
			if errHere == nil && (here.MatchedCount != there.MatchedCount || here.ModifiedCount != there.ModifiedCount && !claimsTooMuch(update)) {
				rt.Fatalf("update %v: %+v here, %+v there", update, here, there)
			}
			want, _ := read(p.there, filter, options.Find())
			got, _ := read(p.here, filter, options.Find())
			if d := cmp.Diff(unordered(want), unordered(got)); d != "" {
				rt.Fatalf("update %v: %s", update, d)
			}
		}
	})
}

// unordered sorts the fields that an update adds, whose order is nobody's promise.
func unordered(docs []bson.D) []string {
	for _, d := range docs {
		for _, e := range d {
			if below, ok := e.Value.(bson.D); ok {
				slices.SortFunc(below, func(a, b bson.E) int { return cmpString(a.Key, b.Key) })
			}
		}
		slices.SortFunc(d, func(a, b bson.E) int { return cmpString(a.Key, b.Key) })
	}
	return plain(docs)
}

func cmpString(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}
