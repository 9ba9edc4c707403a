package embedded

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

// drawEdits draws an update of the operators that are spliced, whose paths may touch.
func drawEdits(t *rapid.T) bson.D {
	u := bson.D{}
	for _, operator := range rapid.Permutation([]string{"$set", "$unset", "$inc"}).Draw(t, "operators") {
		fields := bson.D{}
		for range rapid.SampledFrom([]int{0, 1, 1, 2, 3}).Draw(t, "fields") {
			var v any = ""
			switch operator {
			case "$set":
				v = drawValue(t, 2)
			case "$inc":
				v = rapid.SampledFrom([]any{int32(1), int64(-1), int32(1<<31 - 1), int64(1<<63 - 1), 0.5}).Draw(t, "by")
			}
			fields = append(fields, bson.E{Key: drawPath(t, withPosition), Value: v})
		}
		if len(fields) > 0 {
			u = append(u, bson.E{Key: operator, Value: fields})
		}
	}
	return u
}

// What is spliced is to the byte what comes of reading the document, changing and writing it; what
// fails that way is not spliced.
func TestSplice_AsTheLongWay(t *testing.T) {
	judged := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for range 10 {
			d, with := DrawDocument(rt, "1"), drawEdits(rt)
			if len(with) == 0 {
				continue
			}
			raw := marshal(rt, d)
			u, err := parseUpdate(with)
			if err != nil {
				rt.Fatalf("%v: %v", with, err)
			}
			got, ok := splice([]byte("before"), raw, u.edits)
			ok = ok && len(u.edits) > 0
			judged[ok]++
			if !ok {
				continue
			}
			if err := bson.Unmarshal(raw, &d); err != nil {
				rt.Fatal(err)
			}
			if err := u.apply(&d, false); err != nil {
				rt.Fatalf("%v was spliced, and fails: %v", with, err)
			}
			if want := "before" + string(marshal(rt, d)); string(got) != want {
				rt.Fatalf("update %v of %v:\n%q, want\n%q", with, bson.Raw(raw), got, want)
			}
			if err := valid(got[len("before"):]); err != nil {
				rt.Fatal(err)
			}
		}
	})
	if judged[true] < judged[false]/20 || judged[false] == 0 {
		t.Errorf("spliced %d, not spliced %d", judged[true], judged[false])
	}
}

// BenchmarkUpdate records that a notice has been sent, spliced and the long way.
func BenchmarkUpdate(b *testing.B) {
	now := time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)
	raw := marshal(b, bson.D{{Key: "_id", Value: "1"}, {Key: "kind", Value: "confirmed"}, {Key: "to", Value: "delegate@customs.example"},
		{Key: "state", Value: "sending"}, {Key: "queued", Value: now}, {Key: "due", Value: now}, {Key: "lease_owner", Value: "worker"}, {Key: "lease_until", Value: now},
		{Key: "snapshot", Value: bson.D{{Key: "stamp", Value: now}, {Key: "entry", Value: bson.D{{Key: "start", Value: now}, {Key: "summary", Value: strings.Repeat("x", 300)}}},
			{Key: "letter", Value: bson.D{{Key: "lines", Value: bson.A{strings.Repeat("x", 300), strings.Repeat("x", 300)}}, {Key: "rows", Value: bson.A{bson.D{{Key: "label", Value: "x"}}}}}}}}})
	u, err := parseUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "sent", Value: now}, {Key: "state", Value: "sent"}}},
		{Key: "$unset", Value: bson.D{{Key: "due", Value: ""}, {Key: "snapshot.letter", Value: ""}, {Key: "lease_owner", Value: ""}, {Key: "lease_until", Value: ""}}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("spliced", func(b *testing.B) {
		b.ReportAllocs()
		var room []byte
		for b.Loop() {
			var ok bool
			if room, ok = splice(room[:0], raw, u.edits); !ok {
				b.Fatal("not spliced")
			}
		}
	})
	b.Run("the long way", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var d bson.D
			if err := bson.Unmarshal(raw, &d); err != nil {
				b.Fatal(err)
			}
			if err := u.apply(&d, false); err != nil {
				b.Fatal(err)
			}
			marshal(b, d)
		}
	})
}
