package public_test

import (
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// meeting is a meeting of Members that everybody knows of, with a closed session and an open one, whose
// registration is open.
func (h *house) meeting() events.Activity {
	h.T.Helper()
	start := at(2026, 11, 3, 9, 30)
	return h.open(events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "23rd CAP meeting", "fr": "23e réunion CAP", "ar": "الاجتماع الثالث والعشرون"},
		Description: events.Text{"en": "The Group meets.\n\n<script>alert(1)</script>"}, Host: "Administration <b>X</b>", Interpretation: []string{"es"}, SeatsEach: 4,
		Note: "Secret note", Funding: "Secret funding", SessionsNote: "Secret sessions",
		Sessions: []events.Session{
			{ID: "closed", Title: events.Text{"en": "Conclusions on targeting"}, Text: events.Text{"en": "Names of ports"}, Start: start, End: start.Add(3 * time.Hour), OpenTo: []events.Group{events.Member}},
			{ID: "joint", Title: events.Text{"en": "Joint session"}, Text: events.Text{"en": "With right holders"}, Start: start.Add(24 * time.Hour), End: start.Add(27 * time.Hour), OpenTo: []events.Group{events.Member, events.RightHolder}},
			{ID: "all", Title: events.Text{"en": "Closing session"}, Start: start.Add(28 * time.Hour), End: start.Add(30 * time.Hour), OpenTo: events.Groups()},
		}})
}

// Each visitor of the same page reads what is for that visitor, and the one next thing to do.
func TestActivity_EachVisitor(t *testing.T) {
	h := openHouse(t)
	a := h.meeting()
	closed := []string{"Conclusions on targeting", "Names of ports", "Secret"}
	joint := []string{"Joint session", "With right holders"}
	for _, c := range []struct {
		name, who, action, href string
		says, hides             []string
	}{
		{"anybody", "", "Register", page(a, "register"), []string{"23rd CAP meeting", "Tuesday 3 – Wednesday 4 November 2026", "09:30–17:30", "Brussels time (UTC+1)",
			"WCO Headquarters, Room 1, Brussels, Belgium and online", "English and French; interpretation: Spanish", "4 seats for each organisation",
			"Organisations nominate through their contact points.", "Officers of an administration can also register themselves", "Friday 2 October 2026, 23:59, Brussels time (UTC+2)",
			"Closed session", "Closing session", "Open to everyone registered", "Administration <b>X</b>", "<script>alert(1)</script>", "Sign in, if the portal knows you"},
			append(append([]string{"<b>X</b>", "<script>alert"}, closed...), joint...)},
		{"a Member", h.delegate, "Register", page(a, "register"), []string{"Conclusions on targeting", "Names of ports", "Open to: Members", "Your contact point nominates.", "Registration closes:"}, []string{"Secret", "Sign in, if"}},
		{"a contact point", h.zambia, "Nominate", "/en/delegation/ZM/nominate?activity=" + a.Code, []string{"Your organisation is invited. Nominations close:", "Our delegation", "Conclusions on targeting"}, []string{"Secret"}},
		{"a right holder", h.pharma, "Register", page(a, "register"), append([]string{"Closed session", "Open to: Members and Right holders and private sector"}, joint...), closed},
		{"a lecturer", h.academic, "Register", page(a, "register"), []string{"Closing session"}, append(joint, closed...)},
		{"an officer", h.officer, "To the Secretariat’s desk", "/en/desk/activities/" + a.Code, []string{"Registration open", "Who sees it: Public", "Who is coming", "Conclusions on targeting"}, []string{"Secret funding"}},
		{"the management", h.management, "To the Secretariat’s desk", "/en/desk/activities/" + a.Code, []string{"Conclusions on targeting"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := h.on(t).As(c.who).Get(page(a)).Is(ok).Says(c.says...).Hides(append(c.hides, "⟦", h.T.Name())...)
			if action := answer.Doc.Find("aside a.action"); action.Text() != c.action || action.AttrOr("href", "") != c.href {
				t.Errorf("the next thing to do is %q at %q", action.Text(), action.AttrOr("href", ""))
			}
		})
	}
	h.T = t
	for lang, says := range map[string]string{"fr": "Clôture des inscriptions : vendredi 2 octobre 2026", "ar": "الاجتماع الثالث والعشرون", "ru": "Срок регистрации: пятница, 2 октября 2026",
		"es": "Cierre de la inscripción: viernes 2 de octubre", "pt": "Fim das inscrições: sexta-feira, 2 de outubro"} {
		b := h.As("").Get("/" + lang + "/events/" + a.Slug).Is(ok).Hides("⟦")
		if !strings.Contains(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(b.Text()), says) {
			t.Errorf("in %s it does not say %q; it says %s", lang, says, b.Text())
		}
	}
}

