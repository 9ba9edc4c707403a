package public

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// registerView is the form with which one registers.
type registerView struct {
	Activity   events.Activity
	Crumbs     []page.Link
	When       page.When
	Lead       []string
	Steps      []page.Step
	Action     string
	Back       string
	Known      string // the address of who is signed in; it is not asked for
	Groups     []optionGroup
	Demanded   bool // an organisation must be chosen
	Capacities []page.Option
	Pools      []page.Option
	Languages  []page.Option
	SignIn     string
}

// optionGroup is a group of organisations in the select.
type optionGroup struct {
	Name    string
	Options []page.Option
}

// Register shows the form, or says why one cannot register now.
func (p *Pages) Register(c *fiber.Ctx) error {
	s := page.Of(c)
	a, err := p.mayRegister(c)
	if err != nil {
		return p.refuse(c, a, err)
	}
	if c.Query("sent") == "1" && !s.Visitor.SignedIn() {
		return p.mailed(c, a)
	}
	own, err := p.own(c.UserContext(), s, &a)
	if err != nil {
		return err
	}
	if own != nil && own.Registration.Living() {
		return c.Redirect(s.Link("registrations", own.Registration.ID), http.StatusSeeOther)
	}
	form := page.NewForm(c)
	if err := p.prefill(c.UserContext(), s, form); err != nil {
		return err
	}
	return p.showRegister(c, a, form, http.StatusOK)
}

// mayRegister finds the activity, and the reason why the visitor cannot register now. What may not be
// seen in full is not found.
func (p *Pages) mayRegister(c *fiber.Ctx) (events.Activity, error) {
	s := page.Of(c)
	a, err := p.Programme.FindSlug(c.UserContext(), s.Visitor, c.Params("slug"))
	if err != nil {
		return events.Activity{}, err
	}
	return a, p.Desk.MayRegisterAlone(s.Visitor, &a)
}

// refuse says why one cannot register, with the way back to the activity.
func (p *Pages) refuse(c *fiber.Ctx, a events.Activity, err error) error {
	faults := events.Faults(err)
	if a.Code == "" || len(faults) == 0 || events.IsGone(err) {
		return err
	}
	s := page.Of(c)
	title, _ := s.Words.Pick(a.Title)
	message := page.Message{Tone: wait, Paragraphs: []string{page.Sentence(s.Words, faults[0])},
		Action: page.Link{Href: s.Link("events", a.Slug), Text: s.Words.T("register.to_activity")}}
	return p.Renderer.Render(c, "page/message", page.View{Title: title, Active: "calendar", Data: message, NoIndex: true, Status: page.StatusOf(faults[0].Code)})
}

// mailed sends a stranger to the mailbox: the same words to everybody, whoever is known already.
func (p *Pages) mailed(c *fiber.Ctx, a events.Activity) error {
	s, w := page.Of(c), page.Of(c).Words
	hours := int(registrations.DraftLife.Hours())
	return p.Renderer.Render(c, "page/message", page.View{Title: w.T("register.mailed"), Active: "calendar", NoIndex: true, Data: page.Message{Tone: good,
		Paragraphs: []string{w.T("register.mailed.open"), w.N("register.mailed.life", hours), w.T("register.mailed.nothing")},
		Links: []page.Link{{Href: s.Link("events", a.Slug, "register"), Text: w.T("register.mailed.again")},
			{Href: s.Link("events", a.Slug), Text: w.T("register.to_activity")}}}})
}

// prefill puts in what the portal knows of who is signed in.
func (p *Pages) prefill(ctx context.Context, s *page.State, form *page.Form) error {
	form.Set("language", s.Lang())
	if !s.Visitor.SignedIn() {
		return nil
	}
	person, err := p.Directory.Person(ctx, s.Visitor.Person)
	if err != nil {
		return err
	}
	form.Set("given_name", person.GivenName)
	form.Set("family_name", person.FamilyName)
	form.Set("language", person.Language)
	form.Set("answers.post", person.Post)
	if person.Organisation == "" {
		return nil
	}
	form.Set("organisation", person.Organisation)
	o, err := p.Directory.Organisation(ctx, person.Organisation)
	if err == nil {
		form.Set("capacity", string(registrations.UsualCapacity(o.Group)))
	}
	return nil
}

