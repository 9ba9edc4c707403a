package notify_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail"
	"capportal/notify/mail/mailtest"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/i18n"
)

// world is a portal without pages, with a mail server that keeps what it gets.
type world struct {
	t         testing.TB
	ctx       context.Context
	db        *engine.DB
	now       time.Time
	words     *i18n.Bundle
	desk      *registrations.Desk
	programme *events.Programme
	directory *directory.Directory
	outbox    *outbox.Outbox
	keys      signin.Keys
	entries   notify.Entries
	parts     notify.Parts
	worker    *notify.Worker
	sink      *sink.Sink
	seen      int // mails of the sink already looked at
	officer   events.Visitor
	zambia    events.Visitor // contact point
}

// catalogues are read once: they never change.
var catalogues = sync.OnceValues(i18n.Load)

const base = "https://portal.example"

func newWorld(t testing.TB, db *engine.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db, now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	var err error
	if w.words, err = catalogues(); err != nil {
		t.Fatal(err)
	}
	languages := []string{"en", "fr", "es", "ar", "ru", "pt"}
	w.programme = events.NewProgramme(db.Database(), db.Transact, clock)
	w.directory = directory.New(db.Database(), db.Transact, clock)
	w.outbox = outbox.New(db.Database(), db.Transact, clock)
	w.desk = registrations.NewDesk(registrations.Parts{Database: db.Database(), Transact: db.Transact, Now: clock,
		Programme: w.programme, Directory: w.directory, Outbox: w.outbox, Languages: languages, UIDDomain: "portal.example"})
	if w.keys, err = signin.OpenKeys(w.ctx, db.Database(), db.Transact); err != nil {
		t.Fatal(err)
	}
	w.sink = mailtest.Start(t)
	w.entries = notify.Entries{Words: w.words, From: mail.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"}, BaseURL: base, Domain: "portal.example"}
	w.parts = notify.Parts{Sources: notify.Sources{Programme: w.programme, Desk: w.desk, Directory: w.directory}, Entries: w.entries,
		Transact: db.Transact, Outbox: w.outbox, Links: notify.LinksOf(w.keys), Sender: client(t, w.sink), HomeZone: "Europe/Brussels", Now: clock}
	w.worker = w.newWorker()
	w.organisation("ZM", events.Member, "ESA")
	w.organisation("SN", events.Member, "WCA")
	w.officer = w.person("officer.ipr@secretariat.example", events.Officer, "", "en")
	w.zambia = w.person("contact.zm@customs-zm.example", events.ContactPoint, "ZM", "en")
	return w
}

// onMemory runs a test on the engine in memory: what is asked does not depend on the engine.
func onMemory(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	test(t, newWorld(t, enginetest.Memory(t)))
}

// onEach runs a test on every engine.
func onEach(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	enginetest.Run(t, func(t *testing.T, db *engine.DB) { test(t, newWorld(t, db)) })
}

func client(t testing.TB, s *sink.Sink) *mail.Client {
	t.Helper()
	settings, err := mail.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := mail.NewClient(settings, mail.Options{Connections: 2, Timeout: 5 * time.Second})
	t.Cleanup(c.Close)
	return c
}

func (w *world) newWorker() *notify.Worker {
	w.t.Helper()
	worker, err := notify.NewWorker(w.parts)
	w.must(err)
	return worker
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) organisation(code string, group events.Group, region string) {
	w.t.Helper()
	o := directory.Organisation{Code: code, Group: group, Region: region, Name: events.Text{"en": "Administration of " + code, "fr": "Administration " + code}}
	if group == events.Member {
		o.Status = directory.StatusMember
	}
	_, err := w.directory.AddOrganisation(w.ctx, directory.ByPortal, o)
	w.must(err)
}

func (w *world) person(email string, role events.Role, organisation, language string) events.Visitor {
	w.t.Helper()
	p, err := w.directory.AddPerson(w.ctx, directory.ByPortal, directory.Person{Email: email, GivenName: "Person", FamilyName: "at " + email,
		Language: language, Role: role, Organisation: organisation})
	w.must(err)
	v, err := w.desk.Visitor(w.ctx, p.ID)
	w.must(err)
	return v
}

// meeting is a two-day hybrid meeting in Brussels, not yet stored.
func meeting(seats int) events.Activity {
	return events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "23rd Meeting of the CAP Group", "fr": "23e réunion du Groupe CAP", "ar": "الاجتماع الثالث والعشرون لفريق CAP"},
		Objective: events.Text{"en": "To meet"}, Responsible: "officer.ipr@secretariat.example",
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC), Zone: "Europe/Brussels",
		Place: events.Place{Venue: "WCO Headquarters, room A", City: "Brussels", Country: "BE"}, Visibility: events.Public,
		Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: seats}, {Pool: events.RemotePool, Capacity: 10}}, Mode: events.Hybrid}
}

