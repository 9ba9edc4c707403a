package outbox

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// What others do to notices not yet sent. All of it belongs inside the transaction
// of the change that overtakes them.

// unfixed asks for REQUESTs of calendar entries that nobody has leased: they will
// carry whatever is true when they are.
func unfixed(uids ...string) bson.D {
	filter := bson.D{{Key: "uid", Value: uids[0]}}
	if len(uids) > 1 {
		filter[0].Value = bson.D{{Key: "$in", Value: uids}}
	}
	return append(filter, bson.E{Key: "method", Value: Request}, bson.E{Key: "state", Value: Queued}, missing("snapshot"))
}

// PendingRequest reports whether a REQUEST for the calendar entry waits whose
// snapshot is still to be taken, so that a change needs no notice of its own. It
// touches that notice: a worker that takes the snapshot of the old truth at the
// same time conflicts with this transaction instead of losing the change.
func (o *Outbox) PendingRequest(ctx context.Context, uid string) (bool, error) {
	if uid == "" {
		return false, nil
	}
	n, err := o.update(ctx, "look for pending", unfixed(uid), touch())
	return n > 0, err
}

// PendingRequests is PendingRequest for several entries: it gives those that have one.
func (o *Outbox) PendingRequests(ctx context.Context, uids []string) (map[string]bool, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	if n, err := o.update(ctx, "look for pending", unfixed(uids...), touch()); err != nil || n == 0 {
		return nil, err
	}
	list, err := o.find(ctx, unfixed(uids...), options.Find().SetProjection(bson.D{{Key: "uid", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("look for pending notices: %w", err)
	}
	pending := make(map[string]bool, len(list))
	for _, n := range list {
		pending[n.UID] = true
	}
	return pending, nil
}

// touch writes a notice without a change that anybody sees.
func touch() bson.D { return bson.D{{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}} }

// Pending gives those of some registrations that have a notice still to be sent.
func (o *Outbox) Pending(ctx context.Context, registrations []string) (map[string]bool, error) {
	if len(registrations) == 0 {
		return nil, nil
	}
	list, err := o.waiting(ctx, bson.E{Key: "registration", Value: bson.D{{Key: "$in", Value: registrations}}})
	if err != nil {
		return nil, err
	}
	pending := make(map[string]bool, len(list))
	for _, n := range list {
		pending[n.Registration] = true
	}
	return pending, nil
}

// CancelRequests takes back the REQUESTs for calendar entries that nobody has leased.
func (o *Outbox) CancelRequests(ctx context.Context, uids ...string) error {
	if len(uids) == 0 {
		return nil
	}
	_, err := o.update(ctx, "cancel", unfixed(uids...), o.cancelled())
	return err
}

// Cancel takes back one notice that is not sent yet. It returns false if it is too
// late: sent, or on its way.
func (o *Outbox) Cancel(ctx context.Context, id string) (bool, error) {
	n, err := o.update(ctx, "cancel", bson.D{
		{Key: "_id", Value: id},
		{Key: "state", Value: bson.D{{Key: "$in", Value: rule(cancel).from}}},
	}, o.cancelled())
	return n > 0, err
}

// CancelUnsent takes back every notice of a registration that is not sent yet and
// that keep does not name by its kind; it returns how many.
func (o *Outbox) CancelUnsent(ctx context.Context, registration string, keep ...string) (int, error) {
	if registration == "" {
		return 0, nil
	}
	filter := bson.D{
		{Key: "registration", Value: registration},
		{Key: "state", Value: bson.D{{Key: "$in", Value: rule(cancel).from}}},
	}
	if len(keep) > 0 {
		filter = append(filter, bson.E{Key: "kind", Value: bson.D{{Key: "$nin", Value: keep}}})
	}
	return o.update(ctx, "cancel", filter, o.cancelled())
}

// cancelled leaves the snapshot where there is one: it says that the notice may
// have been on its way once.
func (o *Outbox) cancelled() bson.D {
	return bson.D{
		{Key: "$set", Value: bson.D{{Key: "state", Value: rule(cancel).to}, {Key: "ended", Value: rule(cancel).to}}},
		{Key: "$unset", Value: bson.D{{Key: "due", Value: ""}, {Key: "snapshot.letter", Value: ""}, {Key: "data", Value: ""}, {Key: "cursor", Value: ""}}},
		{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}},
	}
}

// Bounce records that the mail with this Message-ID came back, with the words of
// whoever returned it. ErrNotFound if no notice was sent under it.
func (o *Outbox) Bounce(ctx context.Context, messageID string, cause error) error {
	if messageID == "" {
		return ErrNotFound
	}
	n, err := o.update(ctx, "bounce", bson.D{
		{Key: "message_id", Value: messageID},
		{Key: "state", Value: bson.D{{Key: "$in", Value: rule(bounce).from}}},
	}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "state", Value: rule(bounce).to}, {Key: "ended", Value: rule(bounce).to}, {Key: "last_error", Value: shorten(cause)}}},
		{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}},
	})
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// Retry makes a notice that failed or waits due at once, with all its attempts
// before it again. ErrNotFound if it is in no such state; ErrSuperseded if a later
// notice of its registration speaks of the same calendar entry.
func (o *Outbox) Retry(ctx context.Context, id string) error {
	return o.transact(ctx, func(ctx context.Context) error {
		n, err := o.Get(ctx, id)
		if err != nil {
			return err
		}
		if n.UID != "" {
			later, err := o.find(ctx, bson.D{
				{Key: "uid", Value: n.UID},
				{Key: "_id", Value: bson.D{{Key: "$gt", Value: id}}},
				{Key: "state", Value: bson.D{{Key: "$ne", Value: Cancelled}}},
			}, options.Find().SetLimit(1))
			if err != nil {
				return fmt.Errorf("look for later notices: %w", err)
			}
			if len(later) > 0 {
				return ErrSuperseded
			}
		}
		found, err := o.update(ctx, "retry", bson.D{
			{Key: "_id", Value: id},
			{Key: "state", Value: bson.D{{Key: "$in", Value: rule(retry).from}}},
		}, bson.D{
			{Key: "$set", Value: bson.D{{Key: "state", Value: rule(retry).to}, {Key: "due", Value: o.clock()}, {Key: "attempts", Value: 0}}},
			{Key: "$unset", Value: bson.D{{Key: "ended", Value: ""}}},
			{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}},
		})
		if err == nil && found == 0 {
			err = ErrNotFound
		}
		return err
	})
}
