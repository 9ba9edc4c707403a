package public

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// pastPerPage is how many past activities stand on a page.
const pastPerPage = 50

// calendarView is the calendar as it is shown.
type calendarView struct {
	Heading  string
	Past     bool
	Grid     *gridView // the month as a grid; nil for the list
	Months   []monthView
	Pager    page.Pager
	Tabs     []page.Link
	Filters  filtersView
	Filtered bool
	Clear    string
	Found    int
	Empty    *emptyView
	Public   subscribeView
	Personal string // the profile, where one's own feed stands; "" for nobody
}

type filtersView struct {
	Form                      *page.Form
	Kinds, Regions, Languages []page.Option
	Hidden                    []page.Hidden
}

type emptyView struct {
	Title, Text string
	Action      page.Link
}

// subscribeView is the address of a feed, as it is and as calendar programs open it.
type subscribeView struct {
	Address string
	Open    template.URL // webcal, the same address; made here of our own origin
}

// monthView is a month of the list, or what has no date.
type monthView struct {
	ID, Name string
	Entries  []entryView
}

// asked is what the address asks for.
type asked struct {
	query  events.Query
	kept   url.Values // the filters that were understood
	past   bool
	month  bool // as a grid
	of     string
	number int // of the page, from 1
}

// Calendar shows the programme: what is coming as a list, a month as a grid, or what is past; all of
// it, or what the filters leave.
func (p *Pages) Calendar(c *fiber.Ctx) error {
	s := page.Of(c)
	q := p.asked(c)
	v := calendarView{Past: q.past, Filtered: len(q.kept) > 0, Tabs: tabs(s, q), Public: p.subscribe("/calendar.ics?language=" + s.Lang())}
	var err error
	if q.month {
		err = p.fillGrid(c, &v, q)
	} else {
		err = p.fillList(c, &v, q)
	}
	if err != nil {
		return err
	}
	v.Filters = filters(s, q)
	v.Clear = address(s, q.view())
	if v.Found == 0 {
		v.Empty = empty(s, q, v.Clear)
	}
	if s.Visitor.SignedIn() {
		v.Personal = s.Link("me", "profile") + "#feed"
	}
	return p.Renderer.Render(c, "public/calendar", page.View{Active: "calendar", Data: v, NoIndex: v.Filtered})
}

// subscribe gives a feed's address in full, and as calendar programs open it.
func (p *Pages) subscribe(path string) subscribeView {
	full := p.BaseURL + path
	_, rest, _ := strings.Cut(full, "://")
	return subscribeView{Address: full, Open: template.URL("webcal://" + rest)}
}

// asked reads the address; what is no choice narrows nothing.
func (p *Pages) asked(c *fiber.Ctx) asked {
	q := asked{kept: url.Values{}, number: 1}
	take := func(name string, known func(string) bool) string {
		word := strings.TrimSpace(c.Query(name))
		if word == "" || len(word) > 200 || !known(word) {
			return ""
		}
		q.kept.Set(name, word)
		return word
	}
	q.query.Kind = events.Kind(take("kind", func(w string) bool { return events.Valid(events.Kind(w), events.Kinds()) }))
	q.query.Region = take("region", func(w string) bool { return slices.Contains(events.Regions(), w) })
	q.query.Language = take("language", tag)
	q.query.Q = take("q", func(string) bool { return true })
	q.past = c.Query("past") == "1"
	q.month = c.Query("view") == "month"
	q.of = c.Query("month")
	if n, err := strconv.Atoi(c.Query("page")); err == nil && n > 1 && n < 10_000 {
		q.number = n
	}
	return q
}

// tag tells whether a word has the form of a language's tag.
func tag(w string) bool {
	return len(w) >= 2 && len(w) <= 3 && !strings.ContainsFunc(w, func(r rune) bool { return r < 'a' || r > 'z' })
}

// view is the query that shows the same view without filters.
func (q asked) view() url.Values {
	v := url.Values{}
	if q.month {
		v.Set("view", "month")
		if q.of != "" {
			v.Set("month", q.of)
		}
	} else if q.past {
		v.Set("past", "1")
	}
	return v
}

