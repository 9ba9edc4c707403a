package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
)

// order is how documents are to be sorted: by one field after the other, at the end
// by _id, so that no two documents are alike.
type order []by

type by struct {
	name     string
	path     path
	backward bool
}

// parseOrder reads a sort.
func parseOrder(from any) (order, error) {
	if from == nil {
		return nil, nil
	}
	list, ok := from.(bson.D)
	if !ok {
		return nil, errors.New("a sort is a bson.D: the order of its keys counts")
	}
	var o order
	for _, e := range list {
		p, err := parsePath(e.Key)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p, func(name string) bool { return name[0] >= '0' && name[0] <= '9' }) {
			return nil, fmt.Errorf("a sort by a place in an array, %s, is not supported by the embedded engine", e.Key)
		}
		direction, ok := number(e.Value)
		if !ok || direction != 1 && direction != -1 {
			return nil, fmt.Errorf("the sort by %s is neither 1 nor -1", e.Key)
		}
		o = append(o, by{e.Key, p, direction == -1})
	}
	if len(o) > 0 && o[len(o)-1].name != "_id" {
		return nil, errors.New("a sort must end in _id, or what it leaves open differs from engine to engine")
	}
	return o, nil
}

// sort sorts documents.
func (o order) sort(list []*document) {
	if len(o) == 0 {
		return
	}
	type keyed struct {
		*document
		keys [][]byte
	}
	all := make([]keyed, len(list))
	for i, d := range list {
		all[i] = keyed{d, make([][]byte, len(o))}
		for j, by := range o {
			all[i].keys[j] = by.key(d.raw)
		}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		for j, by := range o {
			c := bytes.Compare(a.keys[j], b.keys[j])
			if by.backward {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	for i := range all {
		list[i] = all[i].document
	}
}

// key is what a document is sorted by: of several values the least, or the greatest
// where the order goes backward; of an empty array less than any.
func (b by) key(document []byte) []byte {
	if v, err := b.path.one(document); err == nil {
		return appendKey(nil, v)
	}
	var best []byte
	b.path.keys(document, func(key []byte) {
		if c := bytes.Compare(key, best); best == nil || c < 0 != b.backward && c != 0 {
			best = key
		}
	})
	return best
}

// keys gives the keys of all values that a document is sorted by.
func (p path) keys(document []byte, yield func(key []byte)) {
	v, ok := lookup(document, p[0])
	if !ok {
		v = value{}
	}
	p[1:].keysFrom(v, yield)
}

func (p path) keysFrom(v value, yield func(key []byte)) {
	switch {
	case v.isDocument() && len(p) > 0:
		p.keys(v.bytes, yield)
	case !v.isArray() && len(p) > 0:
		yield(appendKey(nil, value{}))
	case !v.isArray():
		yield(appendKey(nil, v))
	default:
		p.keysOf(v, yield)
	}
}

func (p path) keysOf(array value, yield func(key []byte)) {
	e := elements(array.bytes)
	if len(p) == 0 && len(e.rest) == 0 {
		yield([]byte{byte(classEmpty)})
	}
	if len(p) > 0 && len(e.rest) == 0 {
		yield(appendKey(nil, value{}))
	}
	for e.next() {
		switch {
		case len(p) == 0:
			yield(appendKey(nil, e.value))
		case e.value.isDocument():
			p.keys(e.value.bytes, yield)
		default:
			yield(appendKey(nil, value{}))
		}
	}
}
