package outbox

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// LeaseUnguarded is Lease without the guard of its write: the control of the race
// tests, which must fail with it.
func (o *Outbox) LeaseUnguarded(ctx context.Context, owner string, n int, d time.Duration) ([]Notice, error) {
	return o.leaseWhere(ctx, owner, n, d, func(ids []string, _ time.Time) bson.D { return bson.D{among(ids)} })
}

// Table is the table of states, by event.
func Table() map[string]map[State]State {
	table := map[string]map[State]State{}
	for _, t := range transitions {
		table[string(t.event)] = map[State]State{}
		for _, from := range t.from {
			table[string(t.event)][from] = t.to
		}
	}
	return table
}
