// Package viewstest lets tests of pages use the real app as a browser without a script does: it opens
// addresses, follows redirects, fills in forms and presses their buttons. It knows no page; a test
// says which it mounts.
package viewstest

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views"
	"capportal/views/assets"
	"capportal/views/i18n"
	"capportal/views/page"
)

// Database is what a House stands on; the engine's DB is one.
type Database interface {
	Database() lungo.IDatabase
	Transact(ctx context.Context, fn func(ctx context.Context) error) error
}

// stamp is the stamp of a database that has one; nil otherwise.
func stamp(db Database) events.Stamp {
	if s, ok := db.(interface {
		Stamp(ctx context.Context, collections ...string) (uint64, bool)
	}); ok {
		return s.Stamp
	}
	return nil
}

// BaseURL is the origin of every House.
const BaseURL = "http://portal.example"

// House is a portal with its domain and app, and no page but those mounted.
type House struct {
	T         testing.TB
	Ctx       context.Context
	Now       time.Time // the clock stands still until it is set
	Programme *events.Programme
	Desk      *registrations.Desk
	Directory *directory.Directory
	Outbox    *outbox.Outbox
	Audit     *audit.Audit
	Signin    *signin.SignIn
	Renderer  *page.Renderer
	App       *fiber.App
	Log       *bytes.Buffer

	sessions bool // the app knows real sessions
}

// Open builds a House on an empty database, at 08:00 UTC on 1 September 2026, without any page.
// Sources are the templates of the pages that the test mounts itself.
func Open(t testing.TB, db Database, sources map[string]fs.FS) *House {
	t.Helper()
	h := domain(t, db)
	bundle, err := i18n.Load()
	h.must(err)
	set, err := assets.Load()
	h.must(err)
	h.Renderer, err = page.New(page.Options{Bundle: bundle, Assets: set, BaseURL: BaseURL, Log: h.log(), Sources: sources})
	h.must(err)
	h.App, err = views.NewApp(views.Options{Renderer: h.Renderer, Assets: set, Log: h.log(), BaseURL: BaseURL, Addr: "127.0.0.1:8080",
		Key: bytes.Repeat([]byte{7}, 32), Now: h.clock,
		// The cookie of a test's browser holds the person's id itself.
		Visitor: func(ctx context.Context, session string) (events.Visitor, error) { return h.Desk.Visitor(ctx, session) }})
	h.must(err)
	return h
}

// OpenSite builds a House with every page of the portal and its real sessions. Mail tells whether a
// mail server is configured; none is ever reached.
func OpenSite(t testing.TB, db Database, mail bool) *House {
	t.Helper()
	return OpenSiteLogging(t, db, mail, nil)
}

// OpenSiteLogging is OpenSite with a log of the test's own; nil: the House's.
func OpenSiteLogging(t testing.TB, db Database, mail bool, log *slog.Logger) *House {
	t.Helper()
	h := domain(t, db)
	if log == nil {
		log = h.log()
	}
	bundle, err := i18n.Load()
	h.must(err)
	h.App, h.Renderer, err = views.New(views.Parts{Programme: h.Programme, Desk: h.Desk, Directory: h.Directory, SignIn: h.Signin, Keys: h.Signin.Keys,
		Outbox: h.Outbox, Audit: h.Audit, Entries: notify.Entries{Words: bundle, BaseURL: BaseURL, Domain: "portal.example"}, Bundle: bundle,
		Transact: db.Transact, Ping: func(context.Context) error { return nil }, Log: log, Now: h.clock, BaseURL: BaseURL, Addr: "127.0.0.1:8080",
		Zone: "Europe/Brussels", FormKey: bytes.Repeat([]byte{7}, 32), Mail: mail, ImportLimit: 5000, Stamp: stamp(db)})
	h.must(err)
	h.sessions = true
	return h
}

// domain builds what stands below the pages.
func domain(t testing.TB, db Database) *House {
	t.Helper()
	h := &House{T: t, Ctx: context.Background(), Now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), Log: &bytes.Buffer{}}
	d := db.Database()
	h.Programme = events.NewProgramme(d, db.Transact, h.clock)
	if known := stamp(db); known != nil {
		h.Programme.Remember(known)
	}
	h.Directory = directory.New(d, db.Transact, h.clock)
	h.Outbox = outbox.New(d, db.Transact, h.clock)
	h.Audit = audit.New(d, db.Transact, h.clock)
	h.Desk = registrations.NewDesk(registrations.Parts{Database: d, Transact: db.Transact, Now: h.clock, Programme: h.Programme,
		Directory: h.Directory, Outbox: h.Outbox, Languages: []string{"en", "fr", "es", "ar", "ru", "pt"}, UIDDomain: "portal.example"})
	keys, err := signin.OpenKeys(h.Ctx, d, db.Transact)
	h.must(err)
	h.Signin = signin.New(signin.Parts{DB: d, Transact: db.Transact, Now: h.clock, Keys: keys, People: h.Directory, Audit: h.Audit})
	return h
}

func (h *House) clock() time.Time { return h.Now }

func (h *House) log() *slog.Logger { return slog.New(slog.NewTextHandler(h.Log, nil)) }

func (h *House) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// Organisation adds an organisation by its code.
func (h *House) Organisation(code string, group events.Group, region string, name events.Text) {
	h.T.Helper()
	o := directory.Organisation{Code: code, Group: group, Region: region, Name: name}
	if group == events.Member {
		o.Status, o.Country = directory.StatusMember, code
	}
	_, err := h.Directory.AddOrganisation(h.Ctx, directory.ByPortal, o)
	h.must(err)
}

// Person adds a person and gives its id.
func (h *House) Person(email, given, family string, role events.Role, organisation string) string {
	h.T.Helper()
	p, err := h.Directory.AddPerson(h.Ctx, directory.ByPortal, directory.Person{Email: email, GivenName: given, FamilyName: family,
		Language: "en", Role: role, Organisation: organisation})
	h.must(err)
	return p.ID
}

// Visitor is a person as the domain sees it.
func (h *House) Visitor(person string) events.Visitor {
	h.T.Helper()
	v, err := h.Desk.Visitor(h.Ctx, person)
	h.must(err)
	return v
}

// Advance takes an activity through its states, in the name of an officer.
func (h *House) Advance(officer, code string, to ...events.State) events.Activity {
	h.T.Helper()
	var a events.Activity
	for _, state := range to {
		before, err := h.Programme.Load(h.Ctx, code)
		h.must(err)
		a, err = h.Programme.Advance(h.Ctx, h.Visitor(officer), code, before.Version, state, "because", "", nil)
		h.must(err)
	}
	return a
}
