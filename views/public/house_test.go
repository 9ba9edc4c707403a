package public_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/views/viewstest"
)

const (
	ok, notFound, wrong, conflict, denied int = http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusForbidden
	form                                      = "main form[data-guard]"
)

// house is a portal and the people these tests speak of. It is 08:00 UTC on 1 September 2026.
type house struct {
	*viewstest.House
	officer, management, zambia, senegal, delegate, pharma, academic string
}

func openHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: viewstest.OpenSite(t, enginetest.Memory(t), true)}
	h.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia", "fr": "Zambie", "ar": "زامبيا"})
	h.Organisation("SN", events.Member, "WCA", events.Text{"en": "Senegal", "fr": "Sénégal", "ar": "السنغال"})
	h.Organisation("PHARMA-A", events.RightHolder, "EUR", events.Text{"en": "Right holder A", "fr": "Titulaire A"})
	h.officer = h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
	h.management = h.Person("head.programme@secretariat.example", "Head", "of programme", events.Management, "")
	h.zambia = h.Person("contact.zm@customs-zm.example", "Contact point", "(Zambia)", events.ContactPoint, "ZM")
	h.senegal = h.Person("contact.sn@douanes-sn.example", "Contact point", "(Senegal)", events.ContactPoint, "SN")
	h.delegate = h.Person("delegate9.zm@customs-zm.example", "Delegate 9", "(Zambia)", events.Participant, "ZM")
	h.pharma = h.Person("rep1@rightholder-pharma.example", "Representative", "of right holder A", events.Participant, "PHARMA-A")
	h.academic = h.Person("lecturer@university.example", "Lecturer", "1", events.Participant, "")
	return h
}

func (h *house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// on makes tests of a table report to their own line.
func (h *house) on(t *testing.T) *house { h.T = t; return h }

// at is an hour of a day in Brussels, summer or winter.
func at(year int, month time.Month, day, hour, minute int) time.Time {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic(err)
	}
	return time.Date(year, month, day, hour, minute, 0, 0, brussels).UTC()
}

// draft fills in what nobody says of an activity: 3 and 4 November in Brussels, thirty seats in the
// room and thirty on the line, nominations and registration until 2 October.
func (h *house) draft(a events.Activity) events.Activity {
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	if a.Title == nil {
		a.Title = events.Text{"en": "Symposium on counterfeit parts", "fr": "Symposium sur les pièces contrefaites", "ar": "ندوة عن القطع المقلدة"}
	}
	if a.Kind == "" {
		a.Kind = events.Symposium
	}
	if a.Zone == "" {
		a.Zone = "Europe/Brussels"
	}
	if a.Start.IsZero() {
		a.Start, a.End = at(2026, 11, 3, 9, 30), at(2026, 11, 4, 17, 30)
	}
	if a.Mode == "" {
		a.Mode = events.Hybrid
	}
	if a.Seats == nil {
		for _, pool := range a.Mode.Pools() {
			a.Seats = append(a.Seats, events.Seats{Pool: pool, Capacity: 30})
		}
	}
	if a.Place.City == "" && a.Mode != events.Remote {
		a.Place = events.Place{City: "Brussels", Country: "BE", Venue: "WCO Headquarters, Room 1"}
	}
	if a.Languages == nil {
		a.Languages = []string{"en", "fr"}
	}
	if a.Deadlines == (events.Deadlines{}) && deadline.Before(a.End) {
		a.Deadlines = events.Deadlines{Nomination: &deadline, Registration: &deadline}
	}
	a.Objective, a.Responsible = events.Text{"en": "To meet"}, "officer.ipr@secretariat.example"
	return a
}

// plan writes an activity that nobody but the Secretariat sees yet.
func (h *house) plan(a events.Activity) events.Activity {
	h.T.Helper()
	a, err := h.Programme.Create(h.Ctx, h.Visitor(h.officer), h.draft(a))
	h.must(err)
	return a
}

