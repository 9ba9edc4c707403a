package me

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// draftView is a registration whose address is still to be confirmed.
type draftView struct {
	Action string
	Hidden []page.Hidden
	Title  events.Text
	When   page.When
	Facts  []fact
	Until  page.Moment // when it is forgotten
}

// showDraft shows the button that confirms the address, or that it is too late for it.
func (p *Pages) showDraft(c *fiber.Ctx, form *page.Form, o *opened) error {
	s, w := page.Of(c), page.Of(c).Words
	part, err := p.Desk.Part(c.UserContext(), o.visitor, o.Registration)
	if err != nil {
		return err
	}
	a := &part.Activity
	until := o.Expires
	if s.Now.After(until) {
		return p.forgotten(c, a)
	}
	organisation, err := p.organisation(c, o.Organisation)
	if err != nil {
		return err
	}
	v := draftView{Action: o.link(s, "confirm"), Hidden: o.hidden(), Title: a.Title,
		When: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone), Until: page.MomentIn(w, until, a.Zone, s.Zone)}
	seen := forSeat(a, &o.Registration)
	v.Facts = append(placeFacts(w, &seen), factsOf(w, &o.Registration, organisation)...)
	return p.Renderer.Render(c, "me/draft", page.View{Data: v, Form: form, NoIndex: true})
}

// forgotten says that the address was not confirmed in time, and leads back to the form.
func (p *Pages) forgotten(c *fiber.Ctx, a *events.Activity) error {
	s, w := page.Of(c), page.Of(c).Words
	message := page.Message{Tone: "wait", Paragraphs: []string{page.Sentence(w, events.E(events.Expired, "draft_expired", ""))}}
	if a.Slug != "" {
		message.Action = page.Link{Href: s.Link("events", a.Slug), Text: w.T("registration.activity_page")}
	}
	return p.Renderer.Render(c, "page/message", page.View{Title: w.T("fault.expired"), NoIndex: true, Status: page.StatusOf(events.Expired), Data: message})
}

// Confirm confirms the address of a draft: whoever has the link reads the address's mail. A registration
// that is confirmed already is shown as it stands.
func (p *Pages) Confirm(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	o, led, err := p.open(c, keyOf(c, form))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	if o.State != registrations.Draft {
		return c.Redirect(o.link(s), http.StatusSeeOther)
	}
	_, err = p.Desk.ConfirmAddress(c.UserContext(), o.Registration)
	if events.Is(err, "draft_expired") {
		return p.showDraft(c, form, &o)
	}
	if err := form.Fault(err); err != nil {
		return err
	}
	if !form.OK() {
		return p.showDraft(c, form, &o)
	}
	page.Tell(c, "address_confirmed")
	return c.Redirect(o.link(s), http.StatusSeeOther)
}
