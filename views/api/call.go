package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// call is one request being served. It holds copies of all that it needs: an act that has begun in its
// activity's turn is finished even when its request has ended and its fiber.Ctx serves another.
type call struct {
	ctx     context.Context
	v       events.Visitor
	params  map[string]string
	queries map[string]string
	body    []byte
	answered
}

// answered is what the handler says about its answer besides the body.
type answered struct {
	status   int    // 0: the operation's own
	location string // of what was made; empty: nothing was
}

func newCall(c *fiber.Ctx, o operation) *call {
	k := &call{ctx: c.UserContext(), v: page.Of(c).Visitor, params: map[string]string{}, queries: map[string]string{}}
	for _, name := range pathParameters(o.path) {
		k.params[name] = strings.ToValidUTF8(strings.Clone(c.Params(name)), "\uFFFD")
	}
	for _, name := range append([]string{"limit", "cursor"}, o.queries...) {
		k.queries[name] = strings.ToValidUTF8(strings.Clone(c.Query(name)), "\uFFFD")
	}
	if o.in != nil {
		k.body = append([]byte(nil), c.Body()...)
	}
	return k
}

func (k *call) param(name string) string { return k.params[name] }
func (k *call) q(name string) string     { return k.queries[name] }

// word reads a query that is one of the words of a list; nothing is fine too.
func word[T ~string](k *call, name string, words []T) (T, error) {
	w := T(k.q(name))
	if w != "" && !events.Valid(w, words) {
		return "", events.E(events.Invalid, "choose_one", "query."+name)
	}
	return w, nil
}

// limit reads how many items are asked for.
func (k *call) limit() (int, error) {
	s := k.q("limit")
	if s == "" {
		return usualLimit, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > mostLimit {
		return 0, events.E(events.Invalid, "number_range", "query.limit").With("min", 1).With("max", mostLimit)
	}
	return n, nil
}

// instant reads a query's point in time: RFC 3339, or a day, of which it is the beginning in UTC, or
// the end when end is asked for.
func (k *call) instant(name string, end bool) (time.Time, error) {
	s := k.q(name)
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, events.E(events.Invalid, "instant_form", "query."+name)
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
