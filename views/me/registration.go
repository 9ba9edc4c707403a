package me

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// registrationView is one registration: how it stands, what comes next, what was entered.
type registrationView struct {
	Crumbs    []page.Link
	Title     events.Text
	Kind      string
	Whose     string // the name, to others than the person
	Activity  string // address of the activity's page; "" when it may no longer be seen
	State     page.StateWords
	Sentences []string
	When      page.When
	Start     time.Time
	Facts     []fact // about the activity
	Entered   []fact // about the person
	Come      string // where the answer to "will you come?" is sent; "" when it is not asked
	Hidden    []page.Hidden
	Action    page.Link // the one next thing to do
	More      []page.Link
	History   []passage
	Zone      string // in which the history's times are read
}

// fact is a name and what it is, in words.
type fact struct {
	Name, Words string
	Typed       bool // written by a person, in whatever language
}

// Registration shows a registration: to its person, by session or personal link, to its contact point.
// A draft shows the button that confirms its address. Opening it changes nothing.
func (p *Pages) Registration(c *fiber.Ctx) error {
	o, led, err := p.open(c, keyOf(c, nil))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	if o.State == registrations.Draft {
		return p.showDraft(c, page.NewForm(c), &o)
	}
	if !o.own && o.visitor.Secretariat() {
		return c.Redirect(s.Link("desk", "registrations", o.ID), http.StatusSeeOther)
	}
	part, err := p.Desk.Part(c.UserContext(), o.visitor, o.Registration)
	if err != nil {
		return err
	}
	v, err := p.registrationView(c, &o, &part)
	if err != nil {
		return err
	}
	return p.Renderer.Render(c, "me/registration", page.View{Active: activeFor(&o), Data: v, NoIndex: true})
}

// activeFor is the navigation's item that a registration belongs to.
func activeFor(o *opened) string {
	if o.own {
		return "me"
	}
	return "delegation"
}

func (p *Pages) registrationView(c *fiber.Ctx, o *opened, part *registrations.Part) (*registrationView, error) {
	s, w, a, r := page.Of(c), page.Of(c).Words, &part.Activity, &o.Registration
	seen := forSeat(a, r)
	v := &registrationView{Title: a.Title, Kind: w.T("kind." + string(a.Kind)), When: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone), Start: a.Start,
		Hidden: o.hidden(), Crumbs: o.crumbs(s, a), Zone: cmp.Or(s.Zone, a.Zone)}
	if a.Slug != "" {
		v.Activity = s.Link("events", a.Slug)
	}
	if o.own {
		v.State, v.Sentences = page.Yours(w, r, a, part.Position, s.Now)
	} else {
		v.Whose, v.State, v.Sentences = r.Person.Name(), page.StandingShort(w, r, part.Position), []string{page.Standing(w, r, part.Position)}
	}
	organisation, err := p.organisation(c, r.Organisation)
	if err != nil {
		return nil, err
	}
	v.Facts, v.Entered = placeFacts(w, &seen), factsOf(w, r, organisation)
	p.offer(s, v, o, a)
	v.History, err = p.history(c, o)
	return v, err
}

// forSeat is the activity as it is for somebody with this seat: on site it is in the room, online it is
// not.
func forSeat(a *events.Activity, r *registrations.Registration) events.Activity {
	seen := *a
	if a.Mode == events.Hybrid {
		seen.Mode = events.OnSite
		if cmp.Or(r.Seat, r.Pool) == events.RemotePool {
			seen.Mode = events.Remote
		}
	}
	return seen
}

// crumbs lead to the list that the registration stands in.
func (o *opened) crumbs(s *page.State, a *events.Activity, more ...page.Link) []page.Link {
	title, _ := s.Words.Pick(a.Title)
	list := []page.Link{{Href: s.Link("me"), Text: s.Words.T("nav.me")}}
	switch {
	case !o.own:
		list = []page.Link{{Href: s.Link("delegation", o.Organisation), Text: s.Words.T("nav.delegation")}}
	case s.Visitor.Person != o.PersonID || o.PersonID == "":
		list = nil // the bearer of a link is not signed in
	}
	if len(more) > 0 {
		list = append(list, page.Link{Href: o.link(s), Text: title})
		return append(list, more...)
	}
	if list == nil {
		return nil
	}
	return append(list, page.Link{Text: title})
}

