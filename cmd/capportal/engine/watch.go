package engine

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver"
)

// Transaction is what became of one outermost transaction, for whoever watches.
type Transaction struct {
	Result string // one of Results
	// Runs is how often its func ran: 1 unless the database asked for another try.
	Runs int
	// Conflicts is how many of the runs met another writer; the embedded engine has none.
	Conflicts int
	// Took is the whole of it, from the call to the answer; Commit is from the end of the
	// func's last run to the answer, and zero unless it was committed. On this machine's clock.
	Took, Commit time.Duration
}

// What becomes of a transaction, as Transaction.Result names it.
const (
	Committed = "committed"
	Refused   = "refused" // its func gave an error of its own, or its caller had gone
	Busy      = "busy"    // others kept it out for too long
	Lost      = "lost"    // the database could not be reached, read or written
	Unknown   = "unknown" // whether it was committed nobody can tell
)

// Results lists what Transaction.Result may be.
func Results() []string { return []string{Committed, Refused, Busy, Lost, Unknown} }

// watched runs a transaction and tells Options.Watch of it.
func (d *DB) watched(ctx context.Context, fn func(context.Context) error, transact func(context.Context, func(context.Context) error) error) error {
	if d.watch == nil {
		return transact(ctx, fn)
	}
	began := time.Now()
	var t Transaction
	var left time.Time
	err := transact(ctx, func(ctx context.Context) error {
		t.Runs++
		err := fn(ctx)
		left = time.Now()
		if d.kind == MongoDB && (labelled(err, driver.TransientTransactionError) && !connectionLost(err) || mongo.IsDuplicateKeyError(err)) {
			t.Conflicts++
		}
		return err
	})
	now := time.Now()
	t.Took, t.Result = now.Sub(began), resultOf(err)
	if t.Result == Committed {
		t.Commit = now.Sub(left)
	}
	d.watch(t)
	return err
}

func resultOf(err error) string {
	switch {
	case err == nil:
		return Committed
	case errors.Is(err, ErrUnknown):
		return Unknown
	case errors.Is(err, ErrBusy):
		return Busy
	case errors.Is(err, ErrUnreachable), errors.Is(err, ErrUnwritable), errors.Is(err, ErrClosed):
		return Lost
	}
	return Refused
}
