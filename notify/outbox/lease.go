package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// MaxBatch is the most notices one lease takes.
const MaxBatch = 200

// planFor is how long a plan is followed before the queue is looked at again, so
// that what is urgent does not wait behind a long one.
const planFor = time.Second

// plan is what one look at the queue found ready, in the order to take it. Only
// the oldest pending notice of a registration is ever in it, so following it
// breaks no order; whether a notice is still free is asked when it is taken.
// Without it each batch of a long queue would read the whole queue again.
type plan struct {
	ready []string
	until time.Time
}

// take gives up to n ids of a plan still good.
func (o *Outbox) take(n int, now time.Time) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.After(o.plan.until) || len(o.plan.ready) < n {
		return nil
	}
	taken := o.plan.ready[:n:n]
	o.plan.ready = o.plan.ready[n:]
	return taken
}

// look makes a new plan and gives its first n ids.
func (o *Outbox) look(ctx context.Context, n int) ([]string, error) {
	began := o.now()
	waiting, err := o.waiting(ctx)
	if err != nil {
		return nil, err
	}
	now := o.clock()
	ready := heads(waiting, now)
	n = min(n, len(ready))

	o.mu.Lock()
	defer o.mu.Unlock()
	// A look at a very long queue costs time: let it be no more than a twentieth.
	o.plan = plan{ready: ready[n:], until: now.Add(max(planFor, 20*now.Sub(began)))}
	return ready[:n:n], nil
}

// heads returns the ids that may be leased at now: the urgent first, else by age,
// and of each order only the oldest, if it is free and due.
func heads(waiting []Notice, now time.Time) []string {
	slices.SortFunc(waiting, func(a, b Notice) int { return strings.Compare(a.ID, b.ID) })
	var urgent, ready []string
	blocked := make(map[string]bool)
	for _, n := range waiting {
		if key := n.order(); key != "" {
			if blocked[key] {
				continue
			}
			blocked[key] = true
		}
		free := n.free()
		switch {
		case free.After(now):
		case n.Urgent:
			urgent = append(urgent, n.ID)
		default:
			ready = append(ready, n.ID)
		}
	}
	return append(urgent, ready...)
}

// Lease takes up to n due notices (at most MaxBatch) for owner until d from now,
// and returns them in the order to send them, none if there is nothing to do.
//
// Of one registration (or calendar entry, or expansion of an activity) only the
// oldest pending notice is ever leased. A lease that expires comes back; of two
// workers that reach for the same notice one gets it. It is one write for the
// whole batch.
func (o *Outbox) Lease(ctx context.Context, owner string, n int, d time.Duration) ([]Notice, error) {
	return o.leaseWhere(ctx, owner, n, d, free)
}

// leaseWhere is Lease with the guard of its write given, so that a test can show
// what the guard is for.
func (o *Outbox) leaseWhere(ctx context.Context, owner string, n int, d time.Duration, guard func(ids []string, now time.Time) bson.D) ([]Notice, error) {
	n = min(n, MaxBatch)
	if n < 1 {
		return nil, nil
	}
	// Where another instance was faster the planned ones are gone: look again. After
	// a few times the next call does.
	for range 3 {
		ids := o.take(n, o.clock())
		if ids == nil {
			var err error
			if ids, err = o.look(ctx, n); err != nil {
				return nil, err
			}
		}
		if len(ids) == 0 {
			return nil, nil
		}
		leased, err := o.grab(ctx, owner+"/"+word(), ids, d, guard)
		if err != nil || len(leased) > 0 {
			return leased, err
		}
	}
	return nil, nil
}

// grab leases those of ids that are still free, under a name of its own, and reads
// them back by it.
func (o *Outbox) grab(ctx context.Context, name string, ids []string, d time.Duration, guard func([]string, time.Time) bson.D) (leased []Notice, err error) {
	err = o.transact(ctx, func(ctx context.Context) error {
		leased = nil
		now := o.clock()
		res, err := o.notices.UpdateMany(ctx, guard(ids, now), bson.D{
			{Key: "$set", Value: bson.D{
				{Key: "state", Value: rule(lease).to},
				{Key: "lease_owner", Value: name},
				{Key: "lease_until", Value: now.Add(d)},
			}},
			{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
		})
		if err != nil {
			return fmt.Errorf("lease %d notices: %w", len(ids), err)
		}
		if res.MatchedCount == 0 {
			return nil
		}
		leased, err = o.find(ctx, bson.D{{Key: "lease_owner", Value: name}, among(ids)}, options.Find())
		if err != nil {
			return fmt.Errorf("read the leased notices: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(leased, func(a, b Notice) int { return place[a.ID] - place[b.ID] })
	return leased, nil
}

// free is the guard: these notices, if nobody has them and their time has come.
func free(ids []string, now time.Time) bson.D {
	past := bson.D{{Key: "$lte", Value: now}}
	return bson.D{
		{Key: "state", Value: bson.D{{Key: "$in", Value: rule(lease).from}}},
		among(ids),
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "state", Value: bson.D{{Key: "$ne", Value: Sending}}}, {Key: "due", Value: past}},
			bson.D{{Key: "state", Value: Sending}, {Key: "lease_until", Value: past}},
		}},
	}
}

// among asks for these ids. The range before the list spares the embedded engine,
// which scans, most of the comparisons: a batch's ids lie close together.
func among(ids []string) bson.E {
	return bson.E{Key: "_id", Value: bson.D{
		{Key: "$gte", Value: slices.Min(ids)}, {Key: "$lte", Value: slices.Max(ids)}, {Key: "$in", Value: ids},
	}}
}
