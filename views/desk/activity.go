package desk

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// activityView is one activity as the Secretariat sees it.
type activityView struct {
	Activity                                                 events.Activity
	Crumbs                                                   []page.Link
	When                                                     page.When
	Place, Kind                                              string
	State                                                    page.StateWords // in a sentence
	Steps                                                    []stepView
	Tally                                                    []tallied
	Pools                                                    []poolView
	Sessions                                                 []sessionRow
	Invited                                                  int
	Answers                                                  []string  // how many said what, or could not be written to
	Parent, Into                                             page.Link // the operation it belongs to, and what it was merged into
	Children                                                 []childRow
	History                                                  []passage
	Zone                                                     string
	Decides                                                  bool
	Board, Edit, Move, Copy, Invitations, AddSession, Public string
	Facts                                                    []fact
}

// stepView is a state the activity can go to next, and what stands before it.
type stepView struct {
	Href, Text string
	Grave      bool
	Back       bool        // it takes an earlier step back
	Refused    []page.Link // what is missing, in words, and where it is mended
	Warned     []page.Link // what is missing and passed with a reason
}

// childRow is an activity that belongs to an operation.
type childRow struct {
	events.Activity
	Href, Kind string
	State      page.StateWords
}

// sessionRow is a session on the activity's page.
type sessionRow struct {
	events.Session
	Href, OpenTo string
}

// Activity shows one activity: how it stands, what comes next, and what was done.
func (p *Pages) Activity(c *fiber.Ctx) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	a, err := p.Programme.Load(ctx, c.Params("code"))
	if err != nil {
		return err
	}
	title, _ := w.Pick(a.Title)
	v := activityView{Activity: a, When: page.WhenOf(w, a.Start, a.End, a.Zone, a.AllDay, s.Zone), Place: page.PlaceOf(w, &a),
		Kind: w.T("kind." + string(a.Kind)), State: page.StateOf(w, "activity", string(a.State)), Zone: p.Zone, Decides: s.Visitor.Decides(),
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Text: title}},
		Board:  p.at(c, a.Code, "board"), Edit: p.at(c, a.Code, "edit"), Move: p.at(c, a.Code, "move"), Copy: p.at(c, a.Code, "copy"),
		Invitations: p.at(c, a.Code, "invitations"), AddSession: p.at(c, a.Code, "sessions", "new"), Public: s.Link("events", a.Slug)}
	v.State.Text = w.T("activity_sentence." + string(a.State))
	board, err := p.Desk.Board(ctx, s.Visitor, a.Code, registrations.BoardQuery{Limit: 1})
	if err != nil {
		return err
	}
	v.Pools = poolsOf(w, &board)
	for _, t := range tallyOf(s, &board, v.Board, url.Values{}) {
		if t.Number > 0 {
			v.Tally = append(v.Tally, t)
		}
	}
	if err := p.invitedOf(c, &v); err != nil {
		return err
	}
	if v.Decides {
		if v.Steps, err = p.stepsOf(c, &a); err != nil {
			return err
		}
	}
	for _, session := range a.Sessions {
		v.Sessions = append(v.Sessions, sessionRow{Session: session, Href: p.at(c, a.Code, "sessions", session.ID), OpenTo: p.groupWords(c, session.Groups())})
	}
	v.Facts = p.factsOf(c, &a)
	if err := p.kinOf(c, &v); err != nil {
		return err
	}
	if v.History, err = p.pastOf(c, &a); err != nil {
		return err
	}
	return p.Renderer.Render(c, "desk/activity", page.View{Active: "desk", Data: v, NoIndex: true})
}

// at gives the address of a page of one activity.
func (p *Pages) at(c *fiber.Ctx, code string, parts ...string) string {
	return page.Of(c).Link(append([]string{"desk", "activities", code}, parts...)...)
}

func (p *Pages) invitedOf(c *fiber.Ctx, v *activityView) error {
	list, err := p.Desk.Invitations(c.UserContext(), page.Of(c).Visitor, v.Activity.Code)
	if err != nil {
		return err
	}
	points, err := p.contactPoints(c)
	if err != nil {
		return err
	}
	v.Invited = len(list)
	if v.Invited == 0 {
		return nil
	}
	for _, t := range invitedTally(page.Of(c).Words, list, points)[1:] {
		v.Answers = append(v.Answers, page.Of(c).Words.T("activity.count", "words", t.Words, "count", t.Number))
	}
	return nil
}

