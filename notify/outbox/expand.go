package outbox

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// Part is one notice of a fan-out. With Fixed it is leased by who expands, from the
// beginning: it is written once with its snapshot, instead of written, leased and
// written again. It must have no older pending notice of its registration then.
type Part struct {
	Notice Notice
	Fixed  *Fixed // nil: it is queued
}

// Expand writes a part of what the leased fan-out n stands for, together with how
// far it came: next is the cursor from which to go on, even after a crash; done ends
// it. The lease is prolonged to d from now, and those of the part last as long. It
// returns the notices that are leased, under the name of n's lease.
func (o *Outbox) Expand(ctx context.Context, n Notice, next string, done bool, d time.Duration, part ...Part) (leased []Notice, err error) {
	err = o.transact(ctx, func(ctx context.Context) error {
		leased = nil
		until := o.clock().Add(d)
		documents := make([]any, len(part))
		for i, p := range part {
			written, err := o.written(p.Notice)
			if err != nil {
				return err
			}
			if p.Fixed != nil {
				written.lease(n.LeaseOwner, until)
				if err := p.Fixed.fix(&written); err != nil {
					return err
				}
				leased = append(leased, written)
			}
			documents[i] = written
		}
		if err := o.advance(ctx, n, next, done, until); err != nil {
			return err
		}
		return o.insert(ctx, documents)
	})
	if err != nil {
		return nil, err
	}
	return leased, nil
}

// advance writes how far a fan-out came.
func (o *Outbox) advance(ctx context.Context, n Notice, next string, done bool, until time.Time) error {
	if done {
		return o.finish(ctx, n, send, bson.D{{Key: "sent", Value: o.clock()}}, []string{"due", "data", "cursor", "last_error", "snapshot"})
	}
	held, err := o.update(ctx, "expand", held(n), bson.D{{Key: "$set", Value: bson.D{
		{Key: "cursor", Value: next}, {Key: "lease_until", Value: until}}}})
	if err == nil && held == 0 {
		err = ErrLost
	}
	return err
}
