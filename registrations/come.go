package registrations

import (
	"context"

	"capportal/events"
)

// Come is the answer of somebody who held a seat when the activity was postponed: will you come at
// the new date? A yes claims again under `automatic` and waits for the Secretariat under `decided`;
// a no withdraws.
func (d *Desk) Come(ctx context.Context, v events.Visitor, id string, yes bool) (Registration, error) {
	r, err := d.store.byID(ctx, id)
	if err != nil {
		return r, err
	}
	if who(v, &r) == "" {
		return Registration{}, errNoRegistration
	}
	return d.on(ctx, r, func(ctx context.Context, a *events.Activity, r *Registration) error {
		if !r.FormerHolder || a.State.Off() || a.State.Over() {
			return events.E(events.Conflict, "nothing_asked", "")
		}
		if !yes {
			return d.withdraw(ctx, v, a, r, "")
		}
		if a.Acceptance == events.Automatic {
			return d.accept(ctx, a, r)
		}
		r.note(d.instant(), v.Person, "will_come", r.State, r.State, "")
		return d.write(ctx, r)
	})
}

// Tend does what falls due with time: drafts are forgotten, and seats that were kept for former
// holders go to the waiting list once the registration deadline has passed.
func (d *Desk) Tend(ctx context.Context) error {
	if _, err := d.Forget(ctx); err != nil {
		return err
	}
	list, err := d.programme.List(ctx, events.Visitor{Role: events.Officer}, events.Query{From: d.now()})
	if err != nil {
		return err
	}
	for _, a := range list {
		counts, err := d.seats.Counts(ctx, a.Code)
		if err != nil {
			return err
		}
		for pool, count := range counts {
			if count.Left <= 0 || count.Waiting <= 0 || a.State.Off() || a.State.Over() {
				continue
			}
			err := d.act(ctx, a.Code, func(ctx context.Context) error {
				fresh, err := d.programme.Load(ctx, a.Code)
				if err != nil {
					return err
				}
				return d.promote(ctx, &fresh, pool)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
