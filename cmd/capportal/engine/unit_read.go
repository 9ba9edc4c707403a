package engine

import (
	"context"
	"errors"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine/embedded"
)

// read asks the unit for the documents that a filter names by their _id; done is false when the question is
// the server's.
func read[R any](ctx context.Context, c unitCollection, filter any, ask func(ctx context.Context, here lungo.ICollection) (R, error)) (answer R, done bool, err error) {
	u, h := c.d.unitOf(ctx, c.ICollection)
	if u == nil {
		return answer, false, nil
	}
	ids := pins(filter)
	if len(ids) == 0 {
		return answer, false, nil
	}
	if err := u.load(ctx, h, ids); err != nil {
		return answer, true, err
	}
	if answer, err = ask(u.within(ctx), h.here); err == nil {
		return answer, true, nil
	}
	return answer, false, u.flush(ctx, h) // the embedded engine does not know how
}

func (c unitCollection) FindOne(ctx context.Context, f any, o ...*options.FindOneOptions) lungo.ISingleResult {
	f = c.spelt(ctx, f)
	ask := func(ctx context.Context, here lungo.ICollection) (lungo.ISingleResult, error) {
		r := here.FindOne(ctx, f, o...)
		return r, found(r.Err())
	}
	r, done, err := read(ctx, c, f, ask)
	if !done && err == nil {
		m := embedded.Merge(o)
		r, done, err = merged(ctx, c, f, &options.FindOptions{Sort: m.Sort, Skip: m.Skip, Limit: new(int64(1))}, ask)
	}
	if err != nil {
		return failed{err}
	}
	if done {
		return r
	}
	return c.ICollection.FindOne(ctx, f, o...)
}

// found takes for no error that there is no document.
func found(err error) error {
	if errors.Is(err, lungo.ErrNoDocuments) {
		return nil
	}
	return err
}

func (c unitCollection) Find(ctx context.Context, f any, o ...*options.FindOptions) (lungo.ICursor, error) {
	f = c.spelt(ctx, f)
	ask := func(ctx context.Context, here lungo.ICollection) (lungo.ICursor, error) {
		return here.Find(ctx, f, o...)
	}
	cursor, done, err := read(ctx, c, f, ask)
	if !done && err == nil {
		cursor, done, err = merged(ctx, c, f, embedded.Merge(o), ask)
	}
	if done || err != nil {
		return cursor, err
	}
	return c.ICollection.Find(ctx, f, append([]*options.FindOptions{options.Find().SetBatchSize(answerBatch)}, o...)...)
}

// answerBatch is how many documents of an answer come at once, unless somebody says otherwise. A server left
// to itself sends 101 first: a lease of 200 notices took three round trips more.
const answerBatch = 500

// merged asks the server, makes known what it answers, and then asks the unit, which has that and what
// waits; done is false when nothing waits and the question is not one to remember, or the embedded engine
// does not know how to ask.
func merged[R any](ctx context.Context, c unitCollection, f any, o *options.FindOptions, ask func(ctx context.Context, here lungo.ICollection) (R, error)) (answer R, done bool, err error) {
	u, h := c.d.unitOf(ctx, c.ICollection)
	if u == nil {
		return answer, false, nil
	}
	q := plainQuestion(f, o)
	if len(h.unsent) == 0 && len(q) == 0 {
		return answer, false, nil
	}
	if !h.answered(q) {
		cursor, err := h.server.Find(ctx, f, wider(o, len(h.unsent)))
		if err != nil {
			return answer, true, err
		}
		if err := u.keep(ctx, h, cursor); err != nil {
			return answer, true, err
		}
		for _, each := range q {
			h.asked[each] = true
		}
	}
	if answer, err = ask(u.within(ctx), h.here); err == nil {
		return answer, true, nil
	}
	return answer, false, u.flush(ctx, h)
}

// wider are the options with which the server is asked for whole documents, and for as many that enough
// are left where some have changed.
func wider(o *options.FindOptions, unsent int) *options.FindOptions {
	w := *o
	w.Projection, w.Skip = nil, nil
	if o.Limit != nil && *o.Limit > 0 {
		most := *o.Limit + int64(unsent)
		if o.Skip != nil {
			most += *o.Skip
		}
		w.Limit = &most
	}
	return &w
}

func (c unitCollection) CountDocuments(ctx context.Context, f any, o ...*options.CountOptions) (int64, error) {
	u, h := c.d.unitOf(ctx, c.ICollection)
	if u == nil || len(h.unsent) == 0 {
		return c.ICollection.CountDocuments(ctx, f, o...)
	}
	ids := make(bson.A, 0, len(h.unsent))
	for id := range h.unsent {
		ids = append(ids, id)
	}
	if m := embedded.Merge(o); m.Limit == nil && m.Skip == nil {
		here, err := h.here.CountDocuments(u.within(ctx), bson.M{"$and": bson.A{f, bson.M{"_id": bson.M{"$in": ids}}}})
		if err == nil {
			there, err := c.ICollection.CountDocuments(ctx, bson.M{"$and": bson.A{f, bson.M{"_id": bson.M{"$nin": ids}}}}, o...)
			return here + there, err
		}
	}
	if err := u.flush(ctx, h); err != nil {
		return 0, err
	}
	return c.ICollection.CountDocuments(ctx, f, o...)
}
