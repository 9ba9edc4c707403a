package engine

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// noting marks the context of a transaction of one database with the collections that
// it has written to so far.
type noting struct{ d *DB }

type noted map[string]bool

// stampMongo runs a transaction and raises the stamps of what it may have written,
// whatever became of it: a result that nobody knows may have been a commit.
func (d *DB) stampMongo(ctx context.Context, fn func(ctx context.Context) error) error {
	n := noted{}
	defer func() {
		for collection := range n {
			d.changed(collection)
		}
	}()
	return d.transactMongo(context.WithValue(ctx, noting{d}, n), fn)
}

// wrote notes a write: for the end of its transaction, or at once when it stands alone.
func (d *DB) wrote(ctx context.Context, collection string) {
	if n, ok := ctx.Value(noting{d}).(noted); ok {
		n[collection] = true
		return
	}
	d.changed(collection)
}

// stampedDatabase is a MongoDB database whose collections note their writes.
type stampedDatabase struct {
	lungo.IDatabase
	d *DB
}

func (s stampedDatabase) Collection(name string, opts ...*options.CollectionOptions) lungo.ICollection {
	return stampedCollection{s.IDatabase.Collection(name, opts...), s.d}
}

// stampedCollection notes a write when it has ended, failed ones too: one whose answer
// was lost may have been made.
type stampedCollection struct {
	lungo.ICollection
	d *DB
}

func (c stampedCollection) BulkWrite(ctx context.Context, m []mongo.WriteModel, o ...*options.BulkWriteOptions) (*mongo.BulkWriteResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.BulkWrite(ctx, m, o...)
}

func (c stampedCollection) DeleteMany(ctx context.Context, f any, o ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.DeleteMany(ctx, f, o...)
}

func (c stampedCollection) DeleteOne(ctx context.Context, f any, o ...*options.DeleteOptions) (*mongo.DeleteResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.DeleteOne(ctx, f, o...)
}

func (c stampedCollection) Drop(ctx context.Context) error {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.Drop(ctx)
}

func (c stampedCollection) FindOneAndDelete(ctx context.Context, f any, o ...*options.FindOneAndDeleteOptions) lungo.ISingleResult {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.FindOneAndDelete(ctx, f, o...)
}

func (c stampedCollection) FindOneAndReplace(ctx context.Context, f, r any, o ...*options.FindOneAndReplaceOptions) lungo.ISingleResult {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.FindOneAndReplace(ctx, f, r, o...)
}

func (c stampedCollection) FindOneAndUpdate(ctx context.Context, f, u any, o ...*options.FindOneAndUpdateOptions) lungo.ISingleResult {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.FindOneAndUpdate(ctx, f, u, o...)
}

func (c stampedCollection) InsertMany(ctx context.Context, docs []any, o ...*options.InsertManyOptions) (*mongo.InsertManyResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.InsertMany(ctx, docs, o...)
}

func (c stampedCollection) InsertOne(ctx context.Context, doc any, o ...*options.InsertOneOptions) (*mongo.InsertOneResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.InsertOne(ctx, doc, o...)
}

func (c stampedCollection) ReplaceOne(ctx context.Context, f, r any, o ...*options.ReplaceOptions) (*mongo.UpdateResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.ReplaceOne(ctx, f, r, o...)
}

func (c stampedCollection) UpdateByID(ctx context.Context, id, u any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.UpdateByID(ctx, id, u, o...)
}

func (c stampedCollection) UpdateMany(ctx context.Context, f, u any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.UpdateMany(ctx, f, u, o...)
}

func (c stampedCollection) UpdateOne(ctx context.Context, f, u any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	defer c.d.wrote(ctx, c.Name())
	return c.ICollection.UpdateOne(ctx, f, u, o...)
}
