package seats

import (
	"context"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/events"
)

// ClaimUnguarded is Claim as it must not be: what is left is read first and the condition left out
// of the write's filter. It is the control of the race test: it overbooks.
func (s *Seats) ClaimUnguarded(ctx context.Context, activity string, pool events.Pool, between func()) (Outcome, error) {
	count, _, err := s.store.find(ctx, activity, pool)
	if err != nil || count.Left < 1 {
		return Full, err
	}
	between()
	_, err = s.store.c.UpdateOne(ctx, bson.M{"_id": id(activity, pool)}, bson.M{"$inc": withOrganisation(map[string]int{"left": -1}, "", 1)})
	return Taken, err
}
