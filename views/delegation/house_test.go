package delegation_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/views/viewstest"
)

// house is a portal with the contact points' pages and the people these tests speak of.
type house struct {
	*viewstest.House
	officer, management, zambia, senegal, delegate, pharma string
	meeting, operation                                     string
}

func openHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: viewstest.OpenSite(t, enginetest.Memory(t), true)}
	h.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia", "fr": "Zambie", "ar": "زامبيا"})
	h.Organisation("SN", events.Member, "WCA", events.Text{"en": "Senegal", "fr": "Sénégal", "ar": "السنغال"})
	h.Organisation("PHARMA-A", events.RightHolder, "EUR", events.Text{"en": "Right holder A"})
	h.officer = h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
	h.management = h.Person("head.programme@secretariat.example", "Head", "of programme", events.Management, "")
	h.zambia = h.Person("contact.zm@customs-zm.example", "Contact point", "(Zambia)", events.ContactPoint, "ZM")
	h.senegal = h.Person("contact.sn@douanes-sn.example", "Contact point", "(Senegal)", events.ContactPoint, "SN")
	h.delegate = h.Person("delegate9.zm@customs-zm.example", "Delegate 9", "(Zambia)", events.Participant, "ZM")
	h.pharma = h.Person("rep1@rightholder-pharma.example", "Representative", "of right holder A", events.Participant, "PHARMA-A")
	h.meeting = h.open(events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "23rd CAP meeting", "fr": "23e réunion CAP", "ar": "الاجتماع الثالث والعشرون"}})
	h.operation = h.open(events.Activity{Kind: events.Operation, Title: events.Text{"en": "Operation Quiet Harbour"}})
	return h
}

// open makes an activity of two months later to which every Member is invited, with two seats on site.
func (h *house) open(a events.Activity) string {
	h.T.Helper()
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	a.Objective, a.Responsible, a.Mode, a.Zone = events.Text{"en": "To meet"}, "officer.ipr@secretariat.example", events.Hybrid, "Europe/Brussels"
	a.Start, a.End = time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC)
	a.Place = events.Place{City: "Brussels", Country: "BE"}
	a.Seats = []events.Seats{{Pool: events.OnSitePool, Capacity: 30}, {Pool: events.RemotePool, Capacity: 30}}
	a.Deadlines.Nomination = &deadline
	a, err := h.Programme.Create(h.Ctx, h.Visitor(h.officer), a)
	if err != nil {
		h.T.Fatal(err)
	}
	h.Advance(h.officer, a.Code, events.Approved)
	if _, err := h.Desk.Invite(h.Ctx, h.Visitor(h.officer), a.Code, registrations.Invited{AllMembers: true,
		Seats: []invitations.Seats{{Pool: events.OnSitePool, Seats: 2}, {Pool: events.RemotePool, Seats: 1}}}); err != nil {
		h.T.Fatal(err)
	}
	h.Advance(h.officer, a.Code, events.InvitationsSent, events.RegistrationOpen)
	return a.Code
}

// nominate puts down somebody of Zambia and gives the id.
func (h *house) nominate(n int, capacity registrations.Capacity) string {
	h.T.Helper()
	r, err := h.Desk.Nominate(h.Ctx, h.Visitor(h.zambia), h.meeting, registrations.Entry{Organisation: "ZM", Capacity: capacity, Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: fmt.Sprintf("Delegate %d", n), FamilyName: "(Zambia)", Email: fmt.Sprintf("delegate%d.zm@customs-zm.example", n), Language: "en"}})
	if err != nil {
		h.T.Fatal(err)
	}
	return r.ID
}

// alone registers the delegate of Zambia without nomination and gives the id.
func (h *house) alone() string {
	h.T.Helper()
	r, err := h.Desk.Register(h.Ctx, h.Visitor(h.delegate), h.meeting, registrations.Entry{Capacity: registrations.Delegate, Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: "Delegate 9", FamilyName: "(Zambia)"}})
	if err != nil {
		h.T.Fatal(err)
	}
	return r.ID
}

func (h *house) registration(id string) registrations.Registration {
	h.T.Helper()
	r, err := h.Desk.Linked(h.Ctx, id)
	if err != nil {
		h.T.Fatal(err)
	}
	return r
}

const (
	home                                      = "/en/delegation/ZM"
	ok, notFound, wrong, conflict, denied int = http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusForbidden
)
