package desk

import (
	"net/http"
	"slices"

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
	if events.IsOutdated(err) {
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
