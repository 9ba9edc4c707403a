package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views"
	"capportal/views/i18n"
)

// Options says what to put together. Settings and Log are required.
type Options struct {
	Settings Settings
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	// Listen takes Settings.Addr before the houses are put up: with port 0 the portal's own origin is
	// not known earlier.
	Listen bool
	// Mails makes it a demo: the pages say that nothing is real, and show these mails.
	Mails func() []sink.Received
}

// Portal is a portal put together on an open database. Who opens it closes it.
type Portal struct {
	Settings  Settings
	Log       *slog.Logger
	Now       func() time.Time
	DB        *engine.DB
	Listener  net.Listener // nil unless asked for
	Bundle    *i18n.Bundle
	Programme *events.Programme
	Directory *directory.Directory
	Audit     *audit.Audit
	Outbox    *outbox.Outbox
	Desk      *registrations.Desk
	Keys      signin.Keys
	SignIn    *signin.SignIn
	Entries   notify.Entries
	Worker    *notify.Worker
	client    *mail.Client // nil: no mail server
	mails     func() []sink.Received

	metrics         *metrics
	metricsListener net.Listener // nil unless asked for
	readiness       readiness
}

// Open opens the database and puts the houses on it. The error is a sentence for the operator: a
// *engine.Fault, or what keeps the portal from its address; else a fault of the program itself.
func Open(ctx context.Context, o Options) (*Portal, error) {
	p := &Portal{Settings: o.Settings, Log: slog.New(discreet{o.Log.Handler()}), Now: o.Now, mails: o.Mails, metrics: newMetrics()}
	if p.Now == nil {
		p.Now = time.Now
	}
	var err error
	if p.Bundle, err = i18n.Load(); err != nil {
		return nil, fmt.Errorf("read the catalogues: %w", err)
	}
	if p.DB, err = engine.Open(ctx, engine.Options{URI: p.Settings.MongoDB, Dir: dirOf(p.Settings), Now: p.Now,
		Stamped: views.Stamped(), Watch: p.metrics.watchTransaction}); err != nil {
		return nil, err
	}
	// The database first: a second portal on the same data is told so, not that its address is taken.
	if o.Listen {
		if err := p.listen(); err != nil {
			return nil, errors.Join(err, p.Close(context.WithoutCancel(ctx)))
		}
	}
	p.fillSettings()
	if err := p.furnish(ctx); err != nil {
		return nil, errors.Join(err, p.Close(context.WithoutCancel(ctx)))
	}
	return p, nil
}

func (p *Portal) listen() error {
	l, err := listenAt(p.Settings.Addr, "CAPPORTAL_ADDR")
	if err != nil {
		return err
	}
	p.Listener, p.Settings.Addr = l, l.Addr().String()
	if p.Settings.MetricsAddr == "" {
		return nil
	}
	if l, err = listenAt(p.Settings.MetricsAddr, "CAPPORTAL_METRICS_ADDR"); err != nil {
		return err
	}
	p.metricsListener, p.Settings.MetricsAddr = l, l.Addr().String()
	return nil
}

// listenAt opens a listener that a setting names.
func listenAt(addr, setting string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		var system *os.SyscallError
		if errors.As(err, &system) {
			err = system.Err
		}
		return nil, fmt.Errorf("cannot listen on %s (%w): stop what uses that address, or set %s to another", addr, err, setting)
	}
	return l, nil
}

func dirOf(s Settings) string {
	if s.MongoDB != "" {
		return ""
	}
	return s.Data
}

// fillSettings puts what follows from other settings where nothing was said.
func (p *Portal) fillSettings() {
	s := &p.Settings
	if s.BaseURL == "" {
		s.BaseURL = OriginOf(s.Addr)
	}
	if s.Zone == "" {
		s.Zone = "Europe/Brussels"
	}
	if len(s.Languages) == 0 {
		s.Languages = []string{"en", "fr", "es", "ar", "ru", "pt"}
	}
}

