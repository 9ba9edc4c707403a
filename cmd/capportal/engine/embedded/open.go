package embedded

import (
	"fmt"
	"runtime"

	"go.mongodb.org/mongo-driver/bson"
	"golang.org/x/sync/errgroup"
)

// Loader takes what was stored and opens an engine on it: of each collection first the
// indexes, then the documents. It works on all processors while it is still being given
// some.
type Loader struct {
	collections map[string]*loading
	workers     errgroup.Group
}

// loading is a collection on its way.
type loading struct {
	*collection              // its indexes are empty
	parts       [][]gathered // of each batch of documents and of each index, that by _id first
}

// NewLoader returns a Loader that has been given nothing.
func NewLoader() *Loader {
	l := &Loader{collections: map[string]*loading{}}
	l.workers.SetLimit(runtime.GOMAXPROCS(0))
	return l
}

func (l *Loader) of(collection string) *loading {
	c := l.collections[collection]
	if c == nil {
		c = &loading{collection: newCollection(collection)}
		l.collections[collection] = c
	}
	return c
}

// Index takes the definition of an index of a collection of which no documents have come.
func (l *Loader) Index(collection, name string, d Definition) error {
	c := l.of(collection)
	if len(c.parts) > 0 {
		return fmt.Errorf("collection %s: index %s comes after documents", collection, name)
	}
	x, err := newIndex(name, d)
	if err != nil {
		return fmt.Errorf("collection %s: %w", collection, err)
	}
	c.adopt(x)
	return nil
}

// Documents takes documents of a collection, in the order of their _ids over all calls.
func (l *Loader) Documents(collection string, documents []Document) {
	c := l.of(collection)
	indexes := c.every()
	into := make([]gathered, len(indexes))
	c.parts = append(c.parts, into)
	l.workers.Go(func() error {
		for i := range into {
			into[i].entries = make([]entry, 0, len(documents))
		}
		for _, d := range documents {
			read, err := parse(d.Raw)
			if err != nil {
				return fmt.Errorf("collection %s: %w", collection, err)
			}
			if read.id != d.ID {
				return fmt.Errorf("collection %s: a document is kept under another's _id", collection)
			}
			sheet := c.sheet(read)
			for i, x := range indexes {
				into[i].add(x, read, sheet)
			}
		}
		return nil
	})
}

// Wait waits for what is being worked at, and says whether the documents are whole.
func (l *Loader) Wait() error { return l.workers.Wait() }

// Open builds the indexes and returns the engine. The Loader is of no use after.
func (l *Loader) Open(o Options) (*Engine, error) {
	if err := l.Wait(); err != nil {
		return nil, err
	}
	all := roots{}
	for name, c := range l.collections {
		all[name] = c.collection
		for i, x := range c.every() {
			l.workers.Go(func() error {
				parts := make([]gathered, len(c.parts))
				for j := range parts {
					parts[j] = c.parts[j][i]
				}
				if err := x.build(parts...); err != nil {
					return fmt.Errorf("collection %s: %w", name, err)
				}
				return nil
			})
		}
	}
	if err := l.Wait(); err != nil {
		return nil, err
	}
	e := New(o)
	e.roots.Store(&all)
	return e, nil
}

// Document is a document as it is stored: its _id and its BSON, which nobody changes.
type Document struct {
	ID  string
	Raw bson.Raw
}