// kinOf adds what the activity belongs to, and what belongs to it.
func (p *Pages) kinOf(c *fiber.Ctx, v *activityView) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	named := func(code string) page.Link {
		if code == "" {
			return page.Link{}
		}
		text := code
		if other, err := p.Programme.Load(ctx, code); err == nil {
			text, _ = w.Pick(other.Title)
		}
		return page.Link{Href: p.at(c, code), Text: text}
	}
	v.Parent, v.Into = named(v.Activity.Parent), named(v.Activity.MergedInto)
	children, err := p.Programme.Children(ctx, s.Visitor, v.Activity.Code)
	for _, a := range children {
		v.Children = append(v.Children, childRow{a, p.at(c, a.Code), w.T("kind." + string(a.Kind)), page.StateOf(w, "activity", string(a.State))})
	}
	return err
}

// stepsOf lists where an activity can go from here, each with the gates that stand before it.
func (p *Pages) stepsOf(c *fiber.Ctx, a *events.Activity) ([]stepView, error) {
	w := page.Of(c).Words
	counts, err := p.Desk.Facts(c.UserContext(), a.Code)
	if err != nil {
		return nil, err
	}
	var list []stepView
	for _, step := range events.Next(a) {
		v := stepView{Href: p.at(c, a.Code, "advance") + "?to=" + string(step.To), Text: w.T("step." + string(step.To)), Grave: step.To.Off()}
		j := events.Judge(step, a, events.Now{Time: p.Now(), Facts: counts})
		v.Refused, v.Warned = p.gatesOf(c, a.Code, j.Refused), p.gatesOf(c, a.Code, j.Warned)
		if resumes(a, step.To) { // its page asks for what is missing
			v.Refused = nil
		}
		order := events.States()
		v.Back = !a.State.Off() && slices.Index(order, step.To) < slices.Index(order, a.State)
		list = append(list, v)
	}
	// What leads on comes before what goes back.
	slices.SortStableFunc(list, func(x, y stepView) int {
		if x.Back == y.Back {
			return 0
		} else if y.Back {
			return -1
		}
		return 1
	})
	return list, nil
}

// groupWords lists groups in words.
func (p *Pages) groupWords(c *fiber.Ctx, groups []events.Group) string {
	w := page.Of(c).Words
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = w.T("groups." + string(g))
	}
	return w.List(names)
}

// factsOf lists what is known of an activity, in words.
func (p *Pages) factsOf(c *fiber.Ctx, a *events.Activity) []fact {
	w := page.Of(c).Words
	var facts []fact
	add := func(field, words string) {
		if words != "" {
			facts = append(facts, fact{w.T("field." + field), w.Isolate(words)})
		}
	}
	languages := func(tags []string) string {
		names := make([]string, len(tags))
		for i, tag := range tags {
			names[i] = w.LanguageName(tag)
		}
		return w.Capital(w.List(names))
	}
	add("mode", w.T("mode."+string(a.Mode)))
	add("visibility", w.T("visibility."+string(a.Visibility)))
	add("lane", w.T("lane."+string(a.Lane)))
	add("acceptance", w.T("acceptance."+string(a.Acceptance)))
	regions := make([]string, len(a.Regions))
	for i, region := range a.Regions {
		regions[i] = w.RegionShort(region)
	}
	add("regions", w.List(regions))
	add("languages", languages(a.Languages))
	add("interpretation", languages(a.Interpretation))
	add("host", a.Host)
	add("funding", a.Funding)
	add("responsible_officer", a.Responsible)
	if d := a.Deadlines.Nomination; d != nil {
		add("deadlines.nomination", w.DateTime(*d, a.Zone))
	}
	if d := a.Deadlines.Registration; d != nil {
		add("deadlines.registration", w.DateTime(*d, a.Zone))
	}
	if a.SeatsEach > 0 {
		add("seats_per_organisation", w.Number(a.SeatsEach))
	}
	add("experts", strings.Join(a.Experts, ", "))
	if r := a.PublicReport; r != nil {
		day, _ := time.Parse(time.DateOnly, r.Date)
		add("public_report.date", w.PlainDate(day, "UTC"))
		add("public_report.url", r.URL)
	}
	add("note", a.Note)
	add("sessions_note", a.SessionsNote)
	return facts
}
