package registrations

import (
	"context"

	"capportal/events"
)

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
			if count.Left <= 0 || count.Waiting <= 0 || !a.State.Stands() {
				continue
			}
			err := d.act(ctx, a.Code, "", func(ctx context.Context) error {
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

// Forget drops drafts whose address was not confirmed in time, and gives how many. They held no
// seat and are told nothing.
func (d *Desk) Forget(ctx context.Context) (int, error) {
	return d.store.dropDrafts(ctx, d.now())
}
