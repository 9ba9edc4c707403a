package events

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// store keeps the activities in the collection `activities`.
type store struct {
	c      lungo.ICollection
	memory *memory // nil: nothing is kept in memory
}

func newStore(db lungo.IDatabase) store { return store{c: db.Collection("activities")} }

func (s store) byCode(ctx context.Context, code string) (Activity, error) {
	if h, err := s.activities(ctx); err != nil {
		return Activity{}, err
	} else if h != nil {
		return given(h.byCode[code])
	}
	return s.one(ctx, bson.M{"_id": code})
}

func (s store) bySlug(ctx context.Context, slug string) (Activity, error) {
	if h, err := s.activities(ctx); err != nil {
		return Activity{}, err
	} else if h != nil {
		return given(h.bySlug[slug])
	}
	return s.one(ctx, bson.M{"slug": slug})
}

func (s store) one(ctx context.Context, filter bson.M) (Activity, error) {
	var a Activity
	err := s.c.FindOne(ctx, filter).Decode(&a)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return a, errNoActivity
	}
	if err != nil {
		return a, fmt.Errorf("reading an activity: %w", err)
	}
	normalise(&a)
	return a, nil
}

func (s store) insert(ctx context.Context, a Activity) error {
	if _, err := s.c.InsertOne(ctx, a); err != nil {
		return fmt.Errorf("adding activity %s: %w", a.Code, err)
	}
	return nil
}

// replace writes an activity over the version it was made from.
func (s store) replace(ctx context.Context, version int, a Activity) error {
	result, err := s.c.ReplaceOne(ctx, bson.M{"_id": a.Code, "version": version}, a)
	if err != nil {
		return fmt.Errorf("changing activity %s: %w", a.Code, err)
	}
	if result.MatchedCount == 0 {
		return Outdated(version, a.Version)
	}
	return nil
}

func (s store) reportToChildren(ctx context.Context, parent, day string) error {
	if _, err := s.c.UpdateMany(ctx, bson.M{"parent": parent}, bson.M{"$set": bson.M{"parent_report": day}}); err != nil {
		return fmt.Errorf("carrying the public report of %s to its children: %w", parent, err)
	}
	return nil
}

func (s store) setFigures(ctx context.Context, code string, f Figures) error {
	result, err := s.c.UpdateOne(ctx, bson.M{"_id": code}, bson.M{"$set": bson.M{"figures": f}})
	if err != nil {
		return fmt.Errorf("recording figures of %s: %w", code, err)
	}
	if result.MatchedCount == 0 {
		return errNoActivity
	}
	return nil
}

// lastNumber gives the highest number given out in a year. Random tails are no numbers.
func (s store) lastNumber(ctx context.Context, year int) (int, error) {
	prefix := fmt.Sprintf("IPR-%d-", year)
	found, err := s.find(ctx, bson.M{"_id": bson.M{"$gte": prefix, "$lt": prefix + "\uffff"}})
	if err != nil {
		return 0, err
	}
	last := 0
	for _, a := range found {
		if n, err := strconv.Atoi(strings.TrimPrefix(a.Code, prefix)); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}

// list gives what the visitor may see of what the query spans. Activities from memory are not copied.
func (s store) list(ctx context.Context, v Visitor, q Query, now time.Time) ([]Activity, error) {
	if h, err := s.activities(ctx); err != nil {
		return nil, err
	} else if h != nil {
		return h.list(v, q, now), nil
	}
	all := []bson.M{visible(v, now)}
	if !q.From.IsZero() {
		all = append(all, bson.M{"end": bson.M{"$gt": q.From.UTC()}})
	}
	if !q.To.IsZero() {
		all = append(all, bson.M{"start": bson.M{"$lt": q.To.UTC()}})
	}
	if q.Parent != "" {
		all = append(all, bson.M{"parent": q.Parent})
	}
	return s.find(ctx, bson.M{"$and": all})
}

func (s store) assigned(ctx context.Context, email string) ([]string, error) {
	if h, err := s.activities(ctx); err != nil {
		return nil, err
	} else if h != nil {
		return h.assigned(email), nil
	}
	list, err := s.find(ctx, bson.M{"experts": email})
	codes := make([]string, len(list))
	for i := range list {
		codes[i] = list[i].Code
	}
	return codes, err
}

func (s store) find(ctx context.Context, filter bson.M) ([]Activity, error) {
	if filter == nil {
		filter = bson.M{}
	}
	cursor, err := s.c.Find(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("listing activities: %w", err)
	}
	var list []Activity
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing activities: %w", err)
	}
	for i := range list {
		normalise(&list[i])
	}
	return list, nil
}

// visible is the twin of See for lists: it lets through what See lets see, and a property test
// holds the two equal. The day of a public report is compared in UTC+14, the earliest of all zones;
// See then judges it in the activity's own.
func visible(v Visitor, now time.Time) bson.M {
	if v.Secretariat() {
		return bson.M{}
	}
	in := func(codes []string) bson.M { return bson.M{"$in": append([]string{}, codes...)} }
	any := []bson.M{
		{"_id": in(v.TakesPart)},
		{"_id": in(v.Assigned)},
		{"visibility": Public},
		{"visibility": ForInvited, "_id": in(v.Invited)},
		{"visibility": ForOperation, "_id": in(v.Joined)},
		{"visibility": ForOperation, "parent": in(v.Joined)},
		{"visibility": ForOperation, "_id": in(v.Invited)},
	}
	if v.In(Member) || v.In(RegionalEntity) || v.In(IGO) || v.In(Expert) {
		any = append(any, bson.M{"visibility": ForMembers})
	}
	if v.In(RegionalEntity) {
		regions := []string{AllRegions}
		if v.Region != "" {
			regions = append(regions, v.Region)
		}
		any = append(any, bson.M{"visibility": bson.M{"$in": []Visibility{ForInvited, ForOperation}}, "regions": bson.M{"$in": regions}})
	}
	today := now.In(time.FixedZone("", 14*60*60)).Format(time.DateOnly)
	out := bson.M{"$gt": "", "$lte": today}
	any = append(any, bson.M{"visibility": ForOperation, "public_report.date": out}, bson.M{"visibility": ForOperation, "parent_report": out})
	return bson.M{"announced": true, "$or": any}
}
