package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// Restoring says where a backup goes.
type Restoring struct {
	// URI is the address of MongoDB; empty means the embedded engine in Data.
	URI string
	// Data is the folder of the embedded store and of the uploaded files. All that is
	// written on this machine is prepared in its folder "restoring" first.
	Data string
	// Files is the name of the folder of uploaded files within Data.
	Files string
	// Now is the clock that dates migrations; nil means time.Now.
	Now func() time.Time
	// Passing are the collections in which opening and starting a portal leaves
	// something by itself; what they hold is replaced, and counts for nothing when a
	// store is judged empty.
	Passing []string
	// Idle is asked, on MongoDB alone, whether nobody works on the database: nil, or
	// what to say to the operator. The embedded store is held by a lock instead.
	Idle func(ctx context.Context, d *DB) error
}

// Restore puts a backup into an empty store, of either engine, all or nothing, and
// brings it to this program's migrations. The backup is verified whole before anything
// is written.
//
// The embedded store is built beside its place and moved there when it is whole. On
// MongoDB, which has no transaction as large, a record in "migrations" says from the
// first write to the last that the store is half: Open refuses it meanwhile
// (ErrRestoring), older programs take it for newer data, and another Restore may begin
// anew over what one that died has left.
//
// The error is a *Fault: of the backup what ReadBackup says; ErrNewer where its data is
// of a newer program; ErrNotEmpty, ErrRestoring; of the store what Open says; or what
// Idle said, or ctx's own.
func Restore(ctx context.Context, path string, o Restoring) (Contents, error) {
	return restore(ctx, path, o, migrations())
}

func restore(ctx context.Context, path string, o Restoring, steps []migration) (c Contents, err error) {
	b, err := openBackup(ctx, path)
	if err != nil {
		return c, err
	}
	defer b.close()
	if b.header.Schema > len(steps) {
		return c, fault(ErrNewer, nil, "the data in %s was written by a newer capportal (migration %d, this program knows %d): restore it with the newer program", path, b.header.Schema, len(steps))
	}
	// Once through it all: what is whole may still be what this program does not take.
	if _, err := b.read(ctx, nothing{}); err != nil {
		return c, err
	}
	if o.URI != "" {
		return restoreMongo(ctx, b, o, steps)
	}
	return restoreEmbedded(ctx, b, o, steps)
}

// restoreEmbedded builds a store beside the empty one, which it holds open, and so
// locked, until it has taken its place.
func restoreEmbedded(ctx context.Context, b *backup, o Restoring, steps []migration) (c Contents, err error) {
	place := filepath.Join(o.Data, fileName)
	_, missing := os.Lstat(place)
	held, err := Open(ctx, Options{Dir: o.Data, Now: o.Now, bare: true})
	if err != nil {
		return c, err
	}
	defer func() {
		if err != nil && errors.Is(missing, os.ErrNotExist) {
			_ = os.Remove(place) // an empty store that is there because we looked
		}
		_ = held.Close(context.WithoutCancel(ctx))
	}()
	if err := held.refuseFull(ctx, o.Passing); err != nil {
		return c, err
	}
	s, err := stage(o.Data, o.Files)
	if err != nil {
		return c, err
	}
	defer func() { s.end(err == nil) }()
	built, err := Open(ctx, Options{Dir: s.dir, Now: o.Now, bare: true})
	if err != nil {
		return c, err
	}
	c, err = built.fill(ctx, b, s, steps)
	if err = errors.Join(err, built.Close(context.WithoutCancel(ctx))); err != nil {
		return c, err
	}
	if err := s.place(); err != nil {
		return c, err
	}
	if runtime.GOOS == "windows" { // which replaces no open file
		_ = held.Close(context.WithoutCancel(ctx))
	}
	if err := os.Rename(filepath.Join(s.dir, fileName), place); err != nil {
		return c, unwritableDir(o.Data, err)
	}
	// It is in its place; a machine that fails now finds the old store, empty, or the new.
	_ = syncDir(o.Data)
	return c, nil
}

// refuseFull refuses a store that holds more than opening it and starting a portal on
// it has put there.
func (d *DB) refuseFull(ctx context.Context, passing []string) error {
	names, err := d.collections(ctx)
	if err != nil {
		return fmt.Errorf("list the collections: %w", d.unreadable(err))
	}
	for _, name := range names {
		if name == "migrations" || slices.Contains(passing, name) {
			continue
		}
		n, err := d.database.Collection(name).CountDocuments(ctx, bson.D{})
		if err != nil {
			return fmt.Errorf("count the collection %s: %w", name, d.unreadable(err))
		}
		if n > 0 {
			return fault(ErrNotEmpty, nil, "the store is not empty (%s holds %d): nothing was changed; a backup is restored into an empty store only, so name another data folder in CAPPORTAL_DATA, or another database in CAPPORTAL_MONGODB_URI", name, n)
		}
	}
	return nil
}

// batchDocuments and batchBytes bound what is read or written at once.
const (
	batchDocuments = 1000
	batchBytes     = 8 << 20
)

// fill puts all that a backup holds into an open store without migrations, and migrates
// it.
func (d *DB) fill(ctx context.Context, b *backup, s *staging, steps []migration) (Contents, error) {
	f := &filler{d: d, staging: s}
	c, err := b.read(ctx, f)
	if err == nil {
		err = f.flush(ctx)
	}
	if err = errors.Join(err, s.closeFile()); err != nil {
		return c, err
	}
	for name, want := range c.Documents {
		n, err := d.database.Collection(name).CountDocuments(ctx, d.withoutMarker(name))
		if err != nil {
			return c, fmt.Errorf("count the collection %s: %w", name, err)
		}
		if n != want {
			return c, fmt.Errorf("the collection %s holds %d documents after %d were put into it", name, n, want)
		}
	}
	last, err := d.lastMigration(ctx)
	if err != nil {
		return c, fmt.Errorf("read the migrations: %w", err)
	}
	if last != b.header.Schema {
		return c, b.damaged(fmt.Errorf("its header speaks of migration %d, its data of %d", b.header.Schema, last))
	}
	for _, m := range steps[:last] {
		if err := d.createIndexes(ctx, m.indexes); err != nil {
			return c, err
		}
	}
	return c, d.migrate(ctx, steps)
}

func (d *DB) withoutMarker(collection string) bson.D {
	if collection != "migrations" {
		return bson.D{}
	}
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: markerID}}}}
}

// filler puts documents into a store, many at once, and files into their folder.
type filler struct {
	*staging
	d          *DB
	collection string
	batch      []any
	bytes      int
}

func (f *filler) document(ctx context.Context, collection string, doc bson.Raw) error {
	if collection != f.collection || len(f.batch) >= batchDocuments || f.bytes+len(doc) > batchBytes {
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	f.collection = collection
	f.batch = append(f.batch, slices.Clone(doc))
	f.bytes += len(doc)
	return nil
}

func (f *filler) flush(ctx context.Context) error {
	if len(f.batch) == 0 {
		return nil
	}
	batch := f.batch
	f.batch, f.bytes = f.batch[:0], 0
	put := func(ctx context.Context) error {
		_, err := f.d.database.Collection(f.collection).InsertMany(ctx, batch)
		return err
	}
	var err error
	if f.d.kind == MongoDB {
		err = put(ctx) // what is half is marked so
	} else {
		err = f.d.Transact(ctx, put)
	}
	if err != nil {
		return fmt.Errorf("put documents into %s: %w", f.collection, f.d.unreadable(err))
	}
	return nil
}
