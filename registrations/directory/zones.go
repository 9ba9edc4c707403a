package directory

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Zones gives the IANA zones in which some people read times, by their ids; whoever has set none is
// left out. It is one look-up, however many they are.
func (d *Directory) Zones(ctx context.Context, people []string) (map[string]string, error) {
	// The zone first: few have set one, and the embedded engine compares in this order.
	cursor, err := d.store.humans.Find(ctx, bson.D{
		{Key: "timezone", Value: bson.M{"$gt": ""}}, {Key: "_id", Value: bson.M{"$in": people}},
	}, options.Find().SetProjection(bson.M{"timezone": 1}))
	if err != nil {
		return nil, fmt.Errorf("look up zones: %w", err)
	}
	var list []struct {
		ID   string `bson:"_id"`
		Zone string `bson:"timezone"`
	}
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("look up zones: %w", err)
	}
	zones := make(map[string]string, len(list))
	for _, p := range list {
		zones[p.ID] = p.Zone
	}
	return zones, nil
}
