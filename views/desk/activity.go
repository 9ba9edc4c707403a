package desk

import (
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
	Unsent                                                   int // invitations that nobody could be sent
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
	Refused    []string // what is missing, in words
	Warned     []string // what is missing and passed with a reason
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
	v.Tally = []tallied{{Number: board.Tally[registrations.Confirmed], Words: w.T("registration_state.confirmed")}, {Number: board.ToDecide, Words: w.T("board.tally.to_decide")},
		{Number: board.Tally[registrations.Waitlisted], Words: w.T("registration_state.waitlisted")}}
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
	if v.History, err = p.passages(c, a.History); err != nil {
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
	v.Invited = len(list)
	for _, i := range list {
		if i.Sent == nil {
			v.Unsent++
		}
	}
	return nil
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
		for _, g := range j.Refused {
			v.Refused = append(v.Refused, w.T("error."+g.Key))
		}
		for _, g := range j.Warned {
			v.Warned = append(v.Warned, w.T("error."+g.Key))
		}
		list = append(list, v)
	}
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
			facts = append(facts, fact{w.T("field." + field), words})
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
	add("note", a.Note)
	add("sessions", a.SessionsNote)
	return facts
}
