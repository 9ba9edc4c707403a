package registrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/events"
)

// store keeps the registrations in the collection `registrations`.
type store struct{ c lungo.ICollection }

func newStore(db lungo.IDatabase) store { return store{db.Collection("registrations")} }

func (s store) byID(ctx context.Context, id string) (Registration, error) {
	var r Registration
	err := s.c.FindOne(ctx, bson.M{"_id": id}).Decode(&r)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return r, errNoRegistration
	}
	if err != nil {
		return r, fmt.Errorf("reading a registration: %w", err)
	}
	return r, nil
}

func (s store) insert(ctx context.Context, r Registration) error {
	if _, err := s.c.InsertOne(ctx, r); err != nil {
		return fmt.Errorf("adding a registration: %w", err)
	}
	return nil
}

// replace writes a registration over the version before it.
func (s store) replace(ctx context.Context, r Registration) error {
	result, err := s.c.ReplaceOne(ctx, bson.M{"_id": r.ID, "version": r.Version - 1}, r)
	if err != nil {
		return fmt.Errorf("changing a registration: %w", err)
	}
	if result.MatchedCount == 0 {
		return events.Outdated(r.Version-1, 0)
	}
	return nil
}

func (s store) drop(ctx context.Context, id string) error {
	if _, err := s.c.DeleteOne(ctx, bson.M{"_id": id, "state": Draft}); err != nil {
		return fmt.Errorf("dropping a draft: %w", err)
	}
	return nil
}

func (s store) dropDrafts(ctx context.Context, now time.Time) (int, error) {
	result, err := s.c.DeleteMany(ctx, bson.M{"state": Draft, "expires": bson.M{"$lt": now.UTC()}})
	if err != nil {
		return 0, fmt.Errorf("forgetting drafts: %w", err)
	}
	return int(result.DeletedCount), nil
}

func (s store) list(ctx context.Context, filter any, o ...*options.FindOptions) ([]Registration, error) {
	cursor, err := s.c.Find(ctx, filter, o...)
	if err != nil {
		return nil, fmt.Errorf("listing registrations: %w", err)
	}
	var list []Registration
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing registrations: %w", err)
	}
	return list, nil
}

// board lists everybody of an activity but the drafts.
func (s store) board(ctx context.Context, activity string) ([]Registration, error) {
	return s.list(ctx, bson.M{"activity": activity, "state": bson.M{"$ne": Draft}})
}

func (s store) ofPerson(ctx context.Context, person string) ([]Registration, error) {
	return s.list(ctx, bson.M{"person_id": person, "state": bson.M{"$ne": Draft}})
}

// takenPart lists the codes of the activities in which a person takes part. It is asked for with every
// page of whoever is signed in, hence without the documents.
func (s store) takenPart(ctx context.Context, person string) ([]string, error) {
	list, err := s.list(ctx, bson.M{"person_id": person, "state": bson.M{"$ne": Draft}}, options.Find().SetProjection(bson.M{"activity": 1, "state": 1}))
	var codes []string
	for i := range list {
		if list[i].TakesPart() {
			codes = append(codes, list[i].Activity)
		}
	}
	return codes, err
}

func (s store) ofOrganisation(ctx context.Context, activity, organisation string) ([]Registration, error) {
	return s.list(ctx, bson.M{"organisation": organisation, "activity": activity, "state": bson.M{"$ne": Draft}})
}

func (s store) allOfOrganisation(ctx context.Context, organisation string) ([]Registration, error) {
	return s.list(ctx, bson.M{"organisation": organisation, "state": bson.M{"$ne": Draft}})
}

// atAddress lists every registration of an address in an activity, drafts and ended ones too.
func (s store) atAddress(ctx context.Context, activity, email string) ([]Registration, error) {
	return s.list(ctx, bson.M{"email": email, "activity": activity}, options.Find().SetSort(bson.D{{Key: "created", Value: 1}, {Key: "_id", Value: 1}}))
}

// byIDs lists registrations by id.
func (s store) byIDs(ctx context.Context, ids []string) ([]Registration, error) {
	return s.list(ctx, bson.M{"_id": bson.M{"$in": ids}})
}

// withKeys lists the living registrations of an activity that have one of some keys.
func (s store) withKeys(ctx context.Context, activity string, keys []string) ([]Registration, error) {
	return s.list(ctx, bson.M{"activity": activity, "duplicate": bson.M{"$in": keys}})
}

// twin tells whether another living registration of the activity has the same key.
func (s store) twin(ctx context.Context, activity, key, except string) (bool, error) {
	list, err := s.list(ctx, bson.M{"activity": activity, "duplicate": key})
	if err != nil {
		return false, err
	}
	for _, r := range list {
		if r.ID != except {
			return true, nil
		}
	}
	return false, nil
}

