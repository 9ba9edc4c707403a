package engine

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// viewMongo runs fn in a snapshot session: the first read fixes the moment, and the
// server refuses writes in it.
func (d *DB) viewMongo(ctx context.Context, fn func(ctx context.Context) error) error {
	session, err := d.client.StartSession(options.Session().SetSnapshot(true))
	if err != nil {
		return err
	}
	defer d.ending.Go(func() { within(endFor, session.EndSession) })
	return lungo.WithSession(ctx, session, func(sc lungo.ISessionContext) error {
		return fn(context.WithValue(sc, viewing{d}, true))
	})
}
