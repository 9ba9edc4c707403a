package main

import (
	"context"
	"fmt"
	"io"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
)

type restoreCommand struct {
	File string `arg:"" help:"The file that 'capportal backup' wrote."`
	flags
}

// Run is called by kong. It alone of all commands is never carried out by a running portal.
func (c *restoreCommand) Run(p process) error {
	settings, _, err := readSettings(c.flags, p.env)
	if err != nil {
		return failure{err.Error(), exitFailed}
	}
	inside := p
	inside.stdout = io.Discard
	if answered, _ := inside.performThere(settings, "check", &checkStore{}); answered {
		return failure{fmt.Sprintf("a portal runs on the data folder %s: stop it, and restore then", settings.Data), exitFailed}
	}
	contents, err := engine.Restore(p.ctx, c.File, engine.Restoring{URI: settings.MongoDB, Data: settings.Data, Files: documentsFolder,
		Passing: portal.Passing(), Idle: idle})
	if err != nil {
		return plainly(err)
	}
	_, err = fmt.Fprintf(p.stdout, "restored %s\n", inventory(contents))
	return err
}

// idle refuses a database on which a portal works, wherever that runs.
func idle(ctx context.Context, db *engine.DB) error {
	used, err := portal.InUse(ctx, db)
	if err != nil {
		return err
	}
	if used {
		return failure{"a portal works on this database, or did within the last two minutes: stop it, wait two minutes, and restore then", exitFailed}
	}
	return nil
}
