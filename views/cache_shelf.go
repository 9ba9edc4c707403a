package views

import (
	"container/list"
	"sync"
)

// moment is when an answer holds: under one stamp of what it was made from, within one second.
type moment struct {
	stamp  uint64
	second int64
}

// shelf keeps answers by key, up to a size. The oldest goes first: each holds for a second at most, so
// that how often it was asked for says nothing about whether it will be. An answer that no longer holds
// stays, so that the next one, if it says the same, need not be packed again.
type shelf struct {
	most int

	mu      sync.RWMutex
	size    int
	slots   map[string]*list.Element // of *slot
	order   *list.List               // the oldest first
	flights map[string]*flight
}

// slot is an answer in its place.
type slot struct {
	key    string
	at     moment
	answer *answer
}

// flight is an answer being made. Its maker sets answer before done is closed; nil: there is none to share.
type flight struct {
	key    string
	at     moment
	done   chan struct{}
	answer *answer
}

func newShelf(most int) shelf {
	return shelf{most: most, slots: map[string]*list.Element{}, order: list.New(), flights: map[string]*flight{}}
}

// find gives the answer under a key, and when it holds.
func (s *shelf) find(key []byte) (*answer, moment) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if e, ok := s.slots[string(key)]; ok {
		one := e.Value.(*slot)
		return one.answer, one.at
	}
	return nil, moment{}
}

// take gives the answer that holds at a moment; else the flight in which it is being made, and whether
// it is the caller who makes it. A flight of another moment is nobody's to wait for.
func (s *shelf) take(key string, at moment) (a *answer, f *flight, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.slots[key]; ok && e.Value.(*slot).at == at {
		return e.Value.(*slot).answer, nil, false
	}
	if f, ok := s.flights[key]; ok && f.at == at {
		return nil, f, false
	}
	f = &flight{key: key, at: at, done: make(chan struct{})}
	s.flights[key] = f
	return nil, f, true
}

// land ends a flight.
func (s *shelf) land(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[f.key] == f {
		delete(s.flights, f.key)
	}
	close(f.done)
}

// put keeps the answer of a flight, in the place of the one before it, unless that is the newer one. One
// that says the same as that becomes that.
func (s *shelf) put(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.slots[f.key]; ok {
		before := e.Value.(*slot)
		if before.at.stamp > f.at.stamp || before.at.second > f.at.second {
			return
		}
		if before.answer.says(f.answer) {
			f.answer = before.answer
		}
		s.remove(e)
	}
	one := &slot{f.key, f.at, f.answer}
	if one.weight() > s.most {
		return
	}
	s.slots[f.key] = s.order.PushBack(one)
	for s.size += one.weight(); s.size > s.most; {
		s.remove(s.order.Front())
	}
}

func (s *shelf) remove(e *list.Element) {
	one := s.order.Remove(e).(*slot)
	delete(s.slots, one.key)
	s.size -= one.weight()
}

// weight is what a slot takes at most: the body, the same packed in two ways, the heads.
func (s *slot) weight() int { return 2*len(s.answer.body) + 2*len(s.key) + 4096 }