// waiting lists a pool's waiting list in its order.
func (s store) waiting(ctx context.Context, activity string, pool events.Pool) ([]Registration, error) {
	return s.list(ctx, bson.M{"activity": activity, "pool": pool, "state": Waitlisted, "queue": bson.M{"$gt": 0}},
		options.Find().SetSort(bson.D{{Key: "queue", Value: 1}, {Key: "_id", Value: 1}}))
}

// ahead counts who waits before a number.
func (s store) ahead(ctx context.Context, activity string, pool events.Pool, number int64) (int, error) {
	n, err := s.c.CountDocuments(ctx, bson.M{"activity": activity, "pool": pool, "state": Waitlisted, "queue": bson.M{"$gt": 0, "$lt": number}})
	if err != nil {
		return 0, fmt.Errorf("counting the waiting list: %w", err)
	}
	return int(n), nil
}

// countFormer counts the former holders of a pool who have not answered since a postponement.
func (s store) countFormer(ctx context.Context, activity string, pool events.Pool) (int, error) {
	n, err := s.c.CountDocuments(ctx, bson.M{"activity": activity, "pool": pool, "former_holder": true, "state": Endorsed})
	if err != nil {
		return 0, fmt.Errorf("counting former holders: %w", err)
	}
	return int(n), nil
}

// counts gives how many registrations of an activity stand in each state.
func (s store) counts(ctx context.Context, activity string) (map[State]int, error) {
	cursor, err := s.c.Find(ctx, bson.M{"activity": activity}, options.Find().SetProjection(bson.M{"state": 1}))
	if err != nil {
		return nil, fmt.Errorf("counting registrations: %w", err)
	}
	var list []struct {
		State State `bson:"state"`
	}
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("counting registrations: %w", err)
	}
	counts := map[State]int{}
	for _, r := range list {
		counts[r.State]++
	}
	return counts, nil
}

// after lists an activity's registrations behind a cursor, in order of id, for a resumable fan-out.
func (s store) after(ctx context.Context, activity, cursor string, n int) ([]Registration, error) {
	return s.list(ctx, bson.M{"activity": activity, "_id": bson.M{"$gt": cursor}, "state": bson.M{"$ne": Draft}},
		options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(n)))
}

// several lists registrations of an activity by id.
func (s store) several(ctx context.Context, activity string, ids []string) ([]Registration, error) {
	// The activity first: the embedded engine compares in this order, and a list of ids is dear.
	return s.list(ctx, bson.D{{Key: "activity", Value: activity}, {Key: "_id", Value: bson.M{"$in": ids}}})
}

// allWaiting lists whoever waits for a seat in an activity, as much as tells the order.
func (s store) allWaiting(ctx context.Context, activity string) ([]Registration, error) {
	return s.list(ctx, bson.M{"activity": activity, "state": Waitlisted, "queue": bson.M{"$gt": 0}},
		options.Find().SetProjection(bson.M{"state": 1, "pool": 1, "queue": 1}))
}

// endEntries writes what taking back the calendar entries of registrations changes, in the transaction
// that has read them.
func (s store) endEntries(ctx context.Context, list []*Registration) error {
	return s.update(ctx, list, func(r *Registration) bson.M {
		return bson.M{"calendar": r.Calendar, "calendar_revision": r.Revision, "version": r.Version}
	})
}

// keepEntries writes the calendar entries of registrations, in the transaction that has read them.
func (s store) keepEntries(ctx context.Context, list []*Registration) error {
	return s.update(ctx, list, func(r *Registration) bson.M {
		set := bson.M{"calendar": r.Calendar}
		if len(r.Earlier) > 0 {
			set["earlier_entries"] = r.Earlier
		}
		return set
	})
}

// update writes some fields of registrations that the transaction has read: whoever changed one since
// conflicts with it. Found by its _id alone, and with no field of an index written, MongoDB updates one
// in a quarter of the time.
func (s store) update(ctx context.Context, list []*Registration, set func(*Registration) bson.M) error {
	if len(list) == 0 {
		return nil
	}
	models := make([]mongo.WriteModel, len(list))
	for i, r := range list {
		models[i] = mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: r.ID}}).SetUpdate(bson.D{{Key: "$set", Value: set(r)}})
	}
	result, err := s.c.BulkWrite(ctx, models)
	if err != nil {
		return fmt.Errorf("changing %d registrations: %w", len(list), err)
	}
	if result.MatchedCount != int64(len(list)) {
		return events.Outdated(0, 0)
	}
	return nil
}
