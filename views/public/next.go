package public

import (
	"context"
	"net/url"
	"slices"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/views/page"
)

// nextView is the framed box: how things stand for this visitor, and the one next thing to do.
type nextView struct {
	State  page.StateWords
	Text   []string
	Action page.Link
	More   []page.Link
}

// next finds out what the visitor can do next: who takes part reads how that stands; a contact point
// nominates; the Secretariat works at its desk; everybody else registers, or learns how and when.
func (p *Pages) next(ctx context.Context, s *page.State, a *events.Activity, counts pools, entry bool) (*nextView, error) {
	n := &nextView{State: standing(s.Words, a, counts, s.Now)}
	own, err := p.own(ctx, s, a)
	switch {
	case err != nil:
		return nil, err
	case own != nil:
		n.State, n.Text = page.Yours(s.Words, &own.Registration, a, own.Position, s.Now)
		mine := page.Link{Href: s.Link("registrations", own.Registration.ID), Text: s.Words.T("activity.next.mine")}
		if !own.Registration.Living() { // one may register again
			n.More = append(n.More, mine)
			p.withDesk(s, a, n)
			break
		}
		n.Action = mine
		if slices.Contains(registrations.Possible(own.Registration.State, registrations.Self), registrations.Withdraw) && !a.State.Over() {
			n.More = append(n.More, page.Link{Href: s.Link("registrations", own.Registration.ID, "withdraw"), Text: s.Words.T("registration.withdraw")})
		}
		return p.withDesk(s, a, n), nil
	case s.Visitor.Secretariat():
		n.State = page.StateOf(s.Words, "activity", string(a.State))
		n.Text = []string{s.Words.T("activity.next.seen_by", "circle", s.Words.T("visibility."+string(a.Visibility)))}
		if !a.Announced {
			n.Text = []string{s.Words.T("activity.next.unannounced")}
		}
		n.Action = page.Link{Href: s.Link("desk", "activities", a.Code), Text: s.Words.T("activity.next.desk")}
		n.More = []page.Link{{Href: s.Link("desk", "activities", a.Code, "board"), Text: s.Words.T("activity.next.board")}}
		return n, nil
	}
	if !a.State.Stands() || !s.Now.Before(a.End) {
		return p.over(ctx, s, a, n)
	}
	if done, err := p.nominating(ctx, s, a, n); done || err != nil {
		return n, err
	}
	if entry {
		if n.Text == nil {
			return nil, nil
		}
		return n, nil
	}
	p.registering(s, a, counts, n)
	return n, nil
}

// withDesk adds the way to the desk for an officer who also takes part.
func (p *Pages) withDesk(s *page.State, a *events.Activity, n *nextView) *nextView {
	if s.Visitor.Secretariat() {
		n.More = append(n.More, page.Link{Href: s.Link("desk", "activities", a.Code), Text: s.Words.T("activity.next.desk")})
	}
	return n
}

// own finds the visitor's registration of an activity: the living one, else the latest; nil without one.
func (p *Pages) own(ctx context.Context, s *page.State, a *events.Activity) (*registrations.Part, error) {
	parts, err := p.Desk.Mine(ctx, s.Visitor)
	if err != nil {
		return nil, err
	}
	var found *registrations.Part
	for i := range parts {
		r := &parts[i].Registration
		if r.Activity != a.Code || r.State == registrations.Draft {
			continue
		}
		if found == nil || r.Living() && !found.Registration.Living() || r.Living() == found.Registration.Living() && r.Created.After(found.Registration.Created) {
			found = &parts[i]
		}
	}
	return found, nil
}

// over says what has become of an activity in which nobody can take part any more, or not now.
func (p *Pages) over(ctx context.Context, s *page.State, a *events.Activity, n *nextView) (*nextView, error) {
	w := s.Words
	if n.Text != nil {
		return n, nil
	}
	switch a.State {
	case events.Postponed, events.Cancelled:
		n.Text = []string{w.T("activity.next." + string(a.State))}
	case events.Merged:
		into, err := p.Programme.Find(ctx, s.Visitor, a.MergedInto)
		if err != nil && !events.IsGone(err) {
			return nil, err
		}
		n.Text = []string{w.T("activity.next.merged")}
		if err == nil {
			title, _ := w.Pick(into.Title)
			n.Text = []string{w.T("activity.next.merged_into", "title", title)}
			n.Action = page.Link{Href: s.Link("events", into.Slug), Text: w.T("activity.next.merged_open")}
		}
	default:
		n.Text = []string{w.T("activity.next.over")}
	}
	return n, nil
}

