package embedded

import (
	"errors"
	"fmt"
	"runtime"

	"go.mongodb.org/mongo-driver/bson"
	"golang.org/x/sync/errgroup"
)

// Loader takes what was stored and opens an engine on it. It works on all processors
// while it is still being given documents.
type Loader struct {
	collections map[string]*loading
	workers     errgroup.Group
}

// loading is a collection on its way.
type loading struct {
	batches [][]*document
	indexes map[string]Definition
}

// batch is how many documents are looked at in one go.
const batch = 512

// NewLoader returns a Loader that has been given nothing.
func NewLoader() *Loader {
	l := &Loader{collections: map[string]*loading{}}
	l.workers.SetLimit(runtime.GOMAXPROCS(0))
	return l
}

func (l *Loader) of(collection string) *loading {
	c := l.collections[collection]
	if c == nil {
		c = &loading{}
		l.collections[collection] = c
	}
	return c
}

// Documents takes documents of a collection, in the order of their _ids over all calls.
func (l *Loader) Documents(collection string, documents []Document) {
	into := make([]*document, len(documents))
	c := l.of(collection)
	c.batches = append(c.batches, into)
	l.workers.Go(func() error {
		for i, d := range documents {
			read, err := parse(d.Raw)
			if err != nil {
				return fmt.Errorf("collection %s: %w", collection, err)
			}
			if read.id != d.ID {
				return fmt.Errorf("collection %s: a document is kept under another's _id", collection)
			}
			into[i] = read
		}
		return nil
	})
}

// Index takes the definition of an index.
func (l *Loader) Index(collection, name string, d Definition) {
	c := l.of(collection)
	if c.indexes == nil {
		c.indexes = map[string]Definition{}
	}
	c.indexes[name] = d
}

// Wait waits for what is being worked at, and says whether the documents are whole.
func (l *Loader) Wait() error { return l.workers.Wait() }

// Open builds the indexes and returns the engine. The Loader is of no use after.
func (l *Loader) Open(o Options) (*Engine, error) {
	if err := l.Wait(); err != nil {
		return nil, err
	}
	all := roots{}
	var build errgroup.Group
	build.SetLimit(runtime.GOMAXPROCS(0))
	for name, from := range l.collections {
		c := newCollection(name)
		for index, d := range from.indexes {
			x, err := newIndex(index, d)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("collection %s: %w", name, err), build.Wait())
			}
			c.adopt(x)
		}
		all[name] = c
		build.Go(func() error {
			if err := c.load(from.batches); err != nil {
				return fmt.Errorf("collection %s: %w", name, err)
			}
			return nil
		})
	}
	if err := build.Wait(); err != nil {
		return nil, err
	}
	e := New(o)
	e.roots.Store(&all)
	return e, nil
}

// load fills an empty collection.
func (c *collection) load(batches [][]*document) error {
	indexes := append([]*index{c.ids}, c.indexes...)
	var documents []*document
	for _, b := range batches {
		documents = append(documents, b...)
	}
	places := make([][]place, len(indexes))
	for i := range places {
		places[i] = make([]place, len(documents))
	}
	var workers errgroup.Group
	for from := 0; from < len(documents); from += 8 * batch {
		workers.Go(func() error {
			for i := from; i < min(from+8*batch, len(documents)); i++ {
				sheet := c.sheet(documents[i])
				for j, x := range indexes {
					places[j][i] = x.place(documents[i], sheet)
				}
			}
			return nil
		})
	}
	_ = workers.Wait()
	for j, x := range indexes {
		workers.Go(func() error { return x.build(documents, places[j]) })
	}
	return workers.Wait()
}

// Document is a document as it is stored: its _id and its BSON, which nobody changes.
type Document struct {
	ID  string
	Raw bson.Raw
}
