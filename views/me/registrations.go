package me

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// mineView is what a person takes, or took, part in.
type mineView struct {
	Coming     []mineRow
	Past       []mineRow
	Ended      []mineRow // withdrawn, refused and the like, of what is still to come
	Delegation string    // the delegation's page of a contact point; "" to others
	Calendar   string
}

// mineRow is one registration in the list.
type mineRow struct {
	Href     string
	Title    events.Text
	Kind     string
	Day      string
	Weekdays string
	ISO      string
	Where    string
	State    page.StateWords
	Sentence string
}

// Mine lists one's own registrations, each with its state in a sentence.
func (p *Pages) Mine(c *fiber.Ctx) error {
	s := page.Of(c)
	parts, err := p.Desk.Mine(c.UserContext(), s.Visitor)
	if err != nil {
		return err
	}
	v := mineView{Calendar: s.Link()}
	if s.Visitor.Role == events.ContactPoint && s.Visitor.Organisation != "" {
		v.Delegation = s.Link("delegation", s.Visitor.Organisation)
	}
	for i := range parts {
		if parts[i].Registration.State == registrations.Draft {
			continue
		}
		row := mineRowOf(s, &parts[i])
		switch r, a := &parts[i].Registration, &parts[i].Activity; {
		case !s.Now.Before(a.End) && a.State != events.Postponed || a.State.Over():
			v.Past = append(v.Past, row)
		case r.Living():
			v.Coming = append(v.Coming, row)
		default:
			v.Ended = append(v.Ended, row)
		}
	}
	slices.Reverse(v.Past)
	return p.Renderer.Render(c, "me/registrations", page.View{Active: "me", Data: v, NoIndex: true})
}

func mineRowOf(s *page.State, part *registrations.Part) mineRow {
	w, a, r := s.Words, &part.Activity, &part.Registration
	seen := forSeat(a, r)
	row := mineRow{Href: s.Link("registrations", r.ID), Title: a.Title, Kind: w.T("kind." + string(a.Kind)), Day: w.DayRange(a.Start, a.End, a.Zone),
		Weekdays: w.MonthRange(a.Start, a.End, a.Zone), ISO: a.Start.In(a.Location()).Format("2006-01-02"), Where: page.TownOf(w, &seen)}
	state, sentences := page.Yours(w, r, a, part.Position, s.Now)
	row.State = state
	if len(sentences) > 0 {
		row.Sentence = sentences[0]
	}
	return row
}
