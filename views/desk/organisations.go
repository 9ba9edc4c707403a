package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// organisationsView is a page of the directory's organisations.
type organisationsView struct {
	Form               *page.Form
	Groups, Regions    []page.Option
	Rows               []organisationRow
	Found              int
	Members, Akin      int // of those found, on this day
	Pager              page.Pager
	Clear, New, Import string
	Narrowed, Decides  bool
	Empty              bool // there is no organisation at all
}

// organisationRow is one organisation of the list.
type organisationRow struct {
	Name, Code, Href, Group, Region, Status string
	Points                                  int
}

// Organisations lists organisations, found by group, region or words.
func (p *Pages) Organisations(c *fiber.Ctx) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	q, kept := directory.Query{}, url.Values{}
	if q.Q = c.Query("q"); q.Q != "" && len(q.Q) <= 200 {
		kept.Set("q", q.Q)
	}
	if group := events.Group(c.Query("group")); slices.Contains(events.Groups(), group) {
		q.Group = group
		kept.Set("group", string(group))
	}
	if region := c.Query("region"); slices.Contains(events.Regions(), region) {
		q.Region = region
		kept.Set("region", region)
	}
	all, err := p.Directory.Organisations(ctx, q)
	if err != nil {
		return err
	}
	points, err := p.contactPoints(c)
	if err != nil {
		return err
	}
	i18n.SortBy(w, all, func(o directory.Organisation) string { name, _ := w.Pick(o.Name); return name })
	number := pageNumber(c)
	v := organisationsView{Form: page.FormOf(w, kept), Found: len(all), Clear: s.Link("desk", "organisations"), New: s.Link("desk", "organisations", "new"),
		Import: s.Link("desk", "import", "members"), Narrowed: len(kept) > 0, Decides: s.Visitor.Decides(), Empty: len(all) == 0 && len(kept) == 0}
	v.Members, v.Akin = directory.CountMembers(all, p.Now())
	v.Pager = pagerOf(w, v.Clear, kept, number, len(all))
	v.Groups, v.Regions = groupOptions(w), regionOptions(w)
	for _, o := range all[min((number-1)*perPage, len(all)):min(number*perPage, len(all))] {
		name, _ := w.Pick(o.Name)
		row := organisationRow{Name: name, Code: o.Code, Href: s.Link("desk", "organisations", o.Code), Group: w.T("group." + string(o.Group)), Points: points[o.Code]}
		if o.Region != "" {
			row.Region = w.RegionShort(o.Region)
		}
		if o.Status != "" && !o.Lasts(p.Now()) {
			row.Status = w.T("organisations.not_now")
		} else if o.Status == directory.StatusAkin {
			row.Status = w.T("member_status." + o.Status)
		}
		v.Rows = append(v.Rows, row)
	}
	return p.Renderer.Render(c, "desk/organisations", page.View{Active: "organisations", Data: v, NoIndex: true, Wide: true})
}

// contactPoints counts the contact points of each organisation, by its code.
func (p *Pages) contactPoints(c *fiber.Ctx) (map[string]int, error) {
	count := map[string]int{}
	for cursor := ""; ; {
		people, next, err := p.Directory.People(c.UserContext(), directory.PeopleQuery{Role: events.ContactPoint, Limit: 200, Cursor: cursor})
		if err != nil {
			return nil, err
		}
		for _, person := range people {
			count[person.Organisation]++
		}
		if cursor = next; next == "" {
			return count, nil
		}
	}
}

func groupOptions(w *i18n.Words) []page.Option {
	var list []page.Option
	for _, g := range events.Groups() {
		list = append(list, page.Option{Value: string(g), Label: w.T("group." + string(g))})
	}
	return list
}

func regionOptions(w *i18n.Words) []page.Option {
	var list []page.Option
	for _, r := range events.Regions() {
		list = append(list, page.Option{Value: r, Label: w.RegionShort(r)})
	}
	return list
}

// organisationView is one organisation, to be looked at or changed.
type organisationView struct {
	Crumbs                            []page.Link
	Title                             string
	Organisation                      directory.Organisation
	New, Decides                      bool
	Facts                             []fact
	Groups, Regions, Statuses, Places []page.Option
	Action, Back                      string
	Points                            []page.Link
	AddPoint, People, Delegation      string
	History                           []passage
	Zone                              string
}

// NewOrganisation shows the form for a new organisation.
func (p *Pages) NewOrganisation(c *fiber.Ctx) error {
	return p.showOrganisation(c, page.NewForm(c), directory.Organisation{})
}

