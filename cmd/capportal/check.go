package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify/mail"
)

type checkCommand struct {
	flags
}

// check gathers what is looked at: what is well and what is only worth knowing go to standard output,
// what is wrong to standard error.
type check struct {
	process
	settings portal.Settings
	faults   settingFaults
	wrong    int
}

// Run is called by kong. It looks at everything, whatever is found wrong on the way.
func (c *checkCommand) Run(p process) error {
	k := &check{process: p}
	var err error
	var warnings []string
	k.settings, warnings, err = readSettings(c.flags, p.env)
	errors.As(err, &k.faults)
	for _, f := range k.faults {
		k.bad("%s", f)
	}
	if len(k.faults) == 0 {
		k.good("settings: well-formed")
	}
	for _, w := range append(warnings, cautions(k.settings)...) {
		k.note("%s", w)
	}
	k.database()
	k.disk()
	k.mailServer()
	k.clock()
	if k.wrong > 0 {
		return failure{status: exitFailed}
	}
	return nil
}

func (k *check) good(format string, a ...any) {
	fmt.Fprintln(k.stdout, "fine:  "+fmt.Sprintf(format, a...))
}

func (k *check) note(format string, a ...any) {
	fmt.Fprintln(k.stdout, "note:  "+fmt.Sprintf(format, a...))
}

func (k *check) bad(format string, a ...any) {
	k.wrong++
	fmt.Fprintln(k.stderr, "wrong: "+fmt.Sprintf(format, a...))
}

// accused tells whether a setting has been found malformed, so that nothing can be looked at by it.
func (k *check) accused(name string) bool {
	for _, f := range k.faults {
		if strings.HasPrefix(f, name+" ") {
			return true
		}
	}
	return false
}

// database opens the store as the portal would; where a portal has it, that one is asked to.
func (k *check) database() {
	if k.accused("CAPPORTAL_MONGODB_URI") || k.settings.MongoDB == "" && k.accused("CAPPORTAL_DATA") {
		return
	}
	if k.settings.MongoDB == "" && !k.storeExists() {
		return
	}
	ctx, cancel := context.WithTimeout(k.ctx, time.Minute)
	defer cancel()
	inside := process{ctx: ctx, env: k.env, stdout: k.stdout, stderr: k.stderr}
	if answered, err := inside.performThere(k.settings, "check", &checkStore{}); answered {
		if err != nil {
			k.bad("database: %v", err)
		}
		return
	}
	opened, err := portal.Open(ctx, portal.Options{Settings: k.settings, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = sayDone(ctx, opened, &checkStore{}, k.stdout)
		err = errors.Join(err, opened.Close(context.WithoutCancel(ctx)))
	}
	if err != nil {
		k.bad("database: %v", plainly(err))
	}
}

// storeExists tells whether there is an embedded store to open. Where there is none yet, it says
// whether one can be made, and makes none.
func (k *check) storeExists() bool {
	if _, err := os.Stat(filepath.Join(k.settings.Data, storeFile)); err == nil {
		return true
	}
	at := k.settings.Data
	for {
		if _, err := os.Lstat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	probe, err := os.CreateTemp(at, ".capportal-check-")
	if err != nil {
		k.bad("database: the data folder %s cannot be written (%v): give it to the user that runs capportal, or set CAPPORTAL_DATA to another folder", k.settings.Data, cause(err))
		return false
	}
	probe.Close()
	_ = os.Remove(probe.Name())
	k.good("database: %s can hold the embedded store; there is none yet", k.settings.Data)
	return false
}

// checkStore looks at an open store.
type checkStore struct{}

func (checkStore) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	if err := p.DB.Ping(ctx); err != nil {
		return err
	}
	before := time.Now()
	theirs, err := p.DB.Clock(ctx)
	if err != nil {
		return err
	}
	if apart := theirs.Sub(before).Abs() - time.Since(before); apart > maxApart {
		return failure{fmt.Sprintf("the clock of the database is %s away from this machine's: let both follow a time server", apart.Round(time.Second)), exitFailed}
	}
	waiting, oldest, err := p.Outbox.Counts(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "fine:  database: %s, answers\n", p.DB.Kind())
	if waiting > 0 && !oldest.IsZero() {
		fmt.Fprintf(out, "note:  outbox: %d notices wait, the oldest since %s\n", waiting, oldest.Format(time.RFC3339))
	}
	administrator, err := p.Directory.AdministratorExists(ctx)
	if err == nil && !administrator {
		fmt.Fprintln(out, "note:  people: there is no administrator yet; 'capportal serve' prints the link for the first one")
	}
	return err
}

// maxApart is how far clocks may be apart: leases last for minutes.
const maxApart = 10 * time.Second

// mailServer signs in to the mail server and leaves again.
func (k *check) mailServer() {
	switch {
	case k.accused("CAPPORTAL_SMTP_URL"):
		return
	case k.settings.SMTP == nil:
		k.note("mail: no mail server is set, so mail waits in the outbox: set CAPPORTAL_SMTP_URL and CAPPORTAL_FROM")
		return
	}
	ctx, cancel := context.WithTimeout(k.ctx, 20*time.Second)
	defer cancel()
	client := mail.NewClient(*k.settings.SMTP, mail.Options{Timeout: 10 * time.Second})
	defer client.Close()
	if err := client.Check(ctx); err != nil {
		k.bad("mail: %v", err)
		return
	}
	k.good("mail: %s takes mail from us", k.settings.SMTP)
}

// clock looks at what times are told by: the machine's clock, and the data of the time zones.
func (k *check) clock() {
	zone := k.settings.Zone
	if k.accused("CAPPORTAL_TIMEZONE") {
		zone = "Europe/Brussels"
	}
	place, err := events.LoadZone(zone)
	if err != nil {
		k.bad("clock: the data of time zones lacks %s (%v): install the program anew", zone, err)
		return
	}
	now := time.Now()
	if now.Before(released) {
		k.bad("clock: this machine's clock says %s, which is before this program was made: set it, and let it follow a time server", now.UTC().Format(time.DateTime))
		return
	}
	k.good("clock: %s in %s", now.In(place).Format("2006-01-02 15:04:05 -0700"), zone)
}

// released is a day before which no clock can be right.
var released = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// cautions are sentences about settings that are well-formed and probably not meant.
func cautions(s portal.Settings) []string {
	var list []string
	if s.Addr != "" && s.BaseURL == "" && !loopback(s.Addr) {
		list = append(list, "CAPPORTAL_BASE_URL is not set although others can reach CAPPORTAL_ADDR: links in mails would lead to "+portal.OriginOf(s.Addr))
	}
	if strings.HasPrefix(s.BaseURL, "http://") && !loopback(strings.TrimPrefix(s.BaseURL, "http://")) {
		list = append(list, "CAPPORTAL_BASE_URL begins with http://, so sign-in links and sessions travel unencrypted: put a proxy with TLS before the portal and write https://")
	}
	return list
}
