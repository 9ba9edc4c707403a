package desk

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// enterView is the form in which an officer puts somebody down, or changes what was put down.
type enterView struct {
	Crumbs        []page.Link
	Title         string
	Lead          string
	Action        string
	Back          string
	Organisation  string // shown and not asked, when it cannot be changed
	Organisations []page.Option
	Capacities    []page.Option
	Pools         []page.Option
	Languages     []page.Option
	Seats         []string
	Version       string // of what is changed; "" for somebody new
	Warning       string
}

// Enter shows the form in which an officer puts somebody down.
func (p *Pages) Enter(c *fiber.Ctx) error {
	form := page.NewForm(c)
	form.Set("capacity", string(registrations.Delegate))
	form.Set("language", page.Of(c).Lang())
	return p.showEnter(c, form, 0)
}

func (p *Pages) showEnter(c *fiber.Ctx, form *page.Form, status int) error {
	s, w := page.Of(c), page.Of(c).Words
	a, err := p.Programme.Find(c.UserContext(), s.Visitor, c.Params("code"))
	if err != nil {
		return err
	}
	board := s.Link("desk", "activities", a.Code, "board")
	v := enterView{Title: w.T("enter.title"), Lead: w.T("enter.lead." + string(a.Acceptance)), Action: s.Link("desk", "activities", a.Code, "enter"), Back: board,
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: s.Link("desk", "activities", a.Code), Text: a.Code},
			{Href: board, Text: w.T("board.crumb")}, {Text: w.T("enter.title")}}}
	if v.Organisations, err = p.organisationOptions(c); err != nil {
		return err
	}
	p.offer(w, &v, &a)
	counts, err := p.Desk.Seats(c.UserContext(), a.Code)
	if err != nil {
		return err
	}
	for _, pool := range poolsOf(w, &registrations.Board{Activity: a, Seats: counts}) {
		v.Seats = append(v.Seats, w.T("board.seats.pool", "pool", pool.Name, "seats", pool.Words))
	}
	if a.State == events.Planned || !a.State.Stands() {
		v.Warning = w.T("enter.not_now", "state", w.T("activity_state."+string(a.State)))
	}
	return p.Renderer.Render(c, "desk/enter", page.View{Active: "desk", Data: v, Form: form, Status: status, NoIndex: true})
}

// offer fills in the choices of the form.
func (p *Pages) offer(w *i18n.Words, v *enterView, a *events.Activity) {
	for _, capacity := range registrations.Capacities() {
		v.Capacities = append(v.Capacities, page.Option{Value: string(capacity), Label: w.T("capacity." + string(capacity))})
	}
	for i, pool := range a.Mode.Pools() {
		v.Pools = append(v.Pools, page.Option{Value: string(pool), Label: w.T("pool." + string(pool)), Chosen: i == 0})
	}
	v.Languages = p.languages(w)
}

// languages are those a person can be written to in.
func (p *Pages) languages(w *i18n.Words) []page.Option {
	var list []page.Option
	for _, l := range p.Renderer.Languages() {
		list = append(list, page.Option{Value: l.Tag, Label: w.Capital(w.LanguageName(l.Tag))})
	}
	return list
}

// organisationOptions lists every organisation by its name in the reader's language.
func (p *Pages) organisationOptions(c *fiber.Ctx) ([]page.Option, error) {
	all, err := p.Directory.Organisations(c.UserContext(), directory.Query{})
	if err != nil {
		return nil, err
	}
	w := page.Of(c).Words
	list := make([]page.Option, len(all))
	for i, o := range all {
		name, _ := w.Pick(o.Name)
		list[i] = page.Option{Value: o.Code, Label: name}
	}
	i18n.SortBy(w, list, func(o page.Option) string { return o.Label })
	return list, nil
}

// EnterOne puts somebody down, and leads to the registration, or to the form again for the next one.
func (p *Pages) EnterOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, code := page.Of(c), c.Params("code")
	entry := page.EntryOf(form)
	var id string
	if form.OK() {
		id, err = form.Again(c.UserContext(), p.keeper(), s.Visitor.Person, "enter "+code, func() (string, error) {
			r, err := p.Desk.Enter(c.UserContext(), s.Visitor, code, entry)
			return r.ID, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showEnter(c, form, 0)
	}
	page.Tell(c, "entered")
	if form.Value("then") == "another" {
		return c.Redirect(s.Link("desk", "activities", code, "enter"), http.StatusSeeOther)
	}
	return c.Redirect(s.Link("desk", "registrations", id), http.StatusSeeOther)
}

// Amend shows the form that changes a registration.
func (p *Pages) Amend(c *fiber.Ctx) error {
	form := page.NewForm(c)
	r, err := p.Desk.Registration(c.UserContext(), page.Of(c).Visitor, c.Params("id"))
	if err != nil {
		return err
	}
	page.FillEntry(form, &r)
	return p.showAmend(c, form, &r)
}

func (p *Pages) showAmend(c *fiber.Ctx, form *page.Form, r *registrations.Registration) error {
	s, w := page.Of(c), page.Of(c).Words
	a, err := p.Programme.Load(c.UserContext(), r.Activity)
	if err != nil {
		return err
	}
	names, err := p.organisationNames(c)
	if err != nil {
		return err
	}
	back := s.Link("desk", "registrations", r.ID)
	v := enterView{Title: w.T("amend.title"), Lead: w.T("amend.lead"), Action: s.Link("desk", "registrations", r.ID, "edit"), Back: back, Organisation: names[r.Organisation],
		Version: form.Value("version"), Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: s.Link("desk", "activities", a.Code), Text: a.Code},
			{Href: back, Text: r.Person.Name()}, {Text: w.T("amend.title")}}}
	if v.Organisation == "" {
		v.Organisation = w.T("part.none")
	}
	p.offer(w, &v, &a)
	return p.Renderer.Render(c, "desk/enter", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// AmendOne changes a registration. When somebody else has changed it since, a page shows both.
func (p *Pages) AmendOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	r, err := p.Desk.Registration(ctx, s.Visitor, c.Params("id"))
	if err != nil {
		return err
	}
	entry, version := page.EntryOf(form), form.Int("version", 1, 1<<30)
	if form.OK() {
		_, err = p.Desk.Amend(ctx, s.Visitor, r.ID, version, page.Amendment(form, entry))
		if events.IsOutdated(err) {
			now, err := p.Desk.Registration(ctx, s.Visitor, r.ID)
			if err != nil {
				return err
			}
			return page.StaleEntry(c, p.Renderer, form, now, s.Link("desk", "registrations", r.ID, "edit"), s.Link("desk", "registrations", r.ID))
		}
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showAmend(c, form, &r)
	}
	page.Tell(c, "saved")
	return c.Redirect(s.Link("desk", "registrations", r.ID), http.StatusSeeOther)
}
