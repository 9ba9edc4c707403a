package embedded

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

// Whichever index the planner takes, it finds what looking at all documents finds.
func TestFind_WhicheverIndex(t *testing.T) {
	taken := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		o := newOwner()
		define(rt, o.things())
		ctx := context.Background()
		for i := range rapid.IntRange(0, 30).Draw(rt, "documents") {
			d := DrawDocument(rt, fmt.Sprint(i))
			if rapid.IntRange(0, 2).Draw(rt, "plain") > 0 { // mostly without arrays, as documents are
				d = bson.D{{Key: "_id", Value: fmt.Sprint(i)}, {Key: "a", Value: rapid.IntRange(0, 3).Draw(rt, "a")}, {Key: "b", Value: bson.D{{Key: "a", Value: drawScalar(rt)}}}}
			}
			_, _ = o.things().InsertOne(ctx, d) // a duplicate is as good
		}
		c := (*o.roots.Load())["things"]
		if c == nil {
			return
		}
		for range 10 {
			f, err := compile(drawSimple(rt))
			if err != nil {
				rt.Fatal(err)
			}
			by, err := parseOrder(DrawSort(rt))
			if err != nil {
				rt.Fatal(err)
			}
			q := query{f, by, rapid.IntRange(0, 2).Draw(rt, "skip"), rapid.IntRange(0, 4).Draw(rt, "limit")}
			want := slices.DeleteFunc(c.all(), func(d *document) bool { return !f.matches(d.raw) })
			by.sort(want)
			want = want[min(q.skip, len(want)):]
			if q.limit > 0 {
				want = want[:min(q.limit, len(want))]
			}
			p := c.choose(f, by, q.limit)
			taken[fmt.Sprintf("%s narrow=%t ordered=%t backward=%t", p.index.name, p.spans != nil, p.ordered, p.backward)]++
			if got := c.find(q); !slices.Equal(got, want) {
				rt.Fatalf("filter %s, order %v, skip %d, limit %d by %s %v: found %s, want %s", bson.Raw(f.source), by, q.skip, q.limit, p.index.name, p.spans, inFull(got), inFull(want))
			}
		}
	})
	t.Log(taken)
	if len(taken) < 12 && !testing.Short() {
		t.Errorf("the planner knows only %v", taken)
	}
}

func inFull(list []*document) (all []string) {
	for _, d := range list {
		all = append(all, d.raw.String())
	}
	return all
}

// drawSimple draws a filter as stores have them: some fields, each with a value, a list
// or a range.
func drawSimple(t *rapid.T) bson.D {
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return DrawFilter(t, 1)
	}
	f := bson.D{}
	for _, name := range []string{"a", "b.a", "c", "_id"} {
		scalar := drawScalar
		if name == "a" {
			scalar = func(t *rapid.T) any { return rapid.IntRange(0, 3).Draw(t, "a") }
		}
		if name == "_id" {
			scalar = func(t *rapid.T) any { return fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id")) }
		}
		switch rapid.IntRange(0, 5).Draw(t, "asked") {
		case 0, 1:
			f = append(f, bson.E{Key: name, Value: scalar(t)})
		case 2:
			f = append(f, bson.E{Key: name, Value: bson.D{{Key: "$in", Value: bson.A{scalar(t), scalar(t), scalar(t)}}}})
		case 3:
			from := rapid.SampledFrom([]string{"$gt", "$gte"}).Draw(t, "from")
			to := rapid.SampledFrom([]string{"$lt", "$lte"}).Draw(t, "to")
			d := bson.D{{Key: from, Value: scalar(t)}, {Key: to, Value: scalar(t)}}
			f = append(f, bson.E{Key: name, Value: d[rapid.IntRange(0, 1).Draw(t, "open"):]})
		}
	}
	return f
}
