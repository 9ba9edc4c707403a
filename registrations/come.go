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
		if !r.FormerHolder || !a.State.Stands() {
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
