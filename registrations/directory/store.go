package directory

import (
	"context"
	"errors"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/events"
)

// errAbsent says that a document does not exist.
var errAbsent = errors.New("directory: absent")

// store keeps the collections `organisations` and `people`. It alone knows the database.
type store struct {
	orgs   lungo.ICollection
	humans lungo.ICollection
}

func newStore(db lungo.IDatabase) store {
	return store{orgs: db.Collection("organisations"), humans: db.Collection("people")}
}

func (s store) organisation(ctx context.Context, code string) (Organisation, error) {
	return one[Organisation](ctx, s.orgs, bson.M{"_id": code})
}

func (s store) organisations(ctx context.Context, group events.Group, region string) ([]Organisation, error) {
	filter := bson.M{}
	if group != "" {
		filter["group"] = group
	}
	if region != "" {
		filter["region"] = region
	}
	return all[Organisation](ctx, s.orgs, filter, bson.D{{Key: "_id", Value: 1}})
}

// names reads of some organisations what they are called, all with one question.
func (s store) names(ctx context.Context, codes []string) (map[string]events.Text, error) {
	cursor, err := s.orgs.Find(ctx, bson.M{"_id": bson.M{"$in": codes}}, options.Find().SetProjection(bson.M{"name": 1}))
	if err != nil {
		return nil, wrap("look up names", err)
	}
	var list []struct {
		Code string      `bson:"_id"`
		Name events.Text `bson:"name"`
	}
	if err := cursor.All(ctx, &list); err != nil {
		return nil, wrap("look up names", err)
	}
	names := make(map[string]events.Text, len(list))
	for _, o := range list {
		names[o.Code] = o.Name
	}
	return names, nil
}

func (s store) addOrganisations(ctx context.Context, added []Organisation) error {
	return insert(ctx, s.orgs, added)
}

// replaceOrganisation writes over the version before.
func (s store) replaceOrganisation(ctx context.Context, o Organisation) error {
	return replace(ctx, s.orgs, o.Code, o.Version-1, o)
}

func (s store) person(ctx context.Context, id string) (Person, error) {
	return one[Person](ctx, s.humans, bson.M{"_id": id})
}

func (s store) people(ctx context.Context, filter map[string]any) ([]Person, error) {
	return all[Person](ctx, s.humans, bson.M(filter), bson.D{{Key: "name_key", Value: 1}, {Key: "_id", Value: 1}})
}

func (s store) anybody(ctx context.Context, filter map[string]any) (bool, error) {
	err := s.humans.FindOne(ctx, bson.M(filter)).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, wrap("look for people", err)
}

func (s store) addPeople(ctx context.Context, added []Person) error {
	return insert(ctx, s.humans, added)
}

// replacePerson writes over the version before.
func (s store) replacePerson(ctx context.Context, p Person) error {
	return replace(ctx, s.humans, p.ID, p.Version-1, p)
}

func one[D any](ctx context.Context, c lungo.ICollection, filter bson.M) (D, error) {
	var doc D
	err := c.FindOne(ctx, filter).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return doc, errAbsent
	}
	return doc, wrap("read "+c.Name(), err)
}

func all[D any](ctx context.Context, c lungo.ICollection, filter bson.M, sort bson.D) ([]D, error) {
	cursor, err := c.Find(ctx, filter, options.Find().SetSort(sort))
	if err != nil {
		return nil, wrap("find "+c.Name(), err)
	}
	docs := []D{}
	return docs, wrap("list "+c.Name(), cursor.All(ctx, &docs))
}

func insert[D any](ctx context.Context, c lungo.ICollection, added []D) error {
	if len(added) == 0 {
		return nil
	}
	docs := make([]any, len(added))
	for i, d := range added {
		docs[i] = d
	}
	_, err := c.InsertMany(ctx, docs)
	return wrap("add to "+c.Name(), err)
}

// replace writes a document over the version that was read; somebody else's in between makes it Stale.
func replace(ctx context.Context, c lungo.ICollection, id string, version int, doc any) error {
	result, err := c.ReplaceOne(ctx, bson.M{"_id": id, "version": version}, doc)
	if err != nil {
		return wrap("write "+c.Name(), err)
	}
	if result.MatchedCount == 0 {
		return events.Outdated(version, version+1)
	}
	return nil
}
