package signin

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"github.com/256dpi/lungo"
)

// limit counts what happened within one window.
type limit struct {
	ID      string    `bson:"_id"` // kind, window, and the key's hash: no address lies in the store
	N       int       `bson:"n"`
	Expires time.Time `bson:"expires"`
}

// Allow counts one more of a kind for a key, and tells whether it is within n in the present window
// of fixed length. What is beyond is not counted and writes nothing. All instances count together.
// Call it outside any transaction that may be undone, else the count goes with it.
func (s *SignIn) Allow(ctx context.Context, kind, key string, n int, per time.Duration) (bool, error) {
	window := s.instant().Truncate(per)
	id := limitID(kind, key, window)
	var allowed bool
	err := s.Transact(ctx, func(ctx context.Context) error {
		var err error
		allowed, err = s.store.count(ctx, limit{ID: id, N: n, Expires: window.Add(per)})
		return err
	})
	return allowed, err
}

// Counted tells whether anything of a kind was counted for a key in the window of an instant, and is
// not swept away yet. It writes nothing.
func Counted(ctx context.Context, db lungo.IDatabase, kind, key string, at time.Time, per time.Duration) (bool, error) {
	_, known, err := find[limit](ctx, newStore(db).limits, limitID(kind, key, at.UTC().Truncate(per)))
	return known, err
}

func limitID(kind, key string, window time.Time) string {
	return kind + " " + strconv.FormatInt(window.Unix(), 36) + " " + hashed(key)[:32]
}

// Sweep forgets what has run out: links, sessions, tokens, limits, idempotency keys. It tells how
// many. Nothing depends on it but the size of the store.
func (s *SignIn) Sweep(ctx context.Context) (int, error) {
	gone := 0
	err := s.Transact(ctx, func(ctx context.Context) error {
		var err error
		gone, err = s.store.sweep(ctx, s.instant())
		return err
	})
	return gone, err
}

// network gives what is counted as one asker: an IPv4 address, or an IPv6 network of 64 bits, which
// one subscriber has whole.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // 64 bits fit any IPv6 address
	return prefix.String()
}
