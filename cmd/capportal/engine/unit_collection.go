package engine

import (
	"context"
	"errors"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine/embedded"
)

// smallInsert is up to how many documents of one InsertMany wait with the rest; more are a bulk already.
const smallInsert = 64

// unitDatabase is a MongoDB database whose collections work through the unit of their transaction.
type unitDatabase struct {
	lungo.IDatabase
	d *DB
}

func (s unitDatabase) Collection(name string, opts ...*options.CollectionOptions) lungo.ICollection {
	return unitCollection{s.IDatabase.Collection(name, opts...), s.d}
}

// unitCollection reads and writes in the unit what a transaction names by its _id, and asks the server
// for the rest. Outside a transaction it is the server's.
type unitCollection struct {
	lungo.ICollection
	d *DB
}

// pinned gives the _id that a filter asks for, if it asks for one. Whatever else it asks is judged once
// that document is known. Of a document it gives its own.
func pinned(filter any) (id string, ok bool) {
	raw, err := bson.Marshal(filter)
	if err != nil {
		return "", false
	}
	return bson.Raw(raw).Lookup("_id").StringValueOK()
}

// pins gives the _ids that a filter asks for: by one, or by nothing but a list of them.
func pins(filter any) []string {
	raw, err := bson.Marshal(filter)
	if err != nil {
		return nil
	}
	v := bson.Raw(raw).Lookup("_id")
	if id, ok := v.StringValueOK(); ok {
		return []string{id}
	}
	if fields, err := bson.Raw(raw).Elements(); err != nil || len(fields) != 1 {
		return nil
	}
	var ids []string
	for _, v := range listed(v) {
		id, ok := v.StringValueOK()
		if !ok {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

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

// write writes in the unit what names its documents by their _id, new ones or such as are there; done
// is false when the writing is the server's, which has been told by then of all that waited.
func write[R any](ctx context.Context, c unitCollection, ids []string, fresh []string, act func(ctx context.Context, here lungo.ICollection) (R, error)) (result R, done bool, err error) {
	u, h := c.d.unitOf(ctx, c.ICollection)
	if u == nil {
		return result, false, nil
	}
	if len(ids)+len(fresh) > 0 {
		if err := u.load(ctx, h, ids); err != nil {
			return result, true, err
		}
		h.expect(fresh)
		if result, err = act(u.within(ctx), h.here); err == nil {
			if err = u.settle(ctx, h, ids); err == nil {
				err = u.settle(ctx, h, fresh)
			}
			return result, true, err
		}
	}
	if err := u.flush(ctx, h); err != nil {
		return result, true, err
	}
	return result, false, u.forget(ctx, h)
}

func (c unitCollection) InsertOne(ctx context.Context, doc any, o ...*options.InsertOneOptions) (*mongo.InsertOneResult, error) {
	var fresh []string
	if id, ok := pinned(doc); ok {
		fresh = []string{id}
	}
	result, done, err := write(ctx, c, nil, fresh, func(ctx context.Context, here lungo.ICollection) (*mongo.InsertOneResult, error) {
		return here.InsertOne(ctx, doc, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.InsertOne(ctx, doc, o...)
}

func (c unitCollection) InsertMany(ctx context.Context, docs []any, o ...*options.InsertManyOptions) (*mongo.InsertManyResult, error) {
	var fresh []string
	for _, doc := range docs {
		id, ok := pinned(doc)
		if !ok || len(docs) > smallInsert {
			fresh = nil
			break
		}
		fresh = append(fresh, id)
	}
	result, done, err := write(ctx, c, nil, fresh, func(ctx context.Context, here lungo.ICollection) (*mongo.InsertManyResult, error) {
		return here.InsertMany(ctx, docs, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.InsertMany(ctx, docs, o...)
}

// named gives the _id that a filter asks for as a list of one, or none.
func named(filter any) []string {
	if id, ok := pinned(filter); ok {
		return []string{id}
	}
	return nil
}

func (c unitCollection) ReplaceOne(ctx context.Context, f, r any, o ...*options.ReplaceOptions) (*mongo.UpdateResult, error) {
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.UpdateResult, error) {
		return here.ReplaceOne(ctx, f, r, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.ReplaceOne(ctx, f, r, o...)
}

func (c unitCollection) UpdateOne(ctx context.Context, f, with any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.UpdateResult, error) {
		return here.UpdateOne(ctx, f, with, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.UpdateOne(ctx, f, with, o...)
}

func (c unitCollection) UpdateByID(ctx context.Context, id, with any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	return c.UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, with, o...)
}

func (c unitCollection) UpdateMany(ctx context.Context, f, with any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.UpdateResult, error) {
		return here.UpdateMany(ctx, f, with, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.UpdateMany(ctx, f, with, o...)
}

func (c unitCollection) DeleteOne(ctx context.Context, f any, o ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.DeleteResult, error) {
		return here.DeleteOne(ctx, f, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.DeleteOne(ctx, f, o...)
}

func (c unitCollection) DeleteMany(ctx context.Context, f any, o ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.DeleteResult, error) {
		return here.DeleteMany(ctx, f, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.DeleteMany(ctx, f, o...)
}

func (c unitCollection) BulkWrite(ctx context.Context, models []mongo.WriteModel, o ...*options.BulkWriteOptions) (*mongo.BulkWriteResult, error) {
	ids, fresh := c.bulk(ctx, models)
	result, done, err := write(ctx, c, ids, fresh, func(ctx context.Context, here lungo.ICollection) (*mongo.BulkWriteResult, error) {
		return here.BulkWrite(ctx, models, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.BulkWrite(ctx, models, o...)
}

// bulk gives the _ids that a bulk writes to and those that it inserts; none if it is for the server:
// something in it names no _id, or nothing of it is known, so that the server needs but the bulk.
func (c unitCollection) bulk(ctx context.Context, models []mongo.WriteModel) (ids, fresh []string) {
	_, h := c.d.unitOf(ctx, c.ICollection)
	if h == nil {
		return nil, nil
	}
	near := false
	for _, m := range models {
		var filter any
		switch m := m.(type) {
		case *mongo.InsertOneModel:
			id, ok := pinned(m.Document)
			if !ok {
				return nil, nil
			}
			fresh = append(fresh, id)
			continue
		case *mongo.ReplaceOneModel:
			filter = m.Filter
		case *mongo.UpdateOneModel:
			filter = m.Filter
		case *mongo.DeleteOneModel:
			filter = m.Filter
		}
		id, ok := pinned(filter)
		if !ok {
			return nil, nil
		}
		_, known := h.known[id]
		near = near || known
		ids = append(ids, id)
	}
	if !near && len(models) > 1 {
		return nil, nil
	}
	return ids, fresh
}

func (c unitCollection) FindOne(ctx context.Context, f any, o ...*options.FindOneOptions) lungo.ISingleResult {
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
	return c.ICollection.Find(ctx, f, o...)
}

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

// failed is the answer that an error is given in.
type failed struct{ err error }

func (f failed) Decode(any) error               { return f.err }
func (f failed) DecodeBytes() (bson.Raw, error) { return nil, f.err }
func (f failed) Raw() (bson.Raw, error)         { return nil, f.err }
func (f failed) Err() error                     { return f.err }
