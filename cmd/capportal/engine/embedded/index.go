package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/btree"
	"go.mongodb.org/mongo-driver/bson"
)

// document is one version of a document. It never changes.
type document struct {
	id  string
	raw bson.Raw
}

// entry is one place in an index. Entries of one key lie in the order of their _ids.
type entry struct {
	key string
	doc *document
}

func less(a, b entry) bool { return compareEntries(a, b) < 0 }

func compareEntries(a, b entry) int {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c
	}
	return strings.Compare(a.doc.id, b.doc.id)
}

func (b bound) compare(c bound) int {
	return cmp.Or(strings.Compare(b.key, c.key), strings.Compare(b.id, c.id))
}

func (b bound) entry() entry { return entry{b.key, &document{id: b.id}} }

// Definition says what an index is over.
type Definition struct {
	// Keys names the fields in order, all ascending. An _id at the end goes without
	// saying: entries that are the same in all fields lie in its order.
	Keys bson.D
	// Unique lets no two documents in the index agree in all fields. What is missing
	// counts as null.
	Unique bool
	// Partial is a filter, empty for none: only documents that match are in the index.
	Partial bson.D
}

// index is a definition and what it holds. The index on _id has no names.
type index struct {
	name       string
	definition Definition
	names      []string // of the fields, but for an _id at the end
	paths      []path
	slots      []int // of the paths' first names, in the sheets of the collection
	unique     bool
	partial    filter
	exists     map[string]bool // of a partial index: paths that are there in all it holds
	tree       *btree.BTreeG[entry]
	// odd holds the documents with an array on one of the paths, which have no one
	// place in the tree: whoever looks for something looks at them too.
	odd *btree.BTreeG[entry]
}

func newTree() *btree.BTreeG[entry] {
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true, Degree: 16})
}

func idIndex() *index { return &index{name: "_id_", tree: newTree(), odd: newTree(), unique: true} }

func newIndex(name string, d Definition) (*index, error) {
	x := &index{name: name, definition: d, unique: d.Unique, tree: newTree(), odd: newTree()}
	for i, e := range d.Keys {
		direction, ok := number(e.Value)
		if !ok || direction != 1 {
			return nil, fmt.Errorf("index %s: the embedded engine has only ascending indexes", name)
		}
		if e.Key == "_id" && i == len(d.Keys)-1 && !d.Unique {
			break
		}
		p, err := parsePath(e.Key)
		if err != nil || e.Key == "_id" {
			return nil, fmt.Errorf("index %s: the embedded engine has no index over %s in this place", name, e.Key)
		}
		x.names, x.paths = append(x.names, e.Key), append(x.paths, p)
	}
	if len(x.names) == 0 {
		return nil, fmt.Errorf("index %s has no field", name)
	}
	if len(d.Partial) > 0 {
		var err error
		if x.partial, err = compile(d.Partial); err != nil {
			return nil, fmt.Errorf("index %s: %w", name, err)
		}
		x.exists = x.partial.present()
	}
	return x, nil
}

// present lists the paths that are there in all that matches, if that is all that the
// filter asks; else nil.
func (f filter) present() map[string]bool {
	paths := map[string]bool{}
	for _, m := range f.every {
		a, ok := m.(at)
		if !ok {
			return nil
		}
		if _, ok := a.test.(present); !ok {
			return nil
		}
		paths[a.path.String()] = true
	}
	return paths
}

// copy is an index of its own that shares all it holds, until one of the two changes.
func (x *index) copy() *index {
	y := *x
	// Readers of x read on meanwhile: this touches nothing of x that a reader reads.
	y.tree, y.odd = x.tree.IsoCopy(), x.odd.IsoCopy()
	return &y
}

// place is where a document belongs in an index.
type place struct {
	none, odd bool
	key       string
}

// place finds it; the sheet is the document's.
func (x *index) place(d *document, sheet []value) place {
	if d == nil || !x.holds(d, sheet) {
		return place{none: true}
	}
	if len(x.paths) == 0 {
		return place{}
	}
	var room [128]byte
	b := room[:0]
	for i, p := range x.paths {
		v, err := p[1:].oneFrom(sheet[x.slots[i]])
		if err != nil {
			return place{odd: true}
		}
		b = appendKey(b, v)
	}
	return place{key: string(b)}
}

// holds says whether a document is in an index, which may be a partial one. One that is
// over a field that must be there, as most are, is told by the sheet.
func (x *index) holds(d *document, sheet []value) bool {
	if len(x.partial.every) == 0 {
		return true
	}
	for i, p := range x.paths {
		if len(p) == 1 && x.exists[p[0]] && len(x.exists) == 1 {
			return !sheet[x.slots[i]].missing()
		}
	}
	return x.partial.matches(d.raw)
}

// errDuplicate is wrapped by the error of a document that a unique index refuses.
var errDuplicate = errors.New("duplicate key")

// taken says whether another document has the place of this one in a unique index.
func (x *index) taken(p place, id string) (bool, error) {
	switch {
	case !x.unique || p.none:
		return false, nil
	case p.odd:
		return false, fmt.Errorf("index %s: an array in a unique index is not supported by the embedded engine", x.name)
	case len(x.paths) == 0:
		_, found := x.tree.Get(entry{doc: &document{id: id}})
		return found, nil
	}
	taken := false
	x.tree.Ascend(entry{p.key, &document{}}, func(e entry) bool {
		if e.key != p.key {
			return false
		}
		taken = e.doc.id != id
		return !taken
	})
	return taken, nil
}

// move puts a new version in the place of an old one; either may be nil.
func (x *index) move(old, new *document, from, to place) {
	if !from.none && (to.none || from != to) {
		x.holder(from).Delete(entry{from.key, old})
	}
	if !to.none {
		x.holder(to).Set(entry{x.shared(to), new})
	}
}

func (x *index) holder(p place) *btree.BTreeG[entry] {
	if p.odd {
		return x.odd
	}
	return x.tree
}

// shared is the key of a place, in the memory of an entry that has it already: an
// index over states and activities has few keys and many entries.
func (x *index) shared(p place) string {
	key := p.key
	if key != "" {
		x.tree.Ascend(entry{key, &document{}}, func(e entry) bool {
			if e.key == key {
				key = e.key
			}
			return false
		})
	}
	return key
}

// number reads an integer of any type.
func number(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}
