package outbox

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// LeaseUnguarded is Lease without its guard: the control of the race tests, which must
// fail with it.
func (o *Outbox) LeaseUnguarded(ctx context.Context, owner string, n int, d time.Duration) ([]Notice, error) {
	return o.leaseWhere(ctx, owner, n, d, nil, func(ids []string, _ time.Time) bson.D { return bson.D{among(ids)} })
}

// Snapshot gives a leased notice a snapshot, as LeaseFixed would have given it.
func (o *Outbox) Snapshot(ctx context.Context, n Notice, snapshot any) error {
	done, err := o.update(ctx, "fix", append(held(n), missing("snapshot")), bson.D{{Key: "$set", Value: bson.D{{Key: "snapshot", Value: snapshot}}}})
	if err == nil && done == 0 {
		err = fmt.Errorf("%w: no snapshot was taken", ErrLost)
	}
	return err
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
