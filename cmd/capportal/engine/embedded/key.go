package embedded

import (
	"encoding/binary"
	"math"

	"go.mongodb.org/mongo-driver/bson"
)

// Keys are bytes that compare as the values do that they were made of. A key ends of
// itself, so that keys can be put one behind the other: what begins with a key K lies
// between K and K followed by highest.

// highest is above whatever may follow a key.
const highest = "\xff"

// Within a key: what ends a text or a list is less than what goes on.
const (
	ends   = 0x00
	escape = 0x01 // before a byte that could be taken for one of these two
	goesOn = 0x02
)

// appendKey appends the key of a value.
func appendKey(b []byte, v value) []byte {
	c := v.class()
	b = append(b, byte(c))
	switch c {
	case classNumber:
		return appendNumber(b, v)
	case classString:
		return appendText(b, v.text())
	case classDocument:
		for e := elements(v.bytes); e.next(); {
			b = append(b, goesOn, byte(e.value.class()))
			b = appendKey(appendText(b, e.key), e.value)
		}
		return append(b, ends)
	case classArray:
		for e := elements(v.bytes); e.next(); {
			b = appendKey(append(b, goesOn), e.value)
		}
		return append(b, ends)
	case classBinary:
		b = binary.BigEndian.AppendUint32(b, uint32(len(v.bytes)))
		return append(b, v.bytes[4:]...)
	case classObjectID, classBoolean:
		return append(b, v.bytes...)
	case classDate:
		return binary.BigEndian.AppendUint64(b, uint64(v.int64())^1<<63)
	case classTimestamp:
		return binary.BigEndian.AppendUint64(b, uint64(v.int64()))
	}
	return b
}

func appendText(b, text []byte) []byte {
	for _, c := range text {
		if c <= escape {
			b = append(b, escape)
			c++
		}
		b = append(b, c)
	}
	return append(b, ends)
}

// appendNumber gives one key to each number, whatever its type: the nearest double,
// then by how much an integer differs from that, at most 512.
func appendNumber(b []byte, v value) []byte {
	var f float64
	var beside int16
	if v.kind == bson.TypeDouble {
		f = v.float64()
	} else {
		i := v.int64()
		f = float64(i)
		if f == 1<<63 {
			beside = int16(uint64(i) - 1<<63)
		} else {
			beside = int16(i - int64(f))
		}
	}
	var bits uint64
	if !math.IsNaN(f) { // which is below all numbers
		if f == 0 {
			f = 0 // there is a negative one
		}
		if bits = math.Float64bits(f); bits>>63 == 1 {
			bits = ^bits
		} else {
			bits |= 1 << 63
		}
	}
	b = binary.BigEndian.AppendUint64(b, bits)
	return binary.BigEndian.AppendUint16(b, uint16(beside)^1<<15)
}
