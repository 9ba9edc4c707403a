package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// peopleView is a page of the directory's people.
type peopleView struct {
	Form                 *page.Form
	Roles, Organisations []page.Option
	Rows                 []personRow
	Clear, New, Import   string
	Next                 string // the next page; "" at the end
	Narrowed, Decides    bool
}

// personRow is one person of the list.
type personRow struct {
	Name, Email, Href, Role, Organisation, Expert, Post string
}

// People lists people, found by name, address or organisation.
func (p *Pages) People(c *fiber.Ctx) error {
	s, w := page.Of(c), page.Of(c).Words
	q, kept := directory.PeopleQuery{Limit: perPage, Cursor: c.Query("cursor")}, url.Values{}
	if q.Q = c.Query("q"); q.Q != "" && len(q.Q) <= 200 {
		kept.Set("q", q.Q)
	}
	if role := events.Role(c.Query("role")); slices.Contains(events.Roles(), role) {
		q.Role = role
		kept.Set("role", string(role))
	}
	if q.Organisation = c.Query("organisation"); q.Organisation != "" {
		kept.Set("organisation", q.Organisation)
	}
	people, next, err := p.Directory.People(c.UserContext(), q)
	if err != nil {
		return err
	}
	v := peopleView{Form: page.FormOf(w, kept), Clear: s.Link("desk", "people"), New: s.Link("desk", "people", "new"), Import: s.Link("desk", "import", "people"),
		Narrowed: len(kept) > 0, Decides: s.Visitor.Decides()}
	if next != "" {
		v.Next = withQuery(v.Clear, with(kept, "cursor", next))
	}
	if v.Organisations, err = p.organisationOptions(c); err != nil {
		return err
	}
	names := map[string]string{}
	for _, o := range v.Organisations {
		names[o.Value] = o.Label
	}
	v.Roles = roleOptions(w, events.Roles())
	for _, person := range people {
		row := personRow{Name: person.Name(), Email: person.Email, Href: s.Link("desk", "people", person.ID), Role: w.T("role." + string(person.Role)),
			Organisation: cmp.Or(names[person.Organisation], person.Organisation), Post: person.Post}
		if person.Expert != "" {
			row.Expert = w.T("expert_state." + person.Expert)
		}
		v.Rows = append(v.Rows, row)
	}
	return p.Renderer.Render(c, "desk/people", page.View{Active: "people", Data: v, NoIndex: true, Wide: true})
}

func roleOptions(w *i18n.Words, roles []events.Role) []page.Option {
	list := make([]page.Option, len(roles))
	for i, role := range roles {
		list[i] = page.Option{Value: string(role), Label: w.T("role." + string(role))}
	}
	return list
}

// personView is one person, to be looked at or changed.
type personView struct {
	Crumbs                                   []page.Link
	Title                                    string
	New                                      bool
	Decides                                  bool
	Person                                   directory.Person
	Facts                                    []fact
	Roles, Organisations, Languages, Experts []page.Option
	Action, Back                             string
	SignOut                                  string
	History                                  []passage
	Zone                                     string
}

// NewPerson shows the form for somebody new.
func (p *Pages) NewPerson(c *fiber.Ctx) error {
	form := page.NewForm(c)
	form.Set("role", cmp.Or(c.Query("role"), string(events.Participant)))
	form.Set("organisation", c.Query("organisation"))
	form.Set("language", page.Of(c).Lang())
	return p.showPerson(c, form, directory.Person{})
}

