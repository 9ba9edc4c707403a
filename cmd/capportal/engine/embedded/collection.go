package embedded

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// collection is what a collection holds at one moment. Once it is committed it never
// changes; a transaction changes its own copy.
type collection struct {
	name    string
	ids     *index
	indexes []*index       // beside that by _id
	slots   map[string]int // of the fields that indexes are over, in a sheet
}

func newCollection(name string) *collection { return &collection{name: name, ids: idIndex()} }

// copy costs a few small allocations, however much the collection holds.
func (c *collection) copy() *collection {
	d := &collection{c.name, c.ids.copy(), make([]*index, len(c.indexes)), c.slots}
	for i, x := range c.indexes {
		d.indexes[i] = x.copy()
	}
	return d
}

func (c *collection) len() int { return c.ids.tree.Len() }

func (c *collection) get(id string) *document {
	e, _ := c.ids.tree.Get(entry{doc: &document{id: id}})
	return e.doc
}

func (c *collection) all() []*document {
	list := make([]*document, 0, c.len())
	c.ids.tree.Scan(func(e entry) bool {
		list = append(list, e.doc)
		return true
	})
	return list
}

// swap puts a new version in the place of an old one; without old it inserts, without
// new it deletes. It fails, and changes nothing, if a unique index has another document
// there.
func (c *collection) swap(old, new *document) error {
	if old == nil && c.get(new.id) != nil {
		return c.duplicate(c.ids)
	}
	moves := make([][2]place, len(c.indexes))
	before, after := c.sheet(old), c.sheet(new)
	for i, x := range c.indexes {
		moves[i] = [2]place{x.place(old, before), x.place(new, after)}
		if new == nil || moves[i][0] == moves[i][1] {
			continue
		}
		taken, err := x.taken(moves[i][1], new.id)
		if err != nil {
			return err
		}
		if taken {
			return c.duplicate(x)
		}
	}
	c.ids.move(old, new, place{none: old == nil}, place{none: new == nil})
	for i, x := range c.indexes {
		x.move(old, new, moves[i][0], moves[i][1])
	}
	return nil
}

// duplicate is the error that MongoDB's driver gives for a duplicate key, without the
// key, which may be a person's.
func (c *collection) duplicate(x *index) error {
	return mongo.WriteException{WriteErrors: mongo.WriteErrors{{
		Code:    11000,
		Message: fmt.Sprintf("E11000 duplicate key error collection: %s index: %s", c.name, x.name),
	}}}
}

// define adds an index; false if it is there already.
func (c *collection) define(name string, d Definition) (bool, error) {
	for _, x := range c.indexes {
		switch same := sameKeys(x.definition, d); {
		case same && x.name == name && x.definition.Unique == d.Unique && sameDocument(x.definition.Partial, d.Partial):
			return false, nil
		case same || x.name == name:
			return false, fmt.Errorf("collection %s has an index %s with other options", c.name, x.name)
		}
	}
	x, err := newIndex(name, d)
	if err != nil {
		return false, err
	}
	before := *c
	c.adopt(x)
	if err := x.build(c.gather(x)); err != nil {
		*c = before
		if errors.Is(err, errDuplicate) {
			err = c.duplicate(x)
		}
		return false, err
	}
	return true, nil
}

// adopt takes an index to the others, and gives its fields slots.
func (c *collection) adopt(x *index) {
	c.slots = maps.Clone(c.slots)
	if c.slots == nil {
		c.slots = map[string]int{}
	}
	for _, p := range x.paths {
		if _, ok := c.slots[p[0]]; !ok {
			c.slots[p[0]] = len(c.slots)
		}
		x.slots = append(x.slots, c.slots[p[0]])
	}
	c.indexes = append(slices.Clone(c.indexes), x)
	slices.SortFunc(c.indexes, func(a, b *index) int { return strings.Compare(a.name, b.name) })
}

// sheet gathers the fields that indexes are over, by their slots: going through a
// document once for each index took a third of the time of opening a store.
func (c *collection) sheet(d *document) []value {
	if d == nil || len(c.slots) == 0 {
		return nil
	}
	sheet := make([]value, len(c.slots))
	for e := elements(d.raw); e.next(); {
		if i, ok := c.slots[string(e.key)]; ok && sheet[i].missing() {
			sheet[i] = e.value
		}
	}
	return sheet
}

// gather takes all documents on their way into an index.
func (c *collection) gather(x *index) (g gathered) {
	for _, d := range c.all() {
		g.add(x, d, c.sheet(d))
	}
	return g
}

// every lists the indexes, that by _id first.
func (c *collection) every() []*index { return append([]*index{c.ids}, c.indexes...) }

func sameKeys(a, b Definition) bool {
	return slices.EqualFunc(a.Keys, b.Keys, func(x, y bson.E) bool { return x.Key == y.Key })
}

func sameDocument(a, b bson.D) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	x, errX := bson.Marshal(a)
	y, errY := bson.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
