package desk

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// aYear is a whole number of weeks, so that the next edition begins on the same day of the week.
const aYear = 52 * 7

// copyView asks for the day on which the next edition begins, and shows what becomes of every date.
type copyView struct {
	Activity     events.Activity
	Crumbs       []page.Link
	Action, Back string
	Moved        []movedRow // nil until a day is chosen
	Start        string     // the day chosen
}

// movedRow is a date of the activity and of its copy.
type movedRow struct {
	What        string
	Title       events.Text // of a session
	Before, Now []string    // days and times, a line each
}

// Copy shows the form that makes the next edition of an activity, and the dates it would have.
func (p *Pages) Copy(c *fiber.Ctx) error {
	a, err := p.Programme.Find(c.UserContext(), page.Of(c).Visitor, c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	if typed := c.Query("start_date"); typed != "" {
		form.Set("start_date", typed)
		return p.showCopy(c, form, &a, true)
	}
	form.Set("start_date", a.Start.In(a.Location()).AddDate(0, 0, aYear).Format(time.DateOnly))
	return p.showCopy(c, form, &a, false)
}

func (p *Pages) showCopy(c *fiber.Ctx, form *page.Form, a *events.Activity, chosen bool) error {
	s, w := page.Of(c), page.Of(c).Words
	title, _ := w.Pick(a.Title)
	v := copyView{Activity: *a, Action: p.at(c, a.Code, "copy"), Back: p.at(c, a.Code),
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Text: w.T("copy.title")}}}
	if chosen {
		form.Required("start_date")
		if day := form.Date("start_date"); form.OK() {
			next := events.Copy(*a, dayIn(day, a.Location()))
			v.Start, v.Moved = day, movedRows(w, a, &next)
		}
	}
	return p.Renderer.Render(c, "desk/copy", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// dayIn gives an instant of a day in a zone: its noon, which no clock jumps over.
func dayIn(day string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}
	}
	y, m, d := t.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, zone)
}

// movedRows sets every date of an activity beside that of its copy.
func movedRows(w *i18n.Words, a, next *events.Activity) []movedRow {
	when := func(a *events.Activity) []string {
		lines := []string{w.LongDateRange(a.Start, a.End, a.Zone, a.AllDay)}
		if !a.AllDay {
			lines = append(lines, w.TimeRange(a.Start, a.End, a.Zone))
		}
		return lines
	}
	moment := func(words string) []string { return []string{words} }
	rows := []movedRow{{What: w.T("copy.when"), Before: when(a), Now: when(next)}}
	for n, session := range a.Sessions {
		rows = append(rows, movedRow{Title: session.Title, Before: moment(w.DateTimeRange(session.Start, session.End, a.Zone)),
			Now: moment(w.DateTimeRange(next.Sessions[n].Start, next.Sessions[n].End, next.Zone))})
	}
	deadline := func(what string, before, now *time.Time) {
		if before != nil {
			rows = append(rows, movedRow{What: w.T("field.deadlines." + what), Before: moment(w.DateTime(*before, a.Zone)), Now: moment(w.DateTime(*now, next.Zone))})
		}
	}
	deadline("nomination", a.Deadlines.Nomination, next.Deadlines.Nomination)
	deadline("registration", a.Deadlines.Registration, next.Deadlines.Registration)
	return rows
}

// CopyOne makes the next edition of an activity and leads to it.
func (p *Pages) CopyOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	a, err := p.Programme.Find(ctx, s.Visitor, c.Params("code"))
	if err != nil {
		return err
	}
	form.Required("start_date")
	day, code := form.Date("start_date"), ""
	if form.OK() {
		code, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "copy "+a.Code, func() (string, error) {
			made, err := p.Programme.Create(ctx, s.Visitor, events.Copy(a, dayIn(day, a.Location())))
			return made.Code, err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showCopy(c, form, &a, false)
	}
	page.Tell(c, "copied")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}
