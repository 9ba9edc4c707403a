package me

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// Come records whether somebody who held a seat before a postponement comes at the new date. An answer
// that is not, or no longer, asked for changes nothing.
func (p *Pages) Come(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	o, led, err := p.open(c, keyOf(c, form))
	if led || err != nil {
		return err
	}
	s, answer := page.Of(c), form.Value("answer")
	part, err := p.Desk.Part(c.UserContext(), o.visitor, o.Registration)
	if err != nil {
		return err
	}
	if !page.WillCome(&o.Registration, &part.Activity) {
		return c.Redirect(o.link(s), http.StatusSeeOther)
	}
	if answer != "yes" && answer != "no" {
		return events.E(events.Invalid, "choose_one", "answer")
	}
	if _, err := p.Desk.Come(c.UserContext(), o.visitor, o.ID, answer == "yes"); err != nil {
		return err
	}
	page.Tell(c, "come_"+answer)
	return c.Redirect(o.link(s), http.StatusSeeOther)
}

// Here leads from an address that only takes forms to the registration.
func (p *Pages) Here(c *fiber.Ctx) error {
	o, led, err := p.open(c, keyOf(c, nil))
	if led || err != nil {
		return err
	}
	return c.Redirect(o.link(page.Of(c)), http.StatusSeeOther)
}
