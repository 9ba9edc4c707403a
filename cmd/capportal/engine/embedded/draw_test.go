package embedded

import (
	"fmt"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"pgregory.net/rapid"
)

// Documents, filters, sorts and updates drawn by chance, from few names and few values,
// so that they meet.

var (
	fieldNames   = rapid.SampledFrom([]string{"a", "b", "c"})
	withPosition = rapid.SampledFrom([]string{"a", "b", "c", "0", "1"})
)

func drawScalar(t *rapid.T) any {
	return rapid.SampledFrom([]any{
		nil, int32(0), int32(1), int32(2), int32(-1), int64(1), int64(2), int64(1<<53 + 1), int64(math.MaxInt64), int64(math.MinInt64),
		0.0, 1.0, 1.5, 2.0, -1.0, float64(1 << 53), float64(1 << 63), math.Inf(1), math.Inf(-1), math.Copysign(0, -1),
		"", "a", "b", "ab", "a\x01", "a\x00b", "é", true, false,
		primitive.DateTime(0), primitive.DateTime(-1), primitive.NewDateTimeFromTime(time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)),
		primitive.Binary{Data: []byte{1}}, primitive.Binary{Data: []byte{1, 2}}, primitive.ObjectID{1}, primitive.ObjectID{2},
	}).Draw(t, "scalar")
}

func drawValue(t *rapid.T, depth int) any {
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case depth > 0 && kind == 0:
		return drawFields(t, depth-1)
	case depth > 0 && kind <= 2:
		list := bson.A{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawValue(t, depth-1))
		}
		return list
	case depth > 0 && kind == 3: // what paths lead through
		list := bson.A{}
		for range rapid.IntRange(1, 3).Draw(t, "length") {
			list = append(list, drawFields(t, depth-1))
		}
		return list
	}
	return drawScalar(t)
}

func drawFields(t *rapid.T, depth int) bson.D {
	d := bson.D{}
	for _, name := range []string{"a", "b", "c"} {
		if rapid.IntRange(0, 3).Draw(t, "there") > 0 {
			d = append(d, bson.E{Key: name, Value: drawValue(t, depth)})
		}
	}
	return d
}

// DrawDocument draws a document with an _id.
func DrawDocument(t *rapid.T, id string) bson.D {
	return append(bson.D{{Key: "_id", Value: id}}, drawFields(t, 3)...)
}

func drawPath(t *rapid.T, below *rapid.Generator[string]) string {
	p := fieldNames.Draw(t, "name")
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "more") {
		p += "." + below.Draw(t, "name")
	}
	return p
}

// DrawFilter draws a filter of the operators there are.
func DrawFilter(t *rapid.T, depth int) bson.D {
	f := bson.D{}
	for i := range rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(t, "parts") {
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "list") == 0 {
			list := bson.A{}
			for range rapid.IntRange(1, 3).Draw(t, "length") {
				list = append(list, DrawFilter(t, depth-1))
			}
			f = append(f, bson.E{Key: rapid.SampledFrom([]string{"$and", "$or", "$nor"}).Draw(t, "operator"), Value: list})
			continue
		}
		p := drawPath(t, withPosition)
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "id") == 0 {
			p = "_id"
		}
		f = append(f, bson.E{Key: p, Value: drawCondition(t, 1)})
	}
	return f
}

func drawCondition(t *rapid.T, depth int) any {
	if rapid.IntRange(0, 2).Draw(t, "plain") == 0 {
		return drawValue(t, 1)
	}
	d := bson.D{}
	operators := rapid.SampledFrom([]string{"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$not", "$exists"})
	for range rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "conditions") {
		name := operators.Draw(t, "operator")
		if depth == 0 && name == "$not" {
			name = "$lt"
		}
		var v any
		switch name {
		case "$in", "$nin":
			list := bson.A{}
			for range rapid.SampledFrom([]int{0, 1, 2, 3, longList + 2}).Draw(t, "length") {
				list = append(list, drawValue(t, 1))
			}
			v = list
		case "$not":
			c, ok := drawCondition(t, depth-1).(bson.D)
			if !ok || len(c) == 0 || c[0].Key[0] != '$' {
				c = bson.D{{Key: "$gte", Value: drawScalar(t)}}
			}
			v = c
		case "$exists":
			v = rapid.Bool().Draw(t, "exists")
		case "$eq", "$ne":
			v = drawValue(t, 1)
		default:
			v = drawScalar(t)
		}
		d = append(d, bson.E{Key: name, Value: v})
	}
	return d
}

// DrawSort draws a sort, which may be none.
func DrawSort(t *rapid.T) bson.D {
	var s bson.D
	direction := rapid.SampledFrom([]int{1, -1})
	for range rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(t, "columns") {
		p := drawPath(t, fieldNames)
		if fmt.Sprint(s) != "[]" && s[0].Key[0] == p[0] {
			continue // MongoDB refuses a path within another
		}
		s = append(s, bson.E{Key: p, Value: direction.Draw(t, "direction")})
	}
	return append(s, bson.E{Key: "_id", Value: direction.Draw(t, "direction")})
}

// DrawUpdate draws an update whose paths do not touch.
func DrawUpdate(t *rapid.T) bson.D {
	operators := rapid.SampledFrom([]string{"$set", "$set", "$unset", "$inc", "$push"})
	u := map[string]bson.D{}
	for _, name := range []string{"a", "b", "c"} {
		if rapid.Bool().Draw(t, "touched") {
			continue
		}
		p := name
		if rapid.IntRange(0, 2).Draw(t, "below") == 0 {
			p += "." + withPosition.Draw(t, "name")
		}
		operator := operators.Draw(t, "operator")
		var v any
		switch operator {
		case "$inc":
			v = rapid.SampledFrom([]any{int32(1), int64(-1), 0.5}).Draw(t, "by")
		case "$unset":
			v = ""
		case "$push":
			v = drawValue(t, 1)
			if rapid.Bool().Draw(t, "each") {
				list := bson.A{}
				for range rapid.IntRange(0, 3).Draw(t, "length") {
					list = append(list, drawValue(t, 1))
				}
				v = bson.D{{Key: "$each", Value: list}, {Key: "$slice", Value: rapid.IntRange(-3, 3).Draw(t, "slice")}}
			}
		default:
			v = drawValue(t, 2)
		}
		u[operator] = append(u[operator], bson.E{Key: p, Value: v})
	}
	var d bson.D
	for _, operator := range []string{"$set", "$unset", "$inc", "$push"} {
		if len(u[operator]) > 0 {
			d = append(d, bson.E{Key: operator, Value: u[operator]})
		}
	}
	return d
}
