package engine

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

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

// spelt gives a filter as BSON where it is about to be looked at in several places.
func (c unitCollection) spelt(ctx context.Context, filter any) any {
	if u, _ := c.d.unitOf(ctx, c.ICollection); u == nil {
		return filter
	}
	if raw := spelt(filter); raw != nil {
		return raw
	}
	return filter
}

// failed is the answer that an error is given in.
type failed struct{ err error }

func (f failed) Decode(any) error               { return f.err }
func (f failed) DecodeBytes() (bson.Raw, error) { return nil, f.err }
func (f failed) Raw() (bson.Raw, error)         { return nil, f.err }
func (f failed) Err() error                     { return f.err }
