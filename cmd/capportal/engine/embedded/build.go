package embedded

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// gathered are documents on their way into an index, in the order of their _ids.
type gathered struct {
	entries []entry
	odd     []*document
}

// add takes a document, if it belongs into the index; the sheet is the document's.
func (g *gathered) add(x *index, d *document, sheet []value) {
	switch p := x.place(d, sheet); {
	case p.odd:
		g.odd = append(g.odd, d)
	case !p.none:
		g.entries = append(g.entries, entry{p.key, d})
	}
}

// build fills an empty index.
func (x *index) build(parts ...gathered) error {
	n := 0
	for _, p := range parts {
		n += len(p.entries)
	}
	entries := make([]entry, 0, n)
	for _, p := range parts {
		entries = append(entries, p.entries...)
		for _, d := range p.odd {
			if x.unique {
				_, err := x.taken(place{odd: true}, d.id)
				return err
			}
			x.odd.Set(entry{"", d})
		}
	}
	sortEntries(entries)
	for i := range entries {
		if i > 0 && entries[i].key == entries[i-1].key {
			if x.unique && len(x.paths) > 0 || entries[i].doc.id == entries[i-1].doc.id {
				return fmt.Errorf("%w in index %s", errDuplicate, x.name)
			}
			entries[i].key = entries[i-1].key
		}
		x.tree.Load(entries[i])
	}
	// Loading leaves nodes with room for as much again. A copy of a node has none.
	x.tree = x.tree.IsoCopy()
	x.tree.ScanMut(func(entry) bool { return true })
	return nil
}

// sortEntries sorts by what follows the bytes that all keys begin with, eight bytes at
// once: comparing whole keys took a quarter of the time of opening a store.
func sortEntries(entries []entry) {
	if len(entries) == 0 {
		return
	}
	same := len(entries[0].key)
	for _, e := range entries {
		same = min(same, len(e.key))
		for e.key[:same] != entries[0].key[:same] {
			same--
		}
	}
	type headed struct {
		head uint64
		entry
	}
	all := make([]headed, len(entries))
	for i, e := range entries {
		var head [8]byte
		copy(head[:], e.key[same:])
		all[i] = headed{binary.BigEndian.Uint64(head[:]), e}
	}
	slices.SortFunc(all, func(a, b headed) int {
		if c := cmp.Compare(a.head, b.head); c != 0 {
			return c
		}
		return compareEntries(a.entry, b.entry)
	})
	for i := range all {
		entries[i] = all[i].entry
	}
}
