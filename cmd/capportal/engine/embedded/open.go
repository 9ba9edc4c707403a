package embedded

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Open builds an engine on what was stored, on all processors.
func Open(o Options, contents map[string]Contents) (*Engine, error) {
	all := roots{}
	loaded := map[string][]*document{}
	err := together(func(run func(func() error)) {
		for name, c := range contents {
			documents := make([]*document, len(c.Documents))
			loaded[name] = documents
			for from := 0; from < len(documents); from += batch {
				to := min(from+batch, len(documents))
				run(func() error { return load(documents[from:to], c.Documents[from:to]) })
			}
		}
	})
	if err != nil {
		return nil, err
	}
	err = together(func(run func(func() error)) {
		for name, c := range contents {
			built := newCollection(name)
			all[name] = built
			for index, d := range c.Indexes {
				x, err := newIndex(index, d)
				if err != nil {
					run(func() error { return err })
					return
				}
				built.indexes = append(built.indexes, x)
			}
			slices.SortFunc(built.indexes, func(a, b *index) int { return strings.Compare(a.name, b.name) })
			for _, x := range append([]*index{built.ids}, built.indexes...) {
				run(func() error {
					if err := x.build(loaded[name]); err != nil {
						return fmt.Errorf("collection %s: %w", name, err)
					}
					return nil
				})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	e := &Engine{Options: o}
	e.roots.Store(&all)
	return e, nil
}

// batch is how many documents are looked at in one go.
const batch = 512

func load(into []*document, from []Document) error {
	for i, d := range from {
		read, err := parse(d.Raw)
		if err != nil {
			return err
		}
		if read.id != d.ID {
			return errors.New("a document is kept under another's _id")
		}
		into[i] = read
	}
	return nil
}

// together runs what it is given on all processors.
func together(give func(run func(func() error))) error {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	give(g.Go)
	return g.Wait()
}
