package desk_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations/invitations"
)

func (h *house) invited() string { return "/en/desk/activities/" + h.code + "/invitations" }

// invitation is an organisation's invitation as it is stored.
func (h *house) invitation(organisation string) invitations.Invitation {
	h.T.Helper()
	i, err := h.Desk.Invitation(h.Ctx, h.Visitor(h.officer), h.code, organisation)
	if err != nil {
		h.T.Fatal(err)
	}
	return i
}

// The Secretariat sees who is invited, management without a button; to everybody else the page does
// not exist.
func TestInvitations_WhoSeesIt(t *testing.T) {
	h := openHouse(t, true)
	for _, c := range []struct {
		who, name     string
		status        int
		buttons, copy bool
	}{
		{h.administrator, "administrator", ok, true, true}, {h.officer, "officer", ok, true, true}, {h.management, "management", ok, false, false},
		{h.zambia, "contact point", notFound, false, false}, {h.delegate, "delegate", notFound, false, false},
	} {
		for _, path := range []string{h.invited(), h.invited() + "/ZM"} {
			a := h.As(c.who).Get(path).Is(c.status)
			if c.status == ok {
				a.Says("Zambia", "No answer yet")
			} else {
				a.Hides("23rd CAP meeting", "No answer yet", h.code+"</")
			}
			if got := a.Doc.Find("main form[method=post]").Length() > 0; got != c.buttons {
				t.Errorf("%s: %s has forms: %v", c.name, path, got)
			}
			if !c.buttons {
				h.As(c.who).Post(path, url.Values{"many": {"members"}, "act": {"send"}}).Is(notFound)
			}
		}
		want := ok
		if !c.copy {
			want = notFound
		}
		h.As(c.who).Get("/en/desk/activities/" + h.code + "/copy").Is(want)
		for _, what := range []string{"members", "programme", "people"} {
			h.As(c.who).Get("/en/desk/import/" + what).Is(want)
		}
	}
	for _, path := range []string{h.invited(), h.invited() + "/ZM", "/en/desk/import/people", "/en/desk/activities/" + h.code + "/copy"} {
		if a := h.As("").Get(path); !strings.HasPrefix(a.Path, "/en/sign-in") {
			t.Errorf("a stranger who asks for %s is led to %s", path, a.Path)
		}
	}
	officer := h.As(h.officer)
	officer.Get("/en/desk/activities/IPR-2026-99/invitations").Is(notFound)
	officer.Get(h.invited() + "/XX").Is(notFound)
	officer.Get(h.invited() + "/PHARMA-A").Is(notFound) // known, but not invited
	officer.Get("/en/desk/import/nonsense").Is(notFound)
}

func TestInvitations_Add(t *testing.T) {
	h := openHouse(t, true)
	h.Organisation("BW", events.Member, "ESA", events.Text{"en": "Botswana"})
	h.Organisation("IGO-A", events.IGO, "", events.Text{"en": "International organisation A"})
	officer := h.As(h.officer)

	a := officer.Get(h.invited()).Is(ok).Says("organisations invited", "On site: 100Online: 2")
	a = a.Submit("#add form", "many", "region:ESA", "seats.onsite", "4", "funded", "1").Is(ok)
	a.Says("1 organisation has been added.", "1 was on the list already.", "1 has no contact point", "Botswana", "On site: 4Online: 0", "Nobody to write to", "Add a contact point")
	if i := h.invitation("BW"); i.Sent != nil || i.Funded != 1 || len(i.Seats) != 1 || i.Seats[0].Seats != 4 {
		t.Errorf("Botswana is invited with %+v", i)
	}
	if href := a.Doc.Find("td small a").AttrOr("href", ""); href != "/en/desk/people/new?organisation=BW&role=contact_point" {
		t.Errorf("a contact point is added at %q", href)
	}
	if again := h.As(h.administrator).Get(a.Path); strings.Contains(again.Text(), "has been added") {
		t.Error("somebody else is told what was done")
	}

	a = officer.Get(h.invited()).Submit("#add form", "organisation", "PHARMA-A").Is(ok).Says("1 organisation has been added.", "Right holder A", "No limit")
	a = a.Submit("#add form", "many", "group:igo").Is(ok).Says("International organisation A")
	if a.Doc.Find("#add select[name=organisation] option[value='IGO-A']").Length() > 0 {
		t.Error("who is invited is offered again")
	}
	a.Submit("#add form", "many", "members").Is(ok).Says("0 organisations have been added.", "3 were on the list already.")

	for query, want := range map[string][2]string{"?show=unreachable": {"Botswana", "Zambia"}, "?show=unsent": {"Right holder A", "Senegal"}, "?q=sénég": {"Senegal", "Zambia"}, "?show=accepted": {"0 results", "Zambia"}} {
		if table := officer.Get(h.invited() + query).Is(ok).Says(want[0]).Doc.Find("table").Text(); strings.Contains(table, want[1]) {
			t.Errorf("%s shows %s", query, want[1])
		}
	}
}

func TestInvitations_AddBadly(t *testing.T) {
	h := openHouse(t, true)
	officer := h.As(h.officer)
	for name, c := range map[string]struct {
		typed []string
		says  string
	}{
		"nobody":          {nil, "Please choose at least one organisation."},
		"unknown":         {[]string{"organisation", "NOWHERE"}, "organisation"},
		"no such group":   {[]string{"many", "group:martians"}, "Several at once"},
		"no number":       {[]string{"many", "group:right_holder", "seats.onsite", "many"}, "Seats on site"},
		"too many":        {[]string{"many", "group:right_holder", "funded", "100001"}, "Funded places"},
		"fewer than none": {[]string{"many", "group:right_holder", "seats.remote", "-1"}, "Seats online"},
	} {
		a := officer.Get(h.invited()).Submit("#add form", append(c.typed, "seats.onsite", "7")...)
		if a.Status != wrong && a.Status != notFound {
			t.Errorf("%s: answered %d", name, a.Status)
		}
		if a.Status == wrong {
			a.Says(c.says)
		}
	}
	if _, err := h.Desk.Invitation(h.Ctx, h.Visitor(h.officer), h.code, "PHARMA-A"); !events.IsGone(err) {
		t.Errorf("something was written: %v", err)
	}
}

