package registrations

import (
	"context"
	"slices"
	"strings"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
)

// Invited says which organisations to add to an activity's invitation list, and with what.
type Invited struct {
	Organisations []string     // codes
	Region        string       // every Member of a region
	AllMembers    bool         // every Member
	Group         events.Group // every organisation of a group
	Seats         []invitations.Seats
	Funded        int
}

// InviteResult counts what an invitation of many did.
type InviteResult struct {
	Added       int
	Known       int // were on the list already
	Unreachable int // of those added, without a contact point
}

// Invite adds organisations to an activity's invitation list. Once the activity's invitations have
// been sent, those added are sent at once.
func (d *Desk) Invite(ctx context.Context, v events.Visitor, code string, in Invited) (InviteResult, error) {
	var result InviteResult
	if !v.Decides() {
		return result, events.E(events.Denied, "not_allowed", "")
	}
	err := d.act(ctx, code, "", func(ctx context.Context) error {
		result = InviteResult{}
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		if !a.State.Stands() {
			return events.E(events.Conflict, "activity_over", "").With("state", string(a.State))
		}
		codes, err := d.chosen(ctx, in)
		if err != nil {
			return err
		}
		for _, organisation := range codes {
			if _, err := d.invitations.Find(ctx, code, organisation); err == nil {
				result.Known++
				continue
			} else if !events.IsGone(err) {
				return err
			}
			i := invitations.Invitation{ID: invitations.ID(code, organisation), Activity: code, Organisation: organisation,
				Seats: in.Seats, Funded: in.Funded, Answer: invitations.None, Version: 1,
				History: []events.Change{{At: d.instant(), By: v.Person, What: "invited"}}}
			if err := invitations.Validate(&i, &a); err != nil {
				return err
			}
			if err := d.invitations.Insert(ctx, i); err != nil {
				return err
			}
			result.Added++
			reached, err := d.send(ctx, &a, i)
			if err != nil {
				return err
			}
			if !reached {
				result.Unreachable++
			}
		}
		return nil
	})
	return result, err
}

// chosen lists the organisations meant, each once.
func (d *Desk) chosen(ctx context.Context, in Invited) ([]string, error) {
	var codes []string
	for _, code := range in.Organisations {
		o, err := d.organisation(ctx, strings.ToUpper(strings.TrimSpace(code)))
		if err != nil {
			return nil, err
		}
		codes = append(codes, o.Code)
	}
	if in.AllMembers || in.Region != "" {
		members, err := d.directory.Members(ctx, d.now())
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if in.AllMembers || m.Region == in.Region {
				codes = append(codes, m.Code)
			}
		}
	}
	if in.Group != "" {
		list, err := d.directory.Organisations(ctx, directory.Query{Group: in.Group})
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			codes = append(codes, o.Code)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) == 0 {
		return nil, events.E(events.Invalid, "nobody_chosen", "organisation")
	}
	return codes, nil
}

// sends tells whether invitations go out in a state.
func sends(s events.State) bool {
	return s == events.InvitationsSent || s == events.RegistrationOpen
}

// send mails one invitation to every contact point of the organisation, if the activity has come to
// that. An organisation that nobody speaks for keeps its invitation unsent, and the desk shows it.
func (d *Desk) send(ctx context.Context, a *events.Activity, i invitations.Invitation) (reached bool, err error) {
	points, err := d.directory.ContactPoints(ctx, i.Organisation)
	if err != nil {
		return false, err
	}
	if i.Sent != nil || !sends(a.State) || len(points) == 0 {
		return len(points) > 0, nil
	}
	for _, p := range points {
		err := d.outbox.Put(ctx, outbox.Notice{Kind: "invitation", Activity: a.Code, Organisation: i.Organisation, Person: p.ID, To: p.Email, Language: p.Language})
		if err != nil {
			return true, err
		}
	}
	now := d.instant()
	i.Sent = &now
	i.History = append(i.History, events.Change{At: now, By: "portal", What: "sent"})
	i.Version++
	return true, d.invitations.Replace(ctx, i)
}

// sendInvitations sends whatever has not been sent of an activity's invitations.
func (d *Desk) sendInvitations(ctx context.Context, a *events.Activity) error {
	list, err := d.invitations.OfActivity(ctx, a.Code)
	if err != nil {
		return err
	}
	for _, i := range list {
		if _, err := d.send(ctx, a, i); err != nil {
			return err
		}
	}
	return nil
}

// SendUnsent sends the invitations of an activity that found nobody to go to when the others went out,
// to the contact points added since, and gives how many went. Before an activity sends its invitations
// it is a Conflict, key `invitations_not_yet`.
func (d *Desk) SendUnsent(ctx context.Context, v events.Visitor, code string) (sent int, err error) {
	if !v.Decides() {
		return 0, events.E(events.Denied, "not_allowed", "")
	}
	err = d.act(ctx, code, "", func(ctx context.Context) error {
		sent = 0
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		if !sends(a.State) {
			return events.E(events.Conflict, "invitations_not_yet", "")
		}
		list, err := d.invitations.OfActivity(ctx, code)
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.Sent != nil {
				continue
			}
			reached, err := d.send(ctx, &a, i)
			if err != nil {
				return err
			}
			if reached {
				sent++
			}
		}
		return nil
	})
	return sent, err
}

// countInvited counts whom the unsent invitations of an activity would reach, and the organisations that
// nobody speaks for.
func (d *Desk) countInvited(ctx context.Context, code string) (points, unreachable int, err error) {
	list, err := d.invitations.OfActivity(ctx, code)
	if err != nil {
		return 0, 0, err
	}
	for _, i := range list {
		if i.Sent != nil {
			continue
		}
		people, err := d.directory.ContactPoints(ctx, i.Organisation)
		if err != nil {
			return 0, 0, err
		}
		if len(people) == 0 {
			unreachable++
		}
		points += len(people)
	}
	return points, unreachable, nil
}
