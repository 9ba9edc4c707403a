package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// activityFormView is the form that adds or edits an activity.
type activityFormView struct {
	Crumbs                                                  []page.Link
	Title, Action, Back                                     string
	New                                                     bool
	Version                                                 int
	Kinds, Modes, Visibilities, Lanes, Acceptances          []page.Option
	Regions, Languages, Officers, Zones, Countries, Parents []page.Option
}

// NewActivity asks for the kind first; then the form is filled in by what is usual for it.
func (p *Pages) NewActivity(c *fiber.Ctx) error {
	kind := events.Kind(c.Query("kind"))
	if !events.Valid(kind, events.Kinds()) {
		return p.chooseKind(c)
	}
	form, t := page.NewForm(c), events.TemplateOf(kind)
	a := events.Activity{Kind: kind, Zone: p.Zone, SeatsEach: t.Each, Responsible: page.Of(c).Visitor.Email, Languages: []string{"en", "fr"}, Regions: []string{events.AllRegions}}
	t.Fill(&a)
	fillActivity(form, &a)
	return p.showActivityForm(c, form, "")
}

// kindView is the choice of a kind.
type kindView struct {
	Crumbs []page.Link
	Kinds  []page.Link
}

func (p *Pages) chooseKind(c *fiber.Ctx) error {
	s, w := page.Of(c), page.Of(c).Words
	v := kindView{Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Text: w.T("programme.new")}}}
	for _, kind := range events.Kinds() {
		v.Kinds = append(v.Kinds, page.Link{Href: s.Link("desk", "activities", "new") + "?kind=" + string(kind), Text: w.T("kind." + string(kind))})
	}
	return p.Renderer.Render(c, "desk/kind", page.View{Active: "desk", Data: v, NoIndex: true})
}

