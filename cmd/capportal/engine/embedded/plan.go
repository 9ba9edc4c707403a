package embedded

import (
	"slices"
	"sort"

	"github.com/tidwall/btree"
)

// plan says where to look for what a filter may match, and in what order.
type plan struct {
	index    *index
	spans    []span // in order, none overlapping; nil is all there is
	ordered  bool   // what is found comes in the order that was asked for
	backward bool
	entries  int // how many there are to look at
}

// fewEntries are looked at sooner than a better plan is found.
const fewEntries = 4

// choose finds the index that leaves the least to be looked at, or, where only the
// first few in an order are asked for, the one in whose order they come soonest.
func (c *collection) choose(f filter, o order, enough int) plan {
	asked := f.asked()
	best := c.ids.plan(asked, o)
	plans := []plan{best}
	for _, x := range c.indexes {
		if best.entries <= fewEntries {
			return best
		}
		if !x.implied(asked) {
			continue
		}
		p := x.plan(asked, o)
		plans = append(plans, p)
		if p.entries < best.entries || p.entries == best.entries && p.ordered && !best.ordered {
			best = p
		}
	}
	if len(o) == 0 || best.ordered || enough == 0 {
		return best
	}
	// At most best.entries match. Spread evenly, enough of them come up in an ordered
	// index before all of it has been looked at.
	matches, cost := float64(best.entries), float64(best.entries)
	for _, p := range plans {
		if need := float64(enough) * float64(p.entries) / matches; p.ordered && need < cost {
			best, cost = p, need
		}
	}
	return best
}

// implied says whether all that may match is in the index.
func (x *index) implied(asked map[string]*limits) bool {
	if len(x.partial.every) == 0 {
		return true
	}
	if x.exists == nil {
		return false
	}
	for name := range x.exists {
		if l := asked[name]; l == nil || !l.present() {
			return false
		}
	}
	return true
}

// present says whether nothing that is missing can be within the limits.
func (l *limits) present() bool {
	if l.listed {
		return !slices.ContainsFunc(l.values, func(v value) bool { return v.class() == classNull })
	}
	return l.from != nil && l.from.value.class() != classNull || l.to != nil && l.to.value.class() != classNull
}

func (x *index) plan(asked map[string]*limits, o order) plan {
	spans, single := x.spansOf(asked)
	p := plan{index: x, spans: spans, entries: x.tree.Len()}
	if spans != nil {
		p.entries = x.count(spans)
	}
	if x.odd.Len() == 0 && len(o) > 0 {
		p.ordered, p.backward = x.follows(o, single, asked)
	}
	p.entries += x.odd.Len()
	return p
}

// follows says whether entries that agree in the first fields lie in the order.
func (x *index) follows(o order, single int, asked map[string]*limits) (yes, backward bool) {
	rest := x.names[single:]
	var left order
	for _, by := range o {
		if !slices.Contains(x.names[:single], by.name) {
			left = append(left, by)
		}
	}
	if len(left) != len(rest)+1 {
		return false, false
	}
	for i, by := range left {
		if by.backward != left[0].backward || i < len(rest) && by.name != rest[i] || i == len(rest) && by.name != "_id" {
			return false, false
		}
	}
	return true, left[0].backward
}

// few spans are counted one by one; of more, the first stand for the rest.
const fewSpans = 16

// count says how many entries lie in the spans, without looking at them.
func (x *index) count(spans []span) int {
	if len(x.names) == 0 && len(spans) > fewSpans {
		return len(spans) // a list of _ids
	}
	n := 0
	for i, s := range spans {
		if i == fewSpans {
			return n * len(spans) / fewSpans
		}
		n += max(0, rank(x.tree, s.to)-rank(x.tree, s.from))
	}
	return n
}

// rank is how many entries lie before a place.
func rank(tree *btree.BTreeG[entry], b bound) int {
	return sort.Search(tree.Len(), func(i int) bool {
		e, _ := tree.GetAt(i)
		return b.compare(bound{e.key, e.doc.id}) <= 0
	})
}

// each hands over what may match, in the order of the plan, until it is told to stop.
// Documents with an array on a path of the index come last.
func (p plan) each(yield func(d *document) bool) {
	more := true
	walk := func(e entry) bool {
		more = yield(e.doc)
		return more
	}
	spans := p.spans
	if spans == nil {
		spans = []span{{bound{}, bound{key: highest}}}
	}
	for i := range spans {
		s := spans[i]
		if p.backward {
			s = spans[len(spans)-1-i]
		}
		p.within(s, walk)
		if !more {
			return
		}
	}
	p.index.odd.Scan(walk)
}

func (p plan) within(s span, walk func(e entry) bool) {
	if p.backward {
		p.index.tree.Descend(s.to.entry(), func(e entry) bool {
			at := bound{e.key, e.doc.id}
			if at.compare(s.to) >= 0 {
				return true
			}
			return at.compare(s.from) >= 0 && walk(e)
		})
		return
	}
	p.index.tree.Ascend(s.from.entry(), func(e entry) bool {
		return s.to.compare(bound{e.key, e.doc.id}) > 0 && walk(e)
	})
}
