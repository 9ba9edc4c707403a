package outbox

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"sync"
	"time"
)

// ids makes ids that sort by the time they were made: 48 bits of milliseconds and
// 128 random bits, in 36 letters and digits. Two of one process never share a
// millisecond's order, even if the clock goes back: order within a registration
// rests on it. Between instances it rests on clocks that agree to within the time
// a person needs for two acts.
type ids struct {
	mu   sync.Mutex
	last int64 // milliseconds
	tail [16]byte
}

var alphabet = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

func (g *ids) next(now time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ms := now.UnixMilli(); ms > g.last {
		g.last = ms
		rand.Read(g.tail[:])
		g.tail[0] &= 0x7f // room to count up within the millisecond
	} else {
		g.step()
	}
	var id [22]byte
	binary.BigEndian.PutUint64(id[:8], uint64(g.last)<<16)
	copy(id[6:], g.tail[:])
	return alphabet.EncodeToString(id[:])
}

// step counts the random part up by a random amount, so that the next id is later
// and still cannot be guessed.
func (g *ids) step() {
	var by [8]byte
	rand.Read(by[:])
	high, low := binary.BigEndian.Uint64(g.tail[:8]), binary.BigEndian.Uint64(g.tail[8:])
	sum := low + binary.BigEndian.Uint64(by[:])>>1 + 1
	if sum < low {
		high++
	}
	binary.BigEndian.PutUint64(g.tail[:8], high)
	binary.BigEndian.PutUint64(g.tail[8:], sum)
}

// word is a short random name for a lease.
func word() string {
	var b [10]byte
	rand.Read(b[:])
	return alphabet.EncodeToString(b[:])
}
