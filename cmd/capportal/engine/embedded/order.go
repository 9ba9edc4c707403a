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
	x := &extreme{backward: b.backward}
	b.path.any(document, x)
	if x.best == nil {
		return []byte{byte(classEmpty)}
	}
	return x.best
}

// extreme finds the least or the greatest of the values it tests, and passes none.
type extreme struct {
	backward bool
	best     []byte
}

func (x *extreme) passes(v value) bool {
	if v.isArray() { // its elements have been there
		return false
	}
	key := appendKey(nil, v)
	if c := bytes.Compare(key, x.best); x.best == nil || c < 0 != x.backward && c != 0 {
		x.best = key
	}
	return false
}
