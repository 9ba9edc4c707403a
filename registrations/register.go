package registrations

import (
	"context"
	"time"

	"capportal/events"
	"capportal/registrations/directory"
)

// MayRegisterAlone tells whether a visitor may fill in an activity's form now; nil means yes.
func (d *Desk) MayRegisterAlone(v events.Visitor, a *events.Activity) error {
	if events.See(v, a, d.now()) < events.Page {
		return events.E(events.NotFound, "no_such_activity", "")
	}
	if a.Lane == events.InvitationOnly || a.Lane == events.NoLane {
		return events.E(events.Denied, "lane_closed", "")
	}
	if v.ReadOnly {
		return events.E(events.Denied, "not_allowed", "")
	}
	return registrationOpen(a, d.now())
}

// registrationOpen judges state and deadline, to the second.
func registrationOpen(a *events.Activity, now time.Time) error {
	if a.State != events.RegistrationOpen {
		return events.E(events.Conflict, "registration_not_open", "")
	}
	if last := a.RegistrationDeadline(); events.Passed(last, now) {
		return events.E(events.Conflict, "registration_deadline_passed", "").With("deadline", last).With("timezone", a.Zone)
	}
	return nil
}

// Register puts down whoever fills in the form: a signed-in person at once, a stranger as a draft
// until the mailed link is opened. A stranger who comes twice meets the same answer as the first
// time; what is already known is said by mail alone. The zero Registration and no error means: look
// into your mailbox.
func (d *Desk) Register(ctx context.Context, v events.Visitor, code string, e Entry) (Registration, error) {
	var made Registration
	err := d.act(ctx, code, "", func(ctx context.Context) error {
		made = Registration{}
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		if err := d.MayRegisterAlone(v, &a); err != nil {
			return err
		}
		e := e.clone()
		d.fillSelf(v, &e)
		if a.Lane == events.Nomination && v.Speaks(e.Organisation) { // a contact point's own is endorsed by itself
			made, err = d.enterOne(ctx, v, &a, e, Nominate)
			return err
		}
		if err := e.check(&a, OwnCapacities(), d.languages); err != nil {
			return err
		}
		r, err := d.alone(ctx, &a, e)
		if err != nil {
			return err
		}
		if !v.SignedIn() {
			return d.draft(ctx, &a, r)
		}
		r.PersonID = v.Person
		if err := d.refuseAgain(ctx, &r); err != nil {
			return err
		}
		made, err = d.arrive(ctx, &a, r, Apply, v.Person)
		return err
	})
	return made, err
}

// fillSelf takes what the portal knows of a signed-in person: its address is proven, so it cannot
// be typed anew.
func (d *Desk) fillSelf(v events.Visitor, e *Entry) {
	if v.SignedIn() {
		e.Person.Email = v.Email
		if e.Organisation == "" {
			e.Organisation = v.Organisation
		}
		if e.Person.Language == "" {
			e.Person.Language = v.Language
		}
	}
}

// alone makes the registration of somebody without a contact point's word, or refuses it
// (contract.md 4, "Who registers alone in the nomination lane").
func (d *Desk) alone(ctx context.Context, a *events.Activity, e Entry) (Registration, error) {
	o, err := d.organisation(ctx, e.Organisation)
	if err != nil {
		return Registration{}, err
	}
	r := d.fresh(a, e, o, ByOneself)
	if a.Lane != events.Nomination {
		return r, nil
	}
	if e.Organisation == "" {
		return r, events.E(events.Invalid, "organisation_required", "organisation")
	}
	if o.Group == events.Member {
		r.Unendorsed = true
		return r, nil
	}
	spoken, err := d.directory.HasContactPoint(ctx, o.Code)
	if err != nil {
		return r, err
	}
	if spoken {
		return r, events.E(events.Denied, "nomination_needed", "organisation")
	}
	if !opens(a, o.Group) {
		return r, events.E(events.Denied, "no_open_session", "organisation")
	}
	return r, nil
}

// fresh makes an unsaved registration of an entry.
func (d *Desk) fresh(a *events.Activity, e Entry, o directory.Organisation, via Via) Registration {
	return Registration{ID: newID(), Activity: a.Code, Person: e.Person, Email: e.Person.Email, Organisation: o.Code, Group: o.Group,
		Capacity: e.Capacity, Pool: e.Pool, Via: via, Answers: e.Answers, Created: d.instant(), Link: 1,
		NameKey: directory.NormalName(e.Person.GivenName, e.Person.FamilyName)}
}

// known gives the person of the directory that a registration is of. What somebody says of its own
// organisation is a claim: it counts in the directory only when the address is of a domain that the
// organisation vouches for, or once the organisation or the Secretariat has agreed (vouch).
func (d *Desk) known(ctx context.Context, r Registration) (directory.Person, error) {
	p := r.asPerson()
	if r.Organisation != "" {
		o, err := d.organisation(ctx, r.Organisation)
		if err != nil {
			return p, err
		}
		if r.Via == ByNomination || r.Via == ByEntry || o.Vouches(r.Email) {
			p.Organisation = o.Code
		}
	}
	return d.directory.EnsurePerson(ctx, p)
}

// asPerson is who a registration would be in the directory, of no organisation.
func (r *Registration) asPerson() directory.Person {
	return directory.Person{Email: r.Email, GivenName: r.Person.GivenName, FamilyName: r.Person.FamilyName, Language: r.Person.Language, Role: events.Participant}
}

// refuseTwin refuses a second living registration of the same person.
func (d *Desk) refuseTwin(ctx context.Context, r *Registration) error {
	twin, err := d.store.twin(ctx, r.Activity, r.key(), r.ID)
	if err != nil {
		return err
	}
	if twin {
		return events.E(events.Conflict, "already_registered", "email")
	}
	return nil
}

// refuseAgain refuses a second living registration of somebody signed in, under whatever name: only a
// contact point or an officer puts down several people at one address.
func (d *Desk) refuseAgain(ctx context.Context, r *Registration) error {
	known, err := d.store.atAddress(ctx, r.Activity, r.Email)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Living() && k.PersonID == r.PersonID {
			return events.E(events.Conflict, "already_registered", "email")
		}
	}
	return d.refuseTwin(ctx, r)
}

// arrive takes a new or confirmed registration onto the board, and under automatic acceptance to
// its seat. The notice is that of where it ended.
func (d *Desk) arrive(ctx context.Context, a *events.Activity, r Registration, event Event, by string) (Registration, error) {
	who := Self
	switch event {
	case Nominate:
		who = Speaker
	case Enter:
		who = Secretariat
	}
	from := r.State
	t, err := find(from, event, who)
	if err != nil {
		return r, err
	}
	r.State = t.To
	r.note(d.instant(), by, string(event), from, t.To, "")
	automatic := a.Acceptance == events.Automatic && r.Capacity != Alternate && !r.Unendorsed
	switch {
	case from == "":
		err = d.insert(ctx, &r)
	case !automatic: // else it is written with its seat
		err = d.write(ctx, &r)
	}
	if err != nil {
		return r, err
	}
	if automatic {
		return r, d.accept(ctx, a, &r)
	}
	return r, d.tell(ctx, a, &r, notice{kind: t.Notice})
}

// insert stores a new registration.
func (d *Desk) insert(ctx context.Context, r *Registration) error {
	r.Version = 0
	r.rise()
	return d.store.insert(ctx, *r)
}
