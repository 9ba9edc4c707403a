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

// planFor is how long a plan is followed before the queue is looked at again: what
// was put off, or given back by others, comes in by its age then.
const planFor = 10 * time.Second

// plan is what one look at the queue found ready, in the order to take it. Only
// the oldest pending notice of a registration is ever in it, so following it
// breaks no order; whether a notice is still free is asked when it is taken.
// Without it each batch of a long queue would read the whole queue again.
type plan struct {
	ready []string
	until time.Time
}

// next gives up to n ids to lease: what is urgent, then what the plan says.
func (o *Outbox) next(ctx context.Context, n int) ([]string, error) {
	urgent, err := o.urgent(ctx)
	if err != nil {
		return nil, err
	}
	if len(urgent) >= n {
		return urgent[:n], nil
	}
	rest := o.take(n-len(urgent), o.clock())
	if rest == nil {
		if rest, err = o.look(ctx, n-len(urgent)); err != nil {
			return nil, err
		}
	}
	return append(urgent, slices.DeleteFunc(rest, func(id string) bool { return slices.Contains(urgent, id) })...), nil
}

// urgent gives the urgent notices that may be leased now. They are few, and have an
// index of their own.
func (o *Outbox) urgent(ctx context.Context) ([]string, error) {
	list, err := o.waiting(ctx, bson.E{Key: "urgent", Value: true})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	// One that has an order waits behind what is not urgent as well.
	var registrations []string
	known := make(map[string]bool, len(list))
	for _, n := range list {
		known[n.ID] = true
		if n.Registration != "" {
			registrations = append(registrations, n.Registration)
		}
	}
	if len(registrations) > 0 {
		others, err := o.waiting(ctx, bson.E{Key: "registration", Value: bson.D{{Key: "$in", Value: registrations}}})
		if err != nil {
			return nil, err
		}
		list = append(list, slices.DeleteFunc(others, func(n Notice) bool { return known[n.ID] })...)
	}
	return slices.DeleteFunc(heads(list, o.clock()), func(id string) bool { return !known[id] }), nil
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

// waiting returns the pending notices that meet more, as much of each as decides on
// its turn, in no order.
func (o *Outbox) waiting(ctx context.Context, more ...bson.E) ([]Notice, error) {
	filter := append(bson.D{{Key: "due", Value: ever()}, {Key: "state", Value: bson.D{{Key: "$in", Value: pending}}}}, more...)
	list, err := o.find(ctx, filter, turnFields())
	if err != nil {
		return nil, fmt.Errorf("look for waiting notices: %w", err)
	}
	return list, nil
}

// ever asks for a time that is set at all.
func ever() bson.D { return bson.D{{Key: "$gt", Value: time.Time{}}} }

// turnFields are those of a notice that decide on its turn.
func turnFields() *options.FindOptions {
	fields := bson.D{}
	for _, f := range []string{"activity", "registration", "uid", "fanout", "urgent", "state", "due", "lease_until"} {
		fields = append(fields, bson.E{Key: f, Value: 1})
	}
	return options.Find().SetProjection(fields)
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
