package me

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// AskWithdraw asks before a registration is withdrawn, and says what that leads to.
func (p *Pages) AskWithdraw(c *fiber.Ctx) error {
	o, led, err := p.open(c, keyOf(c, nil))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	if to := o.elsewhere(s, s.Link("desk", "registrations", o.ID), s.Link("delegation", o.Organisation, "withdraw")+"?registration="+o.ID); to != "" {
		return c.Redirect(to, http.StatusSeeOther)
	}
	return p.showWithdraw(c, page.NewForm(c), &o)
}

func (p *Pages) showWithdraw(c *fiber.Ctx, form *page.Form, o *opened) error {
	s, w := page.Of(c), page.Of(c).Words
	part, err := p.Desk.Part(c.UserContext(), o.visitor, o.Registration)
	if err != nil {
		return err
	}
	if !o.Withdrawable(&part.Activity, registrations.Self) {
		return c.Redirect(o.link(s), http.StatusSeeOther)
	}
	a := &part.Activity
	title, _ := w.Pick(a.Title)
	box := page.Confirmation{Action: o.link(s, "withdraw"), Lead: title + " · " + w.DateRange(a.Start, a.End, a.Zone, a.AllDay), Does: withdrawalDoes(s, o, a),
		Tells: []string{w.T("withdraw.tells")}, Reason: "reason", Hidden: o.hidden(), Button: w.T("withdraw.button"), Grave: true, Back: o.link(s)}
	return p.Renderer.Render(c, "page/confirm", page.View{Title: w.T("withdraw.title"), Active: activeFor(o), Form: form, Data: box, NoIndex: true})
}

// withdrawalDoes says what a withdrawal leads to.
func withdrawalDoes(s *page.State, o *opened, a *events.Activity) []string {
	var does []string
	if o.Seat != "" {
		does = append(does, s.Words.T("withdraw.does.seat"))
	}
	if o.State == registrations.Waitlisted {
		does = append(does, s.Words.T("withdraw.does.place"))
	}
	if o.invited(a) {
		does = append(does, s.Words.T("withdraw.does.entry"))
	}
	return append(does, s.Words.T("withdraw.does.again"))
}

// Withdraw takes the person out. Sent twice, it shows the registration as it stands.
func (p *Pages) Withdraw(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	o, led, err := p.open(c, keyOf(c, form))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	if o.State == registrations.Withdrawn {
		return c.Redirect(o.link(s), http.StatusSeeOther)
	}
	reason := form.Text("reason", 1000)
	if !form.OK() {
		return p.showWithdraw(c, form, &o)
	}
	_, err = p.Desk.Decide(c.UserContext(), o.visitor, o.ID, registrations.Decision{Event: registrations.Withdraw, Reason: reason})
	if err != nil {
		return err
	}
	page.Tell(c, "withdrawn")
	return c.Redirect(o.link(s), http.StatusSeeOther)
}
