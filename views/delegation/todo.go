package delegation

import (
	"time"

	"capportal/events"
	"capportal/registrations/invitations"
	"capportal/views/page"
)

// todo is one thing that waits for the contact point.
type todo struct {
	Sentence string
	Until    page.Moment
	ToAnswer bool // until then an answer is awaited, else nominations
	Soon     bool // less than a week is left
	Links    []page.Link
}

// soon is how near a deadline is when it is pressed for.
const soon = 7 * 24 * time.Hour

// todoOf lists what waits for the contact point in one activity.
func (p *Pages) todoOf(s *page.State, v *share) []todo {
	w := s.Words
	var list []todo
	awaiting := 0
	for _, r := range v.Share.People {
		if r.AwaitsEndorsement() {
			awaiting++
		}
	}
	anchor := "#" + v.Activity.Code
	if awaiting > 0 && !v.Activity.State.Off() {
		list = append(list, todo{Sentence: w.N("delegation.todo.endorse", awaiting, "title", v.Title), Links: []page.Link{{Href: anchor, Text: w.T("delegation.todo.look")}}})
	}
	if v.Invitation.Sent == nil || v.Passed || v.Until == nil {
		return list
	}
	t := todo{Until: *v.Until, ToAnswer: v.ToAnswer, Soon: v.Deadline.Sub(p.Now()) < soon}
	left, limited := 0, len(v.Left) > 0
	for _, n := range v.Left {
		left += max(n, 0)
	}
	unanswered := v.Invitation.Answer == invitations.None
	switch {
	case unanswered && v.Activity.Kind == events.Operation:
		t.Sentence = w.T("delegation.todo.join", "title", v.Title)
		t.Links = append(t.Links, page.Link{Href: anchor, Text: w.T("delegation.todo.answer")})
	case v.Nominate != "" && limited && left > 0:
		t.Sentence = w.N("delegation.todo.places", left, "title", v.Title)
		t.Links = append(t.Links, page.Link{Href: v.Nominate, Text: w.T("delegation.nominate")})
		if unanswered {
			t.Links = append(t.Links, v.No...)
		}
	case v.Nominate != "" && !limited && unanswered && len(v.People) == 0:
		t.Sentence = w.T("delegation.todo.nobody", "title", v.Title)
		t.Links = append(t.Links, page.Link{Href: v.Nominate, Text: w.T("delegation.nominate")})
		t.Links = append(t.Links, v.No...)
	default:
		return list
	}
	return append(list, t)
}
