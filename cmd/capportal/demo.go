package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"capportal/cmd/capportal/demo"
	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
)

type demoCommand struct {
	Addr string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 picks one and prints it. Default ${default}."`
	Data string `placeholder:"DIR" help:"A folder to build the year in, or with a demo in it already; a temporary one unless given."`
}

// keptMails is how many mails a demo remembers.
const keptMails = 5000

// Run is called by kong. A demo asks no environment: it must not touch what a portal here uses.
func (c *demoCommand) Run(p process) (err error) {
	var settings portal.Settings
	if fault := readAddr(&settings, c.Addr); fault != nil {
		return failure{"--addr " + fault.Error(), exitFailed}
	}
	folder, done, err := openDemoFolder(p.ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	box, err := sink.Listen(sink.WithLimit(keptMails))
	if err != nil {
		return fmt.Errorf("open the demo's own mail server: %w", err)
	}
	defer box.Close()
	server, err := mail.ParseURL(box.URL())
	if err != nil {
		return fmt.Errorf("open the demo's own mail server: %w", err)
	}
	settings.Data, settings.SMTP = folder.path, &server
	settings.From = mail.Address{Name: "WCO CAP Secretariat", Email: "cap@secretariat.example"}
	clock := demo.NewClock(time.Now())
	opened, err := portal.Open(p.ctx, portal.Options{Settings: settings, Log: p.quietLogger(), Now: clock.Now, Mails: box.Messages, Listen: true})
	if err != nil {
		return plainly(err)
	}
	if !folder.built {
		now := time.Now()
		if err := demo.Build(p.ctx, opened, clock, now); err != nil {
			return errors.Join(plainly(err), plainly(opened.Shutdown()))
		}
		clock.Go(now)
		if err := folder.markBuilt(); err != nil {
			return errors.Join(err, plainly(opened.Shutdown()))
		}
	}
	return p.serve(opened, func() error { return p.roleLinks(opened) })
}

// quietLogger says only what needs somebody: a demo's output is read by people.
func (p process) quietLogger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// roleLinks prints a sign-in link for each role, which works again and again.
func (p process) roleLinks(opened *portal.Portal) error {
	for _, r := range demo.Roles() {
		token, err := opened.SignIn.Issue(p.ctx, r.Email, true)
		if err != nil {
			return fmt.Errorf("make the link of the %s: %w", r.Name, err)
		}
		fmt.Fprintf(p.stdout, "sign in as %s: %s\n", r.Name, opened.Link("sign-in", token))
	}
	return nil
}

// demoMark is the file by which a folder is known to hold a demo, and no portal that people rely on.
// It says whether its year was built to the end.
const demoMark = "demo"

type demoFolder struct {
	path  string
	built bool
}

// openDemoFolder takes a folder for a demo: a temporary one, which done removes; an empty one; or one
// with a demo in it, which goes on. A folder with anything else in it is refused.
func openDemoFolder(ctx context.Context, path string) (f demoFolder, done func() error, err error) {
	if path == "" {
		f.path, err = os.MkdirTemp("", "capportal-demo-")
		if err != nil {
			return f, nil, failure{fmt.Sprintf("cannot make a temporary folder (%v): name one with --data", cause(err)), exitFailed}
		}
		return f, func() error { return os.RemoveAll(f.path) }, nil
	}
	if f.path, err = filepath.Abs(path); err != nil {
		return f, nil, err
	}
	done = func() error { return nil }
	refuse := func(err error) (demoFolder, func() error, error) {
		return f, nil, failure{fmt.Sprintf("the folder %s cannot be used (%v): name another with --data", path, cause(err)), exitFailed}
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return refuse(err)
	}
	mark, err := os.ReadFile(f.mark())
	switch {
	case err == nil && string(mark) == "built\n":
		f.built = true
		return f, done, nil
	case err == nil: // broken off while it was built, or being built by another process
		if db, err := engine.Open(ctx, engine.Options{Dir: f.path}); err == nil {
			_ = db.Close(ctx) // it goes in any case
		} else if errors.Is(err, engine.ErrLocked) {
			return f, nil, plainly(err)
		}
		if err := os.Remove(filepath.Join(f.path, "capportal.db")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return refuse(err)
		}
		return f, done, nil
	case !errors.Is(err, os.ErrNotExist):
		return refuse(err)
	}
	inside, err := os.ReadDir(f.path)
	if err != nil {
		return refuse(err)
	}
	if len(inside) > 0 {
		return f, nil, failure{fmt.Sprintf("the folder %s holds something else than a demo: name an empty one with --data", path), exitFailed}
	}
	if err := os.WriteFile(f.mark(), []byte("building\n"), 0o600); err != nil {
		return refuse(err)
	}
	return f, done, nil
}

func (f demoFolder) mark() string { return filepath.Join(f.path, demoMark) }

func (f demoFolder) markBuilt() error {
	if err := os.WriteFile(f.mark(), []byte("built\n"), 0o600); err != nil {
		return fmt.Errorf("note that the demo's year is built: %w", err)
	}
	return nil
}
