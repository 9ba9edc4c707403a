package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"capportal/events"
	"capportal/registrations/audit"
)

// How long sessions live.
const (
	SessionIdle = 12 * time.Hour     // without a request
	SessionLife = 7 * 24 * time.Hour // at most, however busy
	seenEvery   = 5 * time.Minute    // how seldom a session writes that it is in use
)

// Session is somebody signed in.
type Session struct {
	ID      string    `bson:"_id"` // SHA-256 of the secret; fit for binding a form to the session
	Person  string    `bson:"person"`
	Created time.Time `bson:"created"` // UTC
	Seen    time.Time `bson:"seen"`    // when it last wrote that it is in use
	Expires time.Time `bson:"expires"`
}

// Session finds the session of a secret and keeps it alive. Whoever has none that is good is
// Anonymous, key `signed_out`.
func (s *SignIn) Session(ctx context.Context, raw string) (Session, error) {
	session, err := s.store.session(ctx, hashed(raw))
	if err != nil {
		return session, err
	}
	now := s.instant()
	if !now.Before(session.Expires) {
		return Session{}, events.E(events.Anonymous, "signed_out", "")
	}
	if now.Sub(session.Seen) < seenEvery {
		return session, nil
	}
	longer := session
	longer.Seen, longer.Expires = now, earlier(now.Add(SessionIdle), session.Created.Add(SessionLife))
	if err := s.Transact(ctx, func(ctx context.Context) error { return s.store.seen(ctx, longer) }); err != nil {
		// A store that takes no writes just now must not shut out who only reads: the session lasts
		// until the expiry it had, and the next request tries again.
		return session, nil
	}
	return longer, nil
}

// SignOut ends the session of a secret; one that is over already is fine.
func (s *SignIn) SignOut(ctx context.Context, raw string) error {
	return s.Transact(ctx, func(ctx context.Context) error { return s.store.endSession(ctx, hashed(raw)) })
}

// SignOutEverywhere ends all sessions of a person.
func (s *SignIn) SignOutEverywhere(ctx context.Context, person string) error {
	return s.Transact(ctx, func(ctx context.Context) error { return s.store.endSessions(ctx, person) })
}

// begin starts a session, in the transaction of the link that it follows from, and records the act.
func (s *SignIn) begin(ctx context.Context, person string) (Session, string, error) {
	raw, now := randomText(), s.instant()
	session := Session{ID: hashed(raw), Person: person, Created: now, Seen: now, Expires: now.Add(SessionIdle)}
	if err := s.store.addSession(ctx, session); err != nil {
		return Session{}, "", err
	}
	return session, raw, s.Audit.Record(ctx, audit.Act{At: now, By: person, What: audit.SignIn})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// randomText gives a secret of 256 random bits, URL-safe.
func randomText() string {
	var bits [32]byte
	rand.Read(bits[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// randomID gives so many random bytes in hexadecimal.
func randomID(bytes int) string {
	bits := make([]byte, bytes)
	rand.Read(bits)
	return hex.EncodeToString(bits)
}

// hashed is how a secret is stored. It has 256 random bits, so that no salt is needed.
func hashed(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(sum[:])
}
