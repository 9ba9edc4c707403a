package desk_test

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

// house is a portal with the Secretariat's pages and the people these tests speak of.
type house struct {
	*viewstest.House
	administrator, officer, management, zambia, senegal, delegate string
	code                                                          string // of a hybrid meeting with 3 seats on site and 2 online, open
}

func openHouse(t *testing.T, mail bool) *house {
	t.Helper()
	h := &house{House: viewstest.OpenSite(t, enginetest.Memory(t), mail)}
	h.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia", "fr": "Zambie"})
	h.Organisation("SN", events.Member, "WCA", events.Text{"en": "Senegal", "fr": "Sénégal"})
	h.Organisation("PHARMA-A", events.RightHolder, "EUR", events.Text{"en": "Right holder A"})
	h.administrator = h.Person("administrator@secretariat.example", "Administrator", "1", events.Administrator, "")
	h.officer = h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
	h.management = h.Person("head.programme@secretariat.example", "Head", "of programme", events.Management, "")
	h.zambia = h.Person("contact.zm@customs-zm.example", "Contact point", "(Zambia)", events.ContactPoint, "ZM")
	h.senegal = h.Person("contact.sn@douanes-sn.example", "Contact point", "(Senegal)", events.ContactPoint, "SN")
	h.delegate = h.Person("delegate9.zm@customs-zm.example", "Delegate 9", "(Zambia)", events.Participant, "ZM")
	h.code = h.meeting()
	return h
}

// meeting makes an open activity to which every Member is invited, with two seats on site each.
func (h *house) meeting() string {
	h.T.Helper()
	a, err := h.Programme.Create(h.Ctx, h.Visitor(h.officer), events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "23rd CAP meeting", "fr": "23e réunion CAP"},
		Objective: events.Text{"en": "To meet"}, Responsible: "officer.ipr@secretariat.example", Mode: events.Hybrid,
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC), Zone: "Europe/Brussels",
		Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 3}, {Pool: events.RemotePool, Capacity: 2}}})
	if err != nil {
		h.T.Fatal(err)
	}
	h.Advance(h.officer, a.Code, events.Approved)
	if _, err := h.Desk.Invite(h.Ctx, h.Visitor(h.officer), a.Code, registrations.Invited{AllMembers: true,
		Seats: []invitations.Seats{{Pool: events.OnSitePool, Seats: 100}, {Pool: events.RemotePool, Seats: 2}}}); err != nil {
		h.T.Fatal(err)
	}
	h.Advance(h.officer, a.Code, events.InvitationsSent, events.RegistrationOpen)
	return a.Code
}

// nominate puts down so many people of Zambia and gives their ids.
func (h *house) nominate(n int) []string {
	h.T.Helper()
	ids := make([]string, n)
	for i := range ids {
		r, err := h.Desk.Nominate(h.Ctx, h.Visitor(h.zambia), h.code, registrations.Entry{Organisation: "ZM", Capacity: registrations.Delegate, Pool: events.OnSitePool,
			Person:  registrations.Person{GivenName: fmt.Sprintf("Delegate %d", i+1), FamilyName: "(Zambia)", Email: fmt.Sprintf("delegate%d.zm@customs-zm.example", i+1), Language: "en"},
			Answers: map[string]string{"post": "Senior officer", "diet": "no nuts"}})
		if err != nil {
			h.T.Fatal(err)
		}
		ids[i] = r.ID
		h.Now = h.Now.Add(time.Second)
	}
	return ids
}

func (h *house) state(id string) registrations.State {
	h.T.Helper()
	r, err := h.Desk.Linked(h.Ctx, id)
	if err != nil {
		h.T.Fatal(err)
	}
	return r.State
}

func (h *house) board() string { return "/en/desk/activities/" + h.code + "/board" }

const ok, notFound, wrong, conflict = http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict
