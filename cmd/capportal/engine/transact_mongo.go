package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"
)

const (
	// retryFor bounds all attempts of one transaction together.
	retryFor = 30 * time.Second
	// commitFor bounds how long a commit whose answer was lost is asked again.
	commitFor = 30 * time.Second
	// duplicateTries is how often a duplicate key is met with another run, so that
	// a store that looks first and inserts after sees what came in between.
	duplicateTries = 3
	longestPause   = 200 * time.Millisecond
	// endFor bounds the word to the server that a transaction has ended.
	endFor = 5 * time.Second
)

// transactMongo runs fn until its transaction is committed, fails for a reason of
// its own, or the bound is reached. The driver's WithTransaction would retry for
// 120 seconds, all contenders at once; here whoever retries waits for a turn among
// the retrying, so that a hot document is passed on instead of fought over.
func (d *DB) transactMongo(ctx context.Context, fn func(ctx context.Context) error) error {
	session, err := d.client.StartSession()
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return fault(ErrClosed, err, "the database has been closed")
	} else if err != nil {
		return err
	}
	// Also after a panic of fn, and without making a caller wait whose time is up.
	// One session for all attempts: the next one's number ends on the server what a
	// lost connection has left of the one before.
	defer d.ending.Go(func() { within(endFor, session.EndSession) })

	// The bound is on the machine's patience, not on the portal's time.
	wait, cancel := context.WithTimeout(ctx, d.retryFor)
	defer cancel()
	began, duplicates, myTurn := time.Now(), 0, false
	for try := 0; ; try++ {
		err := d.attempt(ctx, session, fn)
		lost := connectionLost(err)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrUnknown):
			return err
		case lost:
		case labelled(err, driver.TransientTransactionError):
			d.suspectOrphans(wait, began)
		case mongo.IsDuplicateKeyError(err):
			if duplicates++; duplicates >= duplicateTries {
				return err
			}
		default:
			return err
		}
		if !lost && !myTurn && d.turn.Acquire(wait, 1) == nil {
			myTurn = true
			defer d.turn.Release(1)
		}
		if pause(wait, try) != nil {
			if e := ctx.Err(); e != nil {
				return fmt.Errorf("%w: %w", e, err)
			}
			return d.givenUp(err, lost)
		}
	}
}

// connectionLost tells an error of the way to the server from one of the server.
func connectionLost(err error) bool {
	var connection topology.ConnectionError
	var selection topology.ServerSelectionError
	var queue topology.WaitQueueTimeoutError
	var cleared driver.RetryablePoolError
	return mongo.IsNetworkError(err) || errors.As(err, &connection) || errors.As(err, &selection) ||
		errors.As(err, &queue) || errors.As(err, &cleared)
}

// givenUp names why the attempts came to their bound.
func (d *DB) givenUp(err error, lost bool) error {
	if lost {
		return fault(ErrUnreachable, err, "the connection to MongoDB was lost and did not come back within %s: nothing was stored, try again", d.retryFor)
	}
	return fault(ErrBusy, err, "other changes to the same data kept this one out for %s: nothing was stored, try again", d.retryFor)
}

// attempt runs fn once in a transaction of the session.
func (d *DB) attempt(ctx context.Context, session lungo.ISession, fn func(ctx context.Context) error) error {
	err := session.StartTransaction(options.Transaction().
		SetReadConcern(readconcern.Snapshot()).
		SetWriteConcern(writeconcern.Majority()).
		SetReadPreference(readpref.Primary()))
	if err != nil {
		return err
	}
	err = lungo.WithSession(ctx, session, func(sc lungo.ISessionContext) error {
		return fn(context.WithValue(sc, running{d}, true))
	})
	if ctx.Err() != nil {
		return cmp.Or(err, ctx.Err()) // the end of the session aborts
	}
	if err != nil {
		within(endFor, func(ctx context.Context) { _ = session.AbortTransaction(ctx) })
		return err
	}
	return d.commit(ctx, session)
}

// within runs fn with a context of its own. What the server does not hear of an end
// in this time it finds out by itself, within a minute.
func within(t time.Duration, fn func(ctx context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), t)
	defer cancel()
	fn(ctx)
}

// commit commits, and asks again while the answer is lost: the server knows by the
// transaction's number whether it has committed already, and one that never heard of
// it says so, which is a transient error like any other.
func (d *DB) commit(ctx context.Context, session lungo.ISession) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.commitFor)
	defer cancel()
	for try := 0; ; try++ {
		err := session.CommitTransaction(ctx)
		if err == nil || answered(err) {
			return err
		}
		if pause(ctx, try) != nil {
			return fault(ErrUnknown, err, "the connection to MongoDB was lost during the commit and did not come back within %s: look whether the change is there before you try again", d.commitFor)
		}
	}
}

// answered says whether the error of a commit is the server's word that it did not
// commit. Anything else, a time-out above all, leaves it open.
func answered(err error) bool {
	if labelled(err, driver.TransientTransactionError) {
		return true
	}
	var c mongo.CommandError
	return errors.As(err, &c) && c.Code != 0 && !c.IsMaxTimeMSExpiredError() && !labelled(err, driver.UnknownTransactionCommitResult)
}

// labelled asks whether the server or the driver put the label on the error.
func labelled(err error, label string) bool {
	var l interface{ HasErrorLabel(string) bool }
	return errors.As(err, &l) && l.HasErrorLabel(label)
}

// pause waits a little longer with each try, by chance, so that two do not keep step.
func pause(ctx context.Context, try int) error {
	longest := min(longestPause, time.Millisecond<<min(try+1, 10))
	t := time.NewTimer(rand.N(longest))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