// Of a closed session one who is not of its groups learns that it takes place, and when.
func TestActivity_ClosedSession(t *testing.T) {
	h := openHouse(t)
	a := h.meeting()
	rows := h.As("").Get(page(a)).Doc.Find("ol.programme li")
	if text := strings.Join(strings.Fields(rows.First().Text()), " "); rows.Length() != 3 || text != "09:30–12:30Closed session" {
		t.Errorf("%d rows, the first says %q", rows.Length(), text)
	}
	if id := rows.First().Find("[id]").Length(); id != 0 {
		t.Error("the closed session has an address")
	}
}

// Where one takes part already, the page says how that stands; with a withdrawn registration one may
// register again.
func TestActivity_Own(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{Mode: events.OnSite, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 1}}})
	first := h.register(h.pharma, a, events.OnSitePool)
	second := h.register(h.academic, a, events.OnSitePool)
	for _, c := range []struct {
		who   string
		r     registrations.Registration
		says  []string
		hides []string
	}{
		{h.pharma, first, []string{"Your seat is confirmed, on site.", "See my registration", "Withdraw"}, []string{second.ID, "Register</a>"}},
		{h.academic, second, []string{"On the waiting list", "You are no. 1 on the waiting list (On site)."}, []string{first.ID, "Register</a>"}},
	} {
		b := h.As(c.who).Get(page(a)).Is(ok).Says(c.says...).Hides(c.hides...)
		if href := b.Doc.Find("aside a.action").AttrOr("href", ""); href != "/en/registrations/"+c.r.ID {
			t.Errorf("it leads to %q", href)
		}
	}
	h.As("").Get(page(a)).Is(ok).Says("Full – 1 waiting", "1 of 1 taken", "You would be no. 2 on the waiting list.").Hides(first.ID, second.ID, "rep1@", "Representative")
	h.decide(first, registrations.Withdraw)
	h.As(h.pharma).Get(page(a)).Is(ok).Says("The registration has been withdrawn.", "See my registration")
	if action := h.As(h.pharma).Get(page(a, "register")).Is(ok).Doc.Find(form); action.Length() != 1 {
		t.Error("one who has withdrawn cannot register again")
	}
}

// What one may not see is not there; an operation shows its bare entry to the invited and, once the
// report is out, to everybody, and its pages to those who joined.
func TestActivity_Hidden(t *testing.T) {
	h := openHouse(t)
	planned := h.plan(events.Activity{Title: events.Text{"en": "Drafted symposium"}})
	members := h.announce(events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "Closed meeting"}, Visibility: events.ForMembers})
	mission := h.invite(h.announce(events.Activity{Kind: events.DiagnosticMission, Title: events.Text{"en": "Mission"}}))
	operation := h.announce(events.Activity{Kind: events.Operation, Title: events.Text{"en": "Operation Quiet Harbour"}, Description: events.Text{"en": "Ports named here"}, Host: "Host administration",
		Sessions: []events.Session{{ID: "one", Title: events.Text{"en": "Targets"}, Start: at(2026, 11, 3, 10, 0), End: at(2026, 11, 3, 11, 0), OpenTo: events.Groups()}}})
	for _, c := range []struct {
		name, who string
		a         events.Activity
		status    int
	}{
		{"planned, anybody", "", planned, notFound}, {"planned, Member", h.delegate, planned, notFound}, {"planned, officer", h.officer, planned, ok},
		{"members, anybody", "", members, notFound}, {"members, right holder", h.pharma, members, notFound}, {"members, Member", h.delegate, members, ok},
		{"mission, anybody", "", mission, notFound}, {"mission, invited", h.zambia, mission, ok},
		{"operation, anybody", "", operation, notFound}, {"operation, not yet invited", h.zambia, operation, notFound}, {"operation, management", h.management, operation, ok},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.on(t)
			b := h.As(c.who).Get(page(c.a)).Is(c.status)
			h.As(c.who).Get(page(c.a, "register"))
			if c.status == notFound {
				b.Hides("Drafted", "Closed meeting", "Mission", "Quiet Harbour", c.a.Code)
				h.As(c.who).Get(page(c.a, "register")).Is(notFound).Hides(c.a.Title["en"])
				h.As(c.who).Get("/events/" + c.a.Slug + ".ics").Is(notFound).Hides(c.a.Title["en"])
				if same := h.As(c.who).Get("/en/events/there-is-none").Is(notFound); same.Text() != b.Text() {
					t.Errorf("what is hidden says %q, what is not there %q", b.Text(), same.Text())
				}
			}
		})
	}
	h.T = t
	operation = h.invite(operation)
	secret := []string{"Ports named here", "Host administration", "Targets", "To meet", "Register</a>"}
	h.As(h.zambia).Get(page(operation)).Is(ok).Says("Operation Quiet Harbour", "Your administration is invited to join this operation.", "Our delegation").Hides(secret...)
	_, err := h.Desk.Answer(h.Ctx, h.Visitor(h.zambia), operation.Code, "ZM", "joined", "")
	h.must(err)
	h.As(h.zambia).Get(page(operation)).Is(ok).Says("Your administration takes part in this operation.", "Ports named here", "Targets")
	h.As(h.senegal).Get(page(operation)).Is(ok).Hides(secret...)
	h.As("").Get(page(operation)).Is(notFound)
	participants, joined := 120, 31
	h.change(operation, func(a *events.Activity) {
		a.PublicReport = &events.PublicReport{Date: "2027-02-01", URL: "https://report.example/harbour"}
		a.Figures = &events.Figures{Participants: &participants, MembersJoined: &joined, Source: "recorded"}
	})
	h.As(h.senegal).Get(page(operation)).Is(ok).Hides("report.example", "120")
	h.Now = at(2027, 2, 1, 0, 0)
	h.As("").Get(page(operation)).Is(ok).Says("Operation Quiet Harbour", "Participants120", "Members that joined31", "https://report.example/harbour").Hides(secret...)
}

