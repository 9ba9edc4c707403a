package engine

import (
	"context"
	"time"

	"capportal/cmd/capportal/engine/embedded"
)

// turnWait bounds how long a transaction waits for its turn to write.
const turnWait = 60 * time.Second

// running marks the context of a transaction of one database.
type running struct{ d *DB }

// Transact runs fn in one transaction: all it writes is stored, or nothing.
//
// fn gets the transaction's own context and must hand it to every store; a store
// called with an outer context inside fn waits for the transaction that waits for
// it. The context must not be used after fn returns, nor by two goroutines at once.
// fn may run several times, because MongoDB asks to repeat a transaction that met
// another writer: it must have no effect outside the database. A Transact within
// fn, given fn's context, joins the running transaction; its error does not by
// itself undo what it wrote, so pass it on.
//
// The error of fn comes back as it is. Besides: ctx's own error when it ends before
// the commit (nothing is stored), ErrBusy, ErrUnwritable, ErrUnknown, ErrClosed. A
// commit once begun is brought to its end even if ctx ends. A panic of fn aborts
// the transaction and goes on.
//
// On MongoDB reads see one snapshot, commits wait for a majority, and the server ends
// a transaction after 60 seconds. A duplicate key aborts it; fn is then run again, so
// that a store which looks first and inserts after finds what came between. The embedded
// engine lets one transaction run at a time, in order of arrival; one that only
// reads writes nothing to the disk.
func (d *DB) Transact(ctx context.Context, fn func(ctx context.Context) error) error {
	if ctx.Value(running{d}) != nil {
		return fn(ctx)
	}
	if ctx.Value(viewing{d}) != nil {
		return embedded.ErrInView
	}
	if d.closed.Load() {
		return closedFault()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.kind == MongoDB {
		return d.watched(ctx, d.gathered(fn), d.stampMongo)
	}
	return d.watched(ctx, fn, d.transactEmbedded)
}

func (d *DB) transactEmbedded(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := d.waitTurn(ctx); err != nil {
		return err
	}
	defer d.turn.Release(1)

	t := d.embedded.Begin()
	defer t.End() // after a panic too
	if err := fn(context.WithValue(t.Context(ctx), running{d}, true)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // nobody waits any more: do not store half a conversation
	}
	names, err := t.Commit()
	if err != nil {
		return err
	}
	d.changed(names...)
	return nil
}

// writeAlone is the transaction of one write that is called outside of any.
func (d *DB) writeAlone(ctx context.Context, fn func(ctx context.Context) error) error {
	if d.closed.Load() {
		return closedFault()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.transactEmbedded(ctx, fn)
}

func (d *DB) waitTurn(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	if d.turn.Acquire(wait, 1) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fault(ErrBusy, nil, "the database was busy for %s: nothing was stored, try again", turnWait)
}
