package engine

import (
	"context"
	"slices"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// smallBatch is up to how many documents of one call wait with the rest, or are remembered; more are a bulk
// already, which is dearer to hold than to send.
const smallBatch = 64

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
			for _, id := range slices.Concat(ids, fresh) {
				h.unsent[id] = true
			}
			return result, true, nil
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
		if !ok || len(docs) > smallBatch {
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

func (c unitCollection) ReplaceOne(ctx context.Context, f, r any, o ...*options.ReplaceOptions) (*mongo.UpdateResult, error) {
	f = c.spelt(ctx, f)
	result, done, err := write(ctx, c, named(f), nil, func(ctx context.Context, here lungo.ICollection) (*mongo.UpdateResult, error) {
		return here.ReplaceOne(ctx, f, r, o...)
	})
	if done || err != nil {
		return result, err
	}
	return c.ICollection.ReplaceOne(ctx, f, r, o...)
}

func (c unitCollection) UpdateOne(ctx context.Context, f, with any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	f = c.spelt(ctx, f)
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
