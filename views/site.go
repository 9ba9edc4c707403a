package views

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/calendar"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/api"
	"capportal/views/assets"
	"capportal/views/delegation"
	"capportal/views/desk"
	"capportal/views/i18n"
	"capportal/views/me"
	"capportal/views/page"
	"capportal/views/public"
)

// Parts is what the whole site is put together from. All but Proxies, Zone and Demo are required.
type Parts struct {
	Programme *events.Programme
	Desk      *registrations.Desk
	Directory *directory.Directory
	SignIn    *signin.SignIn
	Keys      signin.Keys
	Outbox    *outbox.Outbox
	Audit     *audit.Audit
	Entries   notify.Entries // what calendar entries say
	Bundle    *i18n.Bundle
	Transact  events.Transact
	Ping      func(context.Context) error // tells whether the portal is ready, else why not, which nobody is told
	Log       *slog.Logger
	Now       func() time.Time

	BaseURL   string // the portal's own origin, without a slash at its end
	Addr      string
	Proxies   []string
	Languages []string // on offer
	Zone      string   // the Secretariat's IANA zone
	FormKey   []byte   // the secret for the tokens of forms
	Mail      bool     // a mail server is configured
	Demo      bool     // nothing here is real
	// ImportLimit is the most rows an import takes in one go; 0: as many as there are.
	ImportLimit int
	Watch       Watch
	// Stamp tells whether what answers are made from has changed; nil: no answer is kept.
	Stamp events.Stamp
	// Fault makes a reader's error of one of the database; what is none it gives back. nil: there are none.
	Fault func(error) error
	// Sources are further page files, by the name their pages are rendered under.
	Sources map[string]fs.FS
}

// Site is the whole of what people see.
type Site struct {
	parts      Parts
	renderer   *page.Renderer
	public     *public.Pages
	me         *me.Pages
	delegation *delegation.Pages
	desk       *desk.Pages
	api        *api.API
	cache      *cache
}

// New makes the app with every page, file and operation, and the renderer for pages of the program's
// own. A page or a catalogue that is wrong is an error here, not when somebody asks for it.
func New(p Parts) (*fiber.App, *page.Renderer, error) {
	set, err := assets.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("reading the assets: %w", err)
	}
	sources := map[string]fs.FS{"public": public.Templates, "me": me.Templates, "delegation": delegation.Templates, "desk": desk.Templates}
	for name, files := range p.Sources {
		sources[name] = files
	}
	renderer, err := page.New(page.Options{Bundle: p.Bundle, Assets: set, BaseURL: p.BaseURL, Languages: p.Languages, Demo: p.Demo,
		Nav: navigation(), Sources: sources, Fault: p.Fault, Log: p.Log})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the pages: %w", err)
	}
	s := &Site{parts: p, renderer: renderer,
		public: public.New(public.Parts{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory, Keys: p.Keys, Entries: p.Entries,
			Renderer: renderer, Now: p.Now, BaseURL: p.BaseURL, Zone: p.Zone}),
		me: me.New(me.Parts{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory, Signin: p.SignIn, Keys: p.Keys, Entries: p.Entries,
			Renderer: renderer, Now: p.Now, BaseURL: p.BaseURL}),
		delegation: delegation.New(delegation.Parts{Desk: p.Desk, Directory: p.Directory, Signin: p.SignIn, Renderer: renderer, Now: p.Now, Zone: p.Zone}),
		desk: desk.New(desk.Parts{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory, Signin: p.SignIn, Outbox: p.Outbox, Audit: p.Audit,
			Renderer: renderer, Now: p.Now, BaseURL: p.BaseURL, Zone: p.Zone, Mail: p.Mail,
			Transact: p.Transact, ImportLimit: p.ImportLimit}),
	}
	s.api, err = api.New(api.Parts{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory, SignIn: p.SignIn, Outbox: p.Outbox, Audit: p.Audit,
		Now: p.Now, BaseURL: p.BaseURL, Invitation: s.invitation})
	if err != nil {
		return nil, nil, err
	}
	if p.Stamp != nil {
		s.cache = newCache(p.Stamp, p.Now, p.Log)
	}
	app, err := NewApp(Options{Renderer: renderer, Assets: set, Log: p.Log, BaseURL: p.BaseURL, Addr: p.Addr, Proxies: p.Proxies,
		Key: p.FormKey, Visitor: s.visitor, Now: p.Now, Watch: p.Watch, cache: s.cache})
	if err != nil {
		return nil, nil, err
	}
	s.mount(app)
	return app, renderer, nil
}

// navigation is what stands above every page, for whom.
func navigation() []page.NavItem {
	to := func(parts ...string) func(events.Visitor) []string {
		return func(events.Visitor) []string { return parts }
	}
	person := func(v events.Visitor) bool { return v.SignedIn() && !v.Secretariat() }
	return []page.NavItem{
		{Key: "calendar", Path: to()},
		{Key: "me", Path: to("me"), For: person},
		{Key: "delegation", Path: func(v events.Visitor) []string { return []string{"delegation", v.Organisation} },
			For: func(v events.Visitor) bool { return v.Role == events.ContactPoint && v.Organisation != "" }},
		{Key: "desk", Path: to("desk"), For: events.Visitor.Secretariat},
		{Key: "people", Path: to("desk", "people"), For: events.Visitor.Secretariat},
		{Key: "organisations", Path: to("desk", "organisations"), For: events.Visitor.Secretariat},
		{Key: "notices", Path: to("desk", "notices"), For: events.Visitor.Secretariat},
		{Key: "sign_in", Path: to("sign-in"), For: func(v events.Visitor) bool { return !v.SignedIn() }},
	}
}

// visitor finds who holds a session; an ended one is an anonymous visitor.
func (s *Site) visitor(ctx context.Context, secret string) (events.Visitor, error) {
	session, err := s.parts.SignIn.Session(ctx, secret)
	if err != nil {
		if events.CodeOf(err) == events.Anonymous {
			return events.Visitor{}, nil
		}
		return events.Visitor{}, err
	}
	return s.parts.Desk.Visitor(ctx, session.Person)
}

// invitation gives a registration's calendar entry as a file, as it stands: one that was taken back
// says so.
func (s *Site) invitation(_ context.Context, a events.Activity, r registrations.Registration) ([]byte, error) {
	entry, ok := s.parts.Entries.Own(&a, &r)
	if !ok {
		return nil, events.E(events.NotFound, "no_calendar_entry", "")
	}
	if entry.Cancelled {
		return calendar.Cancellation(entry)
	}
	return calendar.Invitation(entry)
}

// home leads to the calendar in the reader's language.
func (s *Site) home(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAcceptLanguage, fiber.HeaderCookie)
	return c.Redirect(page.Of(c).Link(), http.StatusFound)
}

// alive tells a watcher that the program answers.
func (s *Site) alive(c *fiber.Ctx) error { return c.SendString("ok\n") }

// ready tells a watcher whether the portal can do its work: yes or no, no more.
func (s *Site) ready(c *fiber.Ctx) error {
	if s.parts.Ping(c.UserContext()) != nil {
		return c.Status(http.StatusServiceUnavailable).SendString("no\n")
	}
	return c.SendString("yes\n")
}
