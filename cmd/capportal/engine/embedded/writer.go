package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"maps"

	"go.mongodb.org/mongo-driver/bson"
)

// writer is one call that writes to a collection of a transaction.
type writer struct {
	*written
	done []step
	room []byte // for a document in the making
}

// step is one document written: before and after, nil for none.
type step struct{ old, new *document }

func (w *writer) put(old, new *document) error {
	if err := w.swap(old, new); err != nil {
		return err
	}
	s := step{old, new}
	w.done = append(w.done, s)
	w.written.ids[s.id()] = true
	return nil
}

func (s step) id() string {
	if s.new != nil {
		return s.new.id
	}
	return s.old.id
}

// undo takes everything back, the last first: what was there before fits again.
func (w *writer) undo() {
	for i := len(w.done) - 1; i >= 0; i-- {
		_ = w.swap(w.done[i].new, w.done[i].old)
	}
}

// read makes a document of what a store hands over.
func read(from any) (*document, error) {
	if from == nil {
		return nil, errors.New("a document is missing")
	}
	raw, err := bson.Marshal(from)
	if err != nil {
		return nil, err
	}
	return parse(raw)
}

// parse takes BSON as a document, if it is whole and has an _id. It begins with that,
// as MongoDB stores it.
func parse(raw []byte) (*document, error) {
	if err := valid(raw); err != nil {
		return nil, err
	}
	id, ok := lookup(raw, "_id")
	if !ok || id.kind != bson.TypeString {
		return nil, errors.New("the document has no _id that is a text")
	}
	if first := elements(raw); first.next() && string(first.key) != "_id" {
		raw = idFirst(raw)
	}
	return &document{string(id.text()), raw}, nil
}

func idFirst(raw []byte) []byte {
	sorted := make([]byte, 4, len(raw))
	copy(sorted, raw)
	var others []byte
	for e := elements(raw); ; {
		before := e.rest
		if !e.next() {
			break
		}
		whole := before[:len(before)-len(e.rest)]
		if string(e.key) == "_id" {
			sorted = append(sorted, whole...)
		} else {
			others = append(others, whole...)
		}
	}
	return append(append(sorted, others...), 0)
}

func (w *writer) insert(d *document) error { return w.put(nil, d) }

// replace puts a document in the place of another, whose _id it takes or must have.
func (w *writer) replace(old *document, with any) (modified bool, err error) {
	raw, err := bson.Marshal(with)
	if err != nil {
		return false, err
	}
	if err := valid(raw); err != nil {
		return false, err
	}
	if first := elements(raw); first.next() && len(first.key) > 0 && first.key[0] == '$' {
		return false, errors.New("a replacement is a document, without operators")
	}
	if _, ok := lookup(raw, "_id"); !ok {
		id := elements(old.raw) // begins with it
		id.next()
		raw = finish(append(appendElement(make([]byte, 4), id), raw[4:len(raw)-1]...), 0)
	}
	return w.exchange(old, raw)
}

// update changes a document as an update says.
func (w *writer) update(old *document, u update) (modified bool, err error) {
	if len(u.edits) > 0 {
		if raw, ok := splice(w.room[:0], old.raw, u.edits); ok {
			if w.room = raw; string(raw) == string(old.raw) {
				return false, nil
			}
			return w.exchange(old, bytes.Clone(raw))
		}
	}
	var d bson.D
	if err := bson.Unmarshal(old.raw, &d); err != nil {
		return false, fmt.Errorf("read the document: %w", err)
	}
	if err := u.apply(&d, false); err != nil {
		return false, err
	}
	raw, err := bson.Marshal(d)
	if err != nil {
		return false, err
	}
	return w.exchange(old, raw)
}

func (w *writer) exchange(old *document, raw []byte) (modified bool, err error) {
	new, err := parse(raw)
	if err != nil {
		return false, err
	}
	if new.id != old.id {
		return false, errors.New("the _id of a document cannot be changed")
	}
	if string(new.raw) == string(old.raw) {
		return false, nil
	}
	return true, w.put(old, new)
}

// define adds those indexes that are not there, all or none.
func (w *writer) define(names []string, definitions []Definition) error {
	c := w.written.collection
	before, added := *c, map[string]Definition{}
	for i, name := range names {
		isNew, err := c.define(name, definitions[i])
		if err != nil {
			*c = before
			return err
		}
		if isNew {
			added[name] = definitions[i]
		}
	}
	if w.written.indexes == nil {
		w.written.indexes = added
	}
	maps.Copy(w.written.indexes, added)
	return nil
}
