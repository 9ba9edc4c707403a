package registrations

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"capportal/events"
	"capportal/registrations/invitations"
)

// Share is one invitation of a delegation with its activity and whoever is nominated.
type Share struct {
	Invitation invitations.Invitation
	Activity   events.Activity
	People     []Row
	Left       map[events.Pool]int  // nominations still possible; absent: no limit
	Deadline   time.Time            // of nominations, to the second: part of the invitation, whatever else is seen of the activity
	Closed     error                // why the contact point can nominate nobody now; nil: it can
	Answers    []invitations.Answer // that can be given now, the one that stands left out
}

// Delegation shows an organisation's invitations and people to its contact points and the Secretariat.
func (d *Desk) Delegation(ctx context.Context, v events.Visitor, organisation string) ([]Share, error) {
	if !v.Speaks(organisation) && !v.Secretariat() {
		return nil, events.E(events.NotFound, "no_such_page", "")
	}
	list, err := d.invitations.OfOrganisation(ctx, organisation)
	if err != nil {
		return nil, err
	}
	people, err := d.store.allOfOrganisation(ctx, organisation)
	if err != nil {
		return nil, err
	}
	var shares []Share
	invited := map[string]bool{}
	for _, i := range list {
		if i.Sent == nil && !v.Secretariat() {
			continue
		}
		invited[i.Activity] = true
		s, err := d.share(ctx, v, i, people)
		if err != nil {
			return nil, err
		}
		shares = append(shares, s)
	}
	for _, r := range people { // who registered alone, uninvited
		if !invited[r.Activity] {
			invited[r.Activity] = true
			s, err := d.share(ctx, v, invitations.Invitation{Activity: r.Activity, Organisation: organisation, Answer: invitations.None}, people)
			if err != nil {
				return nil, err
			}
			shares = append(shares, s)
		}
	}
	slices.SortFunc(shares, func(x, y Share) int {
		return cmp.Or(x.Activity.Start.Compare(y.Activity.Start), strings.Compare(x.Activity.Code, y.Activity.Code))
	})
	return shares, nil
}

// share puts an invitation beside its activity and the people nominated on it.
func (d *Desk) share(ctx context.Context, v events.Visitor, i invitations.Invitation, people []Registration) (Share, error) {
	s := Share{Invitation: i, Left: map[events.Pool]int{}}
	for _, r := range people {
		if r.Activity == i.Activity {
			p, err := d.Part(ctx, v, r)
			if err != nil {
				return s, err
			}
			s.Activity = p.Activity
			s.People = append(s.People, Row{Registration: r, Position: p.Position})
		}
	}
	a, err := d.programme.Load(ctx, i.Activity)
	if err != nil {
		return s, err
	}
	if shown, ok := events.Shown(v, a, d.now()); ok {
		s.Activity = shown
	}
	if err := d.openTo(ctx, &s, &a); err != nil {
		return s, err
	}
	used := nominations(people, i.Activity, "")
	for _, pool := range a.Mode.Pools() {
		if limit := invitations.Limit(&i, &a, pool); limit != invitations.NoLimit {
			s.Left[pool] = limit - used[pool]
		}
	}
	return s, nil
}

// openTo says what a contact point can do with an invitation now: until when and whether it can
// nominate, and what it can answer.
func (d *Desk) openTo(ctx context.Context, s *Share, a *events.Activity) error {
	s.Deadline = a.NominationDeadline()
	speaker := events.Visitor{Role: events.ContactPoint, Organisation: s.Invitation.Organisation}
	s.Closed = d.mayEnter(ctx, speaker, a, Nominate)
	if s.Closed != nil && len(events.Faults(s.Closed)) == 0 {
		return s.Closed
	}
	if s.Invitation.Sent == nil || !a.State.Stands() {
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
