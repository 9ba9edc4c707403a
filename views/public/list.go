package public

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/seats"
	"capportal/views/i18n"
	"capportal/views/page"
)

// entryView is an activity in the list.
type entryView struct {
	Href, Kind string
	Title      events.Text
	Day        string // 24–27
	Weekdays   string // Tue–Fri
	ISO        string
	Dates      string   // 2 November – 13 December 2026
	Facts      []glance // town, languages, hours, seats
	Circle     string   // who alone sees it; "" for what is public
	State      page.StateWords
	Off        bool // it will not take place; what is postponed still may
}

// fillList lists what is coming, or what is past with the latest first.
func (p *Pages) fillList(c *fiber.Ctx, v *calendarView, q asked) error {
	s, ctx := page.Of(c), c.UserContext()
	v.Heading = s.Words.T("calendar.coming")
	var list, undated []events.Activity
	var err error
	if q.past {
		v.Heading = s.Words.T("calendar.past")
		list, err = p.pastOnes(ctx, s, q)
	} else {
		list, undated, err = p.coming(ctx, s, q)
	}
	if err != nil {
		return err
	}
	v.Found = len(list) + len(undated)
	if q.past {
		list, v.Pager = cut(s, q, list)
	}
	if v.Months, err = p.months(ctx, s, list); err != nil {
		return err
	}
	if len(undated) > 0 {
		m := monthView{ID: "undated", Name: s.Words.T("calendar.undated")}
		for i := range undated {
			e := p.entry(s, &undated[i], nil)
			e.Weekdays = s.Words.MonthRange(undated[i].Start, undated[i].End, undated[i].Zone) // no month stands above it
			m.Entries = append(m.Entries, e)
		}
		v.Months = append(v.Months, m)
	}
	return nil
}

// coming lists what has not ended, and apart from it what was postponed and has no new date.
func (p *Pages) coming(ctx context.Context, s *page.State, q asked) (list, undated []events.Activity, err error) {
	q.query.From = s.Now
	if list, err = p.Programme.List(ctx, s.Visitor, q.query); err != nil {
		return nil, nil, err
	}
	inOrder(list)
	q.query.From, q.query.State = time.Time{}, events.Postponed
	q.query.To = s.Now
	if undated, err = p.Programme.List(ctx, s.Visitor, q.query); err != nil {
		return nil, nil, err
	}
	return list, slices.DeleteFunc(undated, func(a events.Activity) bool { return a.End.After(s.Now) }), nil
}

// pastOnes lists what has ended, but for what still waits for a new date.
func (p *Pages) pastOnes(ctx context.Context, s *page.State, q asked) ([]events.Activity, error) {
	q.query.To, q.query.Reverse = s.Now, true
	list, err := p.Programme.List(ctx, s.Visitor, q.query)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a events.Activity) bool { return a.End.After(s.Now) || a.State == events.Postponed })
	inOrder(list)
	slices.Reverse(list)
	return list, nil
}

// inOrder sorts by the day and hour on the activity's own clock: a list of months reads by it.
func inOrder(list []events.Activity) {
	walls := make(map[string]string, len(list))
	for i := range list {
		walls[list[i].Code] = list[i].Start.In(list[i].Location()).Format("2006-01-02T15:04")
	}
	slices.SortStableFunc(list, func(x, y events.Activity) int {
		return cmp.Or(strings.Compare(walls[x.Code], walls[y.Code]), strings.Compare(x.Code, y.Code))
	})
}

// cut takes one page out of a long list.
func cut(s *page.State, q asked, list []events.Activity) ([]events.Activity, page.Pager) {
	var pager page.Pager
	total := len(list)
	if total <= pastPerPage {
		return list, pager
	}
	number := min(q.number, (total+pastPerPage-1)/pastPerPage)
	from, to := (number-1)*pastPerPage, min(number*pastPerPage, total)
	at := func(n int) string {
		v := url.Values{"page": {strconv.Itoa(n)}}
		for name, values := range q.whole() {
			v[name] = values
		}
		return address(s, v)
	}
	pager.Summary = s.Words.T("part.range", "from", from+1, "to", to, "total", total)
	if number > 1 {
		pager.Previous = at(number - 1)
	}
	if to < total {
		pager.Next = at(number + 1)
	}
	return list[from:to], pager
}

