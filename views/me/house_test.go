package me_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/mail"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/views"
	"capportal/views/assets"
	"capportal/views/i18n"
	"capportal/views/me"
	"capportal/views/viewstest"
)

const (
	ok, notFound, wrong, conflict, gone, denied, tooMany int = http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity,
		http.StatusConflict, http.StatusGone, http.StatusForbidden, http.StatusTooManyRequests
)

// house is a portal with a person's own pages and the people these tests speak of.
type house struct {
	*viewstest.House
	officer, zambia, senegal, delegate, pharma, academic string
	mailed                                               []string // tokens of the sign-in links mailed, in order
	reached                                              []string // to whom
}

func openHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: viewstest.Open(t, enginetest.Memory(t), map[string]fs.FS{"me": me.Templates})}
	bundle, err := i18n.Load()
	h.must(err)
	set, err := assets.Load()
	h.must(err)
	h.Signin.Notify = func(_ context.Context, to, _, id string) error {
		h.mailed, h.reached = append(h.mailed, h.Signin.Keys.SignInLink(id)), append(h.reached, to)
		return nil
	}
	// A session of the real kind, or for short the person's id itself.
	visitor := func(ctx context.Context, secret string) (events.Visitor, error) {
		if session, err := h.Signin.Session(ctx, secret); err == nil {
			secret = session.Person
		}
		return h.Desk.Visitor(ctx, secret)
	}
	h.App, err = views.NewApp(views.Options{Renderer: h.Renderer, Assets: set, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), BaseURL: viewstest.BaseURL,
		Addr: "127.0.0.1:8080", Key: bytes.Repeat([]byte{7}, 32), Now: func() time.Time { return h.Now }, Visitor: visitor})
	h.must(err)
	mount(h.App, me.New(me.Parts{Programme: h.Programme, Desk: h.Desk, Directory: h.Directory, Signin: h.Signin, Keys: h.Signin.Keys,
		Entries:  notify.Entries{Words: bundle, From: mail.Address{Name: "Secretariat", Email: "cap@portal.example"}, BaseURL: viewstest.BaseURL, Domain: "portal.example"},
		Renderer: h.Renderer, Now: func() time.Time { return h.Now }, BaseURL: viewstest.BaseURL}))
	h.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia", "fr": "Zambie", "ar": "زامبيا"})
	h.Organisation("SN", events.Member, "WCA", events.Text{"en": "Senegal", "fr": "Sénégal", "ar": "السنغال"})
	h.Organisation("PHARMA-A", events.RightHolder, "EUR", events.Text{"en": "Right holder A"})
	h.officer = h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
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

// mount adds the routes of the pages under test with the needs they have.
func mount(app *fiber.App, p *me.Pages) {
	in := views.SignedIn
	app.Get("/registrations/:id/invitation.ics", p.Invitation)
	app.Get("/:lang/sign-in", p.SignIn)
	app.Post("/:lang/sign-in", p.SendSignIn)
	app.Get("/:lang/sign-in/:token", p.OpenLink)
	app.Post("/:lang/sign-in/:token", p.UseLink)
	app.Post("/:lang/sign-out", p.SignOut)
	app.Get("/:lang/first/:token", p.First)
	app.Post("/:lang/first/:token", p.SendFirst)
	app.Get("/:lang/me", in, p.Mine)
	app.Get("/:lang/me/profile", in, p.Profile)
	app.Post("/:lang/me/profile", in, p.SendProfile)
	app.Post("/:lang/me/profile/feed", in, p.RenewFeed)
	app.Post("/:lang/me/profile/sign-out", in, p.SignOutEverywhere)
	app.Get("/:lang/registrations/:id", p.Registration)
	app.Get("/:lang/registrations/:id/confirm", p.Here)
	app.Post("/:lang/registrations/:id/confirm", p.Confirm)
	app.Get("/:lang/registrations/:id/edit", p.Edit)
	app.Post("/:lang/registrations/:id/edit", p.SendEdit)
	app.Get("/:lang/registrations/:id/withdraw", p.AskWithdraw)
	app.Post("/:lang/registrations/:id/withdraw", p.Withdraw)
	app.Get("/:lang/registrations/:id/come", p.Here)
	app.Post("/:lang/registrations/:id/come", p.Come)
}