// furnish puts the houses on the open database.
func (p *Portal) furnish(ctx context.Context) error {
	db, transact := p.DB.Database(), p.transact
	p.Audit = audit.New(db, transact, p.Now)
	// The worker's own transactions must not wake it.
	p.Outbox = outbox.New(db, p.DB.Transact, p.Now)
	p.Directory = directory.New(db, transact, p.Now)
	p.Directory.Languages, p.Directory.ImportLimit = p.Settings.Languages, p.ImportLimit()
	p.Programme = events.NewProgramme(db, transact, p.Now)
	p.Programme.Remember(p.DB.Stamp)
	p.Desk = registrations.NewDesk(registrations.Parts{Database: db, Transact: transact, Now: p.Now, Programme: p.Programme,
		Directory: p.Directory, Outbox: p.Outbox, Languages: p.Settings.Languages, UIDDomain: hostOf(p.Settings.BaseURL),
		Watch: p.metrics.watchQueue()})
	var err error
	if p.Keys, err = signin.OpenKeys(ctx, db, transact); err != nil {
		return fmt.Errorf("open the signing key: %w", err)
	}
	p.SignIn = signin.New(signin.Parts{DB: db, Transact: transact, Now: p.Now, Keys: p.Keys, People: p.Directory, Audit: p.Audit,
		Notify: notify.SignIn(p.Outbox)})
	p.SignIn.Steady = 150 * time.Millisecond // either way takes some 20 ms on the embedded engine
	if err := p.employ(); err != nil {
		return err
	}
	p.metrics.registry.MustRegister(newStanding(p))
	return nil
}

// employ puts together who sends what waits in the outbox.
func (p *Portal) employ() error {
	p.Entries = notify.Entries{Words: p.Bundle, From: p.Settings.From, BaseURL: p.Settings.BaseURL, Domain: hostOf(p.Settings.BaseURL)}
	parts := notify.Parts{Sources: notify.Sources{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory}, Entries: p.Entries,
		Transact: p.DB.Transact, Outbox: p.Outbox, Links: notify.LinksOf(p.Keys), HomeZone: p.Settings.Zone, Now: p.Now, Log: p.Log,
		Watch: p.metrics.watchMails}
	if p.Settings.SMTP != nil {
		p.client = mail.NewClient(*p.Settings.SMTP, mail.Options{})
		parts.Sender = p.client
	}
	var err error
	p.Worker, err = notify.NewWorker(parts)
	return err
}

// transact is the houses' transaction: what it may have put into the outbox is sent at once, and the
// claims that came to their end in it are counted.
func (p *Portal) transact(ctx context.Context, fn func(context.Context) error) error {
	var claims registrations.Claims
	err := p.DB.Transact(ctx, func(ctx context.Context) error {
		claims = registrations.Claims{} // it may run again
		return fn(registrations.Counting(ctx, &claims))
	})
	if err == nil {
		p.metrics.watchClaims(claims)
		if p.Worker != nil {
			p.Worker.Poke()
		}
	}
	return fault(err)
}

// ImportLimit is how many rows an import takes in one go: what the engine takes in good time
// (design.md 4).
func (p *Portal) ImportLimit() int {
	if p.DB.Kind() == engine.MongoDB {
		return 20_000
	}
	return 5_000
}

// Link gives the address of a page, in the first of the languages on offer.
func (p *Portal) Link(path ...string) string {
	address := p.Settings.BaseURL + "/" + p.Settings.Languages[0]
	for _, part := range path {
		address += "/" + part
	}
	return address
}

// Close closes the database, once everything that uses it has ended. Closing twice is harmless.
func (p *Portal) Close(ctx context.Context) error {
	if p.Listener != nil {
		_ = p.Listener.Close() // whoever served on it has closed it before
	}
	if p.metricsListener != nil {
		_ = p.metricsListener.Close()
	}
	if p.client != nil {
		p.client.Close()
	}
	return p.DB.Close(ctx)
}
