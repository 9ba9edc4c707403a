package embedded

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// act is one act of writing that has been read and checked.
type act func(w *writer, result *mongo.BulkWriteResult) error

// InsertOne inserts a document, whose _id must be a text.
func (h handle) InsertOne(ctx context.Context, from any, opts ...*options.InsertOneOptions) (*mongo.InsertOneResult, error) {
	if err := only(Merge(opts)); err != nil {
		return nil, err
	}
	d, err := read(from)
	if err != nil {
		return nil, err
	}
	if err := h.e.write(ctx, h.name, func(w *writer) error { return w.insert(d) }); err != nil {
		return nil, err
	}
	return &mongo.InsertOneResult{InsertedID: d.id}, nil
}

// InsertMany inserts all documents or, where it fails, none.
func (h handle) InsertMany(ctx context.Context, from []any, opts ...*options.InsertManyOptions) (*mongo.InsertManyResult, error) {
	o := Merge(opts)
	if err := only(o, "Ordered"); err != nil {
		return nil, err
	}
	if err := inOrder(o.Ordered); err != nil {
		return nil, err
	}
	if len(from) == 0 {
		return nil, mongo.ErrEmptySlice
	}
	documents := make([]*document, len(from))
	ids := make([]any, len(from))
	for i := range from {
		d, err := read(from[i])
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i, err)
		}
		documents[i], ids[i] = d, d.id
	}
	err := h.e.write(ctx, h.name, func(w *writer) error {
		for _, d := range documents {
			if err := w.insert(d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &mongo.InsertManyResult{InsertedIDs: ids}, nil
}

func inOrder(ordered *bool) error {
	if ordered != nil && !*ordered {
		return errors.New("the embedded engine writes in order")
	}
	return nil
}

// DeleteOne deletes the first document that matches.
func (h handle) DeleteOne(ctx context.Context, filter any, opts ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	return h.delete(ctx, filter, 1, opts)
}

// DeleteMany deletes all documents that match.
func (h handle) DeleteMany(ctx context.Context, filter any, opts ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	return h.delete(ctx, filter, 0, opts)
}

func (h handle) delete(ctx context.Context, filter any, limit int, opts []*options.DeleteOptions) (*mongo.DeleteResult, error) {
	if err := only(Merge(opts)); err != nil {
		return nil, err
	}
	a, err := deleting(filter, limit)
	result, err := h.do(ctx, a, err)
	return &mongo.DeleteResult{DeletedCount: result.DeletedCount}, err
}

func deleting(filter any, limit int) (act, error) {
	f, err := compile(filter)
	return func(w *writer, result *mongo.BulkWriteResult) error {
		for _, d := range w.find(query{filter: f, limit: limit}) {
			if err := w.put(d, nil); err != nil {
				return err
			}
			result.DeletedCount++
		}
		return nil
	}, err
}

// ReplaceOne puts a document in the place of the first that matches.
func (h handle) ReplaceOne(ctx context.Context, filter, with any, opts ...*options.ReplaceOptions) (*mongo.UpdateResult, error) {
	o := Merge(opts)
	if err := only(o); err != nil {
		return nil, err
	}
	a, err := replacing(filter, with)
	result, err := h.do(ctx, a, err)
	return updated(result), err
}

func replacing(filter, with any) (act, error) {
	f, err := compile(filter)
	if err == nil && with == nil {
		err = errors.New("a replacement is missing")
	}
	return func(w *writer, result *mongo.BulkWriteResult) error {
		for _, d := range w.find(query{filter: f, limit: 1}) {
			modified, err := w.replace(d, with)
			if err != nil {
				return err
			}
			result.MatchedCount++
			if modified {
				result.ModifiedCount++
			}
		}
		return nil
	}, err
}

// UpdateByID updates the document of an _id.
func (h handle) UpdateByID(ctx context.Context, id, with any, opts ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	return h.update(ctx, bson.D{{Key: "_id", Value: id}}, with, 1, opts)
}

// UpdateOne updates the first document that matches.
func (h handle) UpdateOne(ctx context.Context, filter, with any, opts ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	return h.update(ctx, filter, with, 1, opts)
}

// UpdateMany updates all documents that match.
func (h handle) UpdateMany(ctx context.Context, filter, with any, opts ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	return h.update(ctx, filter, with, 0, opts)
}

func (h handle) update(ctx context.Context, filter, with any, limit int, opts []*options.UpdateOptions) (*mongo.UpdateResult, error) {
	o := Merge(opts)
	if err := only(o, "Upsert"); err != nil {
		return nil, err
	}
	a, err := updating(filter, with, limit, o.Upsert != nil && *o.Upsert)
	result, err := h.do(ctx, a, err)
	return updated(result), err
}

func updated(r *mongo.BulkWriteResult) *mongo.UpdateResult {
	return &mongo.UpdateResult{MatchedCount: r.MatchedCount, ModifiedCount: r.ModifiedCount,
		UpsertedCount: r.UpsertedCount, UpsertedID: r.UpsertedIDs[0]}
}

func updating(filter, with any, limit int, upsert bool) (act, error) {
	f, err := compile(filter)
	if err != nil {
		return nil, err
	}
	u, err := parseUpdate(with)
	return func(w *writer, result *mongo.BulkWriteResult) error {
		found := w.find(query{filter: f, limit: limit})
		if len(found) == 0 && upsert {
			d, err := u.upserted(f)
			if err != nil {
				return err
			}
			result.UpsertedIDs[result.UpsertedCount] = d.id
			result.UpsertedCount++
			return w.insert(d)
		}
		for _, d := range found {
			modified, err := w.update(d, u)
			if err != nil {
				return err
			}
			result.MatchedCount++
			if modified {
				result.ModifiedCount++
			}
		}
		return nil
	}, err
}

// do runs an act, unless reading it failed.
func (h handle) do(ctx context.Context, a act, err error) (*mongo.BulkWriteResult, error) {
	if err != nil {
		return &mongo.BulkWriteResult{}, err
	}
	var result *mongo.BulkWriteResult
	err = h.e.write(ctx, h.name, func(w *writer) error {
		result = &mongo.BulkWriteResult{UpsertedIDs: map[int64]any{}}
		return a(w, result)
	})
	if err != nil {
		return &mongo.BulkWriteResult{}, err
	}
	return result, nil
}

// BulkWrite does one act after the other, all or none.
func (h handle) BulkWrite(ctx context.Context, models []mongo.WriteModel, opts ...*options.BulkWriteOptions) (*mongo.BulkWriteResult, error) {
	o := Merge(opts)
	if err := only(o, "Ordered"); err != nil {
		return nil, err
	}
	if err := inOrder(o.Ordered); err != nil {
		return nil, err
	}
	if len(models) == 0 {
		return nil, mongo.ErrEmptySlice
	}
	acts := make([]act, len(models))
	for i, m := range models {
		a, err := reading(m)
		if err != nil {
			return nil, fmt.Errorf("write %d: %w", i, err)
		}
		acts[i] = a
	}
	return h.do(ctx, func(w *writer, result *mongo.BulkWriteResult) error {
		for _, a := range acts {
			if err := a(w, result); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

func reading(m mongo.WriteModel) (act, error) {
	switch m := m.(type) {
	case *mongo.InsertOneModel:
		d, err := read(m.Document)
		return func(w *writer, result *mongo.BulkWriteResult) error {
			result.InsertedCount++
			return w.insert(d)
		}, err
	case *mongo.ReplaceOneModel:
		if m.Upsert == nil && m.Collation == nil {
			return replacing(m.Filter, m.Replacement)
		}
	case *mongo.UpdateOneModel:
		if m.ArrayFilters == nil && m.Collation == nil {
			return updating(m.Filter, m.Update, 1, m.Upsert != nil && *m.Upsert)
		}
	case *mongo.UpdateManyModel:
		if m.ArrayFilters == nil && m.Collation == nil {
			return updating(m.Filter, m.Update, 0, m.Upsert != nil && *m.Upsert)
		}
	case *mongo.DeleteOneModel:
		if m.Collation == nil {
			return deleting(m.Filter, 1)
		}
	case *mongo.DeleteManyModel:
		if m.Collation == nil {
			return deleting(m.Filter, 0)
		}
	}
	return nil, fmt.Errorf("%T: %w", m, errUnsupported)
}