// showRegister shows the form as it stands, with its faults.
func (p *Pages) showRegister(c *fiber.Ctx, a events.Activity, form *page.Form, status int) error {
	s, ctx := page.Of(c), c.UserContext()
	w := s.Words
	title, _ := w.Pick(a.Title)
	v := registerView{Activity: a, When: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone), Action: s.Link("events", a.Slug, "register"), Back: s.Link("events", a.Slug),
		Crumbs: []page.Link{{Href: s.Link(), Text: w.T("nav.calendar")}, {Href: s.Link("events", a.Slug), Text: title}, {Text: w.T("register.title")}},
		Known:  s.Visitor.Email, Demanded: a.Lane == events.Nomination, SignIn: p.signIn(s)}
	v.Lead = []string{w.T("register.lead." + string(a.Lane))}
	v.Steps = steps(w, s.Visitor, &a)
	counts, err := p.Desk.Seats(ctx, a.Code)
	if err != nil {
		return err
	}
	v.Pools = poolOptions(w, &a, counts)
	for _, capacity := range registrations.OwnCapacities() {
		v.Capacities = append(v.Capacities, page.Option{Value: string(capacity), Label: w.T("capacity." + string(capacity))})
	}
	for _, l := range p.Renderer.Languages() {
		v.Languages = append(v.Languages, page.Option{Value: l.Tag, Label: l.Name})
	}
	if v.Groups, err = p.organisations(ctx, w, form); err != nil {
		return err
	}
	return p.Renderer.Render(c, "public/register", page.View{Active: "calendar", Data: v, Form: form, NoIndex: true, Status: status})
}

// steps says the way to a seat in words.
func steps(w *i18n.Words, v events.Visitor, a *events.Activity) []page.Step {
	words := []string{w.T("register.step.details")}
	if !v.SignedIn() {
		words = append(words, w.T("register.step.address"))
	}
	return page.Steps(0, append(words, w.T("register.step."+string(a.Acceptance)))...)
}

// poolOptions offers the pools, and says what one gets in each.
func poolOptions(w *i18n.Words, a *events.Activity, counts pools) []page.Option {
	var list []page.Option
	for _, pool := range a.Mode.Pools() {
		o := page.Option{Value: string(pool), Label: w.T("pool." + string(pool))}
		count, known := counts[pool]
		switch {
		case !known:
		case counts.full(a, pool) && a.Acceptance == events.Automatic:
			o.Note = w.T("register.pool.waiting", "position", count.Waiting+1)
		case counts.full(a, pool):
			o.Note = w.T("register.pool.full")
		default:
			o.Note = w.N("part.seats_left", count.Left)
		}
		list = append(list, o)
	}
	return list
}

// organisations lists every organisation by its name, in groups.
func (p *Pages) organisations(ctx context.Context, w *i18n.Words, form *page.Form) ([]optionGroup, error) {
	all, err := p.Directory.Organisations(ctx, directory.Query{})
	if err != nil {
		return nil, err
	}
	byGroup := map[events.Group][]page.Option{}
	for _, o := range all {
		if o.Group == events.Member && !o.Lasts(p.Now()) {
			continue
		}
		name, _ := w.Pick(o.Name)
		byGroup[o.Group] = append(byGroup[o.Group], page.Option{Value: o.Code, Label: name, Chosen: form.Is("organisation", o.Code)})
	}
	var groups []optionGroup
	for _, g := range events.Groups() {
		if list := byGroup[g]; len(list) > 0 {
			i18n.SortBy(w, list, func(o page.Option) string { return o.Label })
			groups = append(groups, optionGroup{Name: w.T("groups." + string(g)), Options: list})
		}
	}
	return groups, nil
}

// SendRegister takes the form. A stranger is led to the mailbox, with the same answer whether known
// or not; who is signed in, to the registration, which is the same one when the form is sent twice.
func (p *Pages) SendRegister(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	a, err := p.mayRegister(c)
	if err != nil {
		return p.late(c, a, form, err)
	}
	entry := page.EntryOf(form)
	if err := form.Fault(p.Desk.Judge(s.Visitor, &a, entry)); err != nil {
		return err
	}
	if !form.OK() {
		return p.showRegister(c, a, form, http.StatusUnprocessableEntity)
	}
	r, err := p.Desk.Register(ctx, s.Visitor, a.Code, entry)
	if events.Is(err, "already_registered") && s.Visitor.SignedIn() {
		own, lost := p.own(ctx, s, &a)
		if lost != nil {
			return lost
		}
		if own != nil && own.Registration.Living() {
			return c.Redirect(s.Link("registrations", own.Registration.ID), http.StatusSeeOther)
		}
	}
	if err != nil {
		return p.late(c, a, form, err)
	}
	if r.ID == "" {
		return c.Redirect(s.Link("events", a.Slug, "register")+"?sent=1", http.StatusSeeOther)
	}
	page.Tell(c, "registered")
	return c.Redirect(s.Link("registrations", r.ID), http.StatusSeeOther)
}

// late shows the form again with what was typed and why it was not taken. Where one never registers by
// a form, there is none to show.
func (p *Pages) late(c *fiber.Ctx, a events.Activity, form *page.Form, err error) error {
	if a.Code == "" || events.IsGone(err) {
		return err
	}
	if a.Lane == events.InvitationOnly || a.Lane == events.NoLane {
		return p.refuse(c, a, err)
	}
	if err := form.Fault(err); err != nil {
		return err
	}
	return p.showRegister(c, a, form, page.StatusOf(events.CodeOf(err)))
}
