package seats

import (
	"context"
	"fmt"

	"github.com/256dpi/lungo"

	"capportal/events"
)

// Outcome is what a claim met.
type Outcome string

// The outcomes of a claim.
const (
	Taken            Outcome = "taken"
	Full             Outcome = "pool_full"
	OrganisationFull Outcome = "organisation_seats_full"
)

// Unlimited is the limit of an organisation that may take every seat there is.
const Unlimited = -1

// Count is what stands in a pool.
type Count struct {
	Pool     events.Pool `bson:"pool"`
	Capacity int         `bson:"capacity"`
	Left     int         `bson:"left"`
	Waiting  int         `bson:"waiting"`
	Next     int64       `bson:"next_position"` // the number the next one to wait will get
	// Taken counts the seats each organisation holds, by its code.
	Taken map[string]int `bson:"organisations,omitempty"`
}

// Confirmed gives how many seats are taken.
func (c Count) Confirmed() int { return c.Capacity - c.Left }

// Seats counts the seats of every activity. Its writes belong into the caller's transaction.
type Seats struct{ store store }

// New makes Seats on a database.
func New(db lungo.IDatabase) *Seats { return &Seats{newStore(db)} }

// Open gives a pool its capacity: a new pool gets its document, a known one is resized, whatever is
// taken stays taken.
func (s *Seats) Open(ctx context.Context, activity string, pool events.Pool, capacity int) error {
	count, found, err := s.store.find(ctx, activity, pool)
	if err != nil {
		return err
	}
	if !found {
		return s.store.insert(ctx, activity, Count{Pool: pool, Capacity: capacity, Left: capacity, Next: 1})
	}
	if count.Capacity == capacity {
		return nil
	}
	return s.store.add(ctx, activity, pool, map[string]int{"capacity": capacity - count.Capacity, "left": capacity - count.Capacity})
}

// Claim takes one seat for an organisation if one is left and the organisation's limit (Unlimited
// for none) is not reached. With override it takes the seat whatever is left.
func (s *Seats) Claim(ctx context.Context, activity string, pool events.Pool, organisation string, limit int, override bool) (Outcome, error) {
	taken, err := s.store.take(ctx, activity, pool, organisation, limit, override)
	if err != nil {
		return "", err
	}
	if taken {
		return Taken, nil
	}
	count, found, err := s.store.find(ctx, activity, pool)
	if err != nil {
		return "", err
	}
	if !found {
		return Full, nil
	}
	if count.Left > 0 && limit != Unlimited && count.Taken[organisation] >= limit {
		return OrganisationFull, nil
	}
	return Full, nil
}

// Release gives a seat back.
func (s *Seats) Release(ctx context.Context, activity string, pool events.Pool, organisation string) error {
	return s.store.add(ctx, activity, pool, withOrganisation(map[string]int{"left": 1}, organisation, -1))
}

// Wait puts one more on the waiting list and gives the number that orders it. Numbers only rise.
func (s *Seats) Wait(ctx context.Context, activity string, pool events.Pool) (int64, error) {
	count, found, err := s.store.find(ctx, activity, pool)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, fmt.Errorf("waiting for pool %s of %s, which has no seats", pool, activity)
	}
	return count.Next, s.store.add(ctx, activity, pool, map[string]int{"waiting": 1, "next_position": 1})
}

// Return puts one back on the waiting list under the number it had.
func (s *Seats) Return(ctx context.Context, activity string, pool events.Pool) error {
	return s.store.add(ctx, activity, pool, map[string]int{"waiting": 1})
}

// Leave takes one off the waiting list.
func (s *Seats) Leave(ctx context.Context, activity string, pool events.Pool) error {
	return s.store.add(ctx, activity, pool, map[string]int{"waiting": -1})
}

// Counts gives the pools of an activity by their name.
func (s *Seats) Counts(ctx context.Context, activity string) (map[events.Pool]Count, error) {
	list, err := s.store.list(ctx, activity)
	if err != nil {
		return nil, err
	}
	counts := make(map[events.Pool]Count, len(list))
	for _, c := range list {
		counts[c.Pool] = c
	}
	return counts, nil
}

// CountsOf is Counts for several activities in one go, by their codes; one without pools is not in it.
func (s *Seats) CountsOf(ctx context.Context, activities []string) (map[string]map[events.Pool]Count, error) {
	counts := make(map[string]map[events.Pool]Count, len(activities))
	if len(activities) == 0 {
		return counts, nil
	}
	list, err := s.store.ofSeveral(ctx, activities)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if counts[d.Activity] == nil {
			counts[d.Activity] = map[events.Pool]Count{}
		}
		counts[d.Activity][d.Pool] = d.Count
	}
	return counts, nil
}