// announce takes it to where people see it.
func (h *house) announce(a events.Activity) events.Activity {
	h.T.Helper()
	return h.Advance(h.officer, h.plan(a).Code, events.Approved)
}

// open takes it to where people register, or contact points of every Member nominate.
func (h *house) open(a events.Activity) events.Activity {
	h.T.Helper()
	a = h.announce(a)
	if a.Lane == events.SelfRegistration {
		return h.Advance(h.officer, a.Code, events.RegistrationOpen)
	}
	return h.Advance(h.officer, h.invite(a).Code, events.RegistrationOpen)
}

// invite sends the invitations to every Member.
func (h *house) invite(a events.Activity) events.Activity {
	h.T.Helper()
	_, err := h.Desk.Invite(h.Ctx, h.Visitor(h.officer), a.Code, registrations.Invited{AllMembers: true})
	h.must(err)
	return h.Advance(h.officer, a.Code, events.InvitationsSent)
}

// advance takes an activity further, and gives it as it is then.
func (h *house) advance(a events.Activity, to ...events.State) events.Activity {
	h.T.Helper()
	return h.Advance(h.officer, a.Code, to...)
}

// change edits an activity in the name of an officer.
func (h *house) change(a events.Activity, edit func(*events.Activity)) events.Activity {
	h.T.Helper()
	now, err := h.Programme.Load(h.Ctx, a.Code)
	h.must(err)
	now, err = h.Programme.Change(h.Ctx, h.Visitor(h.officer), a.Code, now.Version, "", func(a *events.Activity) error { edit(a); return nil })
	h.must(err)
	return now
}

// register puts down somebody signed in, in a pool, and gives the registration.
func (h *house) register(person string, a events.Activity, pool events.Pool) registrations.Registration {
	h.T.Helper()
	v := h.Visitor(person)
	capacity := registrations.Capacity("academia")
	if v.Organisation == "ZM" || v.Organisation == "SN" {
		capacity = registrations.Delegate
	}
	r, err := h.Desk.Register(h.Ctx, v, a.Code, registrations.Entry{Capacity: capacity, Pool: pool, Organisation: v.Organisation,
		Person: registrations.Person{GivenName: "Somebody", FamilyName: v.Name, Language: "en"}})
	h.must(err)
	return r
}

// decide lets an officer decide on a registration.
func (h *house) decide(r registrations.Registration, event registrations.Event) registrations.Registration {
	h.T.Helper()
	r, err := h.Desk.Decide(h.Ctx, h.Visitor(h.officer), r.ID, registrations.Decision{Event: event, Reason: "because"})
	h.must(err)
	return r
}

// board lists every registration of an activity.
func (h *house) board(a events.Activity) []registrations.Row {
	h.T.Helper()
	board, err := h.Desk.Board(h.Ctx, h.Visitor(h.officer), a.Code, registrations.BoardQuery{})
	h.must(err)
	return board.Rows
}

// notices lists what was written of a kind about an activity.
func (h *house) notices(a events.Activity, kind string) []outbox.Notice {
	h.T.Helper()
	all, _, err := h.Outbox.List(h.Ctx, outbox.Query{Activity: a.Code})
	h.must(err)
	var list []outbox.Notice
	for _, n := range all {
		if n.Kind == kind {
			list = append(list, n)
		}
	}
	return list
}

// page is the address of an activity's page, and of what lies below it.
func page(a events.Activity, below ...string) string {
	address := "/en/events/" + a.Slug
	for _, part := range below {
		address += "/" + part
	}
	return address
}

// entries are the titles of the calendar's entries, in order.
func entries(a *viewstest.Answer) []string {
	var titles []string
	for _, n := range a.Doc.Find("main article h3").EachIter() {
		titles = append(titles, n.Text())
	}
	return titles
}

// query is an address of the calendar.
func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "/en/?" + v.Encode()
}
