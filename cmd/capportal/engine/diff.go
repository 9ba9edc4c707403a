package engine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/256dpi/lungo"
	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	"go.mongodb.org/mongo-driver/bson"
)

// edit is what one commit changes in one bucket: first the keys removed, then the
// values put.
type edit struct {
	bucket  string
	removed [][]byte
	put     []entry
}

type entry struct{ key, value []byte }

// indexBucket holds the definitions of the indexes, one a key: collection, NUL, name.
const indexBucket = "~indexes"

// defaultIndex is the index on _id that each collection has by itself.
const defaultIndex = "_id_"

// diff lists what differs between two catalogs of lungo, the second made from the
// first. A collection whose pointer is the same is the same. In the others a
// document is replaced in its place by a new pointer, removed, or added at the end,
// so that the lists are walked in step and only new pointers are looked at.
func diff(before, after *lungo.Catalog) ([]edit, error) {
	var edits []edit
	indexes := edit{bucket: indexBucket}
	for _, h := range handles(before, after) {
		if h == lungo.Oplog {
			continue
		}
		if h[0] != databaseName {
			return nil, fmt.Errorf("the embedded engine holds one database, not %q", h[0])
		}
		a, b := before.Namespaces[h], after.Namespaces[h]
		if a == b {
			continue
		}
		e := edit{bucket: h[1]}
		if err := e.documents(list(a), list(b)); err != nil {
			return nil, fmt.Errorf("collection %s: %w", h[1], err)
		}
		if len(e.removed)+len(e.put) > 0 {
			edits = append(edits, e)
		}
		if err := indexes.definitions(h[1], a, b); err != nil {
			return nil, fmt.Errorf("collection %s: %w", h[1], err)
		}
	}
	if len(indexes.removed)+len(indexes.put) > 0 {
		edits = append(edits, indexes)
	}
	return edits, nil
}

func handles(before, after *lungo.Catalog) []lungo.Handle {
	all := maps.Clone(before.Namespaces)
	maps.Copy(all, after.Namespaces)
	return slices.SortedFunc(maps.Keys(all), func(a, b lungo.Handle) int {
		return bytes.Compare([]byte(a.String()), []byte(b.String()))
	})
}

func list(c *mongokit.Collection) bsonkit.List {
	if c == nil {
		return nil
	}
	return c.Documents.List
}

// documents walks two lists. Whatever their order, the edit is right: each old
// document not met again is removed before each new one is put.
func (e *edit) documents(before, after bsonkit.List) error {
	i := 0
	for _, doc := range after {
		for i < len(before) && before[i] != doc && !bytes.Equal(keyOf(before[i]), keyOf(doc)) {
			e.removed = append(e.removed, keyOf(before[i]))
			i++
		}
		if i < len(before) && before[i] == doc {
			i++
			continue
		}
		value, err := bson.Marshal(doc)
		if err != nil {
			return err
		}
		if i < len(before) { // the same _id: replaced in its place
			old, err := bson.Marshal(before[i])
			if err != nil {
				return err
			}
			i++
			if bytes.Equal(old, value) {
				continue
			}
		}
		e.put = append(e.put, entry{keyOf(doc), value})
	}
	for ; i < len(before); i++ {
		e.removed = append(e.removed, keyOf(before[i]))
	}
	return nil
}

// keyOf is the key of a document in its bucket: a letter for the type of its _id,
// then the _id itself.
func keyOf(doc bsonkit.Doc) []byte {
	id := bsonkit.Get(doc, "_id")
	if s, ok := id.(string); ok {
		return append([]byte{'s'}, s...)
	}
	t, b, err := bson.MarshalValue(id)
	if err != nil {
		return fmt.Appendf(nil, "?%v", id)
	}
	return append([]byte{'b', byte(t)}, b...)
}

// definition is how an index is kept.
type definition struct {
	Keys    bson.D `bson:"keys"`
	Unique  bool   `bson:"unique"`
	Partial bson.D `bson:"partial,omitempty"`
}

func (e *edit) definitions(collection string, before, after *mongokit.Collection) error {
	a, err := definitions(before)
	if err != nil {
		return err
	}
	b, err := definitions(after)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if b[name] == nil {
			e.removed = append(e.removed, indexKey(collection, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if !bytes.Equal(a[name], b[name]) {
			e.put = append(e.put, entry{indexKey(collection, name), b[name]})
		}
	}
	return nil
}

func indexKey(collection, name string) []byte {
	return []byte(collection + "\x00" + name)
}

func definitions(c *mongokit.Collection) (map[string][]byte, error) {
	if c == nil || len(c.Indexes) == 1 {
		return nil, nil
	}
	m := map[string][]byte{}
	for name, index := range c.Indexes {
		if name == defaultIndex {
			continue
		}
		config := index.Config()
		d := definition{Keys: *config.Key, Unique: config.Unique}
		if config.Partial != nil {
			d.Partial = *config.Partial
		}
		b, err := bson.Marshal(d)
		if err != nil {
			return nil, err
		}
		m[name] = b
	}
	return m, nil
}
