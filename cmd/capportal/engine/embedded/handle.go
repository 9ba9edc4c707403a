package embedded

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// handle is a collection as the stores know it.
type handle struct {
	e    *Engine
	name string
}

// only refuses an option that is set and neither obeyed here nor a mere hint.
func only(opts any, known ...string) error {
	v := reflect.ValueOf(opts).Elem()
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		if !field.IsZero() && !slices.Contains(known, name) && !slices.Contains(hints, name) {
			return fmt.Errorf("the embedded engine has no option %s", name)
		}
	}
	return nil
}

// hints are options that ask for speed or patience and change no result.
var hints = []string{"Comment", "Hint", "MaxTime", "MaxAwaitTime", "BatchSize", "NoCursorTimeout", "AllowDiskUse"}

// newQuery reads a filter and the options that go with it.
func newQuery(filter, sort any, skip, limit *int64) (q query, err error) {
	if q.filter, err = compile(filter); err != nil {
		return q, err
	}
	if q.order, err = parseOrder(sort); err != nil {
		return q, err
	}
	if q.skip, err = amount("skip", skip); err != nil {
		return q, err
	}
	q.limit, err = amount("limit", limit)
	return q, err
}

func amount(what string, n *int64) (int, error) {
	if n == nil {
		return 0, nil
	}
	if *n < 0 || *n > math.MaxInt32 {
		return 0, fmt.Errorf("a %s of %d is not supported by the embedded engine", what, *n)
	}
	return int(*n), nil
}

func (h handle) find(ctx context.Context, q query) (found []*document, err error) {
	err = h.e.read(ctx, h.name, func(c *collection) error {
		found = c.find(q)
		return nil
	})
	return found, err
}

// Find returns a cursor over what matches now: later writes do not show in it.
func (h handle) Find(ctx context.Context, filter any, opts ...*options.FindOptions) (lungo.ICursor, error) {
	o := Merge(opts)
	if err := only(o, "Sort", "Skip", "Limit", "Projection"); err != nil {
		return nil, err
	}
	q, err := newQuery(filter, o.Sort, o.Skip, o.Limit)
	if err != nil {
		return nil, err
	}
	p, err := parseProjection(o.Projection)
	if err != nil {
		return nil, err
	}
	found, err := h.find(ctx, q)
	if err != nil {
		return nil, err
	}
	return &cursor{found: found, projection: p}, nil
}

// FindOne returns the first that matches.
func (h handle) FindOne(ctx context.Context, filter any, opts ...*options.FindOneOptions) lungo.ISingleResult {
	o := Merge(opts)
	if err := only(o, "Sort", "Skip", "Projection"); err != nil {
		return single{err: err}
	}
	one := int64(1)
	q, err := newQuery(filter, o.Sort, o.Skip, &one)
	if err != nil {
		return single{err: err}
	}
	p, err := parseProjection(o.Projection)
	if err != nil {
		return single{err: err}
	}
	found, err := h.find(ctx, q)
	if err != nil {
		return single{err: err}
	}
	if len(found) == 0 {
		return single{err: lungo.ErrNoDocuments}
	}
	return single{raw: p.of(found[0].raw)}
}

// CountDocuments counts what matches.
func (h handle) CountDocuments(ctx context.Context, filter any, opts ...*options.CountOptions) (int64, error) {
	o := Merge(opts)
	if err := only(o, "Skip", "Limit"); err != nil {
		return 0, err
	}
	q, err := newQuery(filter, nil, o.Skip, o.Limit)
	if err != nil {
		return 0, err
	}
	n := 0
	err = h.e.read(ctx, h.name, func(c *collection) error {
		if q.skip == 0 && q.limit == 0 {
			n = c.count(q.filter)
		} else {
			n = len(c.find(q))
		}
		return nil
	})
	return int64(n), err
}

// EstimatedDocumentCount is exact here.
func (h handle) EstimatedDocumentCount(ctx context.Context, opts ...*options.EstimatedDocumentCountOptions) (int64, error) {
	if err := only(Merge(opts)); err != nil {
		return 0, err
	}
	n := 0
	err := h.e.read(ctx, h.name, func(c *collection) error {
		if c != nil {
			n = c.len()
		}
		return nil
	})
	return int64(n), err
}

var errUnsupported = errors.New("the embedded engine does not support this: no store uses it")
