package embedded

import (
	"bytes"
	"slices"
	"testing"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

func marshal(t interface{ Fatal(...any) }, v any) []byte {
	raw, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A filter put to the BSON as it lies says what mongokit says of the decoded document;
// but for paths through arrays, where mongokit is not quite MongoDB, which has a test of
// its own.
func TestMatches_AsMongokit(t *testing.T) {
	judged := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		var documents []bson.D
		for range 5 {
			documents = append(documents, DrawDocument(rt, "1"))
		}
		for range 10 {
			query := DrawFilter(rt, 2)
			f, err := compile(query)
			if err != nil {
				rt.Fatalf("%v: %v", query, err)
			}
			for _, d := range documents {
				raw := marshal(rt, d)
				if leadsThroughArray(f.every, raw) {
					continue
				}
				// As decoding gives it: so mongokit wants it.
				d, query := decoded(rt, raw), decoded(rt, f.source)
				want, err := mongokit.Match(bsonkit.Doc(&d), &query)
				if err != nil {
					rt.Fatal(err)
				}
				judged[want]++
				if got := f.matches(raw); got != want {
					rt.Fatalf("%v on %v: %t, want %t", query, d, got, want)
				}
			}
		}
	})
	t.Logf("judged: %v", judged)
	if all := judged[true] + judged[false]; min(judged[true], judged[false]) < all/20 {
		t.Error("the filters hardly part the documents")
	}
}

func decoded(t interface{ Fatal(...any) }, raw []byte) (d bson.D) {
	if err := bson.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func leadsThroughArray(m any, document []byte) bool {
	switch m := m.(type) {
	case every:
		return slices.ContainsFunc(m, func(m matcher) bool { return leadsThroughArray(m, document) })
	case some:
		return slices.ContainsFunc(m, func(m matcher) bool { return leadsThroughArray(m, document) })
	case not:
		return leadsThroughArray(m.matcher, document)
	case at:
		if len(m.path) == 1 {
			return false
		}
		_, err := m.path[:len(m.path)-1].one(document)
		return err != nil
	}
	return false
}

// The key of a value compares as the value does, and what is longer than one key lies
// between it and its end.
func TestKey_ComparesAsValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []value
		for range 6 {
			v, _ := lookup(marshal(rt, bson.D{{Key: "v", Value: drawValue(rt, 2)}}), "v")
			list = append(list, v)
		}
		for _, a := range list {
			for _, b := range list {
				x, y := appendKey(nil, a), appendKey(nil, b)
				want := compare(a, b)
				if got := bytes.Compare(x, y); got != want {
					rt.Fatalf("%v and %v compare %d, their keys %x and %x %d", a, b, want, x, y, got)
				}
				if longer := appendKey(slices.Clone(x), b); bytes.Compare(x, longer) >= 0 || bytes.Compare(longer, append(x, highest...)) >= 0 {
					rt.Fatalf("%x does not lie behind %x", longer, x)
				}
				if back := compare(b, a); back != -want {
					rt.Fatalf("%v and %v compare %d and %d", a, b, want, back)
				}
			}
		}
	})
}

// A value compares as bsonkit compares it decoded; MongoDB, and so this, looks at the
// class of what an embedded document holds before its name.
func TestCompare_AsBSONKit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawScalar(rt), drawScalar(rt)
		raw := marshal(rt, bson.D{{Key: "a", Value: a}, {Key: "b", Value: b}})
		x, _ := lookup(raw, "a")
		y, _ := lookup(raw, "b")
		if got, want := compare(x, y), bsonkit.Compare(a, b); got != want {
			rt.Fatalf("%v and %v compare %d, want %d", a, b, got, want)
		}
	})
}

// What strangers could have damaged is refused before anything walks it.
func FuzzValid(f *testing.F) {
	f.Add(marshal(f, bson.D{{Key: "_id", Value: "1"}, {Key: "a", Value: bson.A{1, "x", bson.D{{Key: "b", Value: nil}}}}}))
	f.Add([]byte{5, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if valid(raw) != nil {
			return
		}
		var d bson.D
		if err := bson.Unmarshal(raw, &d); err != nil {
			t.Skip() // the driver also reads the names of an array's elements
		}
		n := 0
		for e := elements(raw); e.next(); n++ {
			_ = appendKey(nil, e.value)
		}
		if n != len(d) {
			t.Errorf("%d elements, the driver reads %d", n, len(d))
		}
	})
}
