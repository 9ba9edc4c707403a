package me

import (
	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/views/page"
)

// firstView asks the first administrator for name and address.
type firstView struct {
	Action    string
	Languages []page.Option
}

// First shows the page behind the first administrator's one-time link.
func (p *Pages) First(c *fiber.Ctx) error {
	form := page.NewForm(c)
	form.Set("language", page.Of(c).Lang())
	return p.showFirst(c, form)
}

func (p *Pages) showFirst(c *fiber.Ctx, form *page.Form) error {
	s := page.Of(c)
	offer, err := p.Signin.Look(c.UserContext(), c.Params("token"))
	if err != nil {
		return p.spent(c, err)
	}
	if !offer.First {
		return events.E(events.NotFound, "link_invalid", "")
	}
	v := firstView{Action: s.Link("first", c.Params("token")), Languages: p.languages()}
	return p.Renderer.Render(c, "me/first", page.View{Data: v, Form: form, NoIndex: true})
}

// languages are those a person can be written to in, each by its own name.
func (p *Pages) languages() []page.Option {
	var list []page.Option
	for _, l := range p.Renderer.Languages() {
		list = append(list, page.Option{Value: l.Tag, Label: l.Name})
	}
	return list
}

// SendFirst makes the first administrator and signs it in.
func (p *Pages) SendFirst(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	person := directory.Person{GivenName: form.Line("given_name", 200), FamilyName: form.Line("family_name", 200), Email: form.Value("email"),
		Language: form.Value("language"), Zone: page.Of(c).Zone}
	form.Required("given_name", "family_name")
	if _, fault := directory.NormalAddress(person.Email); fault != nil {
		fault.Field = "email"
		if err := form.Fault(fault); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showFirst(c, form)
	}
	session, raw, err := p.Signin.ConsumeFirst(c.UserContext(), c.Params("token"), person)
	if events.Is(err, "link_expired") || events.Is(err, "link_invalid") {
		return p.spent(c, err)
	}
	if err := form.Fault(err); err != nil {
		return err
	}
	if !form.OK() {
		return p.showFirst(c, form)
	}
	return p.enter(c, session, raw)
}
