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
	Crumbs                                         []page.Link
	Title, Action, Back                            string
	Move                                           string // where the dates are moved together with the sessions; "" for a new one
	New                                            bool
	Kinds, Modes, Visibilities, Lanes, Acceptances []page.Option
	Regions, Languages, Officers, Zones, Parents   []page.Option
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
	Kinds  []kindRow
}

// kindRow is a kind, and what is usual for it.
type kindRow struct {
	page.Link
	Usual string
}

func (p *Pages) chooseKind(c *fiber.Ctx) error {
	s, w := page.Of(c), page.Of(c).Words
	v := kindView{Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Text: w.T("programme.new")}}}
	for _, kind := range events.Kinds() {
		t := events.TemplateOf(kind)
		v.Kinds = append(v.Kinds, kindRow{page.Link{Href: s.Link("desk", "activities", "new") + "?kind=" + string(kind), Text: w.T("kind." + string(kind))},
			w.T("mode."+string(t.Mode)) + " · " + w.T("lane."+string(t.Lane)) + " · " + w.T("visibility."+string(t.Visibility))})
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
		Regions:     wordOptions(w, "region.short.", append([]string{events.AllRegions}, events.Regions()...)), Languages: workingLanguages(w, form)}
	if !v.New {
		v.Title, v.Action, v.Back, v.Move = w.T("activity.edit"), p.at(c, code, "edit"), p.at(c, code), p.at(c, code, "move")
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
	v.Officers = stillOffering(v.Officers, form.Value("responsible_officer"))
	operations, err := p.Programme.List(c.UserContext(), s.Visitor, events.Query{Kind: events.Operation})
	if err != nil {
		return err
	}
	for _, o := range operations {
		title, _ := w.Pick(o.Title)
		if o.Code != code {
			v.Parents = append(v.Parents, page.Option{Value: o.Code, Label: o.Code + " – " + title})
		}
	}
	v.Parents = stillOffering(v.Parents, form.Value("parent"))
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

// stillOffering adds what a select holds now to what it offers, so that saving takes nothing away that
// nobody touched: an officer who has left, an operation of another kind.
func stillOffering(list []page.Option, value string) []page.Option {
	if value == "" || slices.ContainsFunc(list, func(o page.Option) bool { return o.Value == value }) {
		return list
	}
	return append(list, page.Option{Value: value, Label: value})
}

// languageTags are the languages in which the WCO's meetings are usually held and interpreted.
var languageTags = []string{"en", "fr", "es", "ar", "ru", "pt", "zh"}

// workingLanguages offers the languages that meetings are held and interpreted in, and whichever else
// the form holds already.
func workingLanguages(w *i18n.Words, form *page.Form) []page.Option {
	var list []page.Option
	for _, tag := range slices.Concat(languageTags, form.Values("languages"), form.Values("interpretation")) {
		if tag != "" && !slices.ContainsFunc(list, func(o page.Option) bool { return o.Value == tag }) {
			list = append(list, page.Option{Value: tag, Label: w.Capital(w.LanguageName(tag))})
		}
	}
	return list
}

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
	a.Title = unasked(f, "title", a.Title, f.LineByLanguage("title", events.MaxTitle))
	for name, text := range map[string]*events.Text{"description": &a.Description, "objective": &a.Objective, "expected_results": &a.ExpectedResults} {
		*text = unasked(f, name, *text, f.TextByLanguage(name, events.MaxText))
	}
	a.Kind = page.Choice(f, "kind", events.Kinds())
	a.Zone = f.Zone("timezone")
	readTimes(f, a)
	readDeadlines(f, a)
	a.Mode = page.Choice(f, "mode", events.Modes())
	readPlace(f, a)
	a.Host, a.Funding = f.Line("host", events.MaxLine), f.Line("funding", events.MaxLine)
	a.Responsible, a.Parent, a.Note = f.Value("responsible_officer"), f.Line("parent", 20), f.Text("note", events.MaxText)
	a.Regions = ticked(a.Regions, page.Choices(f, "regions", append([]string{events.AllRegions}, events.Regions()...)))
	a.Languages, a.Interpretation = ticked(a.Languages, f.Values("languages")), ticked(a.Interpretation, f.Values("interpretation"))
	a.Visibility, a.Lane = page.Choice(f, "visibility", events.Visibilities()), page.Choice(f, "lane", events.Lanes())
	a.Acceptance = page.Choice(f, "acceptance", []events.Acceptance{events.Automatic, events.Decided})
	had := a.Seats
	a.Seats = nil
	for _, pool := range a.Mode.Pools() {
		n := f.Int("seats."+string(pool), 0, events.MaxCapacity)
		if n > 0 || slices.ContainsFunc(had, func(s events.Seats) bool { return s.Pool == pool }) {
			a.Seats = append(a.Seats, events.Seats{Pool: pool, Capacity: n})
		}
	}
	a.SeatsEach = f.Int("seats_per_organisation", 0, events.MaxCapacity)
	a.Experts = strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(f.Text("experts", events.MaxText)))
	a.PublicReport = nil
	if date, url := f.Date("public_report.date"), f.Line("public_report.url", events.MaxLine); date != "" || url != "" {
		a.PublicReport = &events.PublicReport{Date: date, URL: url}
	}
}

