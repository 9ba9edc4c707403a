package desk

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// perPage is how many rows of a long list stand on a page.
const perPage = 50

// boardView is the board of an activity as it is shown.
type boardView struct {
	Activity events.Activity
	Crumbs   []page.Link
	Tally    []tallied
	Pools    []poolView
	Query    url.Values // what narrows the list, as it stands in the address
	Filters  boardFilters
	Heads    []boardHead
	Rows     []boardRow
	Found    int
	Total    int
	Pager    page.Pager
	Here     string // the address of the board as it is narrowed
	Clear    string // the address without filters
	CSV      string
	Enter    string
	Decides  bool // the visitor may decide, and there is something to decide about
	Endorse  bool // somebody awaits an endorsement
	Chosen   int
	All      bool // everybody found was chosen, beyond this page
	Done     *boardDone
}

// tallied is one number of the tally; all of them but the first add up to it.
type tallied struct {
	Number int
	Words  string
	Href   string
	Here   bool // the list shows just these
}

// poolView is how the seats of a pool stand.
type poolView struct {
	Name  string
	Words string
	Left  string // how many seats are left
	Meter page.Meter
}

// boardFilters are the choices of the filter bar.
type boardFilters struct {
	Form                                       *page.Form
	States, Organisations, Pools, Caps, Orders []page.Option
}

// boardHead is the head of a column; one that sorts has an address.
type boardHead struct {
	Words, Href string
	Sorted      bool
}

// boardRow is one person on the board.
type boardRow struct {
	ID, Name, Post, Organisation string
	Href                         string
	Capacity, Seat               string
	State                        page.StateWords
	Chosen                       bool
	Notes                        []string
	Notice                       *noticeWords
}

// Board shows who takes part in an activity.
func (p *Pages) Board(c *fiber.Ctx) error {
	return p.showBoard(c, page.NewForm(c))
}

// showBoard shows the board, with the faults of a decision when there are any.
func (p *Pages) showBoard(c *fiber.Ctx, form *page.Form) error {
	s := page.Of(c)
	names, err := p.organisationNames(c)
	if err != nil {
		return err
	}
	asked, query := boardQuery(c)
	number := pageNumber(c)
	asked.Offset, asked.Limit = (number-1)*perPage, perPage
	asked.Arrange = arrange(s.Words, asked.Sort, names)
	board, err := p.Desk.Board(c.UserContext(), s.Visitor, c.Params("code"), asked)
	if err != nil {
		return err
	}
	a := board.Activity
	at := func(parts ...string) string {
		return s.Link(append([]string{"desk", "activities", a.Code}, parts...)...)
	}
	v := boardView{Activity: a, Query: query, Found: board.Found, Total: board.Total,
		Crumbs:  []page.Link{{Href: s.Link("desk"), Text: s.Words.T("nav.programme")}, {Href: at(), Text: a.Code}, {Text: s.Words.T("board.crumb")}},
		Tally:   tallyOf(s, &board, at("board"), query),
		Pools:   poolsOf(s.Words, &board),
		Filters: filtersOf(s, &board, query, names),
		Heads:   headsOf(s, at("board"), query),
		Rows:    rowsOf(s, board.Rows, names, form),
		Pager:   pagerOf(s.Words, at("board"), query, number, board.Found),
		Here:    withQuery(at("board"), query), Clear: at("board"), CSV: withQuery(at("board.csv"), query), Enter: at("enter"),
		Decides: s.Visitor.Decides() && a.State.Stands() && board.Found > 0,
		Endorse: board.ToEndorse > 0,
		All:     form.Bool("all"),
	}
	for _, r := range v.Rows {
		if r.Chosen {
			v.Chosen++
		}
	}
	if v.Done, err = p.boardDone(c, a.Code, names); err != nil {
		return err
	}
	return p.Renderer.Render(c, "desk/board", page.View{Active: "desk", Data: v, Form: form, NoIndex: true, Wide: true})
}

// boardOrders are the orders a board can be put in.
func boardOrders() []string { return []string{"organisation", "name", "state", "queue", "created"} }

// The words in a board's filter of states that are no state by themselves.
const toDecide, toEndorse = "to_decide", "to_endorse"

