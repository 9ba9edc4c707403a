package embedded

import (
	"encoding/binary"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsontype"
)

// edit is what an update does to one field: it gives it a value, takes it away, adds to
// it, or does something to fields of the document that it holds.
type edit struct {
	name  string
	does  byte // set, unset, add; 0: below
	value value
	below []edit
}

const (
	set byte = 1 + iota
	unset
	add
)

var spliced = map[string]byte{"$set": set, "$unset": unset, "$inc": add}

// editsOf reads an update of nothing but these; nil where it has other operators, or
// paths that touch, or touches the _id. What takes fields away comes last, so that those
// that are added lie in the order in which the update names them.
func editsOf(update []byte) []edit {
	var edits, last []edit
	for operator := elements(update); operator.next(); {
		does := spliced[string(operator.key)]
		if does == 0 {
			return nil
		}
		list := &edits
		if does == unset {
			list = &last
		}
		for e := elements(operator.value.bytes); e.next(); {
			if does == add && !e.value.isInteger() {
				return nil
			}
			*list = append(*list, edit{string(e.key), does, e.value, nil})
		}
	}
	var tree []edit
	for _, e := range append(edits, last...) {
		if e.name == "_id" || strings.HasPrefix(e.name, "_id.") || !plant(&tree, e) {
			return nil
		}
	}
	return tree
}

// plant puts an edit of a path where it belongs; false if another is in its way.
func plant(tree *[]edit, e edit) bool {
	name, rest, deeper := strings.Cut(e.name, ".")
	i := slices.IndexFunc(*tree, func(o edit) bool { return o.name == name })
	switch {
	case !deeper && i < 0:
		*tree = append(*tree, e)
		return true
	case !deeper:
		return false
	case i < 0:
		*tree, i = append(*tree, edit{name: name}), len(*tree)
	case (*tree)[i].does != 0:
		return false
	}
	e.name = rest
	return plant(&(*tree)[i].below, e)
}

// splice appends the document with the edits made; false where they meet what only the
// long way knows: a path that leads through something else than documents, or a sum of
// something else than integers.
//
// What becomes of a notice that is sent takes half a µs this way; to read the document,
// change it and write it took 29, and 150 allocations.
func splice(b, document []byte, edits []edit) ([]byte, bool) {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	made := make([]bool, len(edits))
	for e := elements(document); ; {
		before := e.rest
		if !e.next() {
			break
		}
		i := slices.IndexFunc(edits, func(o edit) bool { return o.name == string(e.key) })
		if i < 0 || made[i] {
			b = append(b, before[:len(before)-len(e.rest)]...)
			continue
		}
		made[i] = true
		var ok bool
		if b, ok = edits[i].change(b, e); !ok {
			return b, false
		}
	}
	for i := range edits {
		if !made[i] {
			b = edits[i].create(b)
		}
	}
	return finish(b, at), true
}

// change appends the field as it becomes.
func (o *edit) change(b []byte, e element) ([]byte, bool) {
	switch o.does {
	case unset:
		return b, true
	case set:
		return appendElement(b, element{key: e.key, value: o.value}), true
	case add:
		sum, ok := plus(e.value, o.value)
		return appendElement(b, element{key: e.key, value: sum}), ok
	}
	if !e.value.isDocument() {
		return b, false
	}
	return splice(appendName(b, bson.TypeEmbeddedDocument, o.name), e.value.bytes, o.below)
}

// create appends the field where there was none, if it gets a value.
func (o *edit) create(b []byte) []byte {
	switch {
	case o.does == unset || o.does == 0 && !o.creates():
		return b
	case o.does != 0:
		return appendElement(b, element{key: []byte(o.name), value: o.value})
	}
	b, _ = splice(appendName(b, bson.TypeEmbeddedDocument, o.name), nothing, o.below) // there is nothing to meet
	return b
}

// creates tells whether anything gets a value.
func (o *edit) creates() bool {
	return o.does == set || o.does == add || slices.ContainsFunc(o.below, func(o edit) bool { return o.creates() })
}

// nothing is a document without fields.
var nothing = []byte{5, 0, 0, 0, 0}

func appendName(b []byte, t bsontype.Type, name string) []byte {
	return append(append(append(b, byte(t)), name...), 0)
}

func (v value) isInteger() bool { return v.kind == bson.TypeInt32 || v.kind == bson.TypeInt64 }

// plus adds integers; false if there is another number, or the sum is out of bounds.
func plus(a, b value) (value, bool) {
	if !a.isInteger() || !b.isInteger() {
		return a, false
	}
	x, y := a.int64(), b.int64()
	sum := x + y
	if (sum > x) != (y > 0) && y != 0 {
		return a, false
	}
	if a.kind == bson.TypeInt64 || b.kind == bson.TypeInt64 {
		return value{bson.TypeInt64, binary.LittleEndian.AppendUint64(nil, uint64(sum))}, true
	}
	return value{bson.TypeInt32, binary.LittleEndian.AppendUint32(nil, uint32(sum))}, sum == int64(int32(sum))
}