// unasked adds to a text what stands in languages that the form does not ask for.
func unasked(f *page.Form, name string, before, typed events.Text) events.Text {
	for tag, s := range before {
		if !f.Has(name + "." + tag) {
			typed[tag] = s
		}
	}
	return typed
}

// ticked gives what was ticked, in the order in which it was kept before where it is the same: a form
// that nobody touched changes nothing.
func ticked(before, now []string) []string {
	now = slices.DeleteFunc(now, func(word string) bool { return word == "" })
	if same := slices.Sorted(slices.Values(now)); slices.Equal(slices.Sorted(slices.Values(before)), same) {
		return before
	}
	return now
}

// readTimes reads start and end in the activity's zone; of whole days the end is the last day. The
// seconds of a time that stands as it was shown are kept.
func readTimes(f *page.Form, a *events.Activity) {
	a.AllDay = f.Bool("all_day")
	for _, moment := range []struct {
		name string
		at   *time.Time
	}{{"start", &a.Start}, {"end", &a.End}} {
		if typed := f.LocalTime(moment.name, a.Zone); f.Value(moment.name) != local(*moment.at, a.Zone) {
			*moment.at = typed
		}
	}
	if zone := a.Location(); a.AllDay && !a.Start.IsZero() && !a.End.IsZero() {
		y, m, d := a.Start.In(zone).Date()
		a.Start = time.Date(y, m, d, 0, 0, 0, 0, zone)
		y, m, d = a.End.In(zone).Date()
		a.End = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
}

// readDeadlines reads the deadlines in the activity's zone; one that stands as it was shown keeps its
// second.
func readDeadlines(f *page.Form, a *events.Activity) {
	for _, deadline := range []struct {
		name string
		at   **time.Time
	}{{"deadlines.nomination", &a.Deadlines.Nomination}, {"deadlines.registration", &a.Deadlines.Registration}} {
		if typed := f.Deadline(deadline.name, a.Zone); f.Value(deadline.name) != localPointer(*deadline.at, a.Zone) {
			*deadline.at = typed
		}
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
		if asked, err := p.askAudience(c, form, code, p.at(c, code, "edit"), false, edit); asked || err != nil {
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
	if err = form.Fault(sessionsLeft(err)); err != nil {
		return err
	}
	if !form.OK() {
		return p.showActivityForm(c, form, code)
	}
	page.Tell(c, "saved")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}

// sessionsLeft says of sessions that the new dates would leave behind what can be done, once.
func sessionsLeft(err error) error {
	faults := events.Faults(err)
	if !slices.ContainsFunc(faults, func(f *events.Error) bool { return f.Key == "session_outside" }) {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(faults), func(f *events.Error) bool { return f.Key == "session_outside" })
	kept.Add(events.E(events.Invalid, "sessions_left_behind", "start"))
	return kept.Or()
}
