package desk_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/views"
	"capportal/views/desk"
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
	h := &house{House: viewstest.Open(t, enginetest.Memory(t), map[string]fs.FS{"desk": desk.Templates})}
	p := desk.New(desk.Parts{Programme: h.Programme, Desk: h.Desk, Directory: h.Directory, Signin: h.Signin, Outbox: h.Outbox, Audit: h.Audit,
		Renderer: h.Renderer, Now: func() time.Time { return h.Now }, BaseURL: viewstest.BaseURL, Zone: "Europe/Brussels", Mail: mail})
	mount(h.App, p)
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

// mount adds the routes of the pages under test with the needs they have.
func mount(app *fiber.App, p *desk.Pages) {
	see, decide := views.Only(events.Visitor.Secretariat), views.Only(events.Visitor.Decides)
	app.Get("/:lang/desk/activities/:code/board", see, p.Board)
	app.Post("/:lang/desk/activities/:code/board", decide, p.Decide)
	app.Get("/:lang/desk/activities/:code/board.csv", see, p.BoardCSV)
	app.Get("/:lang/desk/activities/:code/enter", decide, p.Enter)
	app.Post("/:lang/desk/activities/:code/enter", decide, p.EnterOne)
	app.Get("/:lang/desk/registrations/:id", see, p.Registration)
	app.Post("/:lang/desk/registrations/:id", decide, p.DecideOne)
	app.Get("/:lang/desk/registrations/:id/edit", decide, p.Amend)
	app.Post("/:lang/desk/registrations/:id/edit", decide, p.AmendOne)
	app.Get("/:lang/desk/people", see, p.People)
	app.Get("/:lang/desk/people/new", decide, p.NewPerson)
	app.Post("/:lang/desk/people/new", decide, p.AddPerson)
	app.Get("/:lang/desk/people/:id", see, p.Person)
	app.Post("/:lang/desk/people/:id", decide, p.ChangePerson)
	app.Post("/:lang/desk/people/:id/sign-out", decide, p.SignOutPerson)
	app.Get("/:lang/desk/organisations", see, p.Organisations)
	app.Get("/:lang/desk/organisations/new", decide, p.NewOrganisation)
	app.Post("/:lang/desk/organisations/new", decide, p.AddOrganisation)
	app.Get("/:lang/desk/organisations/:code", see, p.Organisation)
	app.Post("/:lang/desk/organisations/:code", decide, p.ChangeOrganisation)
	app.Get("/:lang/desk/notices", see, p.Notices)
	app.Post("/:lang/desk/notices/:id/retry", decide, p.Retry)
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
