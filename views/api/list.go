package api

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"capportal/events"
)

// The sizes of a page of a list.
const (
	usualLimit = 50
	mostLimit  = 200
)

// list is one page of a list.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor" doc:"of the page after this one; empty on the last"`
}

// cursor gives the rank behind which a page begins; empty for the first.
func (k *call) cursor() (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(k.q("cursor"))
	if err != nil || !utf8.Valid(raw) {
		return "", events.E(events.Invalid, "cursor_form", "query.cursor")
	}
	return string(raw), nil
}

func cursorOf(rank string) string { return base64.RawURLEncoding.EncodeToString([]byte(rank)) }

// pageOf gives the page that is asked for out of a whole list. Rank gives an item's place as text that
// sorts as the list does and is no other item's, so that what comes and goes between two pages makes
// the next neither skip nor repeat what stays. Each item is put into its answer's form only when it is
// on the page.
func pageOf[S, T any](k *call, all []S, rank func(S) string, show func(S) (T, error)) (list[T], error) {
	l := list[T]{Items: []T{}}
	limit, err := k.limit()
	if err != nil {
		return l, err
	}
	after, err := k.cursor()
	if err != nil {
		return l, err
	}
	type ranked struct {
		rank string
		item S
	}
	sorted := make([]ranked, len(all))
	for i, item := range all {
		sorted[i] = ranked{rank(item), item}
	}
	slices.SortFunc(sorted, func(x, y ranked) int { return strings.Compare(x.rank, y.rank) })
	from := 0
	if after != "" {
		from, _ = slices.BinarySearchFunc(sorted, after, func(r ranked, after string) int {
			if r.rank > after {
				return 1
			}
			return -1
		})
	}
	to := min(from+limit, len(sorted))
	for _, r := range sorted[from:to] {
		item, err := show(r.item)
		if err != nil {
			return l, err
		}
		l.Items = append(l.Items, item)
	}
	if to < len(sorted) {
		l.NextCursor = cursorOf(sorted[to-1].rank)
	}
	return l, nil
}
