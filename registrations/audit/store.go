package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// group is some of the acts of a day.
type group struct {
	ID   string `bson:"_id"` // the day and a running number: 2026-11-23-0000
	Day  string `bson:"day"` // YYYY-MM-DD, UTC
	N    int    `bson:"n"`   // how many acts it holds
	Acts []Act  `bson:"acts"`
}

// store keeps the collection `audit`. It alone knows the database.
type store struct{ c lungo.ICollection }

func newStore(db lungo.IDatabase) store { return store{db.Collection("audit")} }

// add puts an act into its day's group that has room, or begins another.
func (s store) add(ctx context.Context, act Act) error {
	day := act.At.Format(time.DateOnly)
	roomy := bson.M{"day": day, "n": bson.M{"$lt": perDocument}}
	result, err := s.c.UpdateOne(ctx, roomy, bson.M{"$push": bson.M{"acts": act}, "$inc": bson.M{"n": 1}})
	if err != nil {
		return fmt.Errorf("audit: record: %w", err)
	}
	if result.MatchedCount > 0 {
		return nil
	}
	full, err := s.c.CountDocuments(ctx, bson.M{"day": day})
	if err != nil {
		return fmt.Errorf("audit: count the day's groups: %w", err)
	}
	_, err = s.c.InsertOne(ctx, group{ID: fmt.Sprintf("%s-%04d", day, full), Day: day, N: 1, Acts: []Act{act}})
	if err != nil {
		return fmt.Errorf("audit: record: %w", err)
	}
	return nil
}

func (s store) days(ctx context.Context, from, to time.Time) ([]group, error) {
	filter := bson.M{"day": bson.M{"$gte": from.UTC().Format(time.DateOnly), "$lte": to.UTC().Format(time.DateOnly)}}
	cursor, err := s.c.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("audit: list: %w", err)
	}
	var groups []group
	if err := cursor.All(ctx, &groups); err != nil {
		return nil, fmt.Errorf("audit: list: %w", err)
	}
	return groups, nil
}
