package desk

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/views/page"
)

// programmeView is the list of activities as the Secretariat works on it.
type programmeView struct {
	Form                   *page.Form
	Kinds, States, Regions []page.Option
	Rows                   []programmeRow
	Clear, New             string
	Import, Past, Coming   string
	Earlier                bool // what is over is shown
	Narrowed               bool
	Decides                bool
	First                  []firstStep // what an empty portal needs before it can open anything
	MailWaits              bool
}

// programmeRow is one activity of the list.
type programmeRow struct {
	events.Activity
	Href, Kind, Place string
	State             page.StateWords
	Seats             []string
}

// firstStep is one of the things to do first, and whether it is done.
type firstStep struct {
	Text, Href string
	Done       bool
}

// Activities lists the programme, what comes next first, and leads an empty portal to its first one.
func (p *Pages) Activities(c *fiber.Ctx) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	q, kept := events.Query{}, url.Values{}
	keep := func(name, value string) string {
		if value != "" {
			kept.Set(name, value)
		}
		return value
	}
	q.Kind = events.Kind(keep("kind", c.Query("kind")))
	q.State = events.State(keep("state", c.Query("state")))
	q.Region = keep("region", c.Query("region"))
	if q.Q = c.Query("q"); len(q.Q) <= 200 {
		keep("q", q.Q)
	}
	v := programmeView{Form: page.FormOf(w, kept), Clear: s.Link("desk"), New: s.Link("desk", "activities", "new"), Import: s.Link("desk", "import", "programme"),
		Narrowed: len(kept) > 0, Decides: s.Visitor.Decides(), Earlier: c.Query("past") != "", MailWaits: !p.Mail}
	v.Coming, v.Past = withQuery(v.Clear, kept), withQuery(v.Clear, with(kept, "past", "1"))
	switch {
	case v.Earlier:
		q.To, q.Reverse = p.Now(), true
	case q.State == "" && q.Q == "":
		q.From = p.Now().AddDate(0, 0, -14) // what has just been held is still worked on
	}
	list, err := p.Programme.List(ctx, s.Visitor, q)
	if err != nil {
		return err
	}
	for _, a := range list {
		row, err := p.programmeRow(c, a)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	v.Kinds, v.States, v.Regions = wordOptions(w, "kind.", events.Kinds()), wordOptions(w, "activity_state.", events.States()), regionOptions(w)
	if len(v.Rows) == 0 && !v.Narrowed && v.Decides {
		all, err := p.Programme.List(ctx, s.Visitor, events.Query{})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			if v.First, err = p.firstSteps(c); err != nil {
				return err
			}
		}
	}
	return p.Renderer.Render(c, "desk/programme", page.View{Active: "desk", Data: v, NoIndex: true, Wide: true})
}

func (p *Pages) programmeRow(c *fiber.Ctx, a events.Activity) (programmeRow, error) {
	s, w := page.Of(c), page.Of(c).Words
	row := programmeRow{Activity: a, Href: s.Link("desk", "activities", a.Code), Kind: w.T("kind." + string(a.Kind)), Place: page.TownOf(w, &a),
		State: page.StateOf(w, "activity", string(a.State))}
	counts, err := p.Desk.Seats(c.UserContext(), a.Code)
	if err != nil {
		return row, err
	}
	for _, pool := range a.Mode.Pools() {
		if count := counts[pool]; count.Capacity > 0 {
			row.Seats = append(row.Seats, w.T("programme.taken", "pool", w.T("pool."+string(pool)), "taken", count.Confirmed(), "capacity", count.Capacity))
		}
	}
	return row, nil
}

// firstSteps leads an empty portal to its first activity, page by page.
func (p *Pages) firstSteps(c *fiber.Ctx) ([]firstStep, error) {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	members, err := p.Directory.Members(ctx, p.Now())
	if err != nil {
		return nil, err
	}
	officer, err := p.Directory.OfficerExists(ctx)
	if err != nil {
		return nil, err
	}
	all, _, err := p.Directory.People(ctx, directory.PeopleQuery{Role: events.ContactPoint, Limit: 1})
	if err != nil {
		return nil, err
	}
	return []firstStep{
		{w.T("begin.members"), s.Link("desk", "import", "members"), len(members) > 0},
		{w.T("begin.officer"), s.Link("desk", "people", "new") + "?role=officer", officer},
		{w.T("begin.contact_points"), s.Link("desk", "people", "new") + "?role=contact_point", len(all) > 0},
		{w.T("begin.activity"), s.Link("desk", "activities", "new"), false},
		{w.T("begin.programme"), s.Link("desk", "import", "programme"), false},
	}, nil
}

// officers offers the people who can be responsible for an activity, by address.
func (p *Pages) officers(c *fiber.Ctx) ([]page.Option, error) {
	var list []page.Option
	for _, role := range []events.Role{events.Officer, events.Administrator} {
		people, _, err := p.Directory.People(c.UserContext(), directory.PeopleQuery{Role: role, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, person := range people {
			list = append(list, page.Option{Value: person.Email, Label: person.Name() + " (" + person.Email + ")"})
		}
	}
	return slices.CompactFunc(list, func(a, b page.Option) bool { return a.Value == b.Value }), nil
}
