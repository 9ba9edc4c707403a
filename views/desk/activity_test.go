package desk_test

import (
	"net/url"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/views/viewstest"
)

// site is the whole portal with an officer in it.
func site(t *testing.T) (h *viewstest.House, officer string) {
	t.Helper()
	h = viewstest.OpenSite(t, enginetest.Memory(t), true)
	h.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia"})
	return h, h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
}

// TestActivity_Life writes an activity on the pages and takes it from planned to cancelled.
func TestActivity_Life(t *testing.T) {
	h, officer := site(t)
	zambia := h.Person("contact.zm@customs-zm.example", "Contact point", "(Zambia)", events.ContactPoint, "ZM")
	b := h.As(officer)
	b.Get("/en/desk").Is(ok).Says("Write the first activity")
	form := b.Get("/en/desk/activities/new?kind=cap_meeting").Is(ok)
	made := form.Submit("main form.form", "title.en", "23rd CAP meeting", "objective.en", "To meet", "start", "2026-11-03T09:30", "end", "2026-11-04T17:30",
		"place.city", "Brussels", "place.country", "be", "seats.onsite", "2", "seats.remote", "5", "deadlines.nomination", "2026-10-02").Is(ok)
	made.Says("23rd CAP meeting", "09:30–17:30", "Brussels", "It is planned")
	a, err := h.Programme.Load(h.Ctx, "IPR-2026-01")
	if err != nil || a.Start.Hour() != 8 || a.Lane != events.Nomination || a.Deadlines.Nomination.Format("15:04:05") != "21:59:59" {
		t.Fatalf("made %+v: %v", a, err)
	}
	at := "/en/desk/activities/IPR-2026-01"
	session := b.Get(at+"/sessions/new").Is(ok).Submit("main form.form", "title.en", "Targeting", "start", "2026-11-03T09:30", "end", "2026-11-03T12:30", "open_to", "member").Is(ok)
	session.Says("Targeting", "Members")
	step := func(to string, pairs ...string) *viewstest.Answer {
		return b.Get(at+"/advance?to="+to).Is(ok).Submit("main form.form", pairs...)
	}
	approved := step("approved").Is(ok).Says("It is approved")
	if last := approved.Doc.Find("aside .next a.action").Last(); last.Text() != "Take the approval back" || !last.HasClass("plain") {
		t.Errorf("the way back is not the last and quiet: %q", last.Text())
	}
	b.Get(at + "/advance?to=invitations_sent").Is(ok).Says("No organisation is invited yet.")
	if _, err := h.Desk.Invite(h.Ctx, h.Visitor(officer), a.Code, registrations.Invited{Organisations: []string{"ZM"}}); err != nil {
		t.Fatal(err)
	}
	b.Get(at + "/advance?to=invitations_sent").Is(ok).Says("1 contact point gets an invitation.")
	step("invitations_sent").Is(ok).Says("The invitations have been sent")
	step("registration_open").Is(ok).Says("Registration is open.")
	r, err := h.Desk.Nominate(h.Ctx, h.Visitor(zambia), a.Code, registrations.Entry{Organisation: "ZM", Capacity: registrations.Delegate, Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: "Delegate 1", FamilyName: "(Zambia)", Email: "delegate1.zm@customs-zm.example", Language: "en"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Desk.Decide(h.Ctx, h.Visitor(officer), r.ID, registrations.Decision{Event: registrations.Confirm}); err != nil {
		t.Fatal(err)
	}
	preview := b.Get(at+"/move").Is(ok).Submit("main form.form", "start", "2026-11-04T09:30", "end", "2026-11-05T17:30", "place.venue", "Room B").Is(ok)
	preview.Says("1 person who takes part gets a mail.", "1 calendar entry is updated")
	if now, _ := h.Programme.Load(h.Ctx, a.Code); !now.Start.Equal(a.Start) {
		t.Error("a preview moved the activity")
	}
	preview.Submit("main form.form", "reason", "the room").Is(ok).Says("4 – Thursday 5 November 2026", "the room")
	if now, _ := h.Programme.Load(h.Ctx, a.Code); now.Sessions[0].Start.Day() != 4 || now.CalendarRevision != 1 {
		t.Errorf("moved to %+v", now)
	}
	b.Get(at+"/advance?to=cancelled").Is(ok).Submit("main form.form", "reason", "").Is(422).Says("reason")
	step("cancelled", "reason", "the host withdrew").Is(ok).Says("It is cancelled.", "the host withdrew")
}

func TestActivity_BadInput(t *testing.T) {
	h, officer := site(t)
	b := h.As(officer)
	for name, c := range map[string]struct {
		pairs []string
		says  string
	}{
		"no title":          {[]string{"title.en", ""}, "title"},
		"ends before":       {[]string{"end", "2026-11-02T09:30"}, "end"},
		"unknown zone":      {[]string{"timezone", "Europe/Bruxelles"}, "Bruxelles"},
		"no such time":      {[]string{"start", "2026-03-29T02:30", "end", "2026-03-30T02:30"}, "02:30"},
		"seats below zero":  {[]string{"seats.onsite", "-1"}, "0"},
		"unknown kind":      {[]string{"kind", "party"}, "Kind"},
		"deadline too late": {[]string{"deadlines.registration", "2026-12-01T10:00"}, "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			usual := []string{"title.en", "23rd <b>CAP</b> meeting", "start", "2026-11-03T09:30", "end", "2026-11-04T17:30", "host", "Kept as typed"}
			answer := b.Get("/en/desk/activities/new?kind=cap_meeting").Submit("main form.form", lastOf(append(usual, c.pairs...))...)
			answer.Is(422).Hides("<b>CAP</b>")
			if answer.Doc.Find(".faults li").Length() == 0 || answer.Doc.Find("input[name=host]").AttrOr("value", "") != "Kept as typed" {
				t.Errorf("%s: %s", name, answer.Text())
			}
		})
	}
	if list, _ := h.Programme.List(h.Ctx, h.Visitor(officer), events.Query{}); len(list) != 0 {
		t.Errorf("bad input left %d activities", len(list))
	}
}

// lastOf keeps the last value of each name.
func lastOf(pairs []string) []string {
	last := url.Values{}
	var names []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if !last.Has(pairs[i]) {
			names = append(names, pairs[i])
		}
		last.Set(pairs[i], pairs[i+1])
	}
	var list []string
	for _, name := range names {
		list = append(list, name, last.Get(name))
	}
	return list
}