// EditActivity shows the form with what is stored.
func (p *Pages) EditActivity(c *fiber.Ctx) error {
	a, err := p.Programme.Load(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillActivity(form, &a)
	return p.showActivityForm(c, form, a.Code)
}

func (p *Pages) showActivityForm(c *fiber.Ctx, form *page.Form, code string) error {
	s, w := page.Of(c), page.Of(c).Words
	v := activityFormView{New: code == "", Title: w.T("programme.new"), Action: s.Link("desk", "activities", "new"), Back: s.Link("desk"),
		Kinds: wordOptions(w, "kind.", events.Kinds()), Modes: wordOptions(w, "mode.", events.Modes()),
		Visibilities: wordOptions(w, "visibility.", events.Visibilities()), Lanes: wordOptions(w, "lane.", events.Lanes()),
		Acceptances: wordOptions(w, "acceptance.", []events.Acceptance{events.Decided, events.Automatic}),
		Regions:     wordOptions(w, "region.short.", append([]string{events.AllRegions}, events.Regions()...)), Languages: workingLanguages(w)}
	if !v.New {
		v.Title, v.Action, v.Back = w.T("activity.edit"), p.at(c, code, "edit"), p.at(c, code)
	}
	v.Crumbs = []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}}
	if !v.New {
		v.Crumbs = append(v.Crumbs, page.Link{Href: v.Back, Text: code})
	}
	v.Crumbs = append(v.Crumbs, page.Link{Text: v.Title})
	for _, zone := range w.Zones() {
		v.Zones = append(v.Zones, page.Option{Value: zone, Label: w.City(zone)})
	}
	var err error
	if v.Officers, err = p.officers(c); err != nil {
		return err
	}
	operations, err := p.Programme.List(c.UserContext(), s.Visitor, events.Query{Kind: events.Operation})
	if err != nil {
		return err
	}
	for _, o := range operations {
		title, _ := w.Pick(o.Title)
		v.Parents = append(v.Parents, page.Option{Value: o.Code, Label: o.Code + " – " + title})
	}
	return p.Renderer.Render(c, "desk/activity_form", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// wordOptions offers a set of the field's words in the reader's.
func wordOptions[W ~string](w *i18n.Words, prefix string, words []W) []page.Option {
	list := make([]page.Option, len(words))
	for i, word := range words {
		list[i] = page.Option{Value: string(word), Label: w.T(prefix + string(word))}
	}
	return list
}

// workingLanguages offers the languages that meetings are held and interpreted in.
func workingLanguages(w *i18n.Words) []page.Option {
	list := make([]page.Option, 0, len(languageTags))
	for _, tag := range languageTags {
		list = append(list, page.Option{Value: tag, Label: w.Capital(w.LanguageName(tag))})
	}
	return list
}

var languageTags = []string{"en", "fr", "es", "ar", "ru", "pt", "zh"}

// fillActivity puts an activity into the form's fields.
func fillActivity(f *page.Form, a *events.Activity) {
	for name, text := range map[string]events.Text{"title": a.Title, "description": a.Description, "objective": a.Objective, "expected_results": a.ExpectedResults} {
		f.SetText(name, text)
	}
	end := a.End
	if a.AllDay && !end.IsZero() {
		end = end.Add(-time.Minute) // the last day is inclusive to a reader
	}
	for name, value := range map[string]string{"kind": string(a.Kind), "timezone": a.Zone, "mode": string(a.Mode), "place.city": a.Place.City, "place.country": a.Place.Country,
		"place.venue": a.Place.Venue, "host": a.Host, "funding": a.Funding, "responsible_officer": a.Responsible, "visibility": string(a.Visibility),
		"lane": string(a.Lane), "acceptance": string(a.Acceptance), "parent": a.Parent, "note": a.Note, "experts": strings.Join(a.Experts, "\n"),
		"start": local(a.Start, a.Zone), "end": local(end, a.Zone), "deadlines.nomination": localPointer(a.Deadlines.Nomination, a.Zone),
		"deadlines.registration": localPointer(a.Deadlines.Registration, a.Zone)} {
		f.Set(name, value)
	}
	f.Set("regions", a.Regions...)
	f.Set("languages", a.Languages...)
	f.Set("interpretation", a.Interpretation...)
	f.SetBool("all_day", a.AllDay)
	for _, pool := range events.Hybrid.Pools() {
		f.SetInt("seats."+string(pool), a.Capacity(pool))
	}
	f.SetInt("seats_per_organisation", a.SeatsEach)
	if a.PublicReport != nil {
		f.Set("public_report.date", a.PublicReport.Date)
		f.Set("public_report.url", a.PublicReport.URL)
	}
	f.SetInt("version", a.Version)
}

func local(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	return page.LocalValue(t, zone)
}

func localPointer(t *time.Time, zone string) string {
	if t == nil {
		return ""
	}
	return local(*t, zone)
}

// readActivity brings what was typed onto an activity.
func readActivity(f *page.Form, a *events.Activity) {
	a.Title, a.Description = f.LineByLanguage("title", events.MaxTitle), f.TextByLanguage("description", events.MaxText)
	a.Objective, a.ExpectedResults = f.TextByLanguage("objective", events.MaxText), f.TextByLanguage("expected_results", events.MaxText)
	a.Kind = page.Choice(f, "kind", events.Kinds())
	a.Zone = f.Zone("timezone")
	readTimes(f, a)
	a.Deadlines = events.Deadlines{Nomination: f.Deadline("deadlines.nomination", a.Zone), Registration: f.Deadline("deadlines.registration", a.Zone)}
	a.Mode = page.Choice(f, "mode", events.Modes())
	readPlace(f, a)
	a.Host, a.Funding = f.Line("host", events.MaxLine), f.Line("funding", events.MaxLine)
	a.Responsible, a.Parent, a.Note = f.Value("responsible_officer"), f.Line("parent", 20), f.Text("note", events.MaxText)
	a.Regions = page.Choices(f, "regions", append([]string{events.AllRegions}, events.Regions()...))
	a.Languages, a.Interpretation = page.Choices(f, "languages", languageTags), page.Choices(f, "interpretation", languageTags)
	a.Visibility, a.Lane = page.Choice(f, "visibility", events.Visibilities()), page.Choice(f, "lane", events.Lanes())
	a.Acceptance = page.Choice(f, "acceptance", []events.Acceptance{events.Automatic, events.Decided})
	a.Seats = nil
	for _, pool := range a.Mode.Pools() {
		if f.Has("seats." + string(pool)) {
			a.Seats = append(a.Seats, events.Seats{Pool: pool, Capacity: f.Int("seats."+string(pool), 0, events.MaxCapacity)})
		}
	}
	a.SeatsEach = f.Int("seats_per_organisation", 0, events.MaxCapacity)
	a.Experts = strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(f.Text("experts", events.MaxText)))
	a.PublicReport = nil
	if date, url := f.Date("public_report.date"), f.Line("public_report.url", events.MaxLine); date != "" || url != "" {
		a.PublicReport = &events.PublicReport{Date: date, URL: url}
	}
}

