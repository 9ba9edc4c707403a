package public

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// activityView is one activity as it is shown.
type activityView struct {
	Activity events.Activity
	Crumbs   []page.Link
	Kind     string
	Circle   string // who alone sees it
	When     page.When
	Facts    []factView
	Next     *nextView
	Seats    []seatsView
	Days     []programmeDay
	Entry    bool // nothing but the entry may be seen
	File     string
	Related  []entryView // activities that belong to the same operation
}

// factView is one fact: a term and what is so.
type factView struct {
	Term  string
	Lines []string
	Link  page.Link
}

// seatsView is how the seats of a pool stand.
type seatsView struct {
	Pool, Words string
	Meter       page.Meter
}

// programmeDay is a day of the programme.
type programmeDay struct {
	Name     string
	Sessions []sessionView
}

// sessionView is one session; of a closed one there is only the time.
type sessionView struct {
	Time   string
	There  string
	Closed bool
	Title  events.Text
	Text   events.Text
	OpenTo string
}

// Activity shows one activity, as much of it as the visitor may see.
func (p *Pages) Activity(c *fiber.Ctx) error {
	s, ctx := page.Of(c), c.UserContext()
	a, err := p.Programme.FindSlug(ctx, s.Visitor, c.Params("slug"))
	if err != nil {
		return err
	}
	w := s.Words
	v := activityView{Activity: a, Kind: w.T("kind." + string(a.Kind)), When: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone),
		Entry: p.Programme.Sight(s.Visitor, &a) < events.Page, File: "/events/" + a.Slug + ".ics",
		Crumbs: []page.Link{{Href: s.Link(), Text: w.T("nav.calendar")}, {Href: s.Link() + "?kind=" + string(a.Kind), Text: w.T("kinds." + string(a.Kind))}, {Text: a.Code}}}
	if a.Visibility != events.Public {
		v.Circle = w.T("visibility_short." + string(a.Visibility))
	}
	counts := pools{}
	if !v.Entry && a.Lane != events.NoLane {
		if counts, err = p.Desk.Seats(ctx, a.Code); err != nil {
			return err
		}
		v.Seats = seatsViews(w, &a, counts)
	}
	if v.Next, err = p.next(ctx, s, &a, counts, v.Entry); err != nil {
		return err
	}
	if v.Facts, err = p.factsOf(ctx, s, &a, v.Entry); err != nil {
		return err
	}
	if !v.Entry {
		v.Days = programme(w, &a, s.Zone)
		if v.Related, err = p.related(ctx, s, &a); err != nil {
			return err
		}
	}
	return p.Renderer.Render(c, "public/activity", page.View{Active: "calendar", Data: v, NoIndex: a.Visibility != events.Public})
}

// factsOf lists the facts of an activity that are known and may be seen.
func (p *Pages) factsOf(ctx context.Context, s *page.State, a *events.Activity, entry bool) ([]factView, error) {
	w := s.Words
	var list []factView
	add := func(key string, lines ...string) {
		lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
		if len(lines) > 0 {
			list = append(list, factView{Term: w.T(key), Lines: lines})
		}
	}
	add("activity.where", page.PlaceOf(w, a))
	add("activity.languages", page.LanguagesOf(w, a))
	add("activity.regions", page.RegionsOf(w, a))
	if entry {
		list = append(list, figures(w, a)...)
		return list, nil
	}
	add("activity.host", w.Isolate(a.Host))
	if !a.State.Over() {
		add("activity.who", whoMay(w, a)...)
	}
	if a.State.Stands() {
		list = append(list, deadlines(w, a, s.Zone)...)
	}
	if a.Parent != "" {
		parent, err := p.Programme.Find(ctx, s.Visitor, a.Parent)
		if err != nil && !events.IsGone(err) {
			return nil, err
		}
		if err == nil {
			title, _ := w.Pick(parent.Title)
			list = append(list, factView{Term: w.T("activity.parent"), Link: page.Link{Href: s.Link("events", parent.Slug), Text: title}})
		}
	}
	if a.State.Over() {
		list = append(list, figures(w, a)...)
	}
	return list, nil
}

// whoMay says who can take part, and how many of each organisation.
func whoMay(w *i18n.Words, a *events.Activity) []string {
	lines := []string{w.T("activity.lane." + string(a.Lane))}
	if a.Visibility == events.ForMembers {
		lines = append(lines, w.T("visibility."+string(a.Visibility)))
	}
	if a.SeatsEach > 0 && a.Lane != events.NoLane {
		lines = append(lines, w.N("activity.each", a.SeatsEach))
	}
	return lines
}

