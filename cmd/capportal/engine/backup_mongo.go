package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

const (
	// markerID is the _id of the record that says that the store is half restored. It
	// comes after every number, so that a program that does not know it sees its number.
	markerID     = "restoring"
	markerNumber = 1 << 30
	// markerBeat is how often a restore says that it lives, and markerDead how long one
	// that says nothing is believed alive.
	markerBeat = 10 * time.Second
	markerDead = time.Minute
	// clearFor bounds the clearing away after a restore that failed.
	clearFor = time.Minute
)

// marker is the record of a restore under way.
type marker struct {
	ID     string    `bson:"_id"`
	Number int       `bson:"number"`
	Name   string    `bson:"name"`
	By     string    `bson:"by"` // random: whose it is
	At     time.Time `bson:"at"` // of the last sign of life, by the database's clock
	// Filling says that the store was found empty and its content is the restore's: only
	// then may another restore clear it away.
	Filling bool `bson:"filling"`
}

// dead says whether a restore that gives no more signs of life has died.
func (m marker) dead(now time.Time) bool { return now.Sub(m.At) > markerDead }

// refuseRestoring refuses a store that is half restored.
func (d *DB) refuseRestoring(ctx context.Context) error {
	if d.kind != MongoDB {
		return nil
	}
	var m marker
	err := d.database.Collection("migrations").FindOne(ctx, bson.D{{Key: "_id", Value: markerID}}).Decode(&m)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if !m.Filling { // it has written nothing yet
		if now, err := d.Clock(ctx); err != nil || m.dead(now) {
			return err
		}
	}
	return fault(ErrRestoring, nil, "a backup is being restored into this database, or a restore of it broke off: wait until it has ended, or restore the backup again with 'capportal restore FILE'")
}

// restoreMongo fills an empty database. The marker is its first write and its last.
func restoreMongo(ctx context.Context, b *backup, o Restoring, steps []migration) (c Contents, err error) {
	d, err := Open(ctx, Options{URI: o.URI, Now: o.Now, bare: true})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, d.Close(context.WithoutCancel(ctx))) }()
	m, over, err := d.claim(ctx, o)
	if err != nil {
		return c, err
	}
	ctx, stop := d.beat(ctx, m)
	defer stop()
	s, err := stage(o.Data, o.Files)
	if err != nil {
		d.abandon(m, over)
		return c, err
	}
	if err = d.clear(ctx); err == nil {
		c, err = d.fill(ctx, b, s, steps)
	}
	if err == nil {
		err = s.place()
	}
	if err != nil {
		s.end(false)
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		d.abandon(m, true)
		return c, err
	}
	stop()
	// From here on nothing is taken back: without an answer the marker may be gone.
	err = d.unmark(m)
	s.end(err == nil || errors.Is(err, ErrUnknown))
	return c, err
}

// claim marks a database that is empty, or that a restore which died has left half. It
// looks before it marks, so that one in use is not even touched, and again after, when
// nobody can open it any more.
func (d *DB) claim(ctx context.Context, o Restoring) (m marker, over bool, err error) {
	if over, err = d.leftHalf(ctx); err != nil {
		return m, over, err
	}
	if !over {
		if err := d.refuseUsed(ctx, o); err != nil {
			return m, over, err
		}
	}
	if m, over, err = d.mark(ctx); err != nil || over {
		return m, over, err
	}
	if err = d.refuseUsed(ctx, o); err == nil {
		_, err = d.database.Collection("migrations").UpdateOne(ctx, m.own(), bson.D{{Key: "$set", Value: bson.D{{Key: "filling", Value: true}}}})
		err = d.unreadable(err)
	}
	if err != nil {
		d.abandon(m, false)
	}
	return m, over, err
}

// leftHalf says whether a restore has filled this database and not come to its end.
func (d *DB) leftHalf(ctx context.Context) (bool, error) {
	n, err := d.database.Collection("migrations").CountDocuments(ctx, bson.D{{Key: "_id", Value: markerID}, {Key: "filling", Value: true}})
	if err != nil {
		return false, fmt.Errorf("read the migrations: %w", d.unreadable(err))
	}
	return n > 0, nil
}

