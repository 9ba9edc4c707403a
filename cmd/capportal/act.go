package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
)

// act is what a command does to the portal's data. It is the same whether it runs in the serving
// process, sent there through the control socket as JSON, or in the command's own.
type act interface {
	// do writes what a script reads to out. Nothing is written unless it succeeds (but see streamer).
	do(ctx context.Context, p *portal.Portal, out io.Writer) error
}

// streamer is an act whose output is too long to be held back until it has succeeded: what was written
// is good only if it does.
type streamer interface {
	act
	streams()
}

// acts makes an empty act by its name on the control socket.
func acts() map[string]func() act {
	return map[string]func() act{
		"person add": func() act { return new(personAdd) },
		"signin":     func() act { return new(signinAct) },
		"token add":  func() act { return new(tokenAdd) },
		"import":     func() act { return new(importAct) },
		"backup":     func() act { return new(backupAct) },
		"check":      func() act { return new(checkStore) },
	}
}

// actWait is how long a command waits for a portal that holds the store but does not answer on its
// socket: it is starting, or ending.
const actWait = 10 * time.Second

// perform carries an act out: in the portal that runs on this data, else on the store itself.
func (p process) perform(f flags, name string, a act) error {
	settings, _, err := readSettings(f, p.env)
	if err != nil {
		return failure{err.Error(), exitFailed}
	}
	deadline := time.Now().Add(actWait)
	for {
		answered, err := p.performThere(settings, name, a)
		if answered {
			return err
		}
		err = p.performHere(settings, a)
		if !errors.Is(err, engine.ErrLocked) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-p.ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// performHere opens the store for this one act.
func (p process) performHere(s portal.Settings, a act) error {
	opened, err := portal.Open(p.ctx, portal.Options{Settings: s, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	to := io.Writer(&out)
	if _, ok := a.(streamer); ok {
		to = p.stdout
	}
	err = sayDone(p.ctx, opened, a, to)
	if closed := opened.Close(context.WithoutCancel(p.ctx)); err == nil {
		err = closed
	}
	if err == nil {
		_, err = p.stdout.Write(out.Bytes())
	}
	return err
}

// sayDone does an act and puts its error into words.
func sayDone(ctx context.Context, p *portal.Portal, a act, out io.Writer) error {
	return inWords(p.Bundle, a.do(ctx, p, out))
}
