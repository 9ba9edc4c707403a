package engine

import (
	"maps"
	"slices"

	"capportal/cmd/capportal/engine/embedded"

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

const (
	// indexBucket holds the definitions of the indexes, one a key: collection, NUL, name.
	indexBucket = "~indexes"
	// documentKey begins the key of a document and tells that its _id, which follows, is
	// a text.
	documentKey = "s"
)

// definition is how an index is kept.
type definition struct {
	Keys    bson.D `bson:"keys"`
	Unique  bool   `bson:"unique"`
	Partial bson.D `bson:"partial,omitempty"`
}

// editsOf lists what a commit changes in the file.
func editsOf(changes []embedded.Change) ([]edit, error) {
	var edits []edit
	indexes := edit{bucket: indexBucket}
	for _, c := range changes {
		e := edit{bucket: c.Collection}
		for _, id := range c.Removed {
			e.removed = append(e.removed, []byte(documentKey+id))
		}
		for _, d := range c.Put {
			e.put = append(e.put, entry{[]byte(documentKey + d.ID), d.Raw})
		}
		if len(e.removed)+len(e.put) > 0 {
			edits = append(edits, e)
		}
		for _, name := range slices.Sorted(maps.Keys(c.Indexes)) {
			value, err := bson.Marshal(definition(c.Indexes[name]))
			if err != nil {
				return nil, err
			}
			indexes.put = append(indexes.put, entry{[]byte(c.Collection + "\x00" + name), value})
		}
	}
	if len(indexes.put) > 0 {
		edits = append(edits, indexes)
	}
	return edits, nil
}
