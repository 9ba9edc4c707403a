package delegation

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/views/page"
)

// nominateView is the form for one nominee, new or known.
type nominateView struct {
	Crumbs                       []page.Link
	Title                        string
	Activity                     events.Activity
	Facts                        []string
	Until                        page.Moment
	Closed                       string // why nobody can be nominated
	Action, Back                 string
	Capacities, Pools, Languages []page.Option
	People                       []person // nominated before
	Version                      string   // of what is changed; "" for somebody new
	Email                        string   // shown and not asked, where only the Secretariat may change it
	Decided                      bool     // the Secretariat decides about what is changed
}

// Nominate shows the form with which the contact point puts somebody down for an activity.
func (p *Pages) Nominate(c *fiber.Ctx) error {
	form := page.NewForm(c)
	form.Set("language", page.Of(c).Lang())
	for _, name := range []string{"language", "pool"} { // those of the one before
		if c.Query(name) != "" {
			form.Set(name, c.Query(name))
		}
	}
	return p.showNominate(c, form, c.Query("activity"))
}

func (p *Pages) showNominate(c *fiber.Ctx, form *page.Form, activity string) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	s, w := page.Of(c), page.Of(c).Words
	one, err := p.invited(c, o.Code, activity)
	if err != nil {
		return err
	}
	v := nominateView{Title: w.T("delegation.nominate.title"), Activity: one.Activity, Facts: factsOf(w, &one), Until: page.MomentIn(w, one.Deadline, p.Zone, s.Zone),
		Action: s.Link("delegation", o.Code, "nominate") + "?" + url.Values{"activity": {activity}}.Encode(), Back: s.Link("delegation", o.Code)}
	v.Crumbs = p.crumbs(s, o, v.Title)
	if one.Closed != nil {
		v.Closed = page.Sentence(w, events.Faults(one.Closed)[0])
	}
	v.Capacities, v.Pools, v.Languages = p.choices(s, o, &one, "")
	for i := range one.People {
		if one.People[i].Living() {
			v.People = append(v.People, personOf(s, o.Code, &one, &one.People[i], false))
		}
	}
	return p.Renderer.Render(c, "delegation/nominate", page.View{Active: "delegation", Data: v, Form: form, NoIndex: true})
}

// invited gives the organisation's part in an activity that it has been invited to.
func (p *Pages) invited(c *fiber.Ctx, organisation, activity string) (registrations.Share, error) {
	one, err := p.Desk.ShareOf(c.UserContext(), page.Of(c).Visitor, organisation, activity)
	if err == nil && one.Invitation.Sent == nil {
		return one, events.E(events.NotFound, "no_such_activity", "")
	}
	return one, err
}

func (p *Pages) crumbs(s *page.State, o directory.Organisation, title string) []page.Link {
	return []page.Link{{Href: s.Link("delegation", o.Code), Text: s.Words.T("delegation.title", "name", nameOf(s.Words, o))}, {Text: title}}
}

// choices are the capacities, seats and languages that a form offers. The capacities that a group
// usually comes in stand first; standing is the one that may stay.
func (p *Pages) choices(s *page.State, o directory.Organisation, one *registrations.Share, standing registrations.Capacity) (capacities, pools, languages []page.Option) {
	w := s.Words
	usual := registrations.UsualCapacity(o.Group)
	offered := registrations.NominatedCapacities()
	if standing != "" && !slices.Contains(offered, standing) {
		offered = append(offered, standing)
	}
	for _, capacity := range offered {
		capacities = append(capacities, page.Option{Value: string(capacity), Label: w.T("capacity." + string(capacity)), Chosen: capacity == usual})
	}
	for i, pool := range one.Activity.Mode.Pools() {
		option := page.Option{Value: string(pool), Label: w.T("pool." + string(pool)), Chosen: i == 0}
		if left, limited := one.Left[pool]; limited {
			option.Note = w.N("delegation.left", max(left, 0))
		}
		pools = append(pools, option)
	}
	for _, l := range p.Renderer.Languages() {
		languages = append(languages, page.Option{Value: l.Tag, Label: w.Capital(w.LanguageName(l.Tag))})
	}
	return capacities, pools, languages
}

