package embedded

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsontype"
)

// value is one BSON value as it lies in its document; the zero value is one that is
// missing.
type value struct {
	kind  bsontype.Type
	bytes []byte
}

// class is what MongoDB compares within, in the order in which it sorts them.
type class byte

const (
	classEmpty class = iota + 1 // an empty array, where documents are sorted by it
	classNull
	classNumber
	classString
	classDocument
	classArray
	classBinary
	classObjectID
	classBoolean
	classDate
	classTimestamp
)

// classes lists the types a document may hold. Whatever else BSON has (decimals,
// expressions, code, the keys below and above all others) no store writes.
var classes = map[bsontype.Type]class{
	bson.TypeNull:             classNull,
	bson.TypeDouble:           classNumber,
	bson.TypeInt32:            classNumber,
	bson.TypeInt64:            classNumber,
	bson.TypeString:           classString,
	bson.TypeEmbeddedDocument: classDocument,
	bson.TypeArray:            classArray,
	bson.TypeBinary:           classBinary,
	bson.TypeObjectID:         classObjectID,
	bson.TypeBoolean:          classBoolean,
	bson.TypeDateTime:         classDate,
	bson.TypeTimestamp:        classTimestamp,
}

// class of a value that is missing is that of null: so MongoDB compares it.
func (v value) class() class {
	switch v.kind {
	case bson.TypeString:
		return classString
	case bson.TypeDouble, bson.TypeInt32, bson.TypeInt64:
		return classNumber
	case bson.TypeDateTime:
		return classDate
	case bson.TypeBoolean:
		return classBoolean
	case 0:
		return classNull
	}
	return classes[v.kind]
}

func (v value) missing() bool { return v.kind == 0 }

func (v value) isArray() bool { return v.kind == bson.TypeArray }

func (v value) isDocument() bool { return v.kind == bson.TypeEmbeddedDocument }

func (v value) text() []byte { return v.bytes[4 : len(v.bytes)-1] }

func (v value) int64() int64 {
	if v.kind == bson.TypeInt32 {
		return int64(int32(binary.LittleEndian.Uint32(v.bytes)))
	}
	return int64(binary.LittleEndian.Uint64(v.bytes))
}

func (v value) float64() float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v.bytes)) }

func (v value) isNaN() bool { return v.kind == bson.TypeDouble && math.IsNaN(v.float64()) }

// compare orders two values as MongoDB does: by class, then within it.
func compare(a, b value) int {
	class := a.class()
	if c := cmp.Compare(class, b.class()); c != 0 {
		return c
	}
	switch class {
	case classNumber:
		return compareNumbers(a, b)
	case classString:
		return bytes.Compare(a.text(), b.text())
	case classDocument:
		return compareElements(a, b, true)
	case classArray:
		return compareElements(a, b, false)
	case classBinary:
		return compareBinaries(a, b)
	case classObjectID:
		return bytes.Compare(a.bytes, b.bytes)
	case classBoolean:
		return cmp.Compare(a.bytes[0], b.bytes[0])
	case classDate:
		return cmp.Compare(a.int64(), b.int64())
	case classTimestamp:
		return cmp.Compare(uint64(a.int64()), uint64(b.int64()))
	}
	return 0
}

func compareNumbers(a, b value) int {
	switch {
	case a.kind != bson.TypeDouble && b.kind != bson.TypeDouble:
		return cmp.Compare(a.int64(), b.int64())
	case a.kind != bson.TypeDouble:
		return compareIntToFloat(a.int64(), b.float64())
	case b.kind != bson.TypeDouble:
		return -compareIntToFloat(b.int64(), a.float64())
	}
	return cmp.Compare(a.float64(), b.float64()) // NaN is below all numbers
}

// compareIntToFloat is exact where a conversion of the integer would round it.
func compareIntToFloat(i int64, f float64) int {
	switch {
	case math.IsNaN(f):
		return 1
	case f >= 1<<63:
		return -1
	case f < -(1 << 63):
		return 1
	}
	whole := math.Trunc(f)
	if c := cmp.Compare(i, int64(whole)); c != 0 {
		return c
	}
	return cmp.Compare(0, f-whole)
}

// compareElements compares element by element: the class, the name where names count,
// the value; what ends first is less.
func compareElements(a, b value, named bool) int {
	x, y := elements(a.bytes), elements(b.bytes)
	for {
		xMore, yMore := x.next(), y.next()
		if !xMore || !yMore {
			return compareBool(xMore, yMore)
		}
		if named {
			if c := cmp.Compare(x.value.class(), y.value.class()); c != 0 {
				return c
			}
			if c := bytes.Compare(x.key, y.key); c != 0 {
				return c
			}
		}
		if c := compare(x.value, y.value); c != 0 {
			return c
		}
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareBinaries compares length, kind and bytes.
func compareBinaries(a, b value) int {
	if c := cmp.Compare(len(a.bytes), len(b.bytes)); c != 0 {
		return c
	}
	return bytes.Compare(a.bytes[4:], b.bytes[4:])
}