// open stores an activity and opens its registration; its invitations' mails are sent and looked past.
func (w *world) open(a events.Activity) events.Activity {
	w.t.Helper()
	a, err := w.programme.Create(w.ctx, w.officer, a)
	w.must(err)
	a = w.advance(a, events.Approved)
	if a.Lane != events.SelfRegistration {
		_, err := w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{AllMembers: true})
		w.must(err)
		a = w.advance(a, events.InvitationsSent)
	}
	a = w.advance(a, events.RegistrationOpen)
	w.mails()
	return a
}

func (w *world) advance(a events.Activity, to events.State) events.Activity {
	w.t.Helper()
	return w.advanceInto(a, to, "")
}

func (w *world) advanceInto(a events.Activity, to events.State, into string) events.Activity {
	w.t.Helper()
	a, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, to, "test", into, nil)
	w.must(err)
	return a
}

func (w *world) change(a events.Activity, edit func(*events.Activity)) events.Activity {
	w.t.Helper()
	a, err := w.programme.Change(w.ctx, w.officer, a.Code, 0, "", func(a *events.Activity) error { edit(a); return nil })
	w.must(err)
	return a
}

func (w *world) nominate(a events.Activity, email, language string) registrations.Registration {
	w.t.Helper()
	name, _, _ := strings.Cut(email, "@")
	r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, registrations.Entry{Person: registrations.Person{GivenName: name, FamilyName: "(Zambia)", Email: email, Language: language},
		Organisation: "ZM", Capacity: registrations.Delegate, Pool: events.OnSitePool})
	w.must(err)
	return r
}

func (w *world) decide(r registrations.Registration, event registrations.Event) registrations.Registration {
	w.t.Helper()
	reason := ""
	if event == registrations.Refuse {
		reason = "No seat for this capacity"
	}
	r, err := w.desk.Decide(w.ctx, w.officer, r.ID, registrations.Decision{Event: event, Reason: reason})
	w.must(err)
	return r
}

func (w *world) registration(id string) registrations.Registration {
	w.t.Helper()
	r, err := w.desk.Linked(w.ctx, id)
	w.must(err)
	return r
}

func (w *world) activity(code string) events.Activity {
	w.t.Helper()
	a, err := w.programme.Load(w.ctx, code)
	w.must(err)
	return a
}

// pass lets time go by.
func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

// work lets the worker do all that is due.
func (w *world) work() {
	w.t.Helper()
	for range 1000 {
		n, err := w.worker.Turn(w.ctx)
		w.must(err)
		if n == 0 {
			return
		}
	}
	w.t.Fatal("the worker finds no end")
}

// mails lets the worker work and gives the mails that came since the last call, by recipient: they
// go over several connections, so only one person's come in order.
func (w *world) mails() []sink.Mail {
	w.t.Helper()
	w.work()
	received := w.sink.Messages()[w.seen:]
	w.seen += len(received)
	var mails []sink.Mail
	for _, r := range received {
		m, err := sink.Parse(r.Data)
		w.must(err)
		if m.To.Address != r.To {
			w.t.Errorf("a mail for %s was handed over for %s", m.To.Address, r.To)
		}
		mails = append(mails, m)
	}
	slices.SortStableFunc(mails, func(a, b sink.Mail) int { return strings.Compare(a.To.Address, b.To.Address) })
	return mails
}

// one gives the only mail that came, to whom it should have gone.
func (w *world) one(to string) sink.Mail {
	w.t.Helper()
	mails := w.mails()
	if len(mails) != 1 || mails[0].To.Address != to {
		w.t.Fatalf("want one mail to %s, got %v", to, subjects(mails))
	}
	return mails[0]
}

func subjects(mails []sink.Mail) []string {
	var list []string
	for _, m := range mails {
		list = append(list, m.To.Address+": "+m.Subject)
	}
	return list
}

// event reads the calendar object of a mail and holds it to the rules.
func (w *world) event(m sink.Mail) calendartest.Event {
	w.t.Helper()
	if m.Calendar == nil {
		w.t.Fatalf("the mail %q to %s has no calendar part", m.Subject, m.To.Address)
	}
	calendartest.Check(w.t, m.Calendar)
	e := calendartest.One(w.t, m.Calendar)
	if e.Method != m.Method || e.Attendee != m.To.Address || e.Organizer != "cap@portal.example" || !e.Stamp.Equal(m.Date) {
		w.t.Errorf("mail %s to %s on %v, object %+v", m.Method, m.To.Address, m.Date, e)
	}
	return e
}
