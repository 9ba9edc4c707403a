package registrations

import (
	"context"

	"capportal/events"
	"capportal/registrations/invitations"
)

// openTo says what a contact point can do with an invitation now: until when and whether it can
// nominate, and what it can answer.
func (d *Desk) openTo(ctx context.Context, s *Share, a *events.Activity) error {
	s.Deadline = a.NominationDeadline()
	speaker := events.Visitor{Role: events.ContactPoint, Organisation: s.Invitation.Organisation}
	s.Closed = d.mayEnter(ctx, speaker, a, Nominate)
	if s.Closed != nil && len(events.Faults(s.Closed)) == 0 {
		return s.Closed
	}
	if s.Invitation.Sent == nil || a.State.Off() || a.State.Over() {
		return nil
	}
	for _, answer := range []invitations.Answer{invitations.Accepted, invitations.Joined, invitations.Declined, invitations.Left} {
		if answer != s.Invitation.Answer && invitations.MayAnswer(&s.Invitation, a, answer) == nil {
			s.Answers = append(s.Answers, answer)
		}
	}
	return nil
}

// ShareOf gives an organisation's part in one activity to its contact points and the Secretariat; to
// others, and where no invitation has been sent, the activity does not exist.
func (d *Desk) ShareOf(ctx context.Context, v events.Visitor, organisation, activity string) (Share, error) {
	shares, err := d.Delegation(ctx, v, organisation)
	if err != nil {
		return Share{}, err
	}
	for _, s := range shares {
		if s.Invitation.Activity == activity {
			return s, nil
		}
	}
	return Share{}, events.E(events.NotFound, "no_such_activity", "")
}
