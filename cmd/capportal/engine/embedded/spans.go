package embedded

import (
	"slices"

	"go.mongodb.org/mongo-driver/bson"
)

// bound is a place in an index: before the entry of this key and _id.
type bound struct{ key, id string }

// span is what lies from one place to another, the second not included.
type span struct{ from, to bound }

// limits gathers what a filter asks of one field, where all of it must hold.
type limits struct {
	values   []value // of an equality or a list
	listed   bool
	from, to *comparison
}

// asked lists what must hold for a document to match, by path as it is written.
func (f filter) asked() map[string]*limits {
	var asked map[string]*limits
	for _, m := range f.every {
		a, ok := m.(at)
		if !ok {
			continue
		}
		name := a.path.String()
		l := asked[name]
		if l == nil {
			l = &limits{}
			if asked == nil {
				asked = map[string]*limits{}
			}
			asked[name] = l
		}
		l.add(a.test)
	}
	return asked
}

func (l *limits) add(t test) {
	switch t := t.(type) {
	case among:
		if !l.listed || len(t.values) < len(l.values) {
			l.values, l.listed = t.values, true
		}
	case comparison:
		switch t.operator {
		case "$eq":
			l.values, l.listed = []value{t.value}, true
		case "$gt", "$gte":
			l.from = &t
		default:
			l.to = &t
		}
	}
}

// mostSpans bounds how many places a plan looks at; lists that are longer together
// narrow nothing.
const mostSpans = 4096

// spansOf lists where in the index all lies that may match, and how many of the
// index's fields have one value there; nil if the index does not narrow anything.
func (x *index) spansOf(asked map[string]*limits) (spans []span, single int) {
	prefixes := []string{""}
	for i, name := range x.names {
		l := asked[name]
		switch {
		case l == nil:
			return closed(prefixes, i > 0), single
		case l.listed && len(prefixes)*len(l.values) <= mostSpans:
			prefixes = extended(prefixes, l.values)
			if single == i && len(l.values) == 1 {
				single++
			}
		case l.from != nil || l.to != nil:
			for _, p := range prefixes {
				spans = append(spans, l.span(p))
			}
			return sorted(spans), single
		default:
			return closed(prefixes, i > 0), single
		}
	}
	return x.byID(prefixes, asked["_id"]), single
}

// closed turns prefixes into the spans of all that begins with them.
func closed(prefixes []string, narrow bool) []span {
	if !narrow {
		return nil
	}
	spans := make([]span, len(prefixes))
	for i, p := range prefixes {
		spans[i] = span{bound{key: p}, bound{key: p + highest}}
	}
	return sorted(spans)
}

func extended(prefixes []string, values []value) []string {
	all := make([]string, 0, len(prefixes)*len(values))
	for _, p := range prefixes {
		for _, v := range values {
			all = append(all, string(appendKey([]byte(p), v)))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// span is where the values of a range lie behind a prefix; never outside their class.
func (l *limits) span(prefix string) span {
	one := l.from
	if one == nil {
		one = l.to
	}
	class := one.value.class()
	s := span{bound{key: prefix + string([]byte{byte(class)})}, bound{key: prefix + string([]byte{byte(class + 1)})}}
	if l.from != nil {
		key := string(appendKey([]byte(prefix), l.from.value))
		if l.from.operator == "$gt" {
			key += highest
		}
		s.from.key = key
	}
	if l.to != nil {
		key := string(appendKey([]byte(prefix), l.to.value))
		if l.to.operator == "$lte" {
			key += highest
		}
		s.to.key = key
	}
	return s
}

// byID narrows whole keys by what is asked of _id, by which entries of one key lie.
func (x *index) byID(keys []string, l *limits) []span {
	var spans []span
	for _, key := range keys {
		all := span{bound{key: key}, bound{key: key + highest}}
		switch {
		case l == nil:
			spans = append(spans, all)
		case l.listed:
			for _, v := range l.values {
				if v.kind == bson.TypeString {
					id := string(v.text())
					spans = append(spans, span{bound{key, id}, bound{key, id + "\x00"}})
				}
			}
		default:
			spans = append(spans, l.ids(all))
		}
	}
	if l == nil && len(x.names) == 0 {
		return nil
	}
	if spans == nil {
		spans = []span{} // nothing can match
	}
	return sorted(spans)
}

func (l *limits) ids(s span) span {
	if l.from != nil && l.from.value.kind == bson.TypeString {
		s.from.id = string(l.from.value.text())
		if l.from.operator == "$gt" {
			s.from.id += "\x00"
		}
	}
	if l.to != nil && l.to.value.kind == bson.TypeString {
		s.to = bound{s.from.key, string(l.to.value.text())}
		if l.to.operator == "$lte" {
			s.to.id += "\x00"
		}
	}
	return s
}

// sorted puts spans in order and drops what is there twice or empty. Spans of one plan
// are of one make: they are the same or they do not touch.
func sorted(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from.compare(b.from) })
	spans = slices.Compact(spans)
	return slices.DeleteFunc(spans, func(s span) bool { return s.from.compare(s.to) >= 0 })
}
