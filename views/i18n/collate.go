package i18n

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Collator compares texts in the order a language's readers expect: Algérie,
// Ecuador, Égypte, États-Unis; and Delegate 2 before Delegate 10. It belongs to
// one goroutine; Collate gives each its own.
type Collator struct {
	c *collate.Collator
}

// Collate returns a new collator for the language.
func (w *Words) Collate() *Collator {
	return &Collator{collate.New(language.Make(w.Tag()), collate.Numeric)}
}

// Compare returns -1, 0 or 1 as a stands before, with or after b. Texts that the
// language does not tell apart are ordered by their bytes, so that the order is
// always the same.
func (c *Collator) Compare(a, b string) int {
	if order := c.c.CompareString(a, b); order != 0 {
		return order
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// SortBy puts items into the language's order of one of their texts, in place;
// items of equal text keep their order. The text of each is asked for once.
func SortBy[T any](w *Words, items []T, text func(T) string) {
	type keyed struct {
		key  []byte
		item T
	}
	c := w.Collate().c
	buffer := &collate.Buffer{}
	rows := make([]keyed, len(items))
	for i, item := range items {
		rows[i] = keyed{c.KeyFromString(buffer, text(item)), item}
	}
	slices.SortStableFunc(rows, func(a, b keyed) int { return slices.Compare(a.key, b.key) })
	for i, row := range rows {
		items[i] = row.item
	}
}
