package demo

import (
	"sync"
	"time"
)

// Clock is a clock that stands where it is set until it is let go; then it goes on as time does. Give
// its Now to the portal the world is built in.
type Clock struct {
	mu    sync.Mutex
	stood time.Time
	since time.Time // when it was let go; zero: it stands
}

// NewClock makes a clock that shows a time and goes on from there.
func NewClock(now time.Time) *Clock { return &Clock{stood: now, since: time.Now()} }

// Now gives the time it shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.stood.UTC()
	}
	return c.stood.Add(time.Since(c.since)).UTC()
}

// Set stops it at a time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood, c.since = at, time.Time{}
}

// Go lets it go on from a time.
func (c *Clock) Go(from time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood, c.since = from, time.Now()
}
