package invitations

import (
	"context"
	"errors"
	"fmt"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/events"
)

// Store keeps the invitations in the collection `invitations`. Its writes belong into the caller's
// transaction.
type Store struct{ c lungo.ICollection }

// New makes a Store on a database.
func New(db lungo.IDatabase) *Store { return &Store{db.Collection("invitations")} }

// ErrNone says that an organisation is not invited.
var ErrNone = events.E(events.NotFound, "not_invited", "organisation")

// ID gives an invitation's id: one per activity and organisation.
func ID(activity, organisation string) string { return activity + "/" + organisation }

// Find gives an organisation's invitation, ErrNone when there is none.
func (s *Store) Find(ctx context.Context, activity, organisation string) (Invitation, error) {
	var i Invitation
	err := s.c.FindOne(ctx, bson.M{"_id": ID(activity, organisation)}).Decode(&i)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return i, ErrNone
	}
	if err != nil {
		return i, fmt.Errorf("reading an invitation: %w", err)
	}
	return i, nil
}

// OfActivity lists an activity's invitations by organisation.
func (s *Store) OfActivity(ctx context.Context, activity string) ([]Invitation, error) {
	return s.list(ctx, bson.M{"activity": activity})
}

// OfOrganisation lists an organisation's invitations by activity.
func (s *Store) OfOrganisation(ctx context.Context, organisation string) ([]Invitation, error) {
	return s.list(ctx, bson.M{"organisation": organisation})
}

// Standing lists the codes of the activities to which an organisation has been sent its invitation, and
// of those it has joined. It is asked for with every page of whoever is signed in, hence without the
// documents.
func (s *Store) Standing(ctx context.Context, organisation string) (invited, joined []string, err error) {
	list, err := s.list(ctx, bson.M{"organisation": organisation}, options.Find().SetProjection(bson.M{"activity": 1, "sent": 1, "answer": 1}))
	for i := range list {
		if list[i].Sent != nil {
			invited = append(invited, list[i].Activity)
		}
		if list[i].Answer == Joined {
			joined = append(joined, list[i].Activity)
		}
	}
	return invited, joined, err
}

func (s *Store) list(ctx context.Context, filter bson.M, o ...*options.FindOptions) ([]Invitation, error) {
	cursor, err := s.c.Find(ctx, filter, append(o, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))...)
	if err != nil {
		return nil, fmt.Errorf("listing invitations: %w", err)
	}
	var list []Invitation
	if err := cursor.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing invitations: %w", err)
	}
	return list, nil
}

// Insert adds an invitation.
func (s *Store) Insert(ctx context.Context, i Invitation) error {
	if _, err := s.c.InsertOne(ctx, i); err != nil {
		return fmt.Errorf("inviting %s to %s: %w", i.Organisation, i.Activity, err)
	}
	return nil
}

// Replace writes an invitation over the version before it.
func (s *Store) Replace(ctx context.Context, i Invitation) error {
	result, err := s.c.ReplaceOne(ctx, bson.M{"_id": i.ID, "version": i.Version - 1}, i)
	if err != nil {
		return fmt.Errorf("changing the invitation of %s to %s: %w", i.Organisation, i.Activity, err)
	}
	if result.MatchedCount == 0 {
		return events.Outdated(i.Version-1, 0)
	}
	return nil
}

// Remove takes an invitation back that has not been sent.
func (s *Store) Remove(ctx context.Context, id string) error {
	if _, err := s.c.DeleteOne(ctx, bson.M{"_id": id}); err != nil {
		return fmt.Errorf("taking an invitation back: %w", err)
	}
	return nil
}

// CountNomination marks that a nomination is being made, so that two at once for one organisation
// meet in this document and one of them is judged after the other.
func (s *Store) CountNomination(ctx context.Context, id string) error {
	if _, err := s.c.UpdateOne(ctx, bson.M{"_id": id}, bson.M{"$inc": bson.M{"nominations": 1}}); err != nil {
		return fmt.Errorf("counting a nomination: %w", err)
	}
	return nil
}
