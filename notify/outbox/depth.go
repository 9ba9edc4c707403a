package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Depth is how the queue stands.
type Depth struct {
	// States counts the notices that are still to be sent, by each state they may be in.
	States map[State]int
	// Oldest is since when the one that has waited longest could have been sent: zero if none is
	// overdue, if each is in the hands of a worker, or waits for one before it that was put off.
	Oldest time.Time
}

// Depth looks how the queue stands. It reads every notice that is still to be sent.
func (o *Outbox) Depth(ctx context.Context) (Depth, error) {
	waiting, err := o.waiting(ctx)
	if err != nil {
		return Depth{}, err
	}
	d := Depth{States: make(map[State]int, len(pending)), Oldest: overdue(waiting, o.clock())}
	for _, s := range pending {
		d.States[s] = 0
	}
	for _, n := range waiting {
		d.States[n.State]++
	}
	return d, nil
}

// Counts returns how many notices are still to be sent, and Depth.Oldest.
func (o *Outbox) Counts(ctx context.Context) (depth int, oldest time.Time, err error) {
	d, err := o.Depth(ctx)
	for _, n := range d.States {
		depth += n
	}
	return depth, d.Oldest, err
}

// Late tells whether a notice could have been sent for longer than a bound and was not, as Depth.Oldest
// says. Where nothing is late, which is nearly always, it reads nothing but that.
func (o *Outbox) Late(ctx context.Context, bound time.Duration) (bool, error) {
	since := o.clock().Add(-bound)
	err := o.notices.FindOne(ctx, bson.D{
		{Key: "state", Value: bson.D{{Key: "$in", Value: pending}}},
		{Key: "due", Value: bson.D{{Key: "$lt", Value: since}}},
	}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for late notices: %w", err)
	}
	d, err := o.Depth(ctx)
	return !d.Oldest.IsZero() && d.Oldest.Before(since), err
}

// overdue gives since when the notice that has waited longest could have been leased, of those that
// heads would lease at now; zero if there is none.
func overdue(waiting []Notice, now time.Time) (oldest time.Time) {
	slices.SortFunc(waiting, func(a, b Notice) int { return strings.Compare(a.ID, b.ID) })
	blocked := make(map[string]bool)
	for _, n := range waiting {
		free := n.free()
		if key := n.order(); key != "" {
			if blocked[key] {
				continue
			}
			blocked[key] = true
		}
		if !free.After(now) && (oldest.IsZero() || free.Before(oldest)) {
			oldest = free
		}
	}
	return oldest
}
