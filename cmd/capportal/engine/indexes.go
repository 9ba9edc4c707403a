package engine

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// index is one index of one collection, its fields all ascending.
type index struct {
	collection string
	fields     string // separated by blanks
	unique     bool
	present    string // if set, only documents that have this field are in the index
}

// firstIndexes serve the queries of the first pages: what is filtered by, then the
// order of the list, which always ends in _id.
func firstIndexes() []index {
	return []index{
		{collection: "activities", fields: "slug", unique: true},
		{collection: "activities", fields: "parent _id"},
		{collection: "activities", fields: "state start _id"},
		{collection: "activities", fields: "end _id"},
		// A registration changes its state often, and a claim writes what it costs to move it in an index: hence
		// none is over state, and those over what few have hold those few.
		{collection: "registrations", fields: "activity _id"},
		// duplicate is set on living registrations only (design.md 4).
		{collection: "registrations", fields: "activity duplicate", unique: true, present: "duplicate"},
		{collection: "registrations", fields: "person_id _id", present: "person_id"},
		{collection: "registrations", fields: "email _id"},
		{collection: "registrations", fields: "organisation activity _id"},
		{collection: "registrations", fields: "activity pool queue _id", present: "queue"},
		{collection: "registrations", fields: "expires _id", present: "expires"},
		{collection: "invitations", fields: "activity organisation", unique: true},
		{collection: "invitations", fields: "organisation _id"},
		{collection: "organisations", fields: "group _id"},
		{collection: "organisations", fields: "region _id"},
		{collection: "people", fields: "email _id"},
		{collection: "people", fields: "role _id"},
		// twin is address and name: no two people share both.
		{collection: "people", fields: "twin", unique: true, present: "twin"},
		{collection: "people", fields: "organisation _id"},
		{collection: "seats", fields: "activity _id"},
		// A notice passes through several states, and in a transaction MongoDB 6.0 takes as long for an
		// index that moves as for all the rest of an update. So what is still to be sent has `due`, what
		// came to no good `ended`, and its state is in no index.
		{collection: "notices", fields: "due _id", present: "due"},
		{collection: "notices", fields: "urgent due _id", present: "urgent"},
		{collection: "notices", fields: "ended _id", present: "ended"},
		{collection: "notices", fields: "registration _id"},
		{collection: "notices", fields: "activity _id"},
		{collection: "notices", fields: "uid _id"},
		{collection: "signins", fields: "expires _id"},
		{collection: "signin_sessions", fields: "expires _id"},
		{collection: "signin_sessions", fields: "person _id"},
		{collection: "tokens", fields: "person _id"},
		{collection: "limits", fields: "expires _id"},
		{collection: "idempotency", fields: "expires _id"},
		{collection: "audit", fields: "day _id"},
	}
}

// createIndexes creates what is missing.
func (d *DB) createIndexes(ctx context.Context, list []index) error {
	models := map[string][]mongo.IndexModel{}
	var order []string
	for _, x := range list {
		if models[x.collection] == nil {
			order = append(order, x.collection)
		}
		models[x.collection] = append(models[x.collection], x.model())
	}
	create := func(ctx context.Context) error {
		for _, c := range order {
			if _, err := d.database.Collection(c).Indexes().CreateMany(ctx, models[c]); err != nil {
				return fmt.Errorf("create the indexes of %s: %w", c, err)
			}
		}
		return nil
	}
	if d.kind == MongoDB { // which creates none in a transaction
		return create(ctx)
	}
	return d.Transact(ctx, create)
}

func (x index) model() mongo.IndexModel {
	keys := bson.D{}
	for _, f := range strings.Fields(x.fields) {
		keys = append(keys, bson.E{Key: f, Value: int32(1)})
	}
	o := options.Index().SetName(strings.ReplaceAll(x.fields, " ", "_"))
	if x.unique {
		o.SetUnique(true)
	}
	if x.present != "" {
		o.SetPartialFilterExpression(bson.D{{Key: x.present, Value: bson.D{{Key: "$exists", Value: true}}}})
	}
	return mongo.IndexModel{Keys: keys, Options: o}
}
