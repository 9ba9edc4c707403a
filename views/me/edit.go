package me

import (
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// editView is the form in which a person changes what was entered.
type editView struct {
	Crumbs                       []page.Link
	Title                        events.Text
	Action, Back                 string
	Hidden                       []page.Hidden
	Means                        []string // what a change leads to
	Email                        string
	Version                      string
	Capacities, Pools, Languages []page.Option
}

// Edit shows the form in which a person changes name, capacity, seat, language and answers.
func (p *Pages) Edit(c *fiber.Ctx) error {
	o, led, err := p.open(c, keyOf(c, nil))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	if to := o.elsewhere(s, s.Link("desk", "registrations", o.ID, "edit"), s.Link("delegation", o.Organisation, "registrations", o.ID, "edit")); to != "" {
		return c.Redirect(to, http.StatusSeeOther)
	}
	form := page.NewForm(c)
	page.FillEntry(form, &o.Registration)
	return p.showEdit(c, form, &o)
}

// showEdit shows the form; where nothing can be changed any more, the registration, which says why.
func (p *Pages) showEdit(c *fiber.Ctx, form *page.Form, o *opened) error {
	s, w := page.Of(c), page.Of(c).Words
	part, err := p.Desk.Part(c.UserContext(), o.visitor, o.Registration)
	if err != nil {
		return err
	}
	a := &part.Activity
	if !o.Amendable(a) {
		return c.Redirect(o.link(s), http.StatusSeeOther)
	}
	v := editView{Crumbs: o.crumbs(s, a, page.Link{Text: w.T("edit.title")}), Title: a.Title, Action: o.link(s, "edit"), Back: o.link(s), Hidden: o.hidden(),
		Means: changeMeans(w, o, a), Email: o.Email, Version: form.Value("version"), Languages: p.languages()}
	offered := registrations.OwnCapacities()
	if !slices.Contains(offered, o.Capacity) {
		offered = append(offered, o.Capacity)
	}
	for _, capacity := range offered {
		v.Capacities = append(v.Capacities, page.Option{Value: string(capacity), Label: w.T("capacity." + string(capacity))})
	}
	for _, pool := range a.Mode.Pools() {
		v.Pools = append(v.Pools, page.Option{Value: string(pool), Label: w.T("pool." + string(pool))})
	}
	return p.Renderer.Render(c, "me/edit", page.View{Active: activeFor(o), Data: v, Form: form, NoIndex: true})
}

// changeMeans says beforehand what a change leads to (contract.md 4).
func changeMeans(w *i18n.Words, o *opened, a *events.Activity) []string {
	var means []string
	choice := len(a.Mode.Pools()) > 1
	switch {
	case o.Seat != "" && a.Acceptance == events.Decided:
		means = append(means, w.T("edit.means.decided"))
	case o.Seat != "" && choice:
		means = append(means, w.T("edit.means.claim"))
	case o.State == registrations.Waitlisted && choice:
		means = append(means, w.T("edit.means.waiting"))
	}
	return append(means, w.T("edit.means.answers"))
}

// SendEdit changes what was entered. When somebody else has done so since the form was opened, a page
// shows both versions.
func (p *Pages) SendEdit(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	o, led, err := p.open(c, keyOf(c, form))
	if led || err != nil {
		return err
	}
	s := page.Of(c)
	entry, version := page.EntryOf(form), form.Int("version", 1, 1<<30)
	form.Required("version")
	if !form.OK() {
		return p.showEdit(c, form, &o)
	}
	_, err = p.Desk.Amend(c.UserContext(), o.visitor, o.ID, version, page.Amendment(form, entry))
	switch {
	case events.IsOutdated(err):
		return page.StaleEntry(c, p.Renderer, form, o.Registration, o.link(s, "edit"), o.link(s))
	case events.Is(err, "activity_over"), events.Is(err, "registration_ended"):
		return err
	}
	if err := form.Fault(err); err != nil {
		return err
	}
	if !form.OK() {
		return p.showEdit(c, form, &o)
	}
	page.Tell(c, "saved")
	return c.Redirect(o.link(s), http.StatusSeeOther)
}
