package registrations

import (
	"context"
	"strings"

	"capportal/events"
	"capportal/registrations/seats"
)

// Decision is what a contact point or the Secretariat decides about a registration. Override lets
// an officer pass a full pool, an organisation's seats or a free seat; it is recorded.
type Decision struct {
	Event    Event
	Reason   string
	Override bool
}

// Outcome is what became of one of many decisions.
type Outcome struct {
	Registration Registration
	Err          error
}

// Decide carries out one decision.
func (d *Desk) Decide(ctx context.Context, v events.Visitor, id string, n Decision) (Registration, error) {
	r, err := d.Registration(ctx, v, id)
	if err != nil {
		return r, err
	}
	if who(v, &r) == "" {
		return r, events.E(events.Denied, "not_allowed", "decision")
	}
	n.Reason = strings.TrimSpace(n.Reason)
	if err := events.JudgeReason(n.Reason); err != nil {
		return r, err
	}
	return d.on(ctx, r, func(ctx context.Context, a *events.Activity, r *Registration) error {
		switch n.Event {
		case Undo:
			return d.undo(ctx, v, a, r, n.Reason)
		case Dismiss:
			return d.dismiss(ctx, v, r, n.Reason)
		case Withdraw:
			r.Undo = nil
			return d.withdraw(ctx, v, a, r, n.Reason)
		}
		return d.decide(ctx, v, a, r, n)
	})
}

// on runs an act on one registration in its activity's turn, on both as they stand then.
func (d *Desk) on(ctx context.Context, r Registration, do func(ctx context.Context, a *events.Activity, r *Registration) error) (Registration, error) {
	err := d.act(ctx, r.Activity, r.ID, func(ctx context.Context) error {
		fresh, err := d.store.byID(ctx, r.ID)
		if err != nil {
			return err
		}
		a, err := d.programme.Load(ctx, r.Activity)
		if err != nil {
			return err
		}
		if err := do(ctx, &a, &fresh); err != nil {
			return err
		}
		r = fresh
		return d.settle(ctx, &a)
	})
	return r, err
}

// DecideMany carries out the same decision about several registrations, in the order given, each by
// itself: what cannot be done to one does not hold up the others.
func (d *Desk) DecideMany(ctx context.Context, v events.Visitor, ids []string, n Decision) []Outcome {
	outcomes := make([]Outcome, len(ids))
	for i, id := range ids {
		outcomes[i].Registration, outcomes[i].Err = d.Decide(ctx, v, id, n)
	}
	return outcomes
}

func (d *Desk) decide(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, n Decision) error {
	by := who(v, r)
	if _, err := find(r.State, n.Event, by); err != nil {
		return err
	}
	if !a.State.Stands() {
		return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
	}
	if n.Override && by != Secretariat {
		return events.E(events.Denied, "not_allowed", "override")
	}
	d.remember(r, by)
	switch n.Event {
	case Confirm:
		return d.confirm(ctx, v, a, r, n)
	case Waitlist:
		return d.waitlist(ctx, v, a, r, n)
	case Endorse:
		return d.endorse(ctx, v, a, r, n, by)
	case Reject, Refuse:
		if n.Reason == "" {
			return events.E(events.Invalid, "reason_required", "reason")
		}
		return d.end(ctx, v, a, r, n, by)
	}
	return events.E(events.Conflict, "no_such_decision", "decision").With("state", string(r.State)).With("decision", string(n.Event))
}

// confirm seats somebody, within the pool's and the organisation's limits or past them by an
// explicit override.
func (d *Desk) confirm(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, n Decision) error {
	if r.Unendorsed && r.State == Submitted {
		return events.E(events.Conflict, "needs_endorsement", "decision")
	}
	outcome, err := d.claim(ctx, a, r, false)
	if err != nil {
		return err
	}
	if outcome != seats.Taken && n.Override {
		if n.Reason == "" {
			return events.E(events.Invalid, "reason_required", "reason")
		}
		if outcome, err = d.claim(ctx, a, r, true); err != nil {
			return err
		}
	}
	if outcome != seats.Taken {
		return events.E(events.Conflict, string(outcome), "override").With("pool", string(r.Pool)).With("name", r.Person.Name())
	}
	if err := d.vouch(ctx, r); err != nil {
		return err
	}
	return d.seated(ctx, a, r, Confirm, Secretariat, v.Person, n.Reason)
}

