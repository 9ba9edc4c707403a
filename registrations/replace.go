package registrations

import (
	"context"
	"slices"

	"capportal/events"
)

// Request is what a contact point asked for after the deadline: the Secretariat replaces or dismisses.
type Request struct {
	By     string `bson:"by" json:"by"`
	Person Person `bson:"person" json:"by_person"`
}

// Replace puts another person of the same organisation in the place of one: the seat and the place
// on the waiting list pass on, the one replaced gets a cancellation. By a contact point under
// `decided` the new person is endorsed and keeps the seat until the Secretariat decides; after the
// nomination deadline it becomes a request (kept is true) that the Secretariat decides.
func (d *Desk) Replace(ctx context.Context, v events.Visitor, id string, p Person, why string) (next Registration, kept bool, err error) {
	r, err := d.Registration(ctx, v, id)
	if err != nil {
		return r, false, err
	}
	if err := events.JudgeReason(why); err != nil {
		return r, false, err
	}
	_, err = d.on(ctx, r, func(ctx context.Context, a *events.Activity, r *Registration) error {
		by := who(v, r)
		if _, err := find(r.State, Replace, by); err != nil {
			return err
		}
		if !a.State.Stands() {
			return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
		}
		e := Entry{Person: p, Organisation: r.Organisation, Capacity: r.Capacity, Pool: r.Pool}
		if err := e.check(a, []Capacity{r.Capacity}, d.languages); err != nil {
			return err
		}
		if by == Speaker && events.Passed(a.NominationDeadline(), d.now()) {
			kept = true
			r.Request = &Request{By: v.Person, Person: e.Person}
			r.note(d.instant(), v.Person, "requested", r.State, r.State, why)
			next = *r
			return d.write(ctx, r)
		}
		kept = false
		next, err = d.replace(ctx, v, a, r, e, by, why)
		return err
	})
	return next, kept, err
}

// replace ends one registration and makes the next of it, in one act.
func (d *Desk) replace(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, e Entry, by Who, why string) (Registration, error) {
	o, err := d.organisation(ctx, r.Organisation)
	if err != nil {
		return *r, err
	}
	next := d.fresh(a, e, o, map[Who]Via{Speaker: ByNomination, Secretariat: ByEntry}[by])
	if err := d.refuseTwin(ctx, &next); err != nil {
		return *r, err
	}
	person, err := d.known(ctx, next)
	if err != nil {
		return *r, err
	}
	next.PersonID = person.ID
	if err := d.vouch(ctx, &next); err != nil {
		return *r, err
	}
	was := *r
	if err := d.giveUp(ctx, v, a, r, by, why); err != nil {
		return *r, err
	}
	return next, d.takeOver(ctx, v, a, &next, &was, by)
}

// giveUp ends the registration that is replaced. Its seat and its place in the line are not given
// back: they pass on.
func (d *Desk) giveUp(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, by Who, why string) error {
	t, err := find(r.State, Replace, by)
	if err != nil {
		return err
	}
	method, err := d.endEntry(ctx, a, r)
	if err != nil {
		return err
	}
	from := r.State
	r.State, r.Seat, r.Queue, r.Held, r.WaitReason, r.FormerHolder, r.Request, r.Reason = t.To, "", 0, false, "", false, nil, why
	r.note(d.instant(), v.Person, string(Replace), from, t.To, why)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice, method: method})
}

// takeOver stores the new person in the place of the one before.
func (d *Desk) takeOver(ctx context.Context, v events.Visitor, a *events.Activity, next, was *Registration, by Who) error {
	event := map[Who]Event{Speaker: Nominate, Secretariat: Enter}[by]
	t, err := find("", event, by)
	if err != nil {
		return err
	}
	next.State, next.Seat, next.Overridden, next.FormerHolder = t.To, was.Seat, was.Overridden, was.FormerHolder
	next.note(d.instant(), v.Person, string(event), "", t.To, "")
	if was.State == Waitlisted {
		next.State, next.Queue, next.Held, next.WaitReason = Waitlisted, was.Queue, was.Held, was.WaitReason
	}
	if err := d.insert(ctx, next); err != nil {
		return err
	}
	switch {
	case next.Seat != "" && was.State == Confirmed && (by == Secretariat || a.Acceptance == events.Automatic):
		return d.seated(ctx, a, next, Confirm, Portal, v.Person, "")
	case next.State == Waitlisted:
		return d.tell(ctx, a, next, notice{kind: "waitlisted"})
	}
	return d.tell(ctx, a, next, notice{kind: t.Notice})
}

// dismiss turns a contact point's request down.
func (d *Desk) dismiss(ctx context.Context, v events.Visitor, r *Registration, why string) error {
	if who(v, r) != Secretariat {
		return events.E(events.Denied, "not_allowed", "decision")
	}
	if r.Request == nil {
		return events.E(events.Conflict, "nothing_to_dismiss", "decision")
	}
	r.Request = nil
	r.note(d.instant(), v.Person, string(Dismiss), r.State, r.State, why)
	return d.write(ctx, r)
}

// Decisions lists the events that somebody may decide, in the words of contract.md 5.
func Decisions() []Event {
	return []Event{Endorse, Reject, Confirm, Waitlist, Refuse, Withdraw, Replace, Dismiss, Undo}
}

// IsDecision tells whether an event is one that somebody decides.
func IsDecision(e Event) bool { return slices.Contains(Decisions(), e) }