// nominating speaks to a contact point whose organisation is invited; false to everybody else.
func (p *Pages) nominating(ctx context.Context, s *page.State, a *events.Activity, n *nextView) (bool, error) {
	v, w := s.Visitor, s.Words
	if v.Role != events.ContactPoint || v.Organisation == "" {
		return false, nil
	}
	i, err := p.Desk.Invitation(ctx, v, a.Code, v.Organisation)
	if events.IsGone(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	delegation := page.Link{Href: s.Link("delegation", v.Organisation), Text: w.T("activity.next.delegation")}
	n.Action = delegation
	switch {
	case i.Answer == invitations.Declined:
		n.Text = append(n.Text, w.T("activity.next.declined"))
	case a.Kind == events.Operation && i.Answer != invitations.Joined:
		n.Text = append(n.Text, w.T("activity.next.join"))
	case a.Kind == events.Operation:
		n.Text = append(n.Text, w.T("activity.next.joined"))
	case events.Passed(a.NominationDeadline(), s.Now):
		n.Text = append(n.Text, w.T("activity.next.nominations_closed"))
	case a.State == events.InvitationsSent || a.State == events.RegistrationOpen:
		n.Text = append(n.Text, w.T("activity.next.invited", "deadline", p.until(s, a.NominationDeadline(), a)))
		n.Action = page.Link{Href: s.Link("delegation", v.Organisation, "nominate") + "?activity=" + a.Code, Text: w.T("activity.next.nominate")}
		n.More = append(n.More, delegation)
	default:
		n.Text = append(n.Text, w.T("activity.next.nominations_closed"))
	}
	return true, nil
}

// registering speaks to whoever might fill in the form.
func (p *Pages) registering(s *page.State, a *events.Activity, counts pools, n *nextView) {
	w, v := s.Words, s.Visitor
	err := p.Desk.MayRegisterAlone(v, a)
	say := func(key string, values ...any) { n.Text = append(n.Text, w.T(key, values...)) }
	switch {
	case err == nil:
		p.open(s, a, counts, n)
		return
	case events.Is(err, "registration_deadline_passed"), a.State == events.RegistrationClosed:
		say("activity.next.closed")
	case a.Lane == events.InvitationOnly:
		say("activity.next.invitation_only")
	case a.Lane == events.NoLane:
		say("activity.next.entered")
	case a.State == events.InProgress:
		say("activity.next.in_progress")
	case a.Lane == events.Nomination:
		say("activity.next.nomination_first")
	default:
		say("activity.next.opens_later")
	}
	if !v.SignedIn() && !a.State.Over() {
		n.More = append(n.More, page.Link{Href: p.signIn(s), Text: w.T("activity.next.sign_in")})
	}
}

// open invites to register: by the lane, and by whether seats are left.
func (p *Pages) open(s *page.State, a *events.Activity, counts pools, n *nextView) {
	w, v := s.Words, s.Visitor
	until := p.until(s, a.RegistrationDeadline(), a)
	switch {
	case a.Lane == events.SelfRegistration:
		n.Text = append(n.Text, w.T("activity.next.open", "deadline", until))
	case v.In(events.Member):
		n.Text = append(n.Text, w.T("activity.next.member", "deadline", until))
	default:
		n.Text = append(n.Text, w.T("activity.next.nomination"), w.T("activity.next.alone", "deadline", until))
	}
	for _, pool := range a.Mode.Pools() {
		if count, known := counts[pool]; known && counts.full(a, pool) && a.Acceptance == events.Automatic {
			n.Text = append(n.Text, w.T("activity.next.full", "pool", w.T("pool."+string(pool)), "position", count.Waiting+1))
		}
	}
	n.Action = page.Link{Href: s.Link("events", a.Slug, "register"), Text: w.T("activity.next.register")}
	if !v.SignedIn() {
		n.More = append(n.More, page.Link{Href: p.signIn(s), Text: w.T("activity.next.sign_in")})
	}
}

func (p *Pages) signIn(s *page.State) string {
	return s.Link("sign-in") + "?next=" + url.QueryEscape(s.SameIn(s.Lang()))
}

// until writes a deadline with the clock it is read from.
func (p *Pages) until(s *page.State, t time.Time, a *events.Activity) string {
	return s.Words.T("activity.deadline", "time", s.Words.DateTime(t, a.Zone), "zone", s.Words.Zone(a.Zone, t))
}
