package embedded

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsontype"
)

// element walks the elements of a document or an array that valid has found whole.
type element struct {
	rest  []byte
	key   []byte
	value value
}

func elements(document []byte) element {
	return element{rest: document[4 : len(document)-1]}
}

// next moves to the next element, if there is one.
func (e *element) next() bool {
	if len(e.rest) == 0 {
		return false
	}
	end := 1 + bytes.IndexByte(e.rest[1:], 0)
	e.key = e.rest[1:end]
	body := e.rest[end+1:]
	n := size(bsontype.Type(e.rest[0]), body)
	e.value = value{bsontype.Type(e.rest[0]), body[:n:n]}
	e.rest = body[n:]
	return true
}

// size is the length of a value at the beginning of what follows it; -1 if the type is
// none that a document may hold, or the length does not stand there.
func size(t bsontype.Type, b []byte) int {
	n := -1
	switch t {
	case bson.TypeNull:
		return 0
	case bson.TypeBoolean:
		return 1
	case bson.TypeInt32:
		return 4
	case bson.TypeDouble, bson.TypeInt64, bson.TypeDateTime, bson.TypeTimestamp:
		return 8
	case bson.TypeObjectID:
		return 12
	case bson.TypeString:
		n = 4
	case bson.TypeBinary:
		n = 5
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		n = 0
	}
	if n < 0 || len(b) < 4 {
		return -1
	}
	return n + int(int32(binary.LittleEndian.Uint32(b)))
}

// lookup finds an element by name; the first, should there be two.
func lookup(document []byte, name string) (value, bool) {
	for e := elements(document); e.next(); {
		if string(e.key) == name {
			return e.value, true
		}
	}
	return value{}, false
}

// maxDocument is the most bytes a document may have: MongoDB takes no more.
const maxDocument = 16 << 20

// maxDepth is how deep documents and arrays may nest: MongoDB takes no more.
const maxDepth = 100

var errMalformed = errors.New("the document is malformed")

// valid says whether a document is whole and holds only values of known types; all
// else in this package relies on it.
func valid(document []byte) error {
	if len(document) > maxDocument {
		return fmt.Errorf("the document has %d bytes, more than %d", len(document), maxDocument)
	}
	return validDocument(document, 1)
}

func validDocument(document []byte, depth int) error {
	if len(document) < 5 || int(int32(binary.LittleEndian.Uint32(document))) != len(document) || document[len(document)-1] != 0 {
		return errMalformed
	}
	if depth > maxDepth {
		return errors.New("the document nests too deep")
	}
	for rest := document[4 : len(document)-1]; len(rest) > 0; {
		t := bsontype.Type(rest[0])
		end := bytes.IndexByte(rest[1:], 0)
		if end < 0 {
			return errMalformed
		}
		body := rest[2+end:]
		if classes[t] == 0 {
			return fmt.Errorf("the document holds a value of type %s, which is not supported", t)
		}
		n := size(t, body)
		if n < 0 || n > len(body) {
			return errMalformed
		}
		if err := validValue(value{t, body[:n]}, depth); err != nil {
			return err
		}
		rest = body[n:]
	}
	return nil
}

func validValue(v value, depth int) error {
	switch v.kind {
	case bson.TypeString:
		if len(v.bytes) < 5 || v.bytes[len(v.bytes)-1] != 0 {
			return errMalformed
		}
	case bson.TypeBinary:
		if len(v.bytes) < 5 {
			return errMalformed
		}
	case bson.TypeBoolean:
		if v.bytes[0] > 1 {
			return errMalformed
		}
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return validDocument(v.bytes, depth+1)
	}
	return nil
}