// open makes an activity of two months later and opens its registration: a symposium to which everybody
// may register, or a meeting to which Members nominate.
func (h *house) open(kind events.Kind, onsite int) events.Activity {
	h.T.Helper()
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	a := events.Activity{Kind: kind, Title: events.Text{"en": "Symposium on counterfeit parts", "fr": "Symposium sur les pièces contrefaites", "ar": "ندوة عن القطع المقلدة"},
		Objective: events.Text{"en": "To meet"}, Responsible: "officer.ipr@secretariat.example", Mode: events.Hybrid, Zone: "Europe/Brussels",
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC),
		Place: events.Place{City: "Brussels", Country: "BE", Venue: "WCO Headquarters, Room 1"}, Languages: []string{"en", "fr"},
		Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: onsite}, {Pool: events.RemotePool, Capacity: 30}}}
	a.Deadlines.Nomination, a.Deadlines.Registration = &deadline, &deadline
	if kind == events.CAPMeeting {
		a.Title = events.Text{"en": "23rd CAP meeting", "fr": "23e réunion CAP", "ar": "الاجتماع الثالث والعشرون"}
	}
	a, err := h.Programme.Create(h.Ctx, h.Visitor(h.officer), a)
	h.must(err)
	if a.Lane == events.SelfRegistration {
		return h.Advance(h.officer, a.Code, events.Approved, events.RegistrationOpen)
	}
	h.Advance(h.officer, a.Code, events.Approved)
	_, err = h.Desk.Invite(h.Ctx, h.Visitor(h.officer), a.Code, registrations.Invited{AllMembers: true})
	h.must(err)
	return h.Advance(h.officer, a.Code, events.InvitationsSent, events.RegistrationOpen)
}

// stranger fills in a form without an account and gives the id of the draft.
func (h *house) stranger(a events.Activity, name string) string {
	h.T.Helper()
	r, err := h.Desk.Register(h.Ctx, events.Visitor{}, a.Code, registrations.Entry{Capacity: registrations.Capacity("academia"), Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: name, FamilyName: "1", Email: name + ".1@visitors.example", Language: "en"}})
	h.must(err)
	if r.ID != "" {
		h.T.Fatal("a stranger is told the id")
	}
	notices, _, err := h.Outbox.List(h.Ctx, outbox.Query{Activity: a.Code})
	h.must(err)
	for _, n := range notices {
		if n.Kind == "address_confirmation" && n.To == name+".1@visitors.example" {
			return n.Registration
		}
	}
	h.T.Fatalf("no draft among %d notices", len(notices))
	return ""
}

// register puts down somebody signed in and gives the id.
func (h *house) register(person string, a events.Activity) string {
	h.T.Helper()
	v := h.Visitor(person)
	r, err := h.Desk.Register(h.Ctx, v, a.Code, registrations.Entry{Capacity: registrations.Capacity("academia"), Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: "Somebody", FamilyName: v.Name, Language: "en"}})
	h.must(err)
	return r.ID
}

// nominate puts down somebody of Zambia and gives the id.
func (h *house) nominate(a events.Activity) string {
	h.T.Helper()
	r, err := h.Desk.Nominate(h.Ctx, h.Visitor(h.zambia), a.Code, registrations.Entry{Organisation: "ZM", Capacity: registrations.Delegate, Pool: events.OnSitePool,
		Person: registrations.Person{GivenName: "Delegate 1", FamilyName: "(Zambia)", Email: "delegate1.zm@customs-zm.example", Language: "en"}})
	h.must(err)
	return r.ID
}

// key is the token of a registration's personal link.
func (h *house) key(id string) string {
	return h.Signin.Keys.Link("registration", id, h.registration(id).Link)
}

// page is the address of a registration by its personal link.
func (h *house) page(id string, below ...string) string {
	address := "/en/registrations/" + id
	for _, part := range below {
		address += "/" + part
	}
	return address + "?" + url.Values{"key": {h.key(id)}}.Encode()
}

func (h *house) registration(id string) registrations.Registration {
	h.T.Helper()
	r, err := h.Desk.Linked(h.Ctx, id)
	h.must(err)
	return r
}

func (h *house) decide(id string, event registrations.Event, reason string) {
	h.T.Helper()
	_, err := h.Desk.Decide(h.Ctx, h.Visitor(h.officer), id, registrations.Decision{Event: event, Reason: reason})
	h.must(err)
}
