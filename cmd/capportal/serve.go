package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
)

type serveCommand struct {
	flags
}

// Run is called by kong.
func (c *serveCommand) Run(p process) error {
	settings, warnings, err := readSettings(c.flags, p.env)
	if err != nil {
		return failure{err.Error(), exitFailed}
	}
	log, flush := gather(p.stderr) // what a script reads goes to standard output alone
	defer flush()
	for _, w := range append(warnings, cautions(settings)...) {
		log.Warn(w)
	}
	if settings.SMTP == nil {
		log.Warn("no mail server is set, so mail waits in the outbox: set CAPPORTAL_SMTP_URL and CAPPORTAL_FROM, and it goes out at the next start")
	}
	opened, err := portal.Open(p.ctx, portal.Options{Settings: settings, Log: log, Listen: true})
	if err != nil {
		return plainly(err)
	}
	return p.serve(opened, func() error { return p.firstAdministrator(opened) })
}

// serve runs a portal with its control socket until the process is told to end, and closes it. Opening
// is called once it answers, to print what else is to be said then.
func (p process) serve(opened *portal.Portal, opening func() error) (err error) {
	defer func() { err = errors.Join(err, plainly(opened.Shutdown())) }()
	socket, err := listenControl(opened)
	switch {
	case err == nil:
		defer func() {
			end, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			socket.close(end)
		}()
	case errors.Is(err, os.ErrExist):
		opened.Log.Info("another portal of this data folder answers the commands")
	case opened.DB.Kind() == engine.MongoDB:
		opened.Log.Warn("commands open the database themselves, since there is no control socket", "error", err)
	default:
		return failure{fmt.Sprintf("%v: without it no command works while the portal runs; look at the rights of the data folder", err), exitFailed}
	}
	ctx, end := context.WithCancel(p.ctx)
	defer end()
	var said error
	err = opened.Serve(ctx, func() {
		fmt.Fprintln(p.stdout, "listening on "+portal.OriginOf(opened.Settings.Addr))
		if said = opening(); said != nil {
			end()
		}
	})
	return errors.Join(err, said)
}

// firstAdministrator prints the link behind which the first administrator gives name and address, on a
// store that has none.
func (p process) firstAdministrator(opened *portal.Portal) error {
	token, err := opened.SignIn.FirstAdministrator(p.ctx)
	if err != nil {
		return plainly(fmt.Errorf("make the first administrator's link: %w", err))
	}
	if token != "" {
		fmt.Fprintln(p.stdout, "first administrator: "+opened.Link("first", token))
	}
	return nil
}