func (d *DB) refuseUsed(ctx context.Context, o Restoring) error {
	if err := d.refuseFull(ctx, o.Passing); err != nil {
		return err
	}
	if o.Idle == nil {
		return nil
	}
	return o.Idle(ctx, d)
}

// mark writes the marker, or takes over that of a restore that has died; over says that
// that one had begun to fill.
func (d *DB) mark(ctx context.Context) (m marker, over bool, err error) {
	records := d.database.Collection("migrations")
	now, err := d.Clock(ctx)
	if err != nil {
		return m, false, err
	}
	m = marker{ID: markerID, Number: markerNumber, Name: "a backup is being restored", By: rand.Text(), At: now}
	_, err = records.InsertOne(ctx, m)
	if err == nil || !lungo.IsUniquenessError(err) {
		return m, false, d.unreadable(err)
	}
	var other marker
	if err := records.FindOne(ctx, bson.D{{Key: "_id", Value: markerID}}).Decode(&other); err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return m, false, d.unreadable(err)
	}
	if other.dead(now) {
		result, err := records.UpdateOne(ctx, bson.D{{Key: "_id", Value: markerID}, {Key: "by", Value: other.By}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "by", Value: m.By}, {Key: "at", Value: now}}}})
		if err != nil {
			return m, false, d.unreadable(err)
		}
		if result.MatchedCount == 1 {
			return m, other.Filling, nil
		}
	}
	return m, false, fault(ErrRestoring, nil, "a backup is being restored into this database, or a restore of it broke off within the last minute: wait a minute and try again")
}

// beat says every few seconds that the restore lives, until stop is called or the
// marker turns out to be another's: then the context ends.
func (d *DB) beat(ctx context.Context, m marker) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	beats, still := context.WithCancel(ctx)
	go func() {
		defer close(ended)
		tick := time.NewTicker(markerBeat)
		defer tick.Stop()
		for {
			select {
			case <-beats.Done():
				return
			case <-tick.C:
			}
			now, err := d.Clock(beats)
			if err != nil {
				continue // fill meets it too
			}
			result, err := d.database.Collection("migrations").UpdateOne(beats, m.own(),
				bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: now}}}})
			if err == nil && result.MatchedCount == 0 {
				cancel(fault(ErrRestoring, nil, "another restore has taken this database over: this one has ended"))
				return
			}
		}
	}()
	return ctx, func() { still(); <-ended; cancel(nil) }
}

func (m marker) own() bson.D {
	return bson.D{{Key: "_id", Value: markerID}, {Key: "by", Value: m.By}}
}

// clear takes away all that is in the database but the marker. Collections are dropped
// with their indexes, which are made again when the documents are there.
func (d *DB) clear(ctx context.Context) error {
	names, err := d.collections(ctx)
	if err != nil {
		return fmt.Errorf("list the collections: %w", d.unreadable(err))
	}
	for _, name := range names {
		if name == "migrations" {
			_, err = d.database.Collection(name).DeleteMany(ctx, d.withoutMarker(name))
		} else {
			err = d.database.Collection(name).Drop(ctx)
		}
		if err != nil {
			return fmt.Errorf("clear the collection %s: %w", name, d.unreadable(err))
		}
	}
	return nil
}

// abandon leaves the database empty, as it was, after a failure; where that fails too,
// or the marker is no longer ours, it leaves it marked. What was not touched yet is not
// cleared.
func (d *DB) abandon(m marker, touched bool) {
	within(clearFor, func(ctx context.Context) {
		n, err := d.database.Collection("migrations").CountDocuments(ctx, m.own())
		if err != nil || n == 0 || touched && d.clear(ctx) != nil {
			return
		}
		_ = d.unmark(m)
	})
}

// unmark takes the marker away.
func (d *DB) unmark(m marker) error {
	var err error
	within(reachWait, func(ctx context.Context) {
		_, err = d.database.Collection("migrations").DeleteOne(ctx, m.own())
	})
	if err != nil {
		return fault(ErrUnknown, err, "the backup is in the database whole, but MongoDB did not answer whether it has noted that (%v): start the portal, and if it is refused, restore the backup again", brief(err))
	}
	return nil
}