// deadlines says the last moments, on the activity's clock and the reader's.
func deadlines(w *i18n.Words, a *events.Activity, reader string) []factView {
	var list []factView
	add := func(key string, t *time.Time) {
		if t == nil {
			return
		}
		lines := []string{w.T("activity.deadline", "time", w.DateTime(*t, a.Zone), "zone", w.Zone(a.Zone, *t))}
		if reader != "" && page.There(w, *t, *t, a.Zone, reader) != "" {
			lines = append(lines, w.T("part.where_you_are", "times", w.DateTime(*t, reader), "city", w.City(reader)))
		}
		list = append(list, factView{Term: w.T(key), Lines: lines})
	}
	if a.Lane == events.Nomination || a.Lane == events.InvitationOnly {
		add("activity.nominations_until", a.Deadlines.Nomination)
	}
	if a.Lane == events.Nomination || a.Lane == events.SelfRegistration {
		add("activity.registration_until", a.Deadlines.Registration)
	}
	return list
}

// figures are what an activity came to, in numbers that name nobody.
func figures(w *i18n.Words, a *events.Activity) []factView {
	var list []factView
	if f := a.Figures; f != nil {
		for _, n := range []struct {
			key   string
			value *int
		}{{"activity.participants", f.Participants}, {"activity.women", f.Women}, {"activity.members", f.MembersRepresented},
			{"activity.joined", f.MembersJoined}, {"activity.reported", f.MembersReported}} {
			if n.value != nil {
				list = append(list, factView{Term: w.T(n.key), Lines: []string{w.Number(*n.value)}})
			}
		}
	}
	if r := a.PublicReport; r != nil && strings.HasPrefix(r.URL, "https://") {
		list = append(list, factView{Term: w.T("activity.report"), Link: page.Link{Href: r.URL, Text: r.URL}})
	}
	return list
}

// seatsViews says how many seats of each pool are taken, while that matters.
func seatsViews(w *i18n.Words, a *events.Activity, counts pools) []seatsView {
	if !a.State.Stands() || a.State == events.Planned || !a.Seated() {
		return nil
	}
	var list []seatsView
	for _, pool := range a.Mode.Pools() {
		count, known := counts[pool]
		if !known || count.Capacity == 0 {
			continue
		}
		words := w.T("activity.seats", "taken", count.Confirmed(), "capacity", count.Capacity)
		switch {
		case count.Waiting > 0:
			words += " · " + w.N("part.waiting", count.Waiting)
		case count.Left > 0:
			words += " · " + w.N("part.seats_left", count.Left)
		}
		list = append(list, seatsView{Pool: w.T("activity.seats_" + string(pool)), Words: words, Meter: page.NewMeter(count.Confirmed(), count.Capacity, words)})
	}
	return list
}

// programme puts the sessions into their days, on the activity's own clock.
func programme(w *i18n.Words, a *events.Activity, reader string) []programmeDay {
	sessions := slices.Clone(a.Sessions)
	slices.SortStableFunc(sessions, func(x, y events.Session) int { return x.Start.Compare(y.Start) })
	var days []programmeDay
	last := ""
	for _, one := range sessions {
		if day := one.Start.In(a.Location()).Format(time.DateOnly); day != last {
			days, last = append(days, programmeDay{Name: w.DayMonth(one.Start, a.Zone)}), day
		}
		v := sessionView{Time: w.TimeRange(one.Start, one.End, a.Zone), There: page.There(w, one.Start, one.End, a.Zone, reader),
			Title: one.Title, Text: one.Text, Closed: one.ID == ""}
		if !v.Closed {
			v.OpenTo = openTo(w, one)
		}
		d := &days[len(days)-1]
		d.Sessions = append(d.Sessions, v)
	}
	return days
}

// openTo names the groups that a session is open to.
func openTo(w *i18n.Words, one events.Session) string {
	groups := one.Groups()
	if slices.Contains(groups, events.PublicGroup) {
		return w.T("activity.open_to_all")
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = w.T("groups." + string(g))
	}
	return w.T("activity.open_to", "groups", w.List(names))
}

// related lists what belongs to an operation, as far as it may be seen.
func (p *Pages) related(ctx context.Context, s *page.State, a *events.Activity) ([]entryView, error) {
	if a.Kind != events.Operation {
		return nil, nil
	}
	children, err := p.Programme.Children(ctx, s.Visitor, a.Code)
	if err != nil {
		return nil, err
	}
	list := make([]entryView, len(children))
	for i := range children {
		list[i] = p.entry(s, &children[i], nil)
	}
	return list, nil
}
