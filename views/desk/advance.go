package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// advanceView asks before an activity goes to another state.
type advanceView struct {
	Crumbs  []page.Link
	Title   string
	Box     page.Confirmation
	Refused []page.Link // what is missing, and where it is mended
	Warned  []page.Link
	Merge   bool
	Others  []page.Option
	Resume  bool // back from postponed: new dates and deadlines are asked for
	Now     page.When
}

// Advance shows what a change of state does and whom it tells.
func (p *Pages) Advance(c *fiber.Ctx) error {
	a, err := p.Programme.Load(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillActivity(form, &a)
	return p.showAdvance(c, form, &a, events.State(c.Query("to")))
}

// resumes tells whether a step brings a postponed activity back.
func resumes(a *events.Activity, to events.State) bool {
	return a.State == events.Postponed && !to.Off()
}

func (p *Pages) showAdvance(c *fiber.Ctx, form *page.Form, a *events.Activity, to events.State) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	step, err := events.FindStep(a, to)
	if err != nil {
		return err
	}
	counts, err := p.Desk.Facts(ctx, a.Code)
	if err != nil {
		return err
	}
	j := events.Judge(step, a, events.Now{Time: p.Now(), Facts: counts})
	after := *a
	after.State = to
	audience, err := p.Desk.Audience(ctx, *a, after)
	if err != nil {
		return err
	}
	title, _ := w.Pick(a.Title)
	v := advanceView{Title: w.T("step." + string(to)), Merge: to == events.Merged, Resume: resumes(a, to), Now: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone),
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Text: w.T("step." + string(to))}},
		Box: page.Confirmation{Action: p.at(c, a.Code, "advance"), Does: []string{w.T("activity_sentence." + string(to))}, Tells: p.tells(c, audience), Reason: "reason",
			Forced: step.Reason || len(j.Warned) > 0, Button: w.T("step." + string(to)), Grave: to.Off(), Back: p.at(c, a.Code),
			Hidden: []page.Hidden{{Name: "to", Value: string(to)}, {Name: "version", Value: strconv.Itoa(a.Version)}}}}
	if audience.Mails+audience.ContactPoints+audience.Unreachable == 0 {
		v.Box.Tells = []string{w.T("ask.nobody")}
	}
	if v.Resume {
		v.Box.Hidden = append(v.Box.Hidden, allDay(a)...)
		// What the form itself asks for is judged when it is sent.
		j.Refused = slices.DeleteFunc(j.Refused, func(g events.Gate) bool { return g.Field == "start" || strings.HasPrefix(g.Field, "deadlines.") })
	}
	v.Refused, v.Warned = p.gatesOf(c, a.Code, j.Refused), p.gatesOf(c, a.Code, j.Warned)
	if v.Merge {
		if v.Others, err = p.others(c, a.Code); err != nil {
			return err
		}
	}
	return p.Renderer.Render(c, "desk/advance", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// allDay carries on that an activity lasts whole days.
func allDay(a *events.Activity) []page.Hidden {
	if !a.AllDay {
		return nil
	}
	return []page.Hidden{{Name: "all_day", Value: "on"}}
}

// gatesOf says what is missing, each with the page where it is mended.
func (p *Pages) gatesOf(c *fiber.Ctx, code string, gates []events.Gate) []page.Link {
	var list []page.Link
	for _, g := range gates {
		list = append(list, page.Link{Href: p.mendedAt(c, code, g.Field), Text: page.Of(c).Words.T("error." + g.Key)})
	}
	return list
}

// mendedAt gives the page, and the field on it, where a gate is mended; "" where there is none.
func (p *Pages) mendedAt(c *fiber.Ctx, code, field string) string {
	switch field {
	case "invitations":
		return p.at(c, code, "invitations") + "#add"
	case "sessions":
		return p.at(c, code, "sessions", "new")
	case "seats":
		return p.at(c, code, "edit") + "#f-seats." + string(events.OnSitePool)
	case "objective.en", "responsible_officer", "deadlines.nomination", "deadlines.registration":
		return p.at(c, code, "edit") + "#f-" + field
	}
	return ""
}

// others offers the activities into which one can be merged.
func (p *Pages) others(c *fiber.Ctx, code string) ([]page.Option, error) {
	s := page.Of(c)
	list, err := p.Programme.List(c.UserContext(), s.Visitor, events.Query{From: p.Now()})
	var options []page.Option
	for _, a := range list {
		if title, _ := s.Words.Pick(a.Title); a.Code != code && !a.State.Off() {
			options = append(options, page.Option{Value: a.Code, Label: a.Code + " – " + title})
		}
	}
	return options, err
}

// AdvanceOne takes the activity to the state; one that comes back from postponed gets its new dates
// in the same act.
func (p *Pages) AdvanceOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, code, to := page.Of(c), c.UserContext(), c.Params("code"), events.State(form.Value("to"))
	a, err := p.Programme.Load(ctx, code)
	if err != nil {
		return err
	}
	reason, edit := form.Text("reason", 1000), func(*events.Activity) error { return nil }
	if resumes(&a, to) {
		form.Required("start", "end")
		dated := a
		readTimes(form, &dated)
		readDeadlines(form, &dated)
		edit = func(x *events.Activity) error {
			events.Move(x, dated.Start, dated.End)
			x.Deadlines = dated.Deadlines
			return nil
		}
	}
	if form.OK() {
		_, err = p.Programme.Advance(ctx, s.Visitor, code, form.Int("version", 1, 1<<30), to, reason, form.Value("into"), edit)
		if events.IsOutdated(err) { // the page shows it anew as it stands
			form.Refuse("", "stale_edit")
			err = nil
		}
		if err = form.Fault(sessionsLeft(err)); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showAdvance(c, form, &a, to)
	}
	page.Tell(c, "activity_advanced")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}