// Person shows somebody, with the form that changes what is kept.
func (p *Pages) Person(c *fiber.Ctx) error {
	person, err := p.Directory.Person(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillPerson(form, person)
	return p.showPerson(c, form, person)
}

func fillPerson(f *page.Form, person directory.Person) {
	for name, value := range map[string]string{"given_name": person.GivenName, "family_name": person.FamilyName, "title": person.Title, "email": person.Email, "post": person.Post,
		"language": person.Language, "timezone": person.Zone, "role": string(person.Role), "organisation": person.Organisation, "expert": person.Expert} {
		f.Set(name, value)
	}
	f.SetInt("version", person.Version)
}

// personFields are those of the form, in its order.
func personFields() []string {
	return []string{"title", "given_name", "family_name", "email", "organisation", "post", "role", "expert", "language", "timezone"}
}

func (p *Pages) showPerson(c *fiber.Ctx, form *page.Form, person directory.Person) error {
	s, w := page.Of(c), page.Of(c).Words
	form.Label("title", w.T("people.form_of_address"))
	v := personView{Person: person, New: person.ID == "", Decides: s.Visitor.Decides(), Title: w.T("people.new"), Back: s.Link("desk", "people"), Action: s.Link("desk", "people", "new"),
		Languages: p.languages(w), Zone: cmp.Or(s.Zone, p.Zone)}
	if !v.New {
		v.Title, v.Action, v.SignOut = person.Name(), s.Link("desk", "people", person.ID), s.Link("desk", "people", person.ID, "sign-out")
	}
	v.Crumbs = []page.Link{{Href: v.Back, Text: w.T("nav.people")}, {Text: v.Title}}
	var err error
	if v.Organisations, err = p.organisationOptions(c); err != nil {
		return err
	}
	// Offered is what this visitor may give; what stands may stay.
	v.Roles = roleOptions(w, slices.DeleteFunc(events.Roles(), func(r events.Role) bool {
		return r != person.Role && !directory.MayGive(s.Visitor.Role, r)
	}))
	for _, state := range directory.ExpertStates() {
		v.Experts = append(v.Experts, page.Option{Value: state, Label: w.T("expert_state." + state)})
	}
	if !v.New {
		v.Facts = p.personFacts(w, person, v.Organisations)
		if v.History, err = p.passages(c, person.History); err != nil {
			return err
		}
	}
	return p.Renderer.Render(c, "desk/person", page.View{Active: "people", Data: v, Form: form, NoIndex: true})
}

// personFacts are a person's words for who may look and not change.
func (p *Pages) personFacts(w *i18n.Words, person directory.Person, organisations []page.Option) []fact {
	facts := []fact{{w.T("field.email"), person.Email}, {w.T("field.role"), w.T("role." + string(person.Role))}}
	for _, o := range organisations {
		if o.Value == person.Organisation {
			facts = append(facts, fact{w.T("field.organisation"), o.Label})
		}
	}
	if person.Post != "" {
		facts = append(facts, fact{w.T("field.answers.post"), person.Post})
	}
	if person.Expert != "" {
		facts = append(facts, fact{w.T("field.expert"), w.T("expert_state." + person.Expert)})
	}
	return append(facts, fact{w.T("field.language"), w.Capital(w.LanguageName(person.Language))})
}

// readPerson brings what was typed onto a person.
func readPerson(f *page.Form, person *directory.Person) {
	person.GivenName, person.FamilyName, person.Title = f.Line("given_name", 200), f.Line("family_name", 200), f.Line("title", 200)
	person.Email, person.Post = f.Value("email"), f.Line("post", 200)
	person.Language, person.Zone = f.Value("language"), f.Zone("timezone")
	person.Role, person.Organisation, person.Expert = events.Role(f.Value("role")), f.Value("organisation"), f.Value("expert")
}

// AddPerson adds somebody to the directory.
func (p *Pages) AddPerson(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	var person directory.Person
	form.Required("given_name", "family_name", "role")
	readPerson(form, &person)
	var id string
	if form.OK() {
		id, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "person", func() (string, error) {
			made, err := p.Directory.AddPerson(ctx, s.Visitor.Person, person)
			return made.ID, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showPerson(c, form, directory.Person{})
	}
	page.Tell(c, "person_added")
	return c.Redirect(s.Link("desk", "people", id), http.StatusSeeOther)
}

// ChangePerson changes somebody. When somebody else has done so since, a page shows both versions.
func (p *Pages) ChangePerson(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, id := page.Of(c), c.UserContext(), c.Params("id")
	var typed directory.Person
	form.Required("given_name", "family_name", "role")
	readPerson(form, &typed)
	version := form.Int("version", 1, 1<<30)
	if form.OK() {
		_, err = p.Directory.ChangePerson(ctx, s.Visitor.Person, id, version, func(person *directory.Person) error {
			readPerson(form, person)
			return nil
		})
		if events.IsOutdated(err) {
			now, err := p.Directory.Person(ctx, id)
			if err != nil {
				return err
			}
			theirs := page.NewForm(c)
			fillPerson(theirs, now)
			form.Label("title", s.Words.T("people.form_of_address"))
			return page.ShowStale(c, p.Renderer, form, theirs, now.Version, personFields(), s.Link("desk", "people", id), s.Link("desk", "people", id))
		}
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		person, err := p.Directory.Person(ctx, id)
		if err != nil {
			return err
		}
		return p.showPerson(c, form, person)
	}
	page.Tell(c, "saved")
	return c.Redirect(s.Link("desk", "people", id), http.StatusSeeOther)
}

// SignOutPerson ends every session of somebody: a lost telephone, a person who left.
func (p *Pages) SignOutPerson(c *fiber.Ctx) error {
	s, ctx := page.Of(c), c.UserContext()
	person, err := p.Directory.Person(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	if err := p.Signin.SignOutEverywhere(ctx, person.ID); err != nil {
		return err
	}
	if err := p.Audit.Record(ctx, audit.Act{By: s.Visitor.Person, What: audit.SignOut, Detail: map[string]string{"person": person.ID, "everywhere": "yes"}}); err != nil {
		return err
	}
	page.Tell(c, "person_signed_out")
	return c.Redirect(s.Link("desk", "people", person.ID), http.StatusSeeOther)
}