// readTimes reads start and end in the activity's zone; of whole days the end is the last day.
func readTimes(f *page.Form, a *events.Activity) {
	a.AllDay = f.Bool("all_day")
	a.Start, a.End = f.LocalTime("start", a.Zone), f.LocalTime("end", a.Zone)
	if zone := a.Location(); a.AllDay && !a.Start.IsZero() && !a.End.IsZero() {
		y, m, d := a.Start.In(zone).Date()
		a.Start = time.Date(y, m, d, 0, 0, 0, 0, zone)
		y, m, d = a.End.In(zone).Date()
		a.End = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
}

func readPlace(f *page.Form, a *events.Activity) {
	a.Place = events.Place{City: f.Line("place.city", events.MaxLine), Country: strings.ToUpper(f.Line("place.country", 2)), Venue: f.Line("place.venue", events.MaxLine)}
}

// AddActivity adds an activity to the programme.
func (p *Pages) AddActivity(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	var draft events.Activity
	form.Required("start", "end", "timezone")
	form.Chosen("kind", "mode")
	readActivity(form, &draft)
	var code string
	if form.OK() {
		code, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "activity", func() (string, error) {
			made, err := p.Programme.Create(ctx, s.Visitor, draft)
			return made.Code, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showActivityForm(c, form, "")
	}
	page.Tell(c, "activity_added")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}

// ChangeActivity edits an activity. What moves it for those who take part is previewed first.
func (p *Pages) ChangeActivity(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, code := page.Of(c), c.UserContext(), c.Params("code")
	form.Required("start", "end", "timezone")
	form.Chosen("kind", "mode")
	var typed events.Activity
	readActivity(form, &typed)
	if !form.OK() {
		return p.showActivityForm(c, form, code)
	}
	edit := func(a *events.Activity) error { readActivity(form, a); return nil }
	if form.Value("sure") == "" {
		if asked, err := p.askAudience(c, form, code, p.at(c, code, "edit"), edit); asked || err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showActivityForm(c, form, code)
	}
	_, err = p.Programme.Change(ctx, s.Visitor, code, form.Int("version", 1, 1<<30), form.Text("reason", 1000), edit)
	if events.Is(err, "stale_edit") {
		return p.staleActivity(c, form, code, p.at(c, code, "edit"))
	}
	if err = form.Fault(err); err != nil {
		return err
	}
	if !form.OK() {
		return p.showActivityForm(c, form, code)
	}
	page.Tell(c, "saved")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}

// staleActivity shows both versions of an activity.
func (p *Pages) staleActivity(c *fiber.Ctx, form *page.Form, code, action string) error {
	now, err := p.Programme.Load(c.UserContext(), code)
	if err != nil {
		return err
	}
	theirs := page.NewForm(c)
	fillActivity(theirs, &now)
	names := slices.DeleteFunc(theirs.Names(), func(name string) bool { return name == "version" })
	return page.ShowStale(c, p.Renderer, form, theirs, now.Version, names, action, p.at(c, code))
}
