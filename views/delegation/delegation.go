// Package delegation is where an organisation's contact points work: what their organisation is
// invited to and until when, what it answers, whom it nominates, and whom of those who registered by
// themselves it endorses.
//
// The Secretariat sees these pages and does its own work at the desk; to everybody else, another
// organisation's contact points included, they do not exist. A page parses, asks the domain and
// shows; it decides nothing.
package delegation

import (
	"cmp"
	"embed"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/registrations/signin"
	"capportal/views/i18n"
	"capportal/views/page"
)

// Templates are the page files of this package.
//
//go:embed *.html
var Templates embed.FS

// Parts is what the pages are put together from.
type Parts struct {
	Desk      *registrations.Desk
	Directory *directory.Directory
	Signin    *signin.SignIn
	Renderer  *page.Renderer
	Now       func() time.Time
	Zone      string // the Secretariat's IANA zone: deadlines are told in it and in the reader's
}

// Pages are the pages of contact points.
type Pages struct{ Parts }

// New makes the pages.
func New(p Parts) *Pages { return &Pages{p} }

// organisation gives the organisation of the address to those who may see its pages.
func (p *Pages) organisation(c *fiber.Ctx) (directory.Organisation, error) {
	v, code := page.Of(c).Visitor, c.Params("organisation")
	if !v.Speaks(code) && !v.Secretariat() {
		return directory.Organisation{}, events.E(events.NotFound, "no_such_page", "")
	}
	return p.Directory.Organisation(c.UserContext(), code)
}

// speaks is organisation for what only its contact points do. The Secretariat knows that the page is
// there, and has its own.
func (p *Pages) speaks(c *fiber.Ctx) (directory.Organisation, error) {
	o, err := p.organisation(c)
	if err == nil && !page.Of(c).Visitor.Speaks(o.Code) {
		return o, events.E(events.Denied, "contact_points_only", "")
	}
	return o, err
}

// keeper remembers what a form did; none when nobody can sign in, as in some tests.
func (p *Pages) keeper() page.Keeper {
	if p.Signin == nil {
		return nil
	}
	return p.Signin
}

// homeView is what an organisation is invited to.
type homeView struct {
	Code         string
	Name         string
	Points       []string // the contact points' names
	Todo         []todo
	Coming, Past []share
	Speaks       bool
}

// share is one invitation, or the activity of people who registered without one.
type share struct {
	registrations.Share
	Title, Day, Month, Weekday string
	Kind, Place                string
	Href                       string // the activity's page; "" where it may not be seen yet
	Facts                      []string
	Until                      *page.Moment
	Passed                     bool
	ToAnswer                   bool // the deadline is that of an answer: an operation is joined before anybody is nominated
	Answer                     *page.StateWords
	Reason                     string
	Off                        *page.StateWords // the activity's own state, where it is not held as planned
	People                     []person
	Nominate                   string
	Why                        string // why nobody can be nominated
	Yes                        []answerButton
	No                         []page.Link
	Enter                      string // for the Secretariat
}

// answerButton is an answer that is given by pressing it.
type answerButton struct{ Answer, Words string }

// person is one of the organisation's people in an activity.
type person struct {
	ID, Name, Post, Capacity, Seat string
	Href                           string // the registration's own page
	State                          page.StateWords
	Sentence                       string
	Reason                         string
	Endorse                        bool
	Reject, Withdraw, Edit         string
}

