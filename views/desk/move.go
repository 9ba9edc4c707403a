package desk

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// moveView is the form that moves an activity to other dates or another place.
type moveView struct {
	Crumbs       []page.Link
	Action, Back string
	Now          page.When
	Place        string
	Zone         string
}

// Move asks where to and when.
func (p *Pages) Move(c *fiber.Ctx) error {
	a, err := p.Programme.Load(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillActivity(form, &a)
	return p.showMove(c, form, &a)
}

func (p *Pages) showMove(c *fiber.Ctx, form *page.Form, a *events.Activity) error {
	s, w := page.Of(c), page.Of(c).Words
	title, _ := w.Pick(a.Title)
	v := moveView{Action: p.at(c, a.Code, "move"), Back: p.at(c, a.Code), Now: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone), Place: page.PlaceOf(w, a), Zone: a.Zone,
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Text: w.T("activity.move")}}}
	return p.Renderer.Render(c, "desk/move", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// MoveOne previews whom the move tells, and on a second word does it. Sessions and deadlines keep
// their distance from the start.
func (p *Pages) MoveOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, code := page.Of(c), c.UserContext(), c.Params("code")
	a, err := p.Programme.Load(ctx, code)
	if err != nil {
		return err
	}
	form.Required("start", "end")
	var typed events.Activity
	typed.Zone = a.Zone
	readTimes(form, &typed)
	readPlace(form, &typed)
	form.SetBool("all_day", a.AllDay)
	if !form.OK() {
		return p.showMove(c, form, &a)
	}
	edit := func(x *events.Activity) error {
		events.Move(x, typed.Start, typed.End)
		x.Place = typed.Place
		return nil
	}
	if form.Value("sure") == "" {
		if asked, err := p.askAudience(c, form, code, p.at(c, code, "move"), true, edit); asked || err != nil {
			return err
		}
	}
	if form.OK() {
		_, err = p.Programme.Change(ctx, s.Visitor, code, form.Int("version", 1, 1<<30), form.Text("reason", 1000), edit)
		if events.IsOutdated(err) {
			return p.staleActivity(c, form, code, p.at(c, code, "move"))
		}
		if err = form.Fault(sessionsLeft(err)); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showMove(c, form, &a)
	}
	if form.Value("sure") == tellsSome {
		page.Tell(c, "activity_moved")
	} else {
		page.Tell(c, "saved")
	}
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}

// What the field "sure" of a change says once its author has seen whom it tells.
const tellsSome, tellsNobody = "yes", "nobody"

// askAudience shows what a change would do and whom it would tell, before it is done. Asked is false
// when nobody would notice it, unless it is to be asked always, and when the form has faults. Whoever
// started from an older version is shown both at once.
func (p *Pages) askAudience(c *fiber.Ctx, form *page.Form, code, action string, always bool, edit func(*events.Activity) error) (asked bool, err error) {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	before, after, err := p.Programme.Preview(ctx, s.Visitor, code, edit)
	if form.Int("version", 1, 1<<30) != before.Version && form.OK() && !events.IsGone(err) {
		return true, p.staleActivity(c, form, code, action)
	}
	if err = form.Fault(sessionsLeft(err)); err != nil || !form.OK() {
		return false, err
	}
	audience, err := p.Desk.Audience(ctx, before, after)
	if told := audience.Kind != "" && audience.Mails > 0; err != nil || !told && !always {
		return false, err
	}
	box := page.Confirmation{Action: action, Does: p.changesOf(c, &before, &after), Tells: p.tells(c, audience), Hidden: form.Echo("reason"), Reason: "reason", Back: p.at(c, code)}
	if audience.Mails > 0 && audience.Kind != "" {
		box.Lead, box.Button, box.Hidden = w.T("ask.change"), w.T("ask.do_change"), append(box.Hidden, page.Hidden{Name: "sure", Value: tellsSome})
	} else {
		box.Button, box.Tells, box.Hidden = w.T("ask.do_quietly"), []string{w.T("ask.nobody")}, append(box.Hidden, page.Hidden{Name: "sure", Value: tellsNobody})
	}
	return true, p.Renderer.Render(c, "page/confirm", page.View{Title: w.T("ask.title"), Active: "desk", Data: box, Form: form, NoIndex: true})
}

// changesOf says in words what is different after an edit.
func (p *Pages) changesOf(c *fiber.Ctx, before, after *events.Activity) []string {
	w := page.Of(c).Words
	var list []string
	for _, field := range events.Differences(*before, *after) {
		switch field {
		case "start", "end", "timezone", "all_day":
			continue
		}
		list = append(list, w.T("ask.changes", "field", page.FieldNames(w, field)))
	}
	if !before.Start.Equal(after.Start) || !before.End.Equal(after.End) {
		list = append([]string{w.T("ask.moves", "from", w.DateTimeRange(before.Start, before.End, before.Zone), "to", w.DateTimeRange(after.Start, after.End, after.Zone))}, list...)
	}
	return list
}

// tells says in words who would be told.
func (p *Pages) tells(c *fiber.Ctx, audience registrations.Audience) []string {
	w := page.Of(c).Words
	list := []string{w.N("ask.mails", audience.Mails)}
	if audience.Updates > 0 {
		list = append(list, w.N("ask.updates", audience.Updates))
	}
	if audience.SeatsFreed > 0 {
		list = append(list, w.N("ask.seats_freed", audience.SeatsFreed))
	}
	if audience.ContactPoints > 0 {
		list = append(list, w.N("ask.contact_points", audience.ContactPoints))
	}
	if audience.Unreachable > 0 {
		list = append(list, w.N("ask.unreachable", audience.Unreachable))
	}
	return list
}