// months groups a list by the month in which each begins, on its own clock.
func (p *Pages) months(ctx context.Context, s *page.State, list []events.Activity) ([]monthView, error) {
	seats, err := p.seatsOf(ctx, s, list)
	if err != nil {
		return nil, err
	}
	var months []monthView
	for i := range list {
		a := &list[i]
		id := a.Start.In(a.Location()).Format("2006-01")
		if n := len(months); n == 0 || months[n-1].ID != id {
			months = append(months, monthView{ID: id, Name: s.Words.MonthYear(a.Start, a.Zone)})
		}
		m := &months[len(months)-1]
		m.Entries = append(m.Entries, p.entry(s, a, seats[a.Code]))
	}
	return months, nil
}

// seatsOf counts the seats of those activities that one can register for now, where the visitor may see
// their pages.
func (p *Pages) seatsOf(ctx context.Context, s *page.State, list []events.Activity) (map[string]map[events.Pool]seats.Count, error) {
	var open []string
	for i := range list {
		if a := &list[i]; a.State == events.RegistrationOpen && !events.Passed(a.RegistrationDeadline(), s.Now) && p.Programme.Sight(s.Visitor, a) >= events.Page {
			open = append(open, a.Code)
		}
	}
	counts, err := p.Desk.SeatsOf(ctx, open)
	if err != nil {
		return nil, fmt.Errorf("counting seats: %w", err)
	}
	return counts, nil
}

func (p *Pages) entry(s *page.State, a *events.Activity, seats pools) entryView {
	w := s.Words
	e := entryView{Href: s.Link("events", a.Slug), Kind: w.T("kind." + string(a.Kind)), Title: a.Title,
		Day: w.DayRange(a.Start, a.End, a.Zone), Weekdays: w.WeekdayRange(a.Start, a.End, a.Zone),
		ISO: a.Start.In(a.Location()).Format(time.DateOnly), Dates: w.DateRange(a.Start, a.End, a.Zone, a.AllDay), State: standing(w, a, seats, s.Now), Off: a.State == events.Cancelled || a.State == events.Merged,
		Facts: facts(w, a, seats)}
	// A span over several months says which: "28–2" alone is no date.
	if first, last := a.Start.In(a.Location()), a.End.Add(-time.Nanosecond).In(a.Location()); first.Month() != last.Month() {
		e.Weekdays = w.MonthRange(a.Start, a.End, a.Zone)
	}
	if a.Visibility != events.Public {
		e.Circle = w.T("visibility_short." + string(a.Visibility))
	}
	return e
}

// glance is one fact of a list's entry; what is Whole stands on one line, such as hours.
type glance struct {
	Words string
	Whole bool
}

// facts are what one wants to know of an activity at a glance.
func facts(w *i18n.Words, a *events.Activity, seats pools) []glance {
	switch a.State {
	case events.Postponed:
		return []glance{{Words: w.T("calendar.postponed")}}
	case events.Cancelled:
		return []glance{{Words: w.T("calendar.cancelled")}}
	}
	list := []glance{{Words: page.TownOf(w, a)}, {Words: page.LanguagesOf(w, a)}}
	if !a.AllDay {
		list = append(list, glance{w.T("calendar.at", "times", w.TimeRange(a.Start, a.End, a.Zone), "city", w.City(a.Zone)), true})
	}
	if own := a.Mode.Pools(); len(own) == 1 && seats != nil {
		if count := seats[own[0]]; count.Left > 0 && count.Waiting == 0 {
			list = append(list, glance{Words: w.N("calendar.left", count.Left, "capacity", count.Capacity)})
		}
	}
	return slices.DeleteFunc(list, func(g glance) bool { return g.Words == "" })
}
