package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

var (
	// ErrNotFound says that no notice has this id.
	ErrNotFound = errors.New("no such notice")
	// ErrLost says that the lease ran out and another worker has the notice, or that
	// it is not in a state in which this may happen to it. Nothing was written.
	ErrLost = errors.New("the notice is not leased to this worker any more")
	// ErrSuperseded says that a later notice has told about the same thing since, so
	// that sending this one again would put an old truth back.
	ErrSuperseded = errors.New("a later notice tells about the same")
)

// Outbox is the queue. It is safe for concurrent use, in one process and in several.
type Outbox struct {
	notices  lungo.ICollection
	transact func(context.Context, func(context.Context) error) error
	now      func() time.Time
	ids      ids

	mu   sync.Mutex
	plan plan
}

// New makes the queue on db. transact runs a transaction on db, and joins the one
// its context belongs to; now is the clock.
func New(db lungo.IDatabase, transact func(context.Context, func(context.Context) error) error, now func() time.Time) *Outbox {
	return &Outbox{notices: db.Collection("notices"), transact: transact, now: now}
}

// clock is now as the store keeps it.
func (o *Outbox) clock() time.Time { return o.now().UTC().Truncate(time.Millisecond) }

// NewID makes the id of a notice, for who must know it before Put.
func (o *Outbox) NewID() string { return o.ids.next(o.now()) }

// Put queues notices, in this order. It belongs inside the transaction of the
// change they tell of. ID, Due (now; a later one waits until then) are filled in
// where empty; State, Queued and all that concerns sending are set.
func (o *Outbox) Put(ctx context.Context, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	documents := make([]any, len(notices))
	for i, n := range notices {
		written, err := o.written(n)
		if err != nil {
			return err
		}
		documents[i] = written
	}
	return o.transact(ctx, func(ctx context.Context) error { return o.insert(ctx, documents) })
}

// written is a notice as it is first written, or why it cannot be.
func (o *Outbox) written(n Notice) (Notice, error) {
	switch {
	case n.Kind == "":
		return n, errors.New("queue a notice: it has no kind")
	case n.To == "" && !n.Fanout:
		return n, fmt.Errorf("queue a notice of kind %s: it has no address", n.Kind)
	case n.Method != "" && n.Method != Request && n.Method != Cancel:
		return n, fmt.Errorf("queue a notice of kind %s: unknown method %q", n.Kind, n.Method)
	case n.Method != "" && n.UID == "":
		return n, fmt.Errorf("queue a notice of kind %s: a calendar part needs its UID", n.Kind)
	}
	now := o.clock()
	if n.ID == "" {
		n.ID = o.ids.next(now)
	}
	if n.Due.IsZero() {
		n.Due = now
	}
	n.State, n.Queued, n.Attempts, n.LastError, n.Version = Queued, now, 0, "", 0
	n.Ended, n.Sent, n.MessageID, n.LeaseOwner, n.LeaseUntil, n.Snapshot = "", time.Time{}, "", "", time.Time{}, nil
	return n, nil
}

func (o *Outbox) insert(ctx context.Context, documents []any) error {
	if len(documents) == 0 {
		return nil
	}
	if _, err := o.notices.InsertMany(ctx, documents); err != nil {
		return fmt.Errorf("queue %d notices: %w", len(documents), err)
	}
	return nil
}

// Get returns one notice, or ErrNotFound.
func (o *Outbox) Get(ctx context.Context, id string) (Notice, error) {
	var n Notice
	err := o.notices.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&n)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return Notice{}, ErrNotFound
	}
	if err != nil {
		return Notice{}, fmt.Errorf("read notice %s: %w", id, err)
	}
	return n, nil
}

// Query narrows List; empty fields do not.
type Query struct {
	Activity, Registration string
	State                  State
	// Cursor is the next of the page before.
	Cursor string
	// Limit is the length of a page: 50 unless given, at most 200.
	Limit int
}

// List returns a page of notices, newest first, and the cursor of the next page,
// empty at the end.
func (o *Outbox) List(ctx context.Context, q Query) (page []Notice, next string, err error) {
	if q.Limit < 1 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	filter := bson.D{}
	for _, f := range []struct{ field, value string }{
		{"activity", q.Activity}, {"registration", q.Registration}, {"state", string(q.State)},
	} {
		if f.value != "" {
			filter = append(filter, bson.E{Key: f.field, Value: f.value})
		}
	}
	switch q.State { // which is not looked for by itself: see Notice.Due
	case Queued, Sending, Deferred:
		filter = append(filter, bson.E{Key: "due", Value: ever()})
	case Failed, Bounced, Cancelled:
		filter = append(filter, bson.E{Key: "ended", Value: q.State})
	}
	if q.Cursor != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: q.Cursor}}})
	}
	page, err = o.find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(q.Limit+1)))
	if err != nil {
		return nil, "", fmt.Errorf("list notices: %w", err)
	}
	if len(page) > q.Limit {
		page = page[:q.Limit]
		next = page[q.Limit-1].ID
	}
	return page, next, nil
}

// Latest returns the newest notice of each of these registrations that has one: a
// board shows it beside the registration. Ask for one page's registrations.
func (o *Outbox) Latest(ctx context.Context, registrations []string) (map[string]Notice, error) {
	latest := make(map[string]Notice, len(registrations))
	if len(registrations) == 0 {
		return latest, nil
	}
	list, err := o.find(ctx, bson.D{{Key: "registration", Value: bson.D{{Key: "$in", Value: registrations}}}},
		options.Find().SetProjection(bson.D{{Key: "snapshot", Value: 0}, {Key: "data", Value: 0}}))
	if err != nil {
		return nil, fmt.Errorf("look up the latest notices: %w", err)
	}
	for _, n := range list {
		if n.ID > latest[n.Registration].ID {
			latest[n.Registration] = n
		}
	}
	return latest, nil
}

func (o *Outbox) find(ctx context.Context, filter bson.D, opts *options.FindOptions) ([]Notice, error) {
	cursor, err := o.notices.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	list := []Notice{}
	return list, cursor.All(ctx, &list)
}

// shorten keeps the beginning of an error's text, on one line.
func shorten(err error) string {
	if err == nil {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(err.Error(), "?")), " ")
	for len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "")
	}
	return text
}
