package embedded

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
)

// database is the one database of an engine.
type database struct {
	e    *Engine
	name string
}

// Database returns the engine's one database, which bears any name.
func (e *Engine) Database(name string) lungo.IDatabase { return database{e, name} }

func (d database) Collection(name string, _ ...*options.CollectionOptions) lungo.ICollection {
	return handle{d.e, name}
}

func (d database) Name() string { return d.name }

// ListCollectionNames lists the collections that hold something, in order.
func (d database) ListCollectionNames(ctx context.Context, filter any, _ ...*options.ListCollectionsOptions) ([]string, error) {
	f, err := compile(filter)
	if err != nil {
		return nil, err
	}
	if len(f.every) > 0 {
		return nil, errUnsupported
	}
	return d.e.names(ctx)
}

func (e *Engine) names(ctx context.Context) ([]string, error) {
	all := map[string]bool{}
	note := func(r roots) {
		for name, c := range r {
			all[name] = c.len() > 0
		}
	}
	if e.closed.Load() {
		return nil, e.Closed
	}
	switch seen := ctx.Value(inside{e}).(type) {
	case *Transaction:
		seen.mu.Lock()
		defer seen.mu.Unlock()
		note(*seen.base)
		for name, c := range seen.changed {
			all[name] = c.len() > 0
		}
	case *roots:
		note(*seen)
	default:
		note(*e.roots.Load())
	}
	maps.DeleteFunc(all, func(_ string, holds bool) bool { return !holds })
	return slices.Sorted(maps.Keys(all)), nil
}

// What follows no store uses.

func (database) Aggregate(context.Context, any, ...*options.AggregateOptions) (lungo.ICursor, error) {
	return nil, errUnsupported
}

func (database) Client() lungo.IClient { return nil }

func (database) CreateCollection(context.Context, string, ...*options.CreateCollectionOptions) error {
	return errUnsupported
}

func (database) CreateView(context.Context, string, string, any, ...*options.CreateViewOptions) error {
	return errUnsupported
}

func (database) Drop(context.Context) error { return errUnsupported }

func (database) ListCollectionSpecifications(context.Context, any, ...*options.ListCollectionsOptions) ([]*mongo.CollectionSpecification, error) {
	return nil, errUnsupported
}

func (database) ListCollections(context.Context, any, ...*options.ListCollectionsOptions) (lungo.ICursor, error) {
	return nil, errUnsupported
}

func (database) ReadConcern() *readconcern.ReadConcern { return nil }

func (database) ReadPreference() *readpref.ReadPref { return nil }

func (database) RunCommand(context.Context, any, ...*options.RunCmdOptions) lungo.ISingleResult {
	return single{err: errUnsupported}
}

func (database) RunCommandCursor(context.Context, any, ...*options.RunCmdOptions) (lungo.ICursor, error) {
	return nil, errUnsupported
}

func (database) Watch(context.Context, any, ...*options.ChangeStreamOptions) (lungo.IChangeStream, error) {
	return nil, errUnsupported
}

func (database) WriteConcern() *writeconcern.WriteConcern { return nil }

func (h handle) Name() string { return h.name }

func (h handle) Database() lungo.IDatabase { return database{h.e, ""} }

func (h handle) Indexes() lungo.IIndexView { return indexes{h} }

func (h handle) Clone(...*options.CollectionOptions) (lungo.ICollection, error) { return h, nil }

func (handle) Aggregate(context.Context, any, ...*options.AggregateOptions) (lungo.ICursor, error) {
	return nil, errUnsupported
}

func (handle) Distinct(context.Context, string, any, ...*options.DistinctOptions) ([]any, error) {
	return nil, errUnsupported
}

func (handle) Drop(context.Context) error { return errUnsupported }

func (handle) FindOneAndDelete(context.Context, any, ...*options.FindOneAndDeleteOptions) lungo.ISingleResult {
	return single{err: errUnsupported}
}

func (handle) FindOneAndReplace(context.Context, any, any, ...*options.FindOneAndReplaceOptions) lungo.ISingleResult {
	return single{err: errUnsupported}
}

func (handle) FindOneAndUpdate(context.Context, any, any, ...*options.FindOneAndUpdateOptions) lungo.ISingleResult {
	return single{err: errUnsupported}
}

func (handle) SearchIndexes() mongo.SearchIndexView { return mongo.SearchIndexView{} }

func (handle) Watch(context.Context, any, ...*options.ChangeStreamOptions) (lungo.IChangeStream, error) {
	return nil, errUnsupported
}

// indexes are the indexes of a collection as the migrations know them.
type indexes struct{ handle }

// CreateMany adds those indexes that are not there, all or none.
func (x indexes) CreateMany(ctx context.Context, models []mongo.IndexModel, _ ...*options.CreateIndexesOptions) ([]string, error) {
	names := make([]string, len(models))
	definitions := make([]Definition, len(models))
	for i, m := range models {
		var err error
		if names[i], definitions[i], err = readIndex(m); err != nil {
			return nil, err
		}
	}
	err := x.e.write(ctx, x.name, func(w *writer) error { return w.define(names, definitions) })
	return names, err
}

// CreateOne adds an index.
func (x indexes) CreateOne(ctx context.Context, m mongo.IndexModel, opts ...*options.CreateIndexesOptions) (string, error) {
	names, err := x.CreateMany(ctx, []mongo.IndexModel{m}, opts...)
	if err != nil {
		return "", err
	}
	return names[0], nil
}

func readIndex(m mongo.IndexModel) (string, Definition, error) {
	keys, ok := m.Keys.(bson.D)
	if !ok || m.Options == nil || m.Options.Name == nil {
		return "", Definition{}, errors.New("an index has a bson.D of keys, and a name")
	}
	if err := only(m.Options, "Name", "Unique", "PartialFilterExpression"); err != nil {
		return "", Definition{}, err
	}
	d := Definition{Keys: keys, Unique: m.Options.Unique != nil && *m.Options.Unique}
	if partial := m.Options.PartialFilterExpression; partial != nil {
		raw, err := bson.Marshal(partial)
		if err != nil {
			return "", Definition{}, err
		}
		if err := bson.Unmarshal(raw, &d.Partial); err != nil {
			return "", Definition{}, err
		}
	}
	return *m.Options.Name, d, nil
}

func (indexes) DropAll(context.Context, ...*options.DropIndexesOptions) (bson.Raw, error) {
	return nil, errUnsupported
}

func (indexes) DropOne(context.Context, string, ...*options.DropIndexesOptions) (bson.Raw, error) {
	return nil, errUnsupported
}

func (indexes) DropOneWithKey(context.Context, any, ...*options.DropIndexesOptions) (bson.Raw, error) {
	return nil, errUnsupported
}

func (indexes) List(context.Context, ...*options.ListIndexesOptions) (lungo.ICursor, error) {
	return nil, errUnsupported
}

func (indexes) ListSpecifications(context.Context, ...*options.ListIndexesOptions) ([]*mongo.IndexSpecification, error) {
	return nil, errUnsupported
}