func TestActivity_WhoSeesIt(t *testing.T) {
	h, officer := site(t)
	a, err := h.Programme.Create(h.Ctx, h.Visitor(officer), events.Activity{Kind: events.Operation, Title: events.Text{"en": "Operation SECRET NAME"},
		Start: h.Now.AddDate(0, 1, 0), End: h.Now.AddDate(0, 2, 0), Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]string{"": "", "management": h.Person("head@secretariat.example", "Head", "1", events.Management, ""),
		"contact point": h.Person("contact.zm@customs-zm.example", "Contact point", "(Zambia)", events.ContactPoint, "ZM")}
	for _, path := range []string{"", "/activities/new", "/activities/" + a.Code, "/activities/" + a.Code + "/edit", "/activities/" + a.Code + "/move", "/activities/" + a.Code + "/advance?to=approved", "/activities/" + a.Code + "/sessions/new"} {
		h.As(people["contact point"]).Get("/en/desk" + path).Is(notFound).Hides("SECRET NAME")
		if answer := h.As("").Get("/en/desk" + path); answer.Status != 303 && answer.Path == "/en/desk"+path {
			t.Errorf("an anonymous visitor of %s gets %d", path, answer.Status)
		}
	}
	h.As(people["management"]).Get("/en/desk").Is(ok).Says("SECRET NAME").Hides("New activity")
	h.As(people["management"]).Get("/en/desk/activities/"+a.Code).Is(ok).Hides("/advance", "/edit")
	h.As(people["management"]).Post("/en/desk/activities/"+a.Code+"/advance", url.Values{"to": {"approved"}}).Is(notFound)
}
