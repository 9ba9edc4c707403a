package registrations

import (
	"context"
	"strings"
	"time"

	"capportal/events"
	"capportal/registrations/invitations"
)

// ChangeInvitation edits an organisation's invitation: its seats and funded places. Fewer seats
// than people it has already nominated are refused; more let those wait no longer who waited for them.
func (d *Desk) ChangeInvitation(ctx context.Context, v events.Visitor, code, organisation string, version int, edit func(*invitations.Invitation) error) (invitations.Invitation, error) {
	if !v.Decides() {
		return invitations.Invitation{}, events.E(events.Denied, "not_allowed", "")
	}
	return d.onInvitation(ctx, v, code, organisation, version, "edited", func(ctx context.Context, a *events.Activity, i *invitations.Invitation) error {
		if err := edit(i); err != nil {
			return err
		}
		if err := invitations.Validate(i, a); err != nil {
			return err
		}
		return d.seatsHold(ctx, a, i)
	})
}

// seatsHold refuses an invitation with fewer seats than are nominated on it.
func (d *Desk) seatsHold(ctx context.Context, a *events.Activity, i *invitations.Invitation) error {
	mates, err := d.store.ofOrganisation(ctx, a.Code, i.Organisation)
	if err != nil {
		return err
	}
	used := nominations(mates, a.Code, "")
	for n, s := range i.Seats {
		if s.Seats < used[s.Pool] {
			return events.E(events.Conflict, "seats_below_nominated", "seats").With("nominated", used[s.Pool]).With("seats", s.Seats).With("n", n)
		}
	}
	return nil
}

// Answer records what an organisation says to its invitation, by its contact point or an officer.
func (d *Desk) Answer(ctx context.Context, v events.Visitor, code, organisation string, answer invitations.Answer, reason string) (invitations.Invitation, error) {
	if v.ReadOnly || !v.Decides() && !v.Speaks(organisation) {
		return invitations.Invitation{}, events.E(events.NotFound, "no_such_activity", "")
	}
	return d.onInvitation(ctx, v, code, organisation, 0, "answered", func(ctx context.Context, a *events.Activity, i *invitations.Invitation) error {
		if i.Sent == nil && !v.Decides() {
			return d.notInvited(v, a)
		}
		if !a.State.Stands() {
			return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
		}
		if err := invitations.MayAnswer(i, a, answer); err != nil {
			return err
		}
		i.Answer, i.Reason = answer, strings.TrimSpace(reason)
		return events.JudgeReason(i.Reason)
	})
}

// onInvitation edits one invitation in its activity's turn, and lets waiting people move up after it.
func (d *Desk) onInvitation(ctx context.Context, v events.Visitor, code, organisation string, version int, what string,
	edit func(context.Context, *events.Activity, *invitations.Invitation) error) (invitations.Invitation, error) {
	var i invitations.Invitation
	err := d.act(ctx, code, "", func(ctx context.Context) error {
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		if i, err = d.invitations.Find(ctx, code, organisation); events.IsGone(err) {
			return d.notInvited(v, &a)
		} else if err != nil {
			return err
		}
		if version != 0 && version != i.Version {
			return events.Outdated(version, i.Version)
		}
		if err := edit(ctx, &a, &i); err != nil {
			return err
		}
		i.History = append(i.History, events.Change{At: d.instant(), By: v.Person, What: what, To: string(i.Answer), Why: i.Reason})
		i.Version++
		if err := d.invitations.Replace(ctx, i); err != nil {
			return err
		}
		return d.settle(ctx, &a)
	})
	return i, err
}

// notInvited says that an organisation is not invited. Of an activity that may not be seen it says what
// it says of one that does not exist, so that nobody finds hidden ones by answering them.
func (d *Desk) notInvited(v events.Visitor, a *events.Activity) error {
	if events.See(v, a, d.now()) == events.Nothing {
		return events.E(events.NotFound, "no_such_activity", "")
	}
	return invitations.ErrNone
}

// Invitation gives one organisation's invitation to the Secretariat, and to the organisation's own
// contact point once it is sent.
func (d *Desk) Invitation(ctx context.Context, v events.Visitor, code, organisation string) (invitations.Invitation, error) {
	i, err := d.invitations.Find(ctx, code, organisation)
	if err != nil {
		return i, err
	}
	if v.Secretariat() || v.Speaks(organisation) && i.Sent != nil {
		return i, nil
	}
	return invitations.Invitation{}, invitations.ErrNone
}

// Nominated counts an organisation's living registrations of an activity.
func (d *Desk) Nominated(ctx context.Context, code, organisation string) (int, error) {
	mates, err := d.store.ofOrganisation(ctx, code, organisation)
	n := 0
	for _, r := range mates {
		if r.Living() {
			n++
		}
	}
	return n, err
}

// Reported records that a Member which joined an operation reported in it, and on which day;
// nothing else of what it reported is ever kept.
func (d *Desk) Reported(ctx context.Context, v events.Visitor, code, organisation string, reported invitations.Reported) (invitations.Invitation, error) {
	if !v.Decides() {
		return invitations.Invitation{}, events.E(events.Denied, "not_allowed", "")
	}
	return d.onInvitation(ctx, v, code, organisation, 0, "reported", func(_ context.Context, a *events.Activity, i *invitations.Invitation) error {
		if a.Kind != events.Operation || i.Answer != invitations.Joined {
			return events.E(events.Conflict, "not_joined", "")
		}
		if _, err := time.Parse(time.DateOnly, reported.On); reported.On != "" && err != nil {
			return events.E(events.Invalid, "date_form", "on")
		}
		i.Reported = &reported
		return nil
	})
}
