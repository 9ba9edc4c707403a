package seats

import (
	"context"
	"errors"
	"fmt"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"capportal/events"
)

// store keeps one document per activity and pool in the collection `seats`.
type store struct{ c lungo.ICollection }

func newStore(db lungo.IDatabase) store { return store{db.Collection("seats")} }

type document struct {
	ID       string `bson:"_id"`
	Activity string `bson:"activity"`
	Count    `bson:",inline"`
}

func id(activity string, pool events.Pool) string { return activity + "/" + string(pool) }

// nobody keeps the seats of people without an organisation.
const nobody = "-"

func field(organisation string) string {
	if organisation == "" {
		organisation = nobody
	}
	return "organisations." + organisation
}

func withOrganisation(changes map[string]int, organisation string, by int) map[string]int {
	changes[field(organisation)] = by
	return changes
}

func (s store) find(ctx context.Context, activity string, pool events.Pool) (Count, bool, error) {
	var d document
	err := s.c.FindOne(ctx, bson.M{"_id": id(activity, pool)}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return Count{}, false, nil
	}
	if err != nil {
		return Count{}, false, fmt.Errorf("counting seats: %w", err)
	}
	return d.Count, true, nil
}

func (s store) list(ctx context.Context, activity string) ([]Count, error) {
	return pools[Count](ctx, s, activity)
}

func (s store) ofSeveral(ctx context.Context, activities []string) ([]document, error) {
	return pools[document](ctx, s, bson.M{"$in": activities})
}

// pools lists the pools of one activity or of several.
func pools[D any](ctx context.Context, s store, activity any) ([]D, error) {
	cursor, err := s.c.Find(ctx, bson.M{"activity": activity})
	if err != nil {
		return nil, fmt.Errorf("counting seats: %w", err)
	}
	var list []D
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("counting seats: %w", err)
	}
	return list, nil
}

func (s store) insert(ctx context.Context, activity string, c Count) error {
	if _, err := s.c.InsertOne(ctx, document{id(activity, c.Pool), activity, c}); err != nil {
		return fmt.Errorf("opening a pool of seats: %w", err)
	}
	return nil
}

// take is the one write that gives a seat away: its filter is the condition.
func (s store) take(ctx context.Context, activity string, pool events.Pool, organisation string, limit int, override bool) (bool, error) {
	filter := bson.M{"_id": id(activity, pool)}
	if !override {
		if limit == 0 { // a filter on a count that is not there yet would let it through
			return false, nil
		}
		filter["left"] = bson.M{"$gte": 1}
		if limit != Unlimited {
			filter[field(organisation)] = bson.M{"$not": bson.M{"$gte": limit}}
		}
	}
	result, err := s.c.UpdateOne(ctx, filter, bson.M{"$inc": withOrganisation(map[string]int{"left": -1}, organisation, 1)})
	if err != nil {
		return false, fmt.Errorf("taking a seat: %w", err)
	}
	return result.MatchedCount == 1, nil
}

func (s store) add(ctx context.Context, activity string, pool events.Pool, changes map[string]int) error {
	result, err := s.c.UpdateOne(ctx, bson.M{"_id": id(activity, pool)}, bson.M{"$inc": changes})
	if err != nil {
		return fmt.Errorf("counting seats: %w", err)
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("pool %s of %s has no seats", pool, activity)
	}
	return nil
}
