package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"capportal/cmd/capportal/engine"
	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// maxFaults is how many faults of one file are named.
const maxFaults = 100

// inWords puts an error of a command into English sentences: a fault of a row says where it stands, a
// fault of a setting or the store has its own sentence, and anything else is named for what it is.
func inWords(bundle *i18n.Bundle, err error) error {
	faults := events.Faults(err)
	var known *engine.Fault
	if len(faults) == 0 || errors.As(err, &known) {
		return plainly(err)
	}
	words := bundle.In("en")
	var lines []string
	for i, f := range faults {
		if i == maxFaults {
			lines = append(lines, fmt.Sprintf("and %d more like these", len(faults)-i))
			break
		}
		lines = append(lines, whereOf(f)+page.Sentence(words, f))
	}
	return failure{strings.Join(lines, "\n"), exitFailed}
}

// whereOf says where in an imported file, or beside which argument, a fault stands.
func whereOf(f *events.Error) string {
	line, ok := f.Args["line"]
	switch {
	case ok && f.Field != "":
		return fmt.Sprintf("line %v, column %s: ", line, f.Field)
	case ok:
		return fmt.Sprintf("line %v: ", line)
	case f.Field != "" && f.Field != "file":
		return strings.ReplaceAll(f.Field, "_", "-") + ": "
	}
	return ""
}

func plainly(err error) error {
	var known *engine.Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return failure{known.Error(), exitFailed}
	case errors.Is(err, context.Canceled):
		return failure{"interrupted: nothing was changed", exitFailed}
	case errors.Is(err, context.DeadlineExceeded):
		return failure{"it took too long and nothing was changed: try again", exitFailed}
	}
	return err
}