// waitlist lets somebody wait. Somebody who could be seated is kept waiting only by an override:
// then the Secretariat holds the place, says why, and no free seat promotes it.
func (d *Desk) waitlist(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, n Decision) error {
	free, rule, err := d.couldSit(ctx, a, r)
	if err != nil {
		return err
	}
	if free {
		if !n.Override {
			return events.E(events.Conflict, "seats_left", "override").With("pool", string(r.Pool)).With("name", r.Person.Name())
		}
		if n.Reason == "" {
			return events.E(events.Invalid, "reason_required", "reason")
		}
		r.Held, rule = true, "held_by_secretariat"
	}
	method, err := d.leave(ctx, a, r)
	if err != nil {
		return err
	}
	if err := d.wait(ctx, a, r, rule, Secretariat, v.Person, n.Reason); err != nil {
		return err
	}
	if method == "" {
		return nil
	}
	return d.tell(ctx, a, r, notice{kind: "entry_withdrawn", method: method})
}

// couldSit tells whether a seat is there for a registration now, and if not, which rule is met.
func (d *Desk) couldSit(ctx context.Context, a *events.Activity, r *Registration) (bool, string, error) {
	counts, err := d.seats.Counts(ctx, a.Code)
	if err != nil {
		return false, "", err
	}
	limit, err := d.limit(ctx, a, r.Organisation, r.Pool)
	if err != nil {
		return false, "", err
	}
	reserved, err := d.reserved(ctx, a, r.Pool)
	if err != nil {
		return false, "", err
	}
	count := counts[r.Pool]
	switch {
	case r.Seat == r.Pool:
		return true, "", nil
	case count.Left <= 0 || reserved && !r.FormerHolder:
		return false, string(seats.Full), nil
	case limit != seats.Unlimited && count.Taken[r.Organisation] >= limit:
		return false, string(seats.OrganisationFull), nil
	}
	return true, "", nil
}

// endorse is the organisation's word. Under automatic acceptance the seat is claimed with it.
func (d *Desk) endorse(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, n Decision, by Who) error {
	t, err := find(r.State, Endorse, by)
	if err != nil {
		return err
	}
	if r.Unendorsed && r.Organisation != "" {
		if err := d.countNomination(ctx, a, r.Organisation, r.Capacity, r.Pool, r.ID); err != nil && !(n.Override && by == Secretariat) {
			return err
		}
	}
	from := r.State
	r.State, r.Unendorsed, r.Reason = t.To, false, n.Reason
	r.note(d.instant(), v.Person, string(Endorse), from, t.To, n.Reason)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	if err := d.vouch(ctx, r); err != nil {
		return err
	}
	if a.Acceptance == events.Automatic && r.Capacity != Alternate {
		return d.accept(ctx, a, r)
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice})
}

// vouch makes the organisation that was claimed the person's own, once the organisation or the
// Secretariat has agreed to it.
func (d *Desk) vouch(ctx context.Context, r *Registration) error {
	if r.Organisation == "" || r.PersonID == "" {
		return nil
	}
	return d.directory.Vouch(ctx, r.PersonID, r.Organisation)
}

// end rejects or refuses: whatever is held is freed and given on.
func (d *Desk) end(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, n Decision, by Who) error {
	t, err := find(r.State, n.Event, by)
	if err != nil {
		return err
	}
	method, err := d.leave(ctx, a, r)
	if err != nil {
		return err
	}
	from := r.State
	r.State, r.Reason = t.To, n.Reason
	r.note(d.instant(), v.Person, string(n.Event), from, t.To, n.Reason)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice, method: method})
}

// withdraw takes somebody out, at the person's, the contact point's or the Secretariat's word. The
// seat goes to the first who waits before the answer returns.
func (d *Desk) withdraw(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, why string) error {
	by := who(v, r)
	if _, err := find(r.State, Withdraw, by); err != nil {
		return err
	}
	if a.State.Over() {
		return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
	}
	return d.end(ctx, v, a, r, Decision{Event: Withdraw, Reason: why}, by)
}
