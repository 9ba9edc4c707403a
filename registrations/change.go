package registrations

import (
	"context"
	"maps"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/registrations/seats"
)

// Amend changes what was entered: name, language, capacity, pool, answers. After confirmation a
// change of name or capacity under `decided` returns the registration to `endorsed`, with seat and
// entry kept until it is decided; a new pool is a claim there, the old seat kept until it succeeds
// (contract.md 4). Version is the one that was read.
func (d *Desk) Amend(ctx context.Context, v events.Visitor, id string, version int, edit func(*Entry) error) (Registration, error) {
	r, err := d.store.byID(ctx, id)
	if err != nil {
		return r, err
	}
	if by := who(v, &r); by == "" {
		if May(v, &r) {
			return r, events.E(events.Denied, "not_allowed", "")
		}
		return r, errNoRegistration
	}
	return d.on(ctx, r, func(ctx context.Context, a *events.Activity, r *Registration) error {
		if version != 0 && version != r.Version {
			return events.Outdated(version, r.Version)
		}
		if !a.State.Stands() {
			return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
		}
		if !r.Stands() {
			return events.E(events.Conflict, "registration_ended", "").With("state", string(r.State))
		}
		return d.amend(ctx, v, a, r, edit)
	})
}

func (d *Desk) amend(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, edit func(*Entry) error) error {
	by := who(v, r)
	before := Entry{Person: r.Person, Organisation: r.Organisation, Capacity: r.Capacity, Pool: r.Pool, Answers: maps.Clone(r.Answers)}
	e := before.clone()
	if err := edit(&e); err != nil {
		return err
	}
	if err := e.check(a, allowed(by, r.Capacity), d.languages); err != nil {
		return err
	}
	if e.Organisation != before.Organisation {
		return events.E(events.Invalid, "organisation_fixed", "organisation")
	}
	if e.Person.Email != before.Person.Email && by != Secretariat {
		return events.E(events.Denied, "email_fixed", "email")
	}
	r.Person, r.Email, r.Answers = e.Person, e.Person.Email, e.Answers
	r.NameKey = directory.NormalName(e.Person.GivenName, e.Person.FamilyName)
	if err := d.refuseTwin(ctx, r); err != nil {
		return err
	}
	if e.Person.Email != before.Person.Email {
		if err := d.rebind(ctx, r); err != nil {
			return err
		}
	}
	weighty := r.NameKey != directory.NormalName(before.Person.GivenName, before.Person.FamilyName) || e.Capacity != before.Capacity
	// A nominee who takes a seat instead of an alternate's place counts like one nominated for it.
	if (by == Speaker || by == Self && r.Via == ByNomination) && (e.Capacity != before.Capacity || e.Pool != before.Pool) {
		if err := d.countNomination(ctx, a, r.Organisation, e.Capacity, e.Pool, r.ID); err != nil {
			return err
		}
	}
	r.Capacity = e.Capacity
	r.note(d.instant(), v.Person, "amended", r.State, r.State, "")
	if e.Person.Email != before.Person.Email {
		if err := d.moveEntry(ctx, a, r, before.Person); err != nil {
			return err
		}
	}
	if e.Pool != before.Pool {
		return d.changePool(ctx, v, a, r, e.Pool, weighty && by != Secretariat)
	}
	return d.reconsider(ctx, v, a, r, weighty && by != Secretariat)
}

// rebind makes a registration the person's to whom the new address belongs: whoever was written to by
// mistake takes part in nothing.
func (d *Desk) rebind(ctx context.Context, r *Registration) error {
	person, err := d.known(ctx, *r)
	if err != nil {
		return err
	}
	r.PersonID = person.ID
	return nil
}

// allowed gives the capacities somebody may choose from: its own kind, and the one that stands.
func allowed(by Who, present Capacity) []Capacity {
	list := OwnCapacities()
	switch by {
	case Secretariat:
		return Capacities()
	case Speaker:
		list = NominatedCapacities()
	}
	return append(list, present)
}

// reconsider writes an amended registration; a weighty change after confirmation is decided anew.
func (d *Desk) reconsider(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, weighty bool) error {
	if !weighty || r.State != Confirmed || a.Acceptance != events.Decided {
		return d.write(ctx, r)
	}
	t, err := find(r.State, Reconsider, Portal)
	if err != nil {
		return err
	}
	r.State = t.To
	r.note(d.instant(), v.Person, string(Reconsider), Confirmed, t.To, "")
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: t.Notice})
}

// changePool moves a registration to another pool. Whoever waits goes to the end of the other list;
// whoever is seated claims there, or under `decided` asks for it and is decided anew.
func (d *Desk) changePool(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, pool events.Pool, weighty bool) error {
	switch {
	case r.State == Waitlisted:
		if err := d.unqueue(ctx, a, r); err != nil {
			return err
		}
		r.Pool, r.State = pool, Endorsed
		if err := d.write(ctx, r); err != nil {
			return err
		}
		if a.Acceptance == events.Automatic {
			return d.accept(ctx, a, r)
		}
		return nil
	case r.State != Confirmed:
		r.Pool = pool
		return d.write(ctx, r)
	case a.Acceptance == events.Decided && who(v, r) != Secretariat:
		r.Pool = pool
		return d.reconsider(ctx, v, a, r, true)
	}
	old := r.Pool
	r.Pool = pool
	outcome, err := d.claim(ctx, a, r, false)
	if err != nil {
		return err
	}
	if outcome != seats.Taken {
		r.Pool = old
		return events.E(events.Conflict, string(outcome), "pool").With("pool", string(pool)).With("name", r.Person.Name())
	}
	r.Revision++
	if err := d.write(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: "seat_changed", method: "request"})
}
