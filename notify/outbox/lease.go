package outbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// MaxBatch is the most notices one lease takes.
const MaxBatch = 200

// Fixed is what becomes of a notice when it is first leased: it is fixed what its
// mail is composed from, or it is dropped.
type Fixed struct {
	// MessageID is the Message-ID the mail will carry, without angle brackets.
	MessageID string
	// Snapshot marshals to a BSON document. Its field `letter` is dropped once sent.
	Snapshot any
	// Drop says why nothing will be sent: the notice is cancelled, or failed if it could
	// never be written.
	Drop   error
	Failed bool
}

// Fix gives what becomes of notices that nobody has leased before, by id. It runs in
// the transaction of the lease, and may run again.
type Fix func(ctx context.Context, fresh []Notice) (map[string]Fixed, error)

// Lease takes up to n due notices (at most MaxBatch) for owner until d from now,
// and returns them in the order to send them, none if there is nothing to do.
//
// Of one registration (or calendar entry, or expansion of an activity) only the
// oldest pending notice is ever leased. A lease that expires comes back; of two
// workers that reach for the same notice one gets it. It is one write for the
// whole batch.
func (o *Outbox) Lease(ctx context.Context, owner string, n int, d time.Duration) ([]Notice, error) {
	return o.leaseWhere(ctx, owner, n, d, nil, free)
}

// LeaseFixed is Lease together with the snapshots of what is leased for the first
// time, in one transaction and one write. What fix drops is returned too, in its
// state Cancelled or Failed.
func (o *Outbox) LeaseFixed(ctx context.Context, owner string, n int, d time.Duration, fix Fix) ([]Notice, error) {
	return o.leaseWhere(ctx, owner, n, d, fix, free)
}

// guard asks for the notices of these ids that may be leased at now.
type guard func(ids []string, now time.Time) bson.D

// leaseWhere is Lease with its guard given, so that a test can show what it is for.
func (o *Outbox) leaseWhere(ctx context.Context, owner string, n int, d time.Duration, fix Fix, g guard) ([]Notice, error) {
	n = min(n, MaxBatch)
	if n < 1 {
		return nil, nil
	}
	// Where another instance was faster the planned ones are gone: look again. After
	// a few times the next call does.
	for range 3 {
		ids, err := o.next(ctx, n)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		leased, err := o.grab(ctx, owner+"/"+word(), ids, d, fix, g)
		if err != nil || len(leased) > 0 {
			return leased, err
		}
	}
	return nil, nil
}

// grab leases those of ids that are still free, in their order, under a name of its
// own. It reads them first: of two that read the same notice free, MongoDB lets one
// write it, and the other runs again and reads that it is taken.
func (o *Outbox) grab(ctx context.Context, name string, ids []string, d time.Duration, fix Fix, g guard) (leased []Notice, err error) {
	err = o.transact(ctx, func(ctx context.Context) error {
		now := o.clock()
		leased, err = o.find(ctx, g(ids, now), options.Find())
		if err != nil {
			return fmt.Errorf("read the notices to lease: %w", err)
		}
		place := make(map[string]int, len(ids))
		for i, id := range ids {
			place[id] = i
		}
		slices.SortFunc(leased, func(a, b Notice) int { return place[a.ID] - place[b.ID] })
		var fresh []Notice
		for i := range leased {
			leased[i].lease(name, now.Add(d))
			if !leased[i].Fanout && leased[i].Snapshot == nil {
				fresh = append(fresh, leased[i])
			}
		}
		var fixed map[string]Fixed
		if fix != nil && len(fresh) > 0 {
			if fixed, err = fix(ctx, fresh); err != nil {
				return err
			}
		}
		return o.writeLease(ctx, leased, fixed)
	})
	if err != nil {
		return nil, err
	}
	return leased, nil
}

// lease is what a lease makes of a notice.
func (n *Notice) lease(name string, until time.Time) {
	n.State, n.LeaseOwner, n.LeaseUntil = rule(lease).to, name, until
	n.Attempts++
}

// writeLease writes the leases of notices just read, each with what was fixed.
func (o *Outbox) writeLease(ctx context.Context, leased []Notice, fixed map[string]Fixed) error {
	if len(leased) == 0 {
		return nil
	}
	var models []mongo.WriteModel
	var plain []string // nothing but the lease is written
	for i := range leased {
		n := &leased[i]
		f, ok := fixed[n.ID]
		if !ok {
			plain = append(plain, n.ID)
			continue
		}
		change, err := f.change(n)
		if err != nil {
			return err
		}
		models = append(models, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: n.ID}}).SetUpdate(change))
	}
	if len(plain) > 0 {
		models = append(models, mongo.NewUpdateManyModel().SetFilter(bson.D{among(plain)}).SetUpdate(leased[0].leaseChange(nil)))
	}
	res, err := o.notices.BulkWrite(ctx, models)
	if err != nil {
		return fmt.Errorf("lease %d notices: %w", len(leased), err)
	}
	if res.MatchedCount != int64(len(leased)) {
		return ErrLost
	}
	return nil
}

// leaseChange writes the lease of n, and more.
func (n *Notice) leaseChange(more bson.D) bson.D {
	return bson.D{
		{Key: "$set", Value: append(bson.D{
			{Key: "state", Value: n.State},
			{Key: "lease_owner", Value: n.LeaseOwner},
			{Key: "lease_until", Value: n.LeaseUntil},
		}, more...)},
		{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
	}
}

// change is what f makes of the leased notice n, which it brings to that state.
func (f Fixed) change(n *Notice) (bson.D, error) {
	if f.Drop != nil {
		end := cancel
		gone := bson.D{{Key: "due", Value: ""}, {Key: "lease_owner", Value: ""}, {Key: "lease_until", Value: ""}}
		if f.Failed {
			end = fail
		} else {
			gone = append(gone, bson.E{Key: "data", Value: ""})
		}
		n.State, n.LastError = rule(end).to, shorten(f.Drop)
		return bson.D{
			{Key: "$set", Value: bson.D{{Key: "state", Value: n.State}, {Key: "ended", Value: n.State}, {Key: "last_error", Value: n.LastError}}},
			{Key: "$unset", Value: gone},
			{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
		}, nil
	}
	if err := f.fix(n); err != nil {
		return nil, err
	}
	// As a value it is copied whole, as a document it would be read element by element.
	snapshot := bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: n.Snapshot}
	return n.leaseChange(bson.D{{Key: "snapshot", Value: snapshot}, {Key: "message_id", Value: n.MessageID}}), nil
}

// fix puts the snapshot into n.
func (f Fixed) fix(n *Notice) error {
	document, err := bson.Marshal(f.Snapshot)
	if err != nil {
		return fmt.Errorf("fix the snapshot of notice %s: %w", n.ID, err)
	}
	n.Snapshot, n.MessageID = document, f.MessageID
	return nil
}

// free is the guard: these notices, if nobody has them and their time has come.
func free(ids []string, now time.Time) bson.D {
	past := bson.D{{Key: "$lte", Value: now}}
	return bson.D{
		{Key: "state", Value: bson.D{{Key: "$in", Value: rule(lease).from}}},
		among(ids),
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "state", Value: bson.D{{Key: "$ne", Value: Sending}}}, {Key: "due", Value: past}},
			bson.D{{Key: "state", Value: Sending}, {Key: "lease_until", Value: past}},
		}},
	}
}

// among asks for these ids.
func among(ids []string) bson.E {
	return bson.E{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}
}
