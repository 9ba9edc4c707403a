package events

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Stamp tells whether collections have changed: while it gives the same number and true, what was read
// from them after an earlier call still holds. False: nobody knows, or what a transaction reads is its own.
type Stamp func(ctx context.Context, collections ...string) (uint64, bool)

const (
	// mostHeld is how many activities are held in memory at most: half a century of a programme.
	mostHeld = 2000
	// seldom is how many times longer than reading all activities takes it is until they are read again.
	// Meanwhile, where they change without pause as in an import, the store is asked for each.
	seldom = 10
)

// memory holds all activities as they are stored, for as long as their stamp is the same. Every page
// asks for some of them, and each that is asked for is a round trip to the database.
type memory struct {
	stamp Stamp
	now   atomic.Pointer[held]
	turn  chan struct{} // whoever reads them anew holds it
	after time.Time     // on this machine's clock: when they may be read again
}

// held are the activities under one stamp. All who read share them, and none may change them: a copy is
// given away.
type held struct {
	stamp  uint64
	all    []Activity // in order of code; nil when they are too many
	byCode map[string]*Activity
	bySlug map[string]*Activity
}

// Remember has the programme keep the activities in memory for as long as their stamp is the same. It is
// called once, while the program is put together.
func (p *Programme) Remember(stamp Stamp) {
	p.store.memory = &memory{stamp: stamp, turn: make(chan struct{}, 1)}
}

// activities gives what is held in memory; nil where the store must be asked.
func (s store) activities(ctx context.Context) (*held, error) {
	m := s.memory
	if m == nil {
		return nil, nil
	}
	h, fresh, err := m.current(ctx, s)
	if err != nil || !fresh || h.all == nil {
		return nil, err
	}
	return h, nil
}

// current gives the activities under their present stamp, reading them anew where that is another.
func (m *memory) current(ctx context.Context, s store) (h *held, fresh bool, err error) {
	if h, fresh, known := m.look(ctx, s); fresh || !known {
		return h, fresh, nil
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	if h, fresh, known := m.look(ctx, s); fresh || !known {
		return h, fresh, nil // somebody has read them meanwhile
	}
	began := time.Now()
	if began.Before(m.after) {
		return nil, false, nil
	}
	// The stamp first, then what it stands for.
	stamp, known := m.stamp(ctx, s.c.Name())
	if !known {
		return nil, false, nil
	}
	all, err := s.find(ctx, nil)
	if err != nil {
		return nil, false, err
	}
	h = hold(stamp, all)
	m.now.Store(h)
	ended := time.Now()
	m.after = ended.Add(seldom * ended.Sub(began))
	return h, true, nil
}

// look gives what is held, whether it is fresh, and whether anybody knows.
func (m *memory) look(ctx context.Context, s store) (h *held, fresh, known bool) {
	stamp, known := m.stamp(ctx, s.c.Name())
	h = m.now.Load()
	return h, known && h != nil && h.stamp == stamp, known
}

func hold(stamp uint64, all []Activity) *held {
	h := &held{stamp: stamp}
	if len(all) > mostHeld {
		return h
	}
	slices.SortFunc(all, func(x, y Activity) int { return strings.Compare(x.Code, y.Code) })
	h.all, h.byCode, h.bySlug = append([]Activity{}, all...), make(map[string]*Activity, len(all)), make(map[string]*Activity, len(all))
	for i := range h.all {
		a := &h.all[i]
		h.byCode[a.Code], h.bySlug[a.Slug] = a, a
	}
	return h
}

// given gives a copy of an activity; nil is none.
func given(a *Activity) (Activity, error) {
	if a == nil {
		return Activity{}, errNoActivity
	}
	return a.clone(), nil
}

// list is what store.list finds. The activities are not copied.
func (h *held) list(v Visitor, q Query, now time.Time) []Activity {
	var list []Activity
	for i := range h.all {
		a := &h.all[i]
		if (q.From.IsZero() || a.End.After(q.From)) && (q.To.IsZero() || a.Start.Before(q.To)) && (q.Parent == "" || a.Parent == q.Parent) && See(v, a, now) > Nothing {
			list = append(list, *a)
		}
	}
	return list
}

// assigned lists the codes of the activities to which an expert is assigned.
func (h *held) assigned(email string) []string {
	codes := []string{}
	for i := range h.all {
		if slices.Contains(h.all[i].Experts, email) {
			codes = append(codes, h.all[i].Code)
		}
	}
	return codes
}