// organisation names an organisation; "" without one.
func (p *Pages) organisation(c *fiber.Ctx, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	o, err := p.Directory.Organisation(c.UserContext(), code)
	if events.IsGone(err) {
		return code, nil
	}
	if err != nil {
		return "", err
	}
	name, _ := page.Of(c).Words.Pick(o.Name)
	return cmp.Or(name, code), nil
}

// placeFacts say where it is, and in which languages.
func placeFacts(w *i18n.Words, a *events.Activity) []fact {
	return filled([]fact{
		{Name: w.T("registration.where"), Words: page.PlaceOf(w, a)},
		{Name: w.T("registration.languages"), Words: page.LanguagesOf(w, a)},
	})
}

// filled leaves out what nobody has said yet.
func filled(list []fact) []fact {
	return slices.DeleteFunc(list, func(f fact) bool { return f.Words == "" })
}

// factsOf says who takes part and as what, and what was answered.
func factsOf(w *i18n.Words, r *registrations.Registration, organisation string) []fact {
	list := []fact{
		{Name: w.T("field.name"), Words: r.Person.Name(), Typed: true},
		{Name: w.T("field.email"), Words: w.Isolate(r.Email)},
		{Name: w.T("field.organisation"), Words: organisation},
		{Name: w.T("field.capacity"), Words: w.T("capacity." + string(r.Capacity))},
		{Name: w.T("registration.seat"), Words: w.T("pool." + string(cmp.Or(r.Seat, r.Pool)))},
	}
	if r.Seat != "" && r.Seat != r.Pool {
		list = append(list, fact{Name: w.T("registration.asked"), Words: w.T("pool." + string(r.Pool))})
	}
	list = append(list, fact{Name: w.T("registration.language"), Words: w.Capital(w.LanguageName(r.Person.Language))})
	for _, key := range registrations.AnswerKeys() {
		list = append(list, fact{Name: w.T("field.answers." + key), Words: r.Answers[key], Typed: true})
	}
	return filled(list)
}

// offer says what can be done now: one thing first, the rest as links.
func (p *Pages) offer(s *page.State, v *registrationView, o *opened, a *events.Activity) {
	w := s.Words
	if o.own && page.WillCome(&o.Registration, a) {
		v.Come = o.link(s, "come")
	}
	if o.own && o.invited(a) {
		v.More = append(v.More, page.Link{Href: o.keyed("/registrations/" + o.ID + "/invitation.ics"), Text: w.T("registration.calendar")})
	}
	if o.Amendable(a) {
		to := cmp.Or(o.elsewhere(s, "", s.Link("delegation", o.Organisation, "registrations", o.ID, "edit")), o.link(s, "edit"))
		v.More = append(v.More, page.Link{Href: to, Text: w.T("registration.change")})
	}
	if o.Withdrawable(a, registrations.Self) {
		to := cmp.Or(o.elsewhere(s, "", s.Link("delegation", o.Organisation, "withdraw")+"?registration="+o.ID), o.link(s, "withdraw"))
		v.More = append(v.More, page.Link{Href: to, Text: w.T("registration.withdraw")})
	}
	if o.own && o.visitor.Secretariat() {
		v.More = append(v.More, page.Link{Href: s.Link("desk", "registrations", o.ID), Text: w.T("registration.at_the_desk")})
	}
	if v.Activity != "" {
		v.Action = page.Link{Href: v.Activity, Text: w.T("registration.activity_page")}
	}
}

// invited tells whether a calendar entry of the registration stands. Without a seat there is none, even
// where it is still to be taken back.
func (o *opened) invited(a *events.Activity) bool {
	return o.EntryHeld() && o.Seat != "" && !a.State.Off()
}