// Sent twice, a form adds once and says the same.
func TestInvitations_SentTwice(t *testing.T) {
	h := openHouse(t, true)
	officer := h.As(h.officer)
	action, values := officer.Get(h.invited()).Values("#add form", "organisation", "PHARMA-A")
	for range 2 {
		officer.Post(action, values).Is(ok).Says("1 organisation has been added.").Hides("already.")
	}
}

func TestInvitations_SendUnsent(t *testing.T) {
	h := openHouse(t, true)
	officer := h.As(h.officer)
	a := officer.Get(h.invited()).Submit("#add form", "organisation", "PHARMA-A").Is(ok)
	if a.Doc.Find("button[value=send]").Length() > 0 {
		t.Error("there is nobody to send to")
	}
	h.Person("contact@right-holder-a.example", "Contact point", "(right holder A)", events.ContactPoint, "PHARMA-A")
	officer.Get(h.invited()).Says("1 invitation could not be sent before").Submit("form.notice", "act", "send").Is(ok).Says("1 invitation is on its way.")
	if h.invitation("PHARMA-A").Sent == nil {
		t.Error("the invitation was not sent")
	}
	officer.Post(h.invited(), url.Values{"act": {"send"}}).Is(ok).Says("0 invitations are on their way.")
}

func TestInvitation_Change(t *testing.T) {
	h := openHouse(t, true)
	h.nominate(2)
	officer, path := h.As(h.officer), h.invited()+"/ZM"
	a := officer.Get(path).Is(ok).Says("Contact point (Zambia)", "Invited", "Sent")
	stale, values := a.Values("#change", "seats.onsite", "50", "funded", "2")
	a.Submit("#change", "seats.onsite", "60", "seats.remote", "", "funded", "3").Is(ok).Says("Saved.", "On site: 60 · Online: 0")
	officer.Post(stale, values).Is(conflict).Says("60", "50").Submit("main form").Is(ok).Says("Saved.")
	if i := h.invitation("ZM"); i.Funded != 2 || i.Seats[0].Seats != 50 {
		t.Errorf("kept is %+v", i)
	}
	a = officer.Get(path).Submit("#change", "seats.onsite", "1")
	a.Is(wrong).Says("Already nominated: 2.", "Seats on site")
	if a.Doc.Find("#change input[name='seats.onsite']").AttrOr("value", "") != "1" {
		t.Error("what was typed is lost")
	}
}

func TestInvitation_Answer(t *testing.T) {
	h := openHouse(t, true)
	officer, path := h.As(h.officer), h.invited()+"/SN"
	officer.Get(path).Submit("#answer", "act", "answer").Is(wrong).Says("Answer")
	officer.Get(path).Submit("#answer", "act", "answer", "answer", "joined").Is(wrong) // no operation
	officer.Get(path).Submit("#answer", "act", "answer", "answer", "declined", "reason", "By telephone: no budget").Is(ok).
		Says("The answer has been recorded.", "Declined", "By telephone: no budget", "Officer 1")
	if i := h.invitation("SN"); i.Answer != invitations.Declined {
		t.Errorf("answered %s", i.Answer)
	}
	h.Advance(h.officer, h.code, events.Cancelled)
	if a := officer.Get(path).Is(ok); a.Doc.Find("main form[method=post]").Length() > 0 {
		t.Error("a cancelled activity can still be changed")
	}
	officer.Post(path, url.Values{"act": {"answer"}, "answer": {"accepted"}}).Is(wrong)
}

func TestCopy(t *testing.T) {
	h := openHouse(t, true)
	officer, path := h.As(h.officer), "/en/desk/activities/"+h.code+"/copy"
	a := officer.Get(path).Is(ok)
	if day := a.Doc.Find("input[name=start_date]").AttrOr("value", ""); day != "2027-11-02" { // a Tuesday, as before
		t.Errorf("proposed is %q", day)
	}
	a = a.Submit("main form", "start_date", "2027-06-08").Is(ok).Says("Tuesday 3", "Tuesday 8", "09:30–17:30")
	done, values := a.Values("main form[method=post]")
	for range 2 { // twice the same
		if made := officer.Post(done, values).Is(ok).Says("The next edition has been created."); made.Path == "/en/desk/activities/"+h.code {
			t.Error("led to the old one")
		}
	}
	all, err := h.Programme.List(h.Ctx, h.Visitor(h.officer), events.Query{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d activities, %v", len(all), err)
	}
	next := all[1]
	if want := time.Date(2027, 6, 8, 7, 30, 0, 0, time.UTC); !next.Start.Equal(want) || next.State != events.Planned || next.PreviousEdition != h.code {
		t.Errorf("made is %s from %s, %s", next.Start, next.PreviousEdition, next.State)
	}
	for _, day := range []string{"", "soon", "2027-02-30", "99999-01-01"} {
		if day != "" {
			officer.Get(path + "?start_date=" + day).Is(wrong)
		}
		officer.Post(path, url.Values{"start_date": {day}}).Is(wrong).Says("First day")
	}
}