// Organisation shows an organisation, its contact points, and the form that changes it.
func (p *Pages) Organisation(c *fiber.Ctx) error {
	o, err := p.Directory.Organisation(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillOrganisation(form, o)
	return p.showOrganisation(c, form, o)
}

func fillOrganisation(f *page.Form, o directory.Organisation) {
	for name, value := range map[string]string{"code": o.Code, "group": string(o.Group), "status": o.Status, "country": o.Country, "region": o.Region,
		"domains": strings.Join(o.Domains, "\n"), "since": o.Since, "until": o.Until, "note": o.Note} {
		f.Set(name, value)
	}
	f.SetText("name", o.Name)
	f.SetInt("version", o.Version)
}

func (p *Pages) showOrganisation(c *fiber.Ctx, form *page.Form, o directory.Organisation) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	form.Label("note", w.T("organisations.note"))
	name, _ := w.Pick(o.Name)
	v := organisationView{Organisation: o, New: o.Code == "", Decides: s.Visitor.Decides(), Title: cmp.Or(name, w.T("organisations.new")), Back: s.Link("desk", "organisations"),
		Action: s.Link("desk", "organisations", "new"), Groups: groupOptions(w), Regions: regionOptions(w), Zone: cmp.Or(s.Zone, p.Zone)}
	v.Crumbs = []page.Link{{Href: v.Back, Text: w.T("nav.organisations")}, {Text: v.Title}}
	for _, status := range []string{directory.StatusMember, directory.StatusAkin} {
		v.Statuses = append(v.Statuses, page.Option{Value: status, Label: w.T("member_status." + status)})
	}
	if v.New {
		return p.Renderer.Render(c, "desk/organisation", page.View{Active: "organisations", Data: v, Form: form, NoIndex: true})
	}
	v.Action, v.Delegation = s.Link("desk", "organisations", o.Code), s.Link("delegation", o.Code)
	v.AddPoint = withQuery(s.Link("desk", "people", "new"), url.Values{"organisation": {o.Code}, "role": {string(events.ContactPoint)}})
	v.People = withQuery(s.Link("desk", "people"), url.Values{"organisation": {o.Code}})
	points, err := p.Directory.ContactPoints(ctx, o.Code)
	if err != nil {
		return err
	}
	for _, person := range points {
		v.Points = append(v.Points, page.Link{Href: s.Link("desk", "people", person.ID), Text: person.Name()})
	}
	v.Facts = organisationFacts(w, o)
	if v.History, err = p.passages(c, o.History); err != nil {
		return err
	}
	return p.Renderer.Render(c, "desk/organisation", page.View{Active: "organisations", Data: v, Form: form, NoIndex: true})
}

// organisationFacts are an organisation's words for who may look and not change.
func organisationFacts(w *i18n.Words, o directory.Organisation) []fact {
	facts := []fact{{w.T("field.code"), o.Code}, {w.T("field.group"), w.T("group." + string(o.Group))}}
	if o.Region != "" {
		facts = append(facts, fact{w.T("field.region"), w.Region(o.Region)})
	}
	for _, f := range []fact{{w.T("field.since"), o.Since}, {w.T("field.until"), o.Until}, {w.T("field.domains"), strings.Join(o.Domains, ", ")}} {
		if f.Words != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// readOrganisation brings what was typed onto an organisation.
func readOrganisation(f *page.Form, o *directory.Organisation) {
	o.Group, o.Status = events.Group(f.Value("group")), f.Value("status")
	o.Name = f.LineByLanguage("name", 200)
	o.Country, o.Region = f.Line("country", 2), f.Value("region")
	o.Domains = strings.FieldsFunc(f.Text("domains", 5000), func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) })
	o.Since, o.Until, o.Note = f.Date("since"), f.Date("until"), f.Line("note", 200)
}

// AddOrganisation adds an organisation to the directory.
func (p *Pages) AddOrganisation(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	o := directory.Organisation{Code: form.Line("code", 40)}
	form.Required("code", "group")
	readOrganisation(form, &o)
	var code string
	if form.OK() {
		code, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "organisation", func() (string, error) {
			made, err := p.Directory.AddOrganisation(ctx, s.Visitor.Person, o)
			return made.Code, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showOrganisation(c, form, directory.Organisation{})
	}
	page.Tell(c, "organisation_added")
	return c.Redirect(s.Link("desk", "organisations", code), http.StatusSeeOther)
}

// ChangeOrganisation changes an organisation. When somebody else has done so since, a page shows both.
func (p *Pages) ChangeOrganisation(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, code := page.Of(c), c.UserContext(), c.Params("code")
	var typed directory.Organisation
	form.Required("group")
	readOrganisation(form, &typed)
	version := form.Int("version", 1, 1<<30)
	if form.OK() {
		_, err = p.Directory.ChangeOrganisation(ctx, s.Visitor.Person, code, version, func(o *directory.Organisation) error {
			readOrganisation(form, o)
			return nil
		})
		if events.IsOutdated(err) {
			now, err := p.Directory.Organisation(ctx, code)
			if err != nil {
				return err
			}
			theirs, fields := page.NewForm(c), []string{"group", "status", "country", "region", "domains", "since", "until", "note"}
			fillOrganisation(theirs, now)
			for _, l := range p.Renderer.Languages() {
				fields = append(fields, "name."+l.Tag)
			}
			return page.ShowStale(c, p.Renderer, form, theirs, now.Version, fields, s.Link("desk", "organisations", code), s.Link("desk", "organisations", code))
		}
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		o, err := p.Directory.Organisation(ctx, code)
		if err != nil {
			return err
		}
		return p.showOrganisation(c, form, o)
	}
	page.Tell(c, "saved")
	return c.Redirect(s.Link("desk", "organisations", code), http.StatusSeeOther)
}
