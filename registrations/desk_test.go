package registrations_test

import (
	"context"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/directory"
)

// world is a portal without pages: a programme, a desk and the few people the tests speak of.
type world struct {
	t         testing.TB
	ctx       context.Context
	now       time.Time
	desk      *registrations.Desk
	programme *events.Programme
	directory *directory.Directory
	outbox    *outbox.Outbox
	officer   events.Visitor
	zambia    events.Visitor // contact point
}

func newWorld(t testing.TB, db *engine.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.programme = events.NewProgramme(db.Database(), db.Transact, clock)
	w.directory = directory.New(db.Database(), db.Transact, clock)
	w.outbox = outbox.New(db.Database(), db.Transact, clock)
	w.desk = registrations.NewDesk(registrations.Parts{Database: db.Database(), Transact: db.Transact, Now: clock,
		Programme: w.programme, Directory: w.directory, Outbox: w.outbox, Languages: []string{"en", "fr", "ar"}, UIDDomain: "portal.example"})
	w.organisation("ZM", events.Member, "ESA")
	w.organisation("SN", events.Member, "WCA")
	w.organisation("PHARMA-A", events.RightHolder, "EUR")
	w.officer = w.person("officer.ipr@secretariat.example", "Officer", events.Officer, "")
	w.zambia = w.person("contact.zm@customs-zm.example", "Contact point (Zambia)", events.ContactPoint, "ZM")
	return w
}

func (w *world) organisation(code string, group events.Group, region string) {
	w.t.Helper()
	o := directory.Organisation{Code: code, Group: group, Region: region, Name: events.Text{"en": "Organisation " + code}}
	if group == events.Member {
		o.Status = directory.StatusMember
	}
	if _, err := w.directory.AddOrganisation(w.ctx, directory.ByPortal, o); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) person(email, name string, role events.Role, organisation string) events.Visitor {
	w.t.Helper()
	p, err := w.directory.AddPerson(w.ctx, directory.ByPortal, directory.Person{Email: email, GivenName: name, FamilyName: "(test)", Language: "en", Role: role, Organisation: organisation})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.visitor(p.ID)
}

func (w *world) visitor(id string) events.Visitor {
	w.t.Helper()
	v, err := w.desk.Visitor(w.ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// meeting makes an approved activity of a lane with seats on site, open for registration.
func (w *world) meeting(kind events.Kind, seats int) events.Activity {
	w.t.Helper()
	a := events.Activity{Kind: kind, Title: events.Text{"en": "A meeting"}, Objective: events.Text{"en": "To meet"}, Responsible: "officer.ipr@secretariat.example",
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC), Zone: "Europe/Brussels",
		Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: seats}, {Pool: events.RemotePool, Capacity: 10}}, Mode: events.Hybrid}
	a, err := w.programme.Create(w.ctx, w.officer, a)
	if err != nil {
		w.t.Fatal(err)
	}
	a = w.advance(a, events.Approved)
	if a.Lane == events.SelfRegistration {
		return w.advance(a, events.RegistrationOpen)
	}
	if _, err := w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{AllMembers: true}); err != nil {
		w.t.Fatal(err)
	}
	a = w.advance(a, events.InvitationsSent)
	return w.advance(a, events.RegistrationOpen)
}

func (w *world) advance(a events.Activity, to events.State) events.Activity {
	w.t.Helper()
	a, err := w.programme.Advance(w.ctx, w.officer, a.Code, a.Version, to, "test", "", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func entry(name, email, organisation string) registrations.Entry {
	return registrations.Entry{Person: registrations.Person{GivenName: name, FamilyName: "(test)", Email: email, Language: "en"},
		Organisation: organisation, Capacity: registrations.Delegate, Pool: events.OnSitePool}
}

func (w *world) state(id string) registrations.State {
	w.t.Helper()
	r, err := w.desk.Linked(w.ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.State
}

func TestDesk_ThinWay(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorld(t, db)
		a := w.meeting(events.CAPMeeting, 1)
		first, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("Delegate 1", "delegate1@customs-zm.example", "ZM"))
		if err != nil {
			t.Fatal(err)
		}
		second, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("Delegate 2", "delegate2@customs-zm.example", "ZM"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Decide(w.ctx, w.officer, first.ID, registrations.Decision{Event: registrations.Confirm}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Decide(w.ctx, w.officer, second.ID, registrations.Decision{Event: registrations.Confirm}); !events.Is(err, "pool_full") {
			t.Fatalf("confirming into a full pool: %v", err)
		}
		if _, err := w.desk.Decide(w.ctx, w.officer, second.ID, registrations.Decision{Event: registrations.Waitlist}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Decide(w.ctx, w.zambia, first.ID, registrations.Decision{Event: registrations.Withdraw}); err != nil {
			t.Fatal(err)
		}
		if got := string(w.state(first.ID) + " " + w.state(second.ID)); got != "withdrawn confirmed" {
			t.Errorf("after the withdrawal: %s", got)
		}
		b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{})
		if err != nil {
			t.Fatal(err)
		}
		if c := b.Seats[events.OnSitePool]; c.Left != 0 || c.Waiting != 0 || b.Total != 2 {
			t.Errorf("seats %+v of %d registrations", c, b.Total)
		}
	})
}

// TestDesk_Register_ContactPoint holds that a contact point's own registration needs nobody's word.
func TestDesk_Register_ContactPoint(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	a := w.meeting(events.CAPMeeting, 1)
	r, err := w.desk.Register(w.ctx, w.zambia, a.Code, entry("Contact point (Zambia)", "", ""))
	if err != nil || r.State != registrations.Endorsed || r.Unendorsed || r.PersonID != w.zambia.Person {
		t.Errorf("registered as %s: %v", r.State, err)
	}
}
