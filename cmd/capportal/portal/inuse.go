package portal

import (
	"context"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/registrations/signin"
)

// Passing names the collections in which opening a portal and serving leaves something on an empty
// store: the signing key, the first administrator's link, what is counted. A backup restored there
// replaces it.
func Passing() []string { return []string{"keys", "signins", "limits"} }

// InUse tells whether a portal works on the database, or did until less than two minutes ago: each
// counts itself once a minute (tend).
func InUse(ctx context.Context, db *engine.DB) (bool, error) {
	now, err := db.Clock(ctx)
	if err != nil {
		return false, err
	}
	// The clocks may differ a little, so that the window is the one before or the next.
	for _, at := range []time.Duration{-tendEvery, 0, tendEvery} {
		used, err := signin.Counted(ctx, db.Database(), "loop", "tend", now.Add(at), tendEvery)
		if used || err != nil {
			return used, err
		}
	}
	return false, nil
}
