package signin

import (
	"context"
	"strings"
	"time"

	"capportal/events"
)

// onceLife is how long an idempotency key is remembered.
const onceLife = 24 * time.Hour

// once is an idempotency key that has been claimed, and the answer it got.
type once struct {
	ID          string    `bson:"_id"` // hash of person and key: two people may pick the same
	Fingerprint string    `bson:"fingerprint"`
	Answered    bool      `bson:"answered"`
	Answer      []byte    `bson:"answer,omitempty"`
	Expires     time.Time `bson:"expires"`
}

// Once claims an idempotency key for a person's act, inside the act's own transaction: when that
// fails, the claim goes with it. Nil means the act is to be done; otherwise the stored answer of the
// act done before is the answer. Fingerprint stands for what is asked (method, address, body).
//
// Errors: Invalid `idempotency_key_invalid` (a key has 1 to 255 visible ASCII characters), Invalid
// `idempotency_mismatch` when the key was used for something else within the last 24 hours.
func (s *SignIn) Once(ctx context.Context, key, person, fingerprint string) ([]byte, error) {
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, events.E(events.Invalid, "idempotency_key_invalid", "")
	}
	id := onceID(key, person)
	var answer []byte
	err := s.Transact(ctx, func(ctx context.Context) error {
		answer = nil
		now := s.instant()
		before, known, err := s.store.once(ctx, id)
		if err != nil {
			return err
		}
		if known && now.Before(before.Expires) {
			if before.Fingerprint != fingerprint {
				return events.E(events.Invalid, "idempotency_mismatch", "")
			}
			if before.Answered {
				answer = append([]byte{}, before.Answer...)
				return nil
			}
		}
		return s.store.putOnce(ctx, once{ID: id, Fingerprint: fingerprint, Expires: now.Add(onceLife)}, known)
	})
	return answer, err
}

// Keep keeps the answer of the act that claimed the key, in the same transaction.
func (s *SignIn) Keep(ctx context.Context, key, person string, answer []byte) error {
	return s.Transact(ctx, func(ctx context.Context) error {
		return s.store.answerOnce(ctx, onceID(key, person), answer)
	})
}

// Kept gives the answer that was kept under a person's key; nil when there is none, or it has been
// forgotten. It claims nothing.
func (s *SignIn) Kept(ctx context.Context, key, person string) ([]byte, error) {
	o, known, err := s.store.once(ctx, onceID(key, person))
	if err != nil || !known || !o.Answered || !s.instant().Before(o.Expires) {
		return nil, err
	}
	return append([]byte{}, o.Answer...), nil
}

func onceID(key, person string) string { return hashed(person + "\x00" + key) }