// Home shows what the organisation is invited to, what waits for it, and its people.
func (p *Pages) Home(c *fiber.Ctx) error {
	o, err := p.organisation(c)
	if err != nil {
		return err
	}
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	shares, err := p.Desk.Delegation(ctx, s.Visitor, o.Code)
	if err != nil {
		return err
	}
	points, err := p.Directory.ContactPoints(ctx, o.Code)
	if err != nil {
		return err
	}
	v := homeView{Code: o.Code, Speaks: s.Visitor.Speaks(o.Code) && !s.Visitor.ReadOnly}
	v.Name, _ = w.Pick(o.Name)
	for _, point := range points {
		v.Points = append(v.Points, point.Name())
	}
	for _, one := range shares {
		shown := p.shareOf(s, o.Code, one)
		if one.Activity.State.Over() || one.Activity.End.Before(p.Now()) && !one.Activity.State.Off() {
			v.Past = append(v.Past, shown)
		} else {
			v.Coming = append(v.Coming, shown)
			if v.Speaks {
				v.Todo = append(v.Todo, p.todoOf(s, &shown)...)
			}
		}
	}
	slices.Reverse(v.Past)
	return p.Renderer.Render(c, "delegation/home", page.View{Active: "delegation", Data: v, NoIndex: true})
}

// shareOf puts an invitation into words.
func (p *Pages) shareOf(s *page.State, code string, one registrations.Share) share {
	w, a := s.Words, one.Activity
	v := share{Share: one, Kind: w.T("kind." + string(a.Kind)), Place: page.TownOf(w, &a), Reason: one.Invitation.Reason,
		Day: w.DayRange(a.Start, lastMoment(&a), a.Zone), Month: w.MonthRange(a.Start, lastMoment(&a), a.Zone)}
	v.Title, _ = w.Pick(a.Title)
	if a.Slug != "" {
		v.Href = s.Link("events", a.Slug)
	}
	v.Facts = factsOf(w, &one)
	speaks := s.Visitor.Speaks(code) && !s.Visitor.ReadOnly
	if one.Invitation.Sent != nil && a.State.Stands() {
		until := page.MomentIn(w, one.Deadline, p.Zone, s.Zone)
		v.Until, v.Passed = &until, events.Passed(one.Deadline, p.Now())
		v.ToAnswer = a.Kind == events.Operation && one.Invitation.Answer != invitations.Joined
	}
	if !a.State.Stands() || a.State == events.RegistrationClosed || a.State == events.InProgress {
		state := page.StateOf(w, "activity", string(a.State))
		v.Off = &state
	}
	if one.Invitation.Sent != nil {
		answer := page.StateOf(w, "answer", string(one.Invitation.Answer))
		v.Answer = &answer
	}
	for i := range one.People {
		v.People = append(v.People, personOf(s, code, &one, &one.People[i], speaks))
	}
	if speaks {
		p.offer(s, code, &v)
	} else if s.Visitor.Decides() {
		v.Enter = s.Link("desk", "activities", a.Code, "enter")
	}
	return v
}

// offer adds what the contact point can do with an invitation.
func (p *Pages) offer(s *page.State, code string, v *share) {
	w, q := s.Words, "?"+url.Values{"activity": {v.Activity.Code}}.Encode()
	if v.Closed == nil {
		v.Nominate = s.Link("delegation", code, "nominate") + q
	} else if v.Invitation.Sent != nil && v.Activity.Lane != events.NoLane && v.Activity.State.Stands() {
		if faults := events.Faults(v.Closed); len(faults) > 0 && faults[0].Code != events.NotFound {
			v.Why = page.Sentence(w, faults[0])
		}
	}
	for _, answer := range v.Answers {
		words := w.T("delegation.answer." + string(answer))
		switch answer {
		case invitations.Declined:
			v.No = append(v.No, page.Link{Href: s.Link("delegation", code, "decline") + q, Text: words})
		case invitations.Left:
			v.No = append(v.No, page.Link{Href: s.Link("delegation", code, "leave") + q, Text: words})
		default:
			v.Yes = append(v.Yes, answerButton{string(answer), words})
		}
	}
}

// lastMoment is the last instant of an activity; that of whole days ends at the midnight after them.
func lastMoment(a *events.Activity) time.Time {
	if a.AllDay {
		return a.End.Add(-time.Second)
	}
	return a.End
}

// nameOf gives an organisation's name in the reader's language.
func nameOf(w *i18n.Words, o directory.Organisation) string {
	name, _ := w.Pick(o.Name)
	return cmp.Or(name, o.Code)
}