// Each state of an activity is said, with what one can still do.
func TestActivity_States(t *testing.T) {
	h := openHouse(t)
	small := events.Activity{Mode: events.OnSite}
	later, opened := h.announce(small), h.open(small)
	closed := h.advance(h.open(small), events.RegistrationClosed)
	cancelled, postponed := h.advance(h.open(small), events.Cancelled), h.advance(h.open(small), events.Postponed)
	merged, err := h.Programme.Load(h.Ctx, h.announce(small).Code)
	h.must(err)
	merged, err = h.Programme.Advance(h.Ctx, h.Visitor(h.officer), merged.Code, merged.Version, events.Merged, "because", opened.Code, nil)
	h.must(err)
	first := h.announce(events.Activity{Kind: events.NationalWorkshop, Mode: events.OnSite})
	invited := h.invite(h.announce(events.Activity{Kind: events.NationalWorkshop, Mode: events.OnSite}))
	mission := h.invite(h.announce(events.Activity{Kind: events.DiagnosticMission}))
	for _, c := range []struct {
		name, who string
		a         events.Activity
		says      []string
		form      bool
	}{
		{"opens later", "", later, []string{"Registration opens later", "Registration is not open yet."}, false},
		{"open", "", opened, []string{"Open until 2 Oct 2026", "Registration is open. It closes: Friday 2 October 2026"}, true},
		{"closed", "", closed, []string{"Registration closed", "Registration is closed."}, false},
		{"cancelled", "", cancelled, []string{"Cancelled", "The activity has been cancelled and will not take place."}, false},
		{"postponed", "", postponed, []string{"Postponed", "New dates are not known yet."}, false},
		{"merged", "", merged, []string{"Merged with another activity", "Open that activity"}, false},
		{"nominations not yet", "", first, []string{"Registration is not open yet."}, false},
		{"nominations", "", invited, []string{"Nominations until 2 Oct 2026", "Contact points nominate first."}, false},
		{"nominations, by whom", h.zambia, invited, []string{"Your organisation is invited. Nominations close:"}, false},
		{"by invitation", h.delegate, mission, []string{"Invited organisations name their participants.", "For those invited"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := h.on(t).As(c.who).Get(page(c.a)).Is(ok).Says(c.says...).Hides("⟦")
			if has := b.Doc.Find(`a[href="`+page(c.a, "register")+`"]`).Length() > 0; has != c.form {
				t.Errorf("it leads to the form: %v", has)
			}
			b = h.As(c.who).Get(page(c.a, "register"))
			if has := b.Doc.Find(form).Length() > 0; has != c.form {
				t.Errorf("the form is shown: %v; it says %s", has, b.Text())
			}
		})
	}
	h.T = t
	h.Now = at(2026, 10, 2, 0, 0)
	h.As("").Get(page(opened)).Says("Open until 2 Oct 2026, 23:59")
	h.As(h.zambia).Get(page(invited)).Says("Nominate")
	h.Now = time.Date(2026, 10, 2, 22, 0, 0, 0, time.UTC)
	h.As("").Get(page(opened)).Says("Registration is closed.")
	h.As(h.zambia).Get(page(invited)).Says("Nominations are closed.").Hides("Nominate</a>")
	h.Now = opened.End
	h.As("").Get(page(opened)).Says("Over", "The activity is over.")
}

// Times stand on the activity's clock first, then on the reader's; whole days have no hours.
func TestActivity_Clocks(t *testing.T) {
	h := openHouse(t)
	a := h.meeting()
	b := h.As("")
	b.SetCookie("zone", "Asia/Tokyo")
	b.Get(page(a)).Says("09:30–17:30", "Brussels time (UTC+1)", "where you are (Tokyo)", "17:30–20:30 where you are (Tokyo)")
	b.SetCookie("zone", "Nowhere/Land")
	b.Get(page(a)).Is(ok).Hides("where you are")
	b.SetCookie("zone", "Europe/Paris")
	b.Get(page(a)).Is(ok).Hides("where you are")
	cohort := h.announce(events.Activity{Kind: events.ELearningCohort, Mode: events.Remote, AllDay: true, Start: at(2026, 11, 2, 0, 0), End: at(2026, 11, 7, 0, 0)})
	if when := h.As("").Get(page(cohort)).Says("Online").Doc.Find("dl.facts-list dd").First().Text(); when != "Monday 2 – Friday 6 November 2026" {
		t.Errorf("whole days are said as %q", when)
	}
}
