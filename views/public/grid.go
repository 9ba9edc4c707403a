package public

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// longDays is from how many days on an activity stands above the grid instead of in each day of it.
const longDays = 10

// gridView is a month as a grid of weeks.
type gridView struct {
	Previous, Next page.Link
	Heads          []headView
	Weeks          [][]dayView
	Long           []entryView // what runs through much of the month
}

type headView struct{ Short, Long string }

// dayView is one day of the grid.
type dayView struct {
	Class   string // "out", "bare", "today"
	Number  string
	Label   string // Tue 3, for a phone
	Full    string // Tuesday 3 November 2026
	ISO     string
	Entries []dayEntry
}

type dayEntry struct {
	Href  string
	Title events.Text
	Class string
	State string
	Time  string // when it begins; "" on the days after
}

// firstDays are the first days of the week where the languages are mainly spoken (CLDR); elsewhere it
// is Monday.
var firstDays = map[string]time.Weekday{"ar": time.Saturday, "pt": time.Sunday}

func firstDay(w *i18n.Words) time.Weekday {
	if d, ok := firstDays[w.Tag()]; ok {
		return d
	}
	return time.Monday
}

// fillGrid shows one month. A day is a day on the activity's own clock.
func (p *Pages) fillGrid(c *fiber.Ctx, v *calendarView, q asked) error {
	s := page.Of(c)
	w := s.Words
	first := p.monthOf(s, q.of)
	next := first.AddDate(0, 1, 0)
	// Wide enough for every zone's idea of the month.
	q.query.From, q.query.To = first.Add(-14*time.Hour), next.Add(12*time.Hour)
	list, err := p.Programme.List(c.UserContext(), s.Visitor, q.query)
	if err != nil {
		return err
	}
	inOrder(list)
	v.Heading = w.MonthYear(first, "UTC")
	g := &gridView{Previous: p.monthLink(s, q, first.AddDate(0, -1, 0)), Next: p.monthLink(s, q, next)}
	long, short := w.WeekdayNames(firstDay(w), false), w.WeekdayNames(firstDay(w), true)
	for i := range long {
		g.Heads = append(g.Heads, headView{short[i], long[i]})
	}
	held := map[string][]dayEntry{}
	for i := range list {
		v.Found += p.place(s, g, held, &list[i], first, next)
	}
	g.Weeks = weeks(w, first, held, s.Now.In(p.clock(s)).Format(time.DateOnly))
	v.Grid = g
	return nil
}

// monthOf is the first day of the month asked for, in UTC; the present one when it cannot be read.
func (p *Pages) monthOf(s *page.State, of string) time.Time {
	if t, err := time.Parse("2006-01", of); err == nil && t.Year() >= 1950 && t.Year() <= 2200 {
		return t
	}
	y, m, _ := s.Now.In(p.clock(s)).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

func (p *Pages) monthLink(s *page.State, q asked, month time.Time) page.Link {
	v := url.Values{"view": {"month"}, "month": {month.Format("2006-01")}}
	for name, values := range q.kept {
		v[name] = values
	}
	return page.Link{Href: address(s, v), Text: s.Words.MonthYear(month, "UTC")}
}

// place puts an activity into the days it takes, or above the grid; it gives 0 when none is in the month.
func (p *Pages) place(s *page.State, g *gridView, held map[string][]dayEntry, a *events.Activity, first, next time.Time) int {
	from, to := plainDay(a.Start, a.Location()), plainDay(a.End.Add(-time.Nanosecond), a.Location())
	if to.Before(first) || !from.Before(next) {
		return 0
	}
	if to.Sub(from) >= (longDays-1)*24*time.Hour {
		g.Long = append(g.Long, p.entry(s, a, nil))
		return 1
	}
	state := standing(s.Words, a, nil, s.Now)
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		e := dayEntry{Href: s.Link("events", a.Slug), Title: a.Title, Class: state.Class}
		if a.State.Off() {
			e.State = state.Text
		}
		if day.Equal(from) && !a.AllDay && !a.State.Off() {
			e.Time = s.Words.Time(a.Start, a.Zone)
		}
		held[day.Format(time.DateOnly)] = append(held[day.Format(time.DateOnly)], e)
	}
	return 1
}

// plainDay is the day an instant falls on in a zone, as a day in UTC.
func plainDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// weeks lays out the month that begins at first, with the days around it that fill its weeks.
func weeks(w *i18n.Words, first time.Time, held map[string][]dayEntry, today string) [][]dayView {
	var rows [][]dayView
	before := (int(first.Weekday()) - int(firstDay(w)) + 7) % 7
	day := first.AddDate(0, 0, -before)
	for day.Before(first.AddDate(0, 1, 0)) {
		row := make([]dayView, 7)
		for i := range row {
			row[i] = oneDay(w, day, first, held, today)
			day = day.AddDate(0, 0, 1)
		}
		rows = append(rows, row)
	}
	return rows
}

func oneDay(w *i18n.Words, day, first time.Time, held map[string][]dayEntry, today string) dayView {
	iso := day.Format(time.DateOnly)
	d := dayView{ISO: iso, Number: strconv.Itoa(day.Day()), Full: w.Date(day, "UTC"),
		Label: w.WeekdayRange(day, day, "UTC") + " " + strconv.Itoa(day.Day())}
	switch {
	case day.Month() != first.Month():
		d.Class = "out"
		return d
	case iso == today:
		d.Class = "today"
	}
	d.Entries = held[iso]
	if len(d.Entries) == 0 {
		d.Class += " bare"
	}
	return d
}
