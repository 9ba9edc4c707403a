package portal

import (
	"errors"

	"capportal/cmd/capportal/engine"
	"capportal/events"
)

// fault makes a reader's error of one of the database: it could do nothing just now, so that the same
// can be asked again, or it is not known whether it did. Any other error is given back as it is.
func fault(err error) error {
	switch {
	case err == nil || len(events.Faults(err)) > 0:
		return err
	case errors.Is(err, engine.ErrUnknown):
		return events.E(events.Unavailable, "outcome_unknown", "").Because(err)
	case engine.Away(err):
		return events.E(events.Unavailable, "unavailable", "").Because(err)
	}
	return err
}
