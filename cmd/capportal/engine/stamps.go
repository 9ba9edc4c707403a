package engine

import (
	"context"
	"sync"
	"sync/atomic"
)

// Stamp tells whether collections have changed: as long as it is true and the same
// number, what was read from them after an earlier call still holds. The number
// means nothing else; it rises and never falls.
//
// Read the stamp first, then the data, and keep the data under that stamp: a change
// in between then costs another reading and is never missed. Within a transaction or
// a view Stamp is false, because what those read is theirs alone.
//
// It rises before the Transact (or the single write) that made a change returns, an
// unknown result included. On MongoDB, what other instances write arrives by a change
// stream: some milliseconds after their write is acknowledged. While the stream is not
// known to follow (it starts, the primary is lost, the network is silent) Stamp is
// false, so that nothing kept is shown more than streamLease (2 s) after another
// instance changed it, whatever breaks. The stream is opened by the first call.
func (d *DB) Stamp(ctx context.Context, collections ...string) (stamp uint64, ok bool) {
	if ctx.Value(running{d}) != nil || ctx.Value(viewing{d}) != nil || d.closed.Load() {
		return 0, false
	}
	if d.kind == MongoDB && !d.follows(collections) {
		return 0, false
	}
	return d.stamps.sum(collections), true
}

// changed raises the stamps of collections. It is called once what was written can be
// read, and before whoever wrote it is told so.
func (d *DB) changed(collections ...string) {
	for _, c := range collections {
		d.stamps.of(c).Add(1)
	}
}

// stamps counts by collection how often it changed.
type stamps struct {
	counts sync.Map      // collection → *atomic.Uint64
	unseen atomic.Uint64 // how often anything may have changed without being noticed
	stream stream        // MongoDB: what other instances write
}

func (s *stamps) of(collection string) *atomic.Uint64 {
	if n, ok := s.counts.Load(collection); ok {
		return n.(*atomic.Uint64)
	}
	n, _ := s.counts.LoadOrStore(collection, new(atomic.Uint64))
	return n.(*atomic.Uint64)
}

// sum of numbers that only rise is the same only if each is.
func (s *stamps) sum(collections []string) uint64 {
	n := s.unseen.Load()
	for _, c := range collections {
		n += s.of(c).Load()
	}
	return n
}
