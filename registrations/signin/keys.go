package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/256dpi/lungo"

	"capportal/events"
)

// Transact runs an act in a transaction; the act may run again, and uses only the context it is given.
type Transact = func(context.Context, func(context.Context) error) error

// Keys signs links. It never changes once opened, and may be used by many at once.
type Keys struct{ signing []byte }

// OpenKeys reads the signing key, 256 random bits, from the store, where the first to open creates
// it; of two that open at once both get the same.
func OpenKeys(ctx context.Context, db lungo.IDatabase, transact Transact) (Keys, error) {
	var key []byte
	err := transact(ctx, func(ctx context.Context) error {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails (crypto/rand)
		var err error
		key, err = newStore(db).signingKey(ctx, fresh)
		return err
	})
	return Keys{key}, err
}

// Link gives the token of a link: URL-safe, the same each time, good for this purpose, subject and
// version alone. The subject can be read out of it, so it must be no secret; by itself it is useless.
func (k Keys) Link(purpose, subject string, version int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(subject)) + "." +
		base64.RawURLEncoding.EncodeToString(k.sign(purpose, subject, version))
}

// Open gives the subject of a link's token. The func looks up the subject's present version; its
// NotFound, like a token that is not ours, of another purpose or of a version gone by, is NotFound,
// key `link_invalid`.
func (k Keys) Open(ctx context.Context, purpose, token string, version func(ctx context.Context, subject string) (int, error)) (string, error) {
	invalid := events.E(events.NotFound, "link_invalid", "")
	if len(token) > 1024 {
		return "", invalid
	}
	head, _, _ := strings.Cut(token, ".")
	subject, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || len(subject) == 0 {
		return "", invalid
	}
	now, err := version(ctx, string(subject))
	if err != nil {
		if events.Faults(err) != nil && events.CodeOf(err) == events.NotFound {
			return "", invalid.Because(err)
		}
		return "", err
	}
	// The whole token is compared, because decoding alone would pass line breaks in it.
	if !hmac.Equal([]byte(token), []byte(k.Link(purpose, string(subject), now))) {
		return "", invalid
	}
	return string(subject), nil
}

// sign gives HMAC-SHA-256 (RFC 2104) over the three, each told apart from the next by its length.
func (k Keys) sign(purpose, subject string, version int) []byte {
	mac := hmac.New(sha256.New, k.signing)
	for _, part := range []string{purpose, subject} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(version)))
	return mac.Sum(nil)
}
