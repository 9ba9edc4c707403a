package outbox

import (
	"context"

	"go.mongodb.org/mongo-driver/bson"
)

// Recover ends all leases, whoever holds them, and returns how many: for a process that
// starts and has the store to itself, where only a process that died can hold one. What
// it left in the middle is then taken up at once and not when the lease runs out. The
// attempt counts, since the mail may have been on its way.
func (o *Outbox) Recover(ctx context.Context) (int, error) {
	return o.update(ctx, "recover", bson.D{{Key: "due", Value: ever()}, {Key: "state", Value: Sending}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "lease_until", Value: o.clock()}}}})
}
