package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/event"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/description"
	"go.mongodb.org/mongo-driver/mongo/options"
)

const (
	// streamLease is how long the stream is believed after it was last heard of.
	streamLease = 2 * time.Second
	// streamAwait is how long the server waits for a change before it answers that
	// there is none.
	streamAwait = 500 * time.Millisecond
	// streamBatch is how many changes come at once at most.
	streamBatch = 1000
	// streamPause is waited before the stream is opened anew.
	streamPause = 100 * time.Millisecond
)

// stream is the change stream of a MongoDB database, and how far it can be believed.
// All times are those of this machine, since its epoch.
type stream struct {
	once  sync.Once
	end   context.CancelFunc // ends the following
	ended chan struct{}
	only  []string // collections followed; empty: all

	epoch time.Time
	heard atomic.Int64 // until when all changes have been told; 0: the stream does not follow

	mu     sync.Mutex
	number int                // of the present stream, from 1
	cut    context.CancelFunc // ends the present stream
}

// follows says whether what other instances write to these collections is known.
func (d *DB) follows(collections []string) bool {
	s := &d.stamps.stream
	if len(s.only) > 0 && slices.ContainsFunc(collections, func(c string) bool { return !slices.Contains(s.only, c) }) {
		return false
	}
	s.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		s.end, s.ended, s.epoch = cancel, make(chan struct{}), time.Now()
		go d.follow(ctx)
	})
	heard := s.heard.Load()
	return heard != 0 && time.Since(s.epoch)-time.Duration(heard) < streamLease
}

// unfollow ends the stream for good.
func (d *DB) unfollow() {
	s := &d.stamps.stream
	s.once.Do(func() {}) // from now on nobody starts it
	if s.end != nil {
		s.end()
		<-s.ended
	}
}

// follow opens the stream again and again.
func (d *DB) follow(ctx context.Context) {
	s := &d.stamps.stream
	defer close(s.ended)
	for ctx.Err() == nil {
		d.followOnce(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(streamPause):
		}
	}
	s.lose()
}

// followOnce follows one stream from its opening to its end. Anything may have changed
// before, so that every stamp rises with it.
func (d *DB) followOnce(ctx context.Context) {
	s := &d.stamps.stream
	ctx, number := s.begin(ctx)
	defer s.lose()
	database := d.client.(*lungo.MongoClient).Client.Database(d.database.Name())
	changes, err := database.Watch(ctx, s.pipeline(), options.ChangeStream().SetBatchSize(streamBatch).SetMaxAwaitTime(streamAwait))
	if err != nil {
		return
	}
	defer within(endFor, func(ctx context.Context) { _ = changes.Close(ctx) })
	asked := time.Now()
	if meet(ctx, database) != nil {
		return
	}
	d.stamps.unseen.Add(1)
	for s.hear(number, asked) {
		asked = time.Now()
		for full := true; full; {
			n, ok := d.take(ctx, changes)
			if !ok {
				return
			}
			full = n >= streamBatch // there may be more
		}
	}
}

// take raises the stamps for the changes that have come, and gives their number.
func (d *DB) take(ctx context.Context, changes *mongo.ChangeStream) (n int, ok bool) {
	for changes.TryNext(ctx) {
		n++
		if collection, _ := changes.Current.Lookup("ns", "coll").StringValueOK(); collection != "" {
			d.changed(collection)
		} else {
			d.stamps.unseen.Add(1) // of the database as a whole
		}
		if changes.RemainingBatchLength() == 0 {
			break
		}
	}
	return n, changes.Err() == nil && changes.ID() != 0
}

// pipeline narrows the stream to what is asked for; a collection that changes its name
// or a database that is dropped is told besides.
func (s *stream) pipeline() mongo.Pipeline {
	p := mongo.Pipeline{{{Key: "$project", Value: bson.M{"ns": 1, "operationType": 1}}}}
	if len(s.only) == 0 {
		return p
	}
	whole := bson.M{"operationType": bson.M{"$in": bson.A{"rename", "dropDatabase", "invalidate"}}}
	match := bson.M{"$or": bson.A{bson.M{"ns.coll": bson.M{"$in": s.only}}, whole}}
	return append(mongo.Pipeline{{{Key: "$match", Value: match}}}, p...)
}

// meet waits until readers see at least what the server had been told when the stream
// was opened. The stream does not tell of that, and a read for which a majority has
// not answered yet would be without it.
func meet(ctx context.Context, database *mongo.Database) error {
	return database.Client().UseSession(ctx, func(sc mongo.SessionContext) error {
		if err := database.RunCommand(sc, bson.D{{Key: "ping", Value: 1}}).Err(); err != nil {
			return err
		}
		err := database.Collection("migrations").FindOne(sc, bson.D{}).Err() // after the ping's time
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
}

// begin makes the context of the next stream.
func (s *stream) begin(ctx context.Context) (context.Context, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, s.cut = context.WithCancel(ctx)
	s.number++
	return ctx, s.number
}

// hear notes that a stream has told of everything until t; false when it is no longer
// the one that counts.
func (s *stream) hear(number int, t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if number != s.number {
		return false
	}
	s.heard.Store(max(1, int64(t.Sub(s.epoch))))
	return true
}

// lose ends the present stream and believes nothing until the next one follows.
func (s *stream) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard.Store(0)
	s.number++
	if s.cut != nil {
		s.cut()
	}
}

// monitor ends the stream when the primary changes: the new one may for a moment show
// less than the old one has told.
func (s *stream) monitor() *event.ServerMonitor {
	return &event.ServerMonitor{TopologyDescriptionChanged: func(e *event.TopologyDescriptionChangedEvent) {
		if primary(e.PreviousDescription) != primary(e.NewDescription) {
			s.lose()
		}
	}}
}

// primary names the primary of a replica set by its address and its election.
func primary(t description.Topology) string {
	for _, one := range t.Servers {
		if one.Kind == description.RSPrimary {
			return one.Addr.String() + " " + one.ElectionID.Hex()
		}
	}
	return ""
}
