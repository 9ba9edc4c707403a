package engine

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// Clock gives the time of the database's own clock, UTC: a MongoDB server's, else this machine's.
// Instances that share a database must agree on the time, since leases are judged by it.
func (d *DB) Clock(ctx context.Context) (time.Time, error) {
	if d.kind != MongoDB {
		return time.Now().UTC(), nil
	}
	var h struct {
		LocalTime time.Time `bson:"localTime"`
	}
	err := d.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
	if err != nil {
		return time.Time{}, fault(ErrUnreachable, err, "no MongoDB server that can be written to answers (%v)", brief(err))
	}
	return h.LocalTime.UTC(), nil
}
