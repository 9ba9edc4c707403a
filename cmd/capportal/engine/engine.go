package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"capportal/cmd/capportal/engine/embedded"

	"github.com/256dpi/lungo"
	"golang.org/x/sync/semaphore"
)

// The engines, as Kind names them.
const (
	Memory   = "memory"
	Embedded = "embedded"
	MongoDB  = "mongodb"
)

// databaseName is the name of the one database that the embedded engine holds.
const databaseName = "capportal"

// Options says which database to open.
type Options struct {
	// URI is the address of a MongoDB replica set, with the name of the database
	// as its path. Empty means the embedded engine.
	URI string
	// Dir is the folder of the embedded file capportal.db; it is made if it is
	// missing. With URI and Dir both empty the data lives in memory only.
	Dir string
	// Now is the clock that dates the migrations; nil means time.Now.
	Now func() time.Time
	// Watch is told of each transaction when it has ended, from many goroutines at once;
	// nil: nobody is. It must return at once.
	Watch func(Transaction)
	// Stamped are the collections that Stamp is asked about; empty: any. On MongoDB the
	// others need not be followed.
	Stamped []string

	bare bool // for a restore: no migrations, and whatever state the store is in
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	kind     string
	now      func() time.Time
	watch    func(Transaction)
	client   lungo.IClient
	database lungo.IDatabase
	stamps   stamps

	embedded *embedded.Engine    // nil on MongoDB
	file     *fileStore          // nil on MongoDB and in memory
	turn     *semaphore.Weighted // embedded: one writer at a time, first come first served; MongoDB: of those that retry
	closed   atomic.Bool
	ending   sync.WaitGroup // sessions of MongoDB whose end is on its way
	app      string         // the name under which MongoDB knows this program
	looked   atomic.Int64   // when orphans were last looked for, in Unix nanoseconds

	retryFor, commitFor time.Duration // see the constants; tests are less patient
}

// Open opens the database, refuses one it must not touch, and brings its
// migrations up to date. The error is a *Fault with a sentence for the operator:
// ErrLocked, ErrForeign, ErrDamaged, ErrUnwritable of the embedded file; ErrSetting,
// ErrUnreachable, ErrDenied, ErrStandalone, ErrOutdated, ErrRestoring of MongoDB;
// ErrNewer of both.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{now: o.Now, watch: o.Watch, turn: semaphore.NewWeighted(1), retryFor: retryFor, commitFor: commitFor}
	if d.now == nil {
		d.now = time.Now
	}
	d.stamps.stream.only = o.Stamped
	var err error
	switch {
	case o.URI != "":
		err = d.openMongo(ctx, o.URI)
	case o.Dir != "":
		err = d.openFile(o.Dir)
	default:
		err = d.openMemory()
	}
	if err != nil {
		return nil, err
	}
	if o.bare {
		return d, nil
	}
	if err = d.refuseRestoring(ctx); err == nil {
		err = d.migrate(ctx, migrations())
	}
	if err != nil && d.kind == MongoDB && denied(err) {
		err = fault(ErrDenied, err, "MongoDB does not let the portal read and write the database %s: name a user in CAPPORTAL_MONGODB_URI, with the password, who has the role readWrite there", d.database.Name())
	}
	if err != nil {
		return nil, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

func (d *DB) openMemory() error {
	d.kind = Memory
	return d.openEmbedded(embedded.NewLoader(), func([]embedded.Change) error { return nil })
}

func (d *DB) openFile(dir string) error {
	d.kind = Embedded
	s, stored, err := openFileStore(dir)
	if err != nil {
		return err
	}
	if err := d.openEmbedded(stored, s.Keep); err != nil {
		return errors.Join(damaged(s.path, err), s.Close())
	}
	d.file = s
	return nil
}

func (d *DB) openEmbedded(stored *embedded.Loader, keep func([]embedded.Change) error) (err error) {
	d.embedded, err = stored.Open(embedded.Options{Keep: keep, Transact: d.writeAlone, Closed: closedFault()})
	if err != nil {
		return err
	}
	d.database = d.embedded.Database(databaseName)
	return nil
}

// Database returns the database that stores work on. A store passes on the
// context it was given: inside Transact that is the transaction's own.
func (d *DB) Database() lungo.IDatabase { return d.database }

// Kind returns "memory", "embedded" or "mongodb".
func (d *DB) Kind() string { return d.kind }

// Ping reports whether the database can be read and written now: nil, or a *Fault
// (ErrUnreachable, ErrUnwritable, ErrClosed).
func (d *DB) Ping(ctx context.Context) error {
	if d.closed.Load() {
		return closedFault()
	}
	switch {
	case d.kind == MongoDB:
		return d.pingMongo(ctx)
	case d.file != nil:
		return d.file.Check()
	}
	return nil
}

// Close waits for the running transaction, as long as ctx allows, and closes the
// database. Closing twice is harmless.
func (d *DB) Close(ctx context.Context) error {
	if d.closed.Swap(true) {
		return nil
	}
	if d.kind == MongoDB {
		d.unfollow()
		ended := make(chan struct{})
		go func() { d.ending.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-ctx.Done(): // the server is away; it ends them itself, within a minute
		}
		if err := d.client.Disconnect(ctx); err != nil {
			return fmt.Errorf("disconnect from MongoDB: %w", err)
		}
		return nil
	}
	// A transaction still running after ctx's end is aborted by the closed engine.
	if d.turn.Acquire(ctx, 1) == nil {
		defer d.turn.Release(1)
	}
	d.embedded.Close()
	if d.file != nil {
		return d.file.Close()
	}
	return nil
}
