package registrations

import (
	"context"

	"capportal/events"
	"capportal/registrations/invitations"
)

// Nominate puts down somebody of the contact point's organisation. It is endorsed thereby; the
// Secretariat decides, unless the activity accepts automatically.
func (d *Desk) Nominate(ctx context.Context, v events.Visitor, code string, e Entry) (Registration, error) {
	if !v.Speaks(e.Organisation) || v.ReadOnly {
		return Registration{}, events.E(events.Denied, "not_allowed", "")
	}
	return d.enter(ctx, v, code, e, Nominate)
}

// Enter puts down anybody, for the Secretariat: no deadline holds it up.
func (d *Desk) Enter(ctx context.Context, v events.Visitor, code string, e Entry) (Registration, error) {
	if !v.Decides() {
		return Registration{}, events.E(events.Denied, "not_allowed", "")
	}
	return d.enter(ctx, v, code, e, Enter)
}

func (d *Desk) enter(ctx context.Context, v events.Visitor, code string, e Entry, event Event) (Registration, error) {
	var made Registration
	err := d.act(ctx, code, "", func(ctx context.Context) error {
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		made, err = d.enterOne(ctx, v, &a, e.clone(), event)
		return err
	})
	return made, err
}

// enterOne judges a nomination or an entry and stores it.
func (d *Desk) enterOne(ctx context.Context, v events.Visitor, a *events.Activity, e Entry, event Event) (Registration, error) {
	capacities := NominatedCapacities()
	if event == Enter {
		capacities = Capacities()
	}
	if err := d.mayEnter(ctx, v, a, event); err != nil {
		return Registration{}, err
	}
	if err := e.check(a, capacities, d.languages); err != nil {
		return Registration{}, err
	}
	if event == Nominate {
		if err := d.countNomination(ctx, a, e.Organisation, e.Capacity, e.Pool, ""); err != nil {
			return Registration{}, err
		}
	}
	return d.put(ctx, v, a, e, event)
}

// mayEnter judges lane, state and deadline for a nomination or an entry.
func (d *Desk) mayEnter(ctx context.Context, v events.Visitor, a *events.Activity, event Event) error {
	if !a.State.Stands() || a.State == events.Planned {
		return events.E(events.Conflict, "registration_not_open", "")
	}
	if event == Enter {
		return nil
	}
	i, err := d.invitations.Find(ctx, a.Code, v.Organisation)
	if events.IsGone(err) || err == nil && i.Sent == nil {
		return events.E(events.NotFound, "no_such_activity", "")
	}
	if err != nil {
		return err
	}
	switch {
	case a.Lane == events.NoLane || a.Lane == events.SelfRegistration && a.State != events.RegistrationOpen:
		return events.E(events.Denied, "lane_closed", "")
	case a.State != events.InvitationsSent && a.State != events.RegistrationOpen:
		return events.E(events.Conflict, "registration_not_open", "")
	case a.Kind == events.Operation && i.Answer != invitations.Joined:
		return events.E(events.Conflict, "not_joined", "")
	case i.Answer == invitations.Declined:
		return events.E(events.Conflict, "invitation_declined", "")
	}
	if last := a.NominationDeadline(); events.Passed(last, d.now()) {
		return events.E(events.Conflict, "nomination_deadline_passed", "").With("deadline", last).With("timezone", a.Zone)
	}
	return nil
}

// countNomination refuses a nomination past the organisation's seats in a pool; an alternate holds
// none. Except names a registration that is not counted: the one that changes.
func (d *Desk) countNomination(ctx context.Context, a *events.Activity, organisation string, capacity Capacity, pool events.Pool, except string) error {
	if err := d.invitations.CountNomination(ctx, invitations.ID(a.Code, organisation)); err != nil {
		return err
	}
	limit, err := d.limit(ctx, a, organisation, pool)
	if err != nil || limit == invitations.NoLimit || capacity == Alternate {
		return err
	}
	mates, err := d.store.ofOrganisation(ctx, a.Code, organisation)
	if err != nil {
		return err
	}
	if nominations(mates, a.Code, except)[pool] >= limit {
		return events.E(events.Conflict, "organisation_seats_full", "capacity").With("seats", limit).With("pool", string(pool))
	}
	return nil
}

// nominations counts the seats that registrations of an activity ask of their organisation's, by pool;
// an alternate asks none. Except is not counted.
func nominations(list []Registration, activity, except string) map[events.Pool]int {
	used := map[events.Pool]int{}
	for _, r := range list {
		if r.Activity == activity && r.Living() && r.Capacity != Alternate && r.ID != except {
			used[r.Pool]++
		}
	}
	return used
}

// put stores somebody else's word for a person. It takes the place of the person's own draft; a
// living registration of the same person is refused.
func (d *Desk) put(ctx context.Context, v events.Visitor, a *events.Activity, e Entry, event Event) (Registration, error) {
	o, err := d.organisation(ctx, e.Organisation)
	if err != nil {
		return Registration{}, err
	}
	r := d.fresh(a, e, o, map[Event]Via{Nominate: ByNomination, Enter: ByEntry}[event])
	if err := d.refuseTwin(ctx, &r); err != nil {
		return r, err
	}
	person, err := d.known(ctx, r)
	if err != nil {
		return r, err
	}
	r.PersonID = person.ID
	if err := d.vouch(ctx, &r); err != nil {
		return r, err
	}
	drafts, err := d.store.atAddress(ctx, a.Code, r.Email)
	if err != nil {
		return r, err
	}
	for _, k := range drafts {
		if k.State == Draft && k.NameKey == r.NameKey {
			if err := d.store.drop(ctx, k.ID); err != nil {
				return r, err
			}
		}
	}
	return d.arrive(ctx, a, r, event, v.Person)
}
