package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"capportal/cmd/capportal/engine/embedded"
)

// unit is the work of one transaction on MongoDB that the server has not been told of.
//
// A transaction sees one snapshot, so what it has read by _id cannot change under it: it is kept in
// memory, and what is written to it is done there, by the embedded engine, and sent together before the
// commit. A batch of 64 claims asks for the activity and its seats once instead of 64 times, and sends
// one bulk of each collection. Whoever else wrote the same documents meanwhile makes the sending fail, as
// it would have made each write fail.
//
// What names no _id is asked of the server, and what waits in memory is added to its answer; a plain
// question is asked once, and one for several values answers for each of them too. What the
// embedded engine does not know goes to the server alone, once all that waits has been sent.
type unit struct {
	scratch *embedded.Engine
	t       *embedded.Transaction
	held    map[string]*heldCollection
}

// heldCollection is what a unit knows of a collection.
type heldCollection struct {
	name   string
	server lungo.ICollection
	here   lungo.ICollection   // the documents that are known, as the transaction has them
	known  map[string]bson.Raw // by _id, as the server has them in this transaction; nil: it has none
	unsent map[string]bool     // by _id, what was written, and may differ from that
	asked  map[string]bool     // questions to which the server's whole answer is known
}

// working marks the context of a transaction of one database with its unit.
type working struct{ d *DB }

// gathered makes fn's writes wait in a unit, and sends them when fn is done.
func (d *DB) gathered(fn func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		scratch := embedded.New(embedded.Options{Closed: closedFault()})
		u := &unit{scratch: scratch, t: scratch.Begin(), held: map[string]*heldCollection{}}
		if err := fn(context.WithValue(ctx, working{d}, u)); err != nil {
			return err
		}
		return u.send(ctx)
	}
}

// unitOf gives the unit of the transaction that ctx belongs to, and what it knows of a collection; nil
// outside any transaction.
func (d *DB) unitOf(ctx context.Context, server lungo.ICollection) (*unit, *heldCollection) {
	u, _ := ctx.Value(working{d}).(*unit)
	if u == nil {
		return nil, nil
	}
	name := server.Name()
	h := u.held[name]
	if h == nil {
		h = &heldCollection{name, server, u.scratch.Database("").Collection(name), map[string]bson.Raw{}, map[string]bool{}, map[string]bool{}}
		u.held[name] = h
	}
	return u, h
}

// within gives the context in which the unit's own documents are read and written.
func (u *unit) within(ctx context.Context) context.Context { return u.t.Context(ctx) }

// now gives a document as the transaction has it; nil if there is none.
func (u *unit) now(ctx context.Context, h *heldCollection, id string) (bson.Raw, error) {
	raw, err := h.here.FindOne(u.within(ctx), bson.M{"_id": id}).Raw()
	if errors.Is(err, lungo.ErrNoDocuments) {
		return nil, nil
	}
	return raw, err
}

// expect takes documents that are about to be inserted for new, unless they are known. One that is
// there makes the sending fail with its duplicate key, and the transaction is run again.
func (h *heldCollection) expect(ids []string) {
	for _, id := range ids {
		if _, known := h.known[id]; !known {
			h.known[id] = nil
		}
	}
}

// load makes documents known by their _id, all that are not with one question.
func (u *unit) load(ctx context.Context, h *heldCollection, ids []string) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, known := h.known[id]; return known })
	if len(ids) == 0 {
		return nil
	}
	cursor, err := h.server.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	if err != nil {
		return err
	}
	if err := u.keep(ctx, h, cursor); err != nil {
		return err
	}
	for _, id := range ids {
		if _, found := h.known[id]; !found {
			h.known[id] = nil
		}
	}
	return nil
}

// keep makes known what the server answers, unless it is known already.
func (u *unit) keep(ctx context.Context, h *heldCollection, cursor lungo.ICursor) error {
	var found []bson.Raw
	if err := cursor.All(ctx, &found); err != nil {
		return err
	}
	for _, raw := range found {
		id, ok := raw.Lookup("_id").StringValueOK()
		if !ok {
			return errors.New("a document has an _id that is no text")
		}
		if _, known := h.known[id]; known {
			continue
		}
		if _, err := h.here.InsertOne(u.within(ctx), raw); err != nil {
			return err
		}
		h.known[id] = raw
	}
	return nil
}

// forget lets go of all that is known of a collection, of which nothing is unsent.
func (u *unit) forget(ctx context.Context, h *heldCollection) error {
	if len(h.known) == 0 && len(h.asked) == 0 {
		return nil
	}
	clear(h.known)
	clear(h.asked)
	_, err := h.here.DeleteMany(u.within(ctx), bson.M{})
	return err
}

// flush sends what waits of a collection.
func (u *unit) flush(ctx context.Context, h *heldCollection) error {
	if len(h.unsent) == 0 {
		return nil
	}
	var gone, changed, added []mongo.WriteModel
	for _, id := range slices.Sorted(maps.Keys(h.unsent)) {
		now, err := u.now(ctx, h, id)
		if err != nil {
			return err
		}
		switch before := h.known[id]; {
		case string(now) == string(before):
		case now == nil:
			gone = append(gone, mongo.NewDeleteOneModel().SetFilter(bson.M{"_id": id}))
		case before == nil:
			added = append(added, mongo.NewInsertOneModel().SetDocument(now))
		default:
			changed = append(changed, changeTo(id, before, now))
		}
		h.known[id] = now
	}
	clear(h.unsent)
	// In this order, so that a unique key given up by one can be another's.
	models := slices.Concat(gone, changed, added)
	if len(models) == 0 {
		return nil
	}
	result, err := h.server.BulkWrite(ctx, models)
	if err != nil {
		return err
	}
	if result.DeletedCount != int64(len(gone)) || result.MatchedCount != int64(len(changed)) {
		return fmt.Errorf("a document of %s that the transaction has read is not in its snapshot", h.name)
	}
	return nil
}

// send sends all that waits, before the commit.
func (u *unit) send(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(u.held)) {
		if err := u.flush(ctx, u.held[name]); err != nil {
			return err
		}
	}
	return nil
}