// boardQuery reads the filters from the address; what is no choice narrows nothing. The second value
// holds them again, without the page's number.
func boardQuery(c *fiber.Ctx) (registrations.BoardQuery, url.Values) {
	q, kept := registrations.BoardQuery{}, url.Values{}
	take := func(name string, known func(string) bool) string {
		word := c.Query(name)
		if word == "" || len(word) > 200 || !known(word) {
			return ""
		}
		kept.Set(name, word)
		return word
	}
	any := func(string) bool { return true }
	switch state := take("state", func(w string) bool {
		return w == toDecide || w == toEndorse || slices.Contains(boardStates(), registrations.State(w))
	}); state {
	case toDecide:
		q.ToDecide = true
	case toEndorse:
		q.ToEndorse = true
	default:
		q.State = registrations.State(state)
	}
	q.Organisation = take("organisation", any)
	q.Pool = events.Pool(take("pool", func(w string) bool { return slices.Contains(events.Hybrid.Pools(), events.Pool(w)) }))
	q.Capacity = registrations.Capacity(take("capacity", func(w string) bool {
		return slices.Contains(registrations.Capacities(), registrations.Capacity(w))
	}))
	q.Q = take("q", any)
	q.Sort = take("sort", func(w string) bool { return slices.Contains(boardOrders(), w) })
	return q, kept
}

// boardStates are the states a board shows: a draft is on no board.
func boardStates() []registrations.State {
	return slices.DeleteFunc(registrations.States(), func(s registrations.State) bool { return s == registrations.Draft })
}

// arrange puts rows in the order of the reader's language.
func arrange(w *i18n.Words, by string, names map[string]string) func([]registrations.Row) {
	name := func(r registrations.Row) string { return r.Person.FamilyName + " " + r.Person.GivenName + " " + r.ID }
	switch by {
	case "", "organisation":
		return func(rows []registrations.Row) {
			i18n.SortBy(w, rows, name)
			i18n.SortBy(w, rows, func(r registrations.Row) string { return names[r.Organisation] })
		}
	case "name":
		return func(rows []registrations.Row) { i18n.SortBy(w, rows, name) }
	case "state":
		return func(rows []registrations.Row) {
			i18n.SortBy(w, rows, name)
			order := registrations.States()
			slices.SortStableFunc(rows, func(x, y registrations.Row) int {
				return slices.Index(order, x.State) - slices.Index(order, y.State)
			})
		}
	}
	return nil // by the waiting list or by time: the Desk's own order
}

// organisationNames gives the name of every organisation by its code, in the reader's language.
func (p *Pages) organisationNames(c *fiber.Ctx) (map[string]string, error) {
	all, err := p.Directory.Organisations(c.UserContext(), directory.Query{})
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(all))
	for _, o := range all {
		names[o.Code], _ = page.Of(c).Words.Pick(o.Name)
	}
	return names, nil
}

// pageNumber reads which page of a list is asked for, from 1.
func pageNumber(c *fiber.Ctx) int {
	n, err := strconv.Atoi(c.Query("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// withQuery joins an address and its query.
func withQuery(address string, q url.Values) string {
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// with gives a query with one value set, or taken out when it is empty.
func with(q url.Values, name, value string) url.Values {
	c := url.Values{}
	for n, v := range q {
		c[n] = v
	}
	if value == "" {
		c.Del(name)
	} else {
		c.Set(name, value)
	}
	return c
}

// pagerOf leads through a list of so many rows.
func pagerOf(w *i18n.Words, address string, q url.Values, number, found int) page.Pager {
	var pager page.Pager
	if found <= perPage && number == 1 {
		return pager
	}
	first, last := (number-1)*perPage+1, min(number*perPage, found)
	if first <= found {
		pager.Summary = w.T("part.range", "from", first, "to", last, "total", found)
	}
	if number > 1 {
		pager.Previous = withQuery(address, with(q, "page", strconv.Itoa(min(number-1, (found+perPage-1)/perPage))))
	}
	if last < found {
		pager.Next = withQuery(address, with(q, "page", strconv.Itoa(number+1)))
	}
	return pager
}
