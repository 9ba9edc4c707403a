package registrations

import (
	"context"

	"capportal/events"
	"capportal/registrations/seats"
)

// accept claims a seat by rule: taken means confirmed, full means the waiting list, with the rule
// that was met.
func (d *Desk) accept(ctx context.Context, a *events.Activity, r *Registration) error {
	outcome, err := d.claim(ctx, a, r, false)
	if err != nil {
		return err
	}
	if outcome == seats.Taken {
		return d.seated(ctx, a, r, Confirm, Portal, "portal", "")
	}
	return d.wait(ctx, a, r, string(outcome), Portal, "portal", "")
}

// claim takes a seat in the registration's pool for its organisation. A seat held in another pool
// is given back once the new one is there, in the same transaction.
func (d *Desk) claim(ctx context.Context, a *events.Activity, r *Registration, override bool) (seats.Outcome, error) {
	if r.Seat == r.Pool {
		return seats.Taken, nil
	}
	if !override && !r.FormerHolder {
		reserved, err := d.reserved(ctx, a, r.Pool)
		if err != nil {
			return "", err
		}
		if reserved {
			return seats.Full, nil
		}
	}
	// A seat that fell free by the passing of a deadline belongs to those who wait for it.
	if !override && r.State != Waitlisted {
		if err := d.promote(ctx, a, r.Pool); err != nil {
			return "", err
		}
	}
	limit, err := d.limit(ctx, a, r.Organisation, r.Pool)
	if err != nil {
		return "", err
	}
	outcome, err := d.seats.Claim(ctx, a.Code, r.Pool, r.Organisation, limit, override)
	if err != nil || outcome != seats.Taken {
		return outcome, err
	}
	old := r.Seat
	r.Seat, r.Overridden = r.Pool, override
	if old != "" {
		return outcome, d.seats.Release(ctx, a.Code, old, r.Organisation)
	}
	return outcome, nil
}

// reserved tells whether every seat left in a pool is kept for those who held one when the activity
// was postponed and have not answered yet: until the registration deadline they stand first.
func (d *Desk) reserved(ctx context.Context, a *events.Activity, pool events.Pool) (bool, error) {
	if !a.WasPostponed() || events.Passed(a.RegistrationDeadline(), d.now()) {
		return false, nil
	}
	former, err := d.store.countFormer(ctx, a.Code, pool)
	if err != nil || former == 0 {
		return false, err
	}
	counts, err := d.seats.Counts(ctx, a.Code)
	return counts[pool].Left <= former, err
}

// seated writes a registration that has its seat, with its calendar entry and the notice.
func (d *Desk) seated(ctx context.Context, a *events.Activity, r *Registration, event Event, by Who, person, why string) error {
	t, err := find(r.State, event, by)
	if err != nil {
		return err
	}
	if err := d.unqueue(ctx, a, r); err != nil {
		return err
	}
	count(ctx, t.Event)
	from := r.State
	r.State, r.FormerHolder, r.Unendorsed, r.Reason = t.To, false, false, why
	if r.EntryHeld() {
		r.Revision++
	} else {
		d.newEntry(r)
	}
	r.note(d.instant(), person, string(event), from, t.To, why)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice, method: "request"})
}

// wait puts a registration on its pool's waiting list.
func (d *Desk) wait(ctx context.Context, a *events.Activity, r *Registration, rule string, by Who, person, why string) error {
	t, err := find(r.State, Waitlist, by)
	if err != nil {
		return err
	}
	number, err := d.seats.Wait(ctx, a.Code, r.Pool)
	if err != nil {
		return err
	}
	count(ctx, t.Event)
	from := r.State
	r.State, r.Queue, r.WaitReason, r.Reason = t.To, number, rule, why
	r.note(d.instant(), person, string(Waitlist), from, t.To, why)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice})
}

// unqueue takes a registration off the waiting list, if it stands there.
func (d *Desk) unqueue(ctx context.Context, a *events.Activity, r *Registration) error {
	if r.State != Waitlisted {
		return nil
	}
	r.Queue, r.Held, r.WaitReason = 0, false, ""
	return d.seats.Leave(ctx, a.Code, r.Pool)
}

// settle promotes in every pool of an activity. It ends each act that may have left a seat free, so
// that no seat stays empty while somebody waits for it.
func (d *Desk) settle(ctx context.Context, a *events.Activity) error {
	for _, pool := range a.Mode.Pools() {
		if err := d.promote(ctx, a, pool); err != nil {
			return err
		}
	}
	return nil
}

// promote gives the free seats of a pool to those who wait, in order. Whoever the Secretariat holds
// back, or whose organisation has used its seats, is passed over and says why. A postponed or
// finished activity promotes nobody.
func (d *Desk) promote(ctx context.Context, a *events.Activity, pool events.Pool) error {
	if !a.State.Stands() {
		return nil
	}
	counts, err := d.seats.Counts(ctx, a.Code)
	if err != nil || counts[pool].Left <= 0 || counts[pool].Waiting <= 0 {
		return err
	}
	waiting, err := d.store.waiting(ctx, a.Code, pool)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if r.Held {
			continue
		}
		outcome, err := d.claim(ctx, a, &r, false)
		switch {
		case err != nil:
			return err
		case outcome == seats.Taken:
			if err := d.seated(ctx, a, &r, Promote, Portal, "portal", ""); err != nil {
				return err
			}
		case outcome == seats.Full:
			return nil
		case r.WaitReason != string(outcome):
			r.WaitReason = string(outcome)
			if err := d.write(ctx, &r); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave frees whatever a registration holds: its place on the waiting list, its calendar entry, its
// seat. The caller writes the registration. Method is that of the calendar part its notice needs.
func (d *Desk) leave(ctx context.Context, a *events.Activity, r *Registration) (method string, err error) {
	if err := d.unqueue(ctx, a, r); err != nil {
		return "", err
	}
	if r.Seat != "" {
		if err := d.seats.Release(ctx, a.Code, r.Seat, r.Organisation); err != nil {
			return "", err
		}
	}
	r.Seat, r.Overridden, r.FormerHolder = "", false, false
	return d.endEntry(ctx, a, r)
}
