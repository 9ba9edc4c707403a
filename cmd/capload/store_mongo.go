package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"golang.org/x/sync/errgroup"
)

// onMongoDB fills a store over a connection of its own, which waits for no majority: a store to be
// measured is made once. The indexes of the large collections are taken away meanwhile and made
// again in the end, which is several times faster than to keep them at every write.
func (f *filling) onMongoDB(uri string, out *stored) error {
	u, err := url.Parse(uri)
	if err != nil {
		return err
	}
	client, err := mongo.Connect(f.ctx, options.Client().ApplyURI(uri).SetWriteConcern(writeconcern.W1()))
	if err != nil {
		return fmt.Errorf("reach MongoDB to fill a store: %w", err)
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(f.ctx)) }() // what was written has been answered
	f.base = client.Database(u.Path[1:])
	outer := f.ctx
	f.hands, f.ctx = errgroup.WithContext(outer)
	f.hands.SetLimit(4)
	taken := map[string][]bson.D{}
	for _, collection := range []string{"registrations", "notices", "people"} {
		if taken[collection], err = takeIndexes(outer, f.base, collection); err != nil {
			return err
		}
	}
	filled := f.all(out)
	if err := f.hands.Wait(); err != nil {
		return err // the first failure; what all met after it says less
	}
	if filled != nil {
		return filled
	}
	for collection, indexes := range taken {
		command := bson.D{{Key: "createIndexes", Value: collection}, {Key: "indexes", Value: indexes}}
		if err := f.base.RunCommand(outer, command).Err(); err != nil {
			return fmt.Errorf("make the indexes of %s again: %w", collection, err)
		}
	}
	return nil
}

// takeIndexes drops the indexes of a collection, but for that of _id, and gives what they were.
func takeIndexes(ctx context.Context, base *mongo.Database, collection string) ([]bson.D, error) {
	cursor, err := base.Collection(collection).Indexes().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the indexes of %s: %w", collection, err)
	}
	var all []bson.D
	if err := cursor.All(ctx, &all); err != nil {
		return nil, fmt.Errorf("list the indexes of %s: %w", collection, err)
	}
	var taken []bson.D
	for _, index := range all {
		if !slices.Contains(index, bson.E{Key: "name", Value: "_id_"}) {
			taken = append(taken, index)
		}
	}
	if _, err := base.Collection(collection).Indexes().DropAll(ctx); err != nil {
		return nil, fmt.Errorf("drop the indexes of %s: %w", collection, err)
	}
	return taken, nil
}