// whole is the query with filters and view.
func (q asked) whole() url.Values {
	v := q.view()
	for name, values := range q.kept {
		v[name] = values
	}
	return v
}

func address(s *page.State, q url.Values) string {
	if len(q) == 0 {
		return s.Link()
	}
	return s.Link() + "?" + q.Encode()
}

// tabs lead between list, month and past; the one shown has no address.
func tabs(s *page.State, q asked) []page.Link {
	tab := func(key string, here bool, set string, value string) page.Link {
		l := page.Link{Text: s.Words.T(key)}
		if !here {
			v := url.Values{}
			for name, values := range q.kept {
				v[name] = values
			}
			if set != "" {
				v.Set(set, value)
			}
			l.Href = address(s, v)
		}
		return l
	}
	return []page.Link{
		tab("calendar.list", !q.month && !q.past, "", ""),
		tab("calendar.month", q.month, "view", "month"),
		tab("calendar.past", q.past && !q.month, "past", "1"),
	}
}

// offered are the languages that the filter offers: those of the catalogues come first by name.
var offered = []string{"en", "fr", "es", "ar", "ru", "pt"}

func filters(s *page.State, q asked) filtersView {
	w := s.Words
	f := filtersView{Form: page.FormOf(w, q.kept)}
	for _, k := range events.Kinds() {
		f.Kinds = append(f.Kinds, page.Option{Value: string(k), Label: w.T("kinds." + string(k))})
	}
	for _, code := range events.Regions() {
		f.Regions = append(f.Regions, page.Option{Value: code, Label: w.RegionShort(code)})
	}
	tags := offered
	if l := q.query.Language; l != "" && !slices.Contains(tags, l) {
		tags = append(slices.Clone(tags), l)
	}
	for _, t := range tags {
		f.Languages = append(f.Languages, page.Option{Value: t, Label: w.Capital(w.LanguageName(t))})
	}
	byLabel := func(o page.Option) string { return o.Label }
	i18n.SortBy(w, f.Kinds, byLabel)
	i18n.SortBy(w, f.Regions, byLabel)
	i18n.SortBy(w, f.Languages, byLabel)
	for name, values := range q.view() {
		f.Hidden = append(f.Hidden, page.Hidden{Name: name, Value: values[0]})
	}
	slices.SortFunc(f.Hidden, func(a, b page.Hidden) int { return strings.Compare(a.Name, b.Name) })
	return f
}

// empty says why nothing is shown, and what one could do.
func empty(s *page.State, q asked, clear string) *emptyView {
	w := s.Words
	switch {
	case len(q.kept) > 0:
		return &emptyView{w.T("calendar.empty.filtered"), w.T("calendar.empty.filtered.text"), page.Link{Href: clear, Text: w.T("filter.clear")}}
	case q.month:
		return &emptyView{w.T("calendar.empty.month"), w.T("calendar.empty.month.text"), page.Link{Href: s.Link(), Text: w.T("calendar.list")}}
	case q.past:
		return &emptyView{w.T("calendar.empty.past"), w.T("calendar.empty.past.text"), page.Link{Href: s.Link(), Text: w.T("calendar.list")}}
	case s.Visitor.Decides():
		return &emptyView{w.T("calendar.empty"), w.T("calendar.empty.desk"), page.Link{Href: s.Link("desk"), Text: w.T("activity.next.desk")}}
	case s.Visitor.SignedIn():
		return &emptyView{w.T("calendar.empty"), w.T("calendar.empty.text"), page.Link{}}
	}
	return &emptyView{w.T("calendar.empty"), w.T("calendar.empty.anonymous"), page.Link{Href: s.Link("sign-in"), Text: w.T("nav.sign_in")}}
}

// clock is the zone in which a day begins for the reader.
func (p *Pages) clock(s *page.State) *time.Location {
	for _, zone := range []string{s.Zone, p.Zone} {
		if l, err := time.LoadLocation(zone); err == nil && zone != "" {
			return l
		}
	}
	return time.UTC
}
