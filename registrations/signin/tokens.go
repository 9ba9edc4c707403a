package signin

import (
	"context"
	"strings"
	"time"

	"capportal/events"
	"capportal/registrations/audit"
)

// What a token may do.
const (
	ReadScope  = "read"  // sees what its person sees, changes nothing
	WriteScope = "write" // acts as its person
)

// tokenPrefix lets people and scanners of leaked secrets tell what they have found.
const tokenPrefix = "capportal_"

// How many days tokens last.
const (
	tokenDays    = 365 // unless given
	maxTokenDays = 3650
)

// Token is an API token, without its secret.
type Token struct {
	ID      string    `bson:"_id"` // SHA-256 of the secret
	Person  string    `bson:"person"`
	Scope   string    `bson:"scope"`
	Created time.Time `bson:"created"` // UTC
	Expires time.Time `bson:"expires"`
}

// AddToken makes an API token for a person and gives its secret, which is never shown again. It
// lasts the days given, 365 when 0. Invalid: `scope_unknown` (with `scope`), `number_range`.
func (s *SignIn) AddToken(ctx context.Context, by, person, scope string, days int) (string, error) {
	if scope != ReadScope && scope != WriteScope {
		return "", events.E(events.Invalid, "scope_unknown", "scope").With("scope", scope)
	}
	if days < 0 || days > maxTokenDays {
		return "", events.E(events.Invalid, "number_range", "days").With("min", 1).With("max", maxTokenDays)
	}
	if days == 0 {
		days = tokenDays
	}
	raw, now := tokenPrefix+randomText(), s.instant()
	token := Token{ID: hashed(raw), Person: person, Scope: scope, Created: now, Expires: now.AddDate(0, 0, days)}
	err := s.Transact(ctx, func(ctx context.Context) error {
		if _, err := s.People.Person(ctx, person); err != nil {
			return err
		}
		if err := s.store.addToken(ctx, token); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Act{At: now, By: by, What: audit.Token, Detail: map[string]string{"person": person, "scope": scope}})
	})
	if err != nil {
		return "", err
	}
	return raw, nil
}

// Token finds whose a token is and whether it may only read. Nothing is written, so that a request
// by token costs no commit. Whatever is no good token is Anonymous, key `token_invalid`.
func (s *SignIn) Token(ctx context.Context, raw string) (person string, readOnly bool, err error) {
	invalid := events.E(events.Anonymous, "token_invalid", "")
	if !strings.HasPrefix(raw, tokenPrefix) {
		return "", false, invalid
	}
	token, err := s.store.token(ctx, hashed(raw))
	if err != nil {
		return "", false, err
	}
	if !s.Now().Before(token.Expires) {
		return "", false, invalid
	}
	return token.Person, token.Scope != WriteScope, nil
}

// Tokens lists a person's tokens, oldest first.
func (s *SignIn) Tokens(ctx context.Context, person string) ([]Token, error) {
	return s.store.tokens(ctx, person)
}

// RevokeToken ends a person's token by its ID; one that is gone already is fine.
func (s *SignIn) RevokeToken(ctx context.Context, person, id string) error {
	return s.Transact(ctx, func(ctx context.Context) error { return s.store.endToken(ctx, person, id) })
}
