package outbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// What a worker does with the notices it has leased. All of it needs the lease:
// who has lost it gets ErrLost, and nothing is written.

// Sent records that the mail server took n. Of the snapshot keep stays, a document
// (nil: nothing), and of the rest the envelope.
func (o *Outbox) Sent(ctx context.Context, n Notice, messageID string, keep any) error {
	set := bson.D{{Key: "message_id", Value: messageID}}
	drop := []string{"snapshot"}
	if keep != nil {
		document, err := bson.Marshal(keep)
		if err != nil {
			return fmt.Errorf("keep the snapshot of notice %s: %w", n.ID, err)
		}
		set, drop = append(set, bson.E{Key: "snapshot", Value: bson.Raw(document)}), nil
	}
	return o.finish(ctx, n, send, append(set, bson.E{Key: "sent", Value: o.clock()}), append(drop, "due", "data", "cursor", "last_error"))
}

// SentAll is Sent for notices of one worker in one write: their Message-ID is the one
// that was fixed when they were leased, and the snapshot loses its field `letter`. It
// returns how many were recorded; the others had lost their lease.
//
// Each notice stands for itself, so the write needs no transaction, in which MongoDB
// 6.0 takes three times as long for it; one that fails is made again in one, which
// outlasts the loss of a server.
func (o *Outbox) SentAll(ctx context.Context, notices ...Notice) (int, error) {
	if len(notices) == 0 {
		return 0, nil
	}
	filter := heldAll(notices)
	change := finishing(send, bson.D{{Key: "sent", Value: o.clock()}}, []string{"due", "snapshot.letter", "data", "cursor", "last_error"})
	res, err := o.notices.UpdateMany(ctx, filter, change)
	if err != nil {
		return o.update(ctx, string(send), filter, change)
	}
	return int(res.MatchedCount), nil
}

// Defer records that n failed for now, and when to try again.
func (o *Outbox) Defer(ctx context.Context, n Notice, cause error, next time.Time) error {
	return o.finish(ctx, n, delay, bson.D{{Key: "due", Value: next.UTC()}, {Key: "last_error", Value: shorten(cause)}}, nil)
}

// DeferAll is Defer for notices of one worker in one write: nobody could be told,
// because the mail server was away. It returns how many were recorded.
func (o *Outbox) DeferAll(ctx context.Context, notices []Notice, cause error, next time.Time) (int, error) {
	return o.finishAll(ctx, notices, delay, bson.D{{Key: "due", Value: next.UTC()}, {Key: "last_error", Value: shorten(cause)}}, nil, 0)
}

// Fail records that n failed: for good if permanent or if Backoff gives up, else
// until Backoff's time.
func (o *Outbox) Fail(ctx context.Context, n Notice, cause error, permanent bool) error {
	if wait, again := Backoff(n.Attempts); again && !permanent {
		return o.Defer(ctx, n, cause, o.clock().Add(wait))
	}
	return o.finish(ctx, n, fail, bson.D{{Key: "ended", Value: rule(fail).to}, {Key: "last_error", Value: shorten(cause)}}, []string{"due"})
}

// Release gives back notices of one worker that were not tried, as when the program
// stops; they count no attempt and are due at once.
func (o *Outbox) Release(ctx context.Context, notices ...Notice) (int, error) {
	return o.finishAll(ctx, notices, release, nil, nil, -1)
}

// Renew prolongs the leases of notices of one worker to d from now. It returns how
// many are still held.
func (o *Outbox) Renew(ctx context.Context, d time.Duration, notices ...Notice) (int, error) {
	if len(notices) == 0 {
		return 0, nil
	}
	return o.update(ctx, "renew", heldAll(notices), bson.D{
		{Key: "$set", Value: bson.D{{Key: "lease_until", Value: o.clock().Add(d)}}}})
}

// finish ends the lease of one notice by an event.
func (o *Outbox) finish(ctx context.Context, n Notice, e event, set bson.D, drop []string) error {
	done, err := o.finishAll(ctx, []Notice{n}, e, set, drop, 0)
	if err == nil && done == 0 {
		err = ErrLost
	}
	return err
}

func (o *Outbox) finishAll(ctx context.Context, notices []Notice, e event, set bson.D, drop []string, attempts int) (int, error) {
	if len(notices) == 0 {
		return 0, nil
	}
	change := finishing(e, set, drop)
	if attempts != 0 {
		change = append(change, bson.E{Key: "$inc", Value: bson.D{{Key: "attempts", Value: attempts}}})
	}
	return o.update(ctx, string(e), heldAll(notices), change)
}

// finishing is what an event that ends a lease writes.
func finishing(e event, set bson.D, drop []string) bson.D {
	unset := bson.D{}
	for _, f := range append(drop, "lease_owner", "lease_until") {
		unset = append(unset, bson.E{Key: f, Value: ""})
	}
	return bson.D{
		{Key: "$set", Value: append(set, bson.E{Key: "state", Value: rule(e).to})},
		{Key: "$unset", Value: unset},
	}
}

// update changes what the filter finds, and counts it.
func (o *Outbox) update(ctx context.Context, what string, filter, change bson.D) (matched int, err error) {
	err = o.transact(ctx, func(ctx context.Context) error {
		res, err := o.notices.UpdateMany(ctx, filter, change)
		if err != nil {
			return fmt.Errorf("%s notices: %w", what, err)
		}
		matched = int(res.MatchedCount)
		return nil
	})
	return matched, err
}

// held asks for n as long as it is leased as the worker knows it.
func held(n Notice) bson.D { return heldAll([]Notice{n}) }

// heldAll asks for notices as long as each is leased as the worker knows it. Leases
// of several names are all the worker's own.
func heldAll(notices []Notice) bson.D {
	ids := make([]string, len(notices))
	var owners []string
	for i, n := range notices {
		ids[i] = n.ID
		if !slices.Contains(owners, n.LeaseOwner) {
			owners = append(owners, n.LeaseOwner)
		}
	}
	return bson.D{
		among(ids),
		{Key: "state", Value: Sending},
		{Key: "lease_owner", Value: bson.D{{Key: "$in", Value: owners}}},
	}
}

func missing(field string) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$exists", Value: false}}}
}
