package engine

import (
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

// failed is the answer that an error is given in.
type failed struct{ err error }

func (f failed) Decode(any) error               { return f.err }
func (f failed) DecodeBytes() (bson.Raw, error) { return nil, f.err }
func (f failed) Raw() (bson.Raw, error)         { return nil, f.err }
func (f failed) Err() error                     { return f.err }
