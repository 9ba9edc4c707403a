package engine

import "context"

// viewing marks the context of a view of one database.
type viewing struct{ d *DB }

// View runs fn on one committed moment: whatever fn reads with the context it is
// given, and however long it takes, it sees what was committed when View was called
// (on MongoDB: at its first read) and nothing that came later. Writers do not wait for
// it, nor it for them. fn must not write: a write with its context, and a Transact, are
// errors. Within a transaction or another view, fn sees what that sees.
//
// The error of fn comes back as it is; ErrClosed when the database has been closed.
// On the embedded engine a view costs nothing and may last; a MongoDB server keeps
// its moment for five minutes unless it is told otherwise
// (minSnapshotHistoryWindowInSeconds).
func (d *DB) View(ctx context.Context, fn func(ctx context.Context) error) error {
	if ctx.Value(running{d}) != nil || ctx.Value(viewing{d}) != nil {
		return fn(ctx)
	}
	if d.closed.Load() {
		return closedFault()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.kind == MongoDB {
		return d.viewMongo(ctx, fn)
	}
	return fn(context.WithValue(d.embedded.View(ctx), viewing{d}, true))
}
