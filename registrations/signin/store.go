package signin

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

// store keeps the collections `keys`, `signins`, `signin_sessions`, `tokens`, `limits` and
// `idempotency`. It alone knows the database. Methods that look before they write are called inside
// a transaction.
type store struct {
	keys, signins, live, api, limits, idempotency lungo.ICollection
}

func newStore(db lungo.IDatabase) store {
	return store{keys: db.Collection("keys"), signins: db.Collection("signins"), live: db.Collection("signin_sessions"),
		api: db.Collection("tokens"), limits: db.Collection("limits"), idempotency: db.Collection("idempotency")}
}

// signingKey gives the stored key, or stores the fresh one.
func (s store) signingKey(ctx context.Context, fresh []byte) ([]byte, error) {
	var doc struct {
		Key []byte `bson:"key"`
	}
	err := s.keys.FindOne(ctx, bson.M{"_id": "signing"}).Decode(&doc)
	if err == nil && len(doc.Key) != len(fresh) {
		return nil, fmt.Errorf("signin: the signing key in the store has %d bytes, not %d: restore the store", len(doc.Key), len(fresh))
	}
	if err == nil {
		return doc.Key, nil
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return nil, wrap("read the signing key", err)
	}
	_, err = s.keys.InsertOne(ctx, bson.M{"_id": "signing", "key": fresh})
	return fresh, wrap("keep the signing key", err)
}

// touch writes a document, so that two transactions that do meet on it.
func (s store) touch(ctx context.Context, id string) error {
	_, err := s.keys.UpdateOne(ctx, bson.M{"_id": id}, bson.M{"$inc": bson.M{"n": 1}}, options.Update().SetUpsert(true))
	return wrap("touch "+id, err)
}

func (s store) addRow(ctx context.Context, r row) error {
	_, err := s.signins.InsertOne(ctx, r)
	return wrap("keep a sign-in link", err)
}

func (s store) row(ctx context.Context, id string) (row, error) {
	r, known, err := find[row](ctx, s.signins, id)
	if err == nil && !known {
		err = events.E(events.NotFound, "link_invalid", "")
	}
	return r, err
}

// useRow uses a link up; false when it has been already. The condition is in the filter.
func (s store) useRow(ctx context.Context, id string) (bool, error) {
	result, err := s.signins.UpdateOne(ctx, bson.M{"_id": id, "used": false}, bson.M{"$set": bson.M{"used": true}})
	if err != nil {
		return false, wrap("use a sign-in link", err)
	}
	return result.MatchedCount == 1, nil
}

func (s store) addSession(ctx context.Context, session Session) error {
	_, err := s.live.InsertOne(ctx, session)
	return wrap("keep a session", err)
}

func (s store) session(ctx context.Context, id string) (Session, error) {
	session, known, err := find[Session](ctx, s.live, id)
	if err == nil && !known {
		err = events.E(events.Anonymous, "signed_out", "")
	}
	return session, err
}

// seen moves a session's expiry; one that has been ended meanwhile stays ended.
func (s store) seen(ctx context.Context, session Session) error {
	_, err := s.live.UpdateOne(ctx, bson.M{"_id": session.ID}, bson.M{"$set": bson.M{"seen": session.Seen, "expires": session.Expires}})
	return wrap("keep a session alive", err)
}

func (s store) endSession(ctx context.Context, id string) error {
	_, err := s.live.DeleteOne(ctx, bson.M{"_id": id})
	return wrap("end a session", err)
}

func (s store) endSessions(ctx context.Context, person string) error {
	_, err := s.live.DeleteMany(ctx, bson.M{"person": person})
	return wrap("end a person's sessions", err)
}

func (s store) addToken(ctx context.Context, token Token) error {
	_, err := s.api.InsertOne(ctx, token)
	return wrap("keep a token", err)
}

func (s store) token(ctx context.Context, id string) (Token, error) {
	token, known, err := find[Token](ctx, s.api, id)
	if err == nil && !known {
		err = events.E(events.Anonymous, "token_invalid", "")
	}
	return token, err
}

func (s store) tokens(ctx context.Context, person string) ([]Token, error) {
	sort := bson.D{{Key: "created", Value: 1}, {Key: "_id", Value: 1}}
	cursor, err := s.api.Find(ctx, bson.M{"person": person}, options.Find().SetSort(sort))
	if err != nil {
		return nil, wrap("list tokens", err)
	}
	tokens := []Token{}
	return tokens, wrap("list tokens", cursor.All(ctx, &tokens))
}

func (s store) endToken(ctx context.Context, person, id string) error {
	_, err := s.api.DeleteOne(ctx, bson.M{"_id": id, "person": person})
	return wrap("end a token", err)
}

func (s store) once(ctx context.Context, id string) (once, bool, error) {
	return find[once](ctx, s.idempotency, id)
}

// putOnce claims a key, over what is known of it or as new.
func (s store) putOnce(ctx context.Context, o once, known bool) error {
	var err error
	if known {
		_, err = s.idempotency.ReplaceOne(ctx, bson.M{"_id": o.ID}, o)
	} else {
		_, err = s.idempotency.InsertOne(ctx, o)
	}
	return wrap("claim an idempotency key", err)
}

func (s store) answerOnce(ctx context.Context, id string, answer []byte) error {
	result, err := s.idempotency.UpdateOne(ctx, bson.M{"_id": id}, bson.M{"$set": bson.M{"answered": true, "answer": answer}})
	if err == nil && result.MatchedCount == 0 {
		err = errors.New("it was never claimed")
	}
	return wrap("keep the answer of an idempotency key", err)
}

// count counts one more if fewer than l.N were counted; the condition is in the filter.
func (s store) count(ctx context.Context, l limit) (bool, error) {
	if l.N <= 0 {
		return false, nil
	}
	result, err := s.limits.UpdateOne(ctx, bson.M{"_id": l.ID, "n": bson.M{"$lt": l.N}}, bson.M{"$inc": bson.M{"n": 1}})
	if err != nil {
		return false, wrap("count", err)
	}
	if result.MatchedCount == 1 {
		return true, nil
	}
	if _, known, err := find[limit](ctx, s.limits, l.ID); err != nil || known {
		return false, err
	}
	l.N = 1
	_, err = s.limits.InsertOne(ctx, l)
	return err == nil, wrap("count", err)
}

func (s store) sweep(ctx context.Context, now time.Time) (int, error) {
	gone := 0
	for _, c := range []lungo.ICollection{s.signins, s.live, s.api, s.limits, s.idempotency} {
		result, err := c.DeleteMany(ctx, bson.M{"expires": bson.M{"$lte": now}})
		if err != nil {
			return gone, wrap("sweep "+c.Name(), err)
		}
		gone += int(result.DeletedCount)
	}
	return gone, nil
}

// find reads a document by its id; false when there is none.
func find[D any](ctx context.Context, c lungo.ICollection, id string) (D, bool, error) {
	var doc D
	err := c.FindOne(ctx, bson.M{"_id": id}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return doc, false, nil
	}
	return doc, err == nil, wrap("read "+c.Name(), err)
}

// wrap says what was being done when the store failed.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("signin: %s: %w", doing, err)
}