// NominateOne puts somebody down, and leads home, or to the form again for the next one.
func (p *Pages) NominateOne(c *fiber.Ctx) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, activity := page.Of(c), c.Query("activity")
	if _, err := p.invited(c, o.Code, activity); err != nil {
		return err
	}
	entry := page.EntryOf(form)
	entry.Organisation = o.Code
	if form.OK() {
		_, err = form.Again(c.UserContext(), p.keeper(), s.Visitor.Person, "nominate "+activity, func() (string, error) {
			r, err := p.Desk.Nominate(c.UserContext(), s.Visitor, activity, entry)
			return r.ID, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showNominate(c, form, activity)
	}
	page.Tell(c, "nominated")
	if form.Value("then") == "another" {
		q := url.Values{"activity": {activity}, "language": {entry.Person.Language}}
		if entry.Pool != "" {
			q.Set("pool", string(entry.Pool))
		}
		return c.Redirect(s.Link("delegation", o.Code, "nominate")+"?"+q.Encode(), http.StatusSeeOther)
	}
	return c.Redirect(s.Link("delegation", o.Code)+"#"+activity, http.StatusSeeOther)
}

// nominee gives one of the organisation's own registrations; another's does not exist.
func (p *Pages) nominee(c *fiber.Ctx, organisation, id string) (registrations.Registration, error) {
	r, err := p.Desk.Registration(c.UserContext(), page.Of(c).Visitor, id)
	if err == nil && r.Organisation != organisation {
		return registrations.Registration{}, events.E(events.NotFound, "no_such_registration", "")
	}
	return r, err
}

// Edit shows the form that changes a nominee.
func (p *Pages) Edit(c *fiber.Ctx) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	r, err := p.nominee(c, o.Code, c.Params("id"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	page.FillEntry(form, &r)
	return p.showEdit(c, form, o, &r)
}

func (p *Pages) showEdit(c *fiber.Ctx, form *page.Form, o directory.Organisation, r *registrations.Registration) error {
	s, w := page.Of(c), page.Of(c).Words
	one, err := p.Desk.ShareOf(c.UserContext(), s.Visitor, o.Code, r.Activity)
	if err != nil {
		return err
	}
	v := nominateView{Title: w.T("delegation.edit.title", "name", r.Person.Name()), Activity: one.Activity, Facts: factsOf(w, &one),
		Action: s.Link("delegation", o.Code, "registrations", r.ID, "edit"), Back: s.Link("delegation", o.Code), Version: form.Value("version"), Email: r.Email,
		Decided: one.Activity.Acceptance == events.Decided && r.State == registrations.Confirmed}
	v.Crumbs = p.crumbs(s, o, v.Title)
	v.Capacities, v.Pools, v.Languages = p.choices(s, o, &one, r.Capacity)
	return p.Renderer.Render(c, "delegation/nominate", page.View{Active: "delegation", Data: v, Form: form, NoIndex: true})
}

// EditOne changes a nominee. When somebody else has done so since, a page shows both versions.
func (p *Pages) EditOne(c *fiber.Ctx) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	r, err := p.nominee(c, o.Code, c.Params("id"))
	if err != nil {
		return err
	}
	entry, version := page.EntryOf(form), form.Int("version", 1, 1<<30)
	here, home := s.Link("delegation", o.Code, "registrations", r.ID, "edit"), s.Link("delegation", o.Code)
	if form.OK() {
		_, err = p.Desk.Amend(ctx, s.Visitor, r.ID, version, page.Amendment(form, entry))
		if events.IsOutdated(err) {
			now, err := p.nominee(c, o.Code, r.ID)
			if err != nil {
				return err
			}
			return page.StaleEntry(c, p.Renderer, form, now, here, home)
		}
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showEdit(c, form, o, &r)
	}
	page.Tell(c, "saved")
	return c.Redirect(home+"#"+r.Activity, http.StatusSeeOther)
}
