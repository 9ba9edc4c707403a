package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
)

// Contents tells what a backup holds.
type Contents struct {
	Taken     time.Time        // UTC, by the clock of who took it
	Engine    string           // of the database that it was taken of, as Kind names it
	Schema    int              // number of the last migration of the data
	Documents map[string]int64 // how many, by collection
	Files     int64            // how many uploaded files
	FileBytes int64            // in all of them
}

// Total is how many documents there are in all collections.
func (c Contents) Total() int64 {
	var n int64
	for _, count := range c.Documents {
		n += count
	}
	return n
}

// Backup writes everything that the database holds at one moment, and the files below
// the folder files (empty, or a folder that is not there: none), in the form that
// Restore takes. Writers do not wait for it. Every change acknowledged before the call
// is in it; a file is in it as it is when its turn comes, after that moment.
//
// What was written is whole only if the error is nil. The error is a *Fault where the
// database or a file cannot be read: ErrUnreachable, ErrClosed, ErrMoment (MongoDB keeps
// the moment for five minutes only unless it is told otherwise); else w's own.
func (d *DB) Backup(ctx context.Context, w io.Writer, files string) (Contents, error) {
	for range 5 {
		c, err := d.backup(ctx, w, files)
		if !errors.Is(err, errMoved) {
			return c, err
		}
	}
	return Contents{}, fault(ErrMoment, nil, "collections come and go in the database: let the portal start, or the restore end, and take the backup again")
}

// errMoved says that a collection came or went while the moment of the backup was
// fixed; nothing has been written.
var errMoved = errors.New("the collections changed")

func (d *DB) backup(outer context.Context, w io.Writer, files string) (c Contents, err error) {
	if err := d.confirm(outer); err != nil {
		return c, err
	}
	before, err := d.collections(outer)
	if err != nil {
		return c, fmt.Errorf("list the collections: %w", d.unreadable(err))
	}
	err = d.View(outer, func(ctx context.Context) error {
		schema, err := d.lastMigration(ctx) // on MongoDB this read fixes the moment
		if err != nil {
			return fmt.Errorf("read the migrations: %w", d.unreadable(err))
		}
		after, err := d.collections(outer)
		if err != nil {
			return fmt.Errorf("list the collections: %w", d.unreadable(err))
		}
		if !slices.Equal(before, after) {
			return errMoved
		}
		b, err := newBackupWriter(w, backupHeader{Taken: d.now().UTC().Truncate(time.Millisecond), Engine: d.kind, Schema: schema})
		if err != nil {
			return err
		}
		defer b.abandon()
		for _, name := range after {
			if err := d.backupCollection(ctx, b, name); err != nil {
				return err
			}
		}
		if err := b.folder(ctx, files); err != nil {
			return err
		}
		c, err = b.finish()
		return err
	})
	return c, err
}

// collections lists the collections by name, in order. A backup looks before and after
// its moment, because a listing knows no moment.
func (d *DB) collections(ctx context.Context) ([]string, error) {
	names, err := d.database.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "system.") })
	slices.Sort(names)
	return names, nil
}

func (d *DB) backupCollection(ctx context.Context, b *backupWriter, name string) error {
	cursor, err := d.database.Collection(name).Find(ctx, bson.D{}, options.Find().SetBatchSize(batchDocuments))
	if err != nil {
		return fmt.Errorf("read the collection %s: %w", name, d.unreadable(err))
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	if err := b.collection(name); err != nil {
		return err
	}
	for cursor.Next(ctx) {
		doc, err := current(cursor)
		if err != nil {
			return fmt.Errorf("read the collection %s: %w", name, err)
		}
		if err := b.document(doc); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil { // the embedded engine's cursor does not ask
			return err
		}
	}
	if err := cursor.Err(); err != nil {
		return fmt.Errorf("read the collection %s: %w", name, d.unreadable(err))
	}
	return nil
}

// current is the document that a cursor is at, good until its next. It is taken as it
// lies: decoding would leave as much garbage as there are data.
func current(cursor lungo.ICursor) (doc bson.Raw, err error) {
	switch c := cursor.(type) {
	case *mongo.Cursor:
		return c.Current, nil
	case interface{ Bytes() bson.Raw }:
		return c.Bytes(), nil
	}
	err = cursor.Decode(&doc)
	return doc, err
}

// confirm makes the primary of MongoDB sure of everything it has ever acknowledged: one
// just elected knows only after its own first commit what the one before had told a
// writer, and a moment that it named earlier could lack that.
func (d *DB) confirm(ctx context.Context) error {
	if d.kind != MongoDB {
		return nil
	}
	c := d.database.Collection("migrations", options.Collection().SetReadConcern(readconcern.Linearizable()))
	err := c.FindOne(ctx, bson.D{{Key: "_id", Value: "0001"}}, options.FindOne().SetMaxTime(reachWait)).Err()
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return d.unreadable(err)
	}
	return nil
}

// Codes of MongoDB that say that a moment cannot be read any more.
const (
	snapshotTooOld      = 239
	snapshotUnavailable = 246
)

// unreadable puts the errors of a long read into words.
func (d *DB) unreadable(err error) error {
	var c mongo.CommandError
	switch {
	case errors.As(err, &c) && (c.Code == snapshotTooOld || c.Code == snapshotUnavailable):
		return fault(ErrMoment, err, "MongoDB no longer keeps the moment that the backup is of (it does so for minSnapshotHistoryWindowInSeconds, 300 unless set otherwise): no backup was made; take it when less is going on, or give MongoDB a longer window")
	case d.kind == MongoDB && connectionLost(err):
		return fault(ErrUnreachable, err, "the connection to MongoDB was lost: nothing was finished, try again (%v)", brief(err))
	}
	return err
}
