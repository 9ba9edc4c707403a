package api

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"

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

// limit reads how many items are asked for.
func (k *call) limit() (int, error) {
	s := k.q("limit")
	if s == "" {
		return usualLimit, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > mostLimit {
		return 0, events.E(events.Invalid, "number_range", "limit").With("min", 1).With("max", mostLimit)
	}
	return n, nil
}

// cursor gives the key behind which a page begins.
func (k *call) cursor() (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(k.q("cursor"))
	if err != nil {
		return "", events.E(events.Invalid, "cursor_form", "cursor")
	}
	return string(raw), nil
}

func cursorOf(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// pageOf cuts the page that is asked for out of a whole list in its order, each item put into its
// answer's form only when it is on the page. Key names an item; a cursor whose item is gone since
// begins anew behind where it stood is not known, so it is refused.
func pageOf[S, T any](k *call, all []S, key func(S) string, show func(S) (T, error)) (list[T], error) {
	l := list[T]{Items: []T{}}
	limit, err := k.limit()
	if err != nil {
		return l, err
	}
	after, err := k.cursor()
	if err != nil {
		return l, err
	}
	from := 0
	if after != "" {
		from = slices.IndexFunc(all, func(s S) bool { return key(s) == after }) + 1
		if from == 0 {
			return l, events.E(events.Invalid, "cursor_form", "cursor")
		}
	}
	for i := from; i < len(all) && i < from+limit; i++ {
		item, err := show(all[i])
		if err != nil {
			return l, err
		}
		l.Items = append(l.Items, item)
		if i+1 < len(all) && i+1 == from+limit {
			l.NextCursor = cursorOf(key(all[i]))
		}
	}
	return l, nil
}

// instant reads a query's point in time: RFC 3339, or a day, of which it is the beginning in UTC, or
// the end when end is asked for.
func (k *call) instant(name string, end bool) (time.Time, error) {
	s := k.q(name)
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, events.E(events.Invalid, "time_form", name)
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
