package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// The log's lines are gathered for so long, or until there are so many bytes of them.
const (
	gatherFor  = 100 * time.Millisecond
	gatherMost = 32 << 10
)

// gathered writes what is merely information in large pieces: a line of its own for each request costs
// more than the answer to many a request. A warning, and whatever waits before it, is written at once.
// A process that is killed loses the lines of the last moment, of what went well.
type gathered struct {
	to io.Writer

	mu    sync.Mutex
	lines []byte
	clock clock
	due   bool // somebody will flush
}

// gather makes a log on a writer, and what writes out the rest of it at the end.
func gather(to io.Writer) (log *slog.Logger, flush func()) {
	g := &gathered{to: to}
	return slog.New(urgent{slog.NewTextHandler(g, &slog.HandlerOptions{Level: slog.LevelInfo}), g, "", true}), g.flush
}

// Write takes a line.
func (g *gathered) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line...)
	g.taken()
	return len(line), nil
}

// plain takes a record's line, if it is a plain one.
func (g *gathered) plain(before string, r slog.Record) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	lines, ok := plain(g.lines, &g.clock, before, r)
	if ok {
		g.lines = lines
		g.taken()
	}
	return ok
}

// taken sees to it that what has been taken is written.
func (g *gathered) taken() {
	switch {
	case len(g.lines) > gatherMost:
		g.write()
	case !g.due:
		g.due = true
		time.AfterFunc(gatherFor, g.flush)
	}
}

func (g *gathered) flush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.due = false
	g.write()
}

func (g *gathered) write() {
	if len(g.lines) > 0 {
		_, _ = g.to.Write(g.lines) // there is nobody to tell
		g.lines = g.lines[:0]
	}
}

// urgent is a handler whose warnings do not wait.
type urgent struct {
	slog.Handler
	gathered *gathered
	before   string // its attributes as a line has them
	plain    bool   // before is all of them
}

// Handle hands a record on.
func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	if u.plain && u.gathered.plain(u.before, r) {
		return nil
	}
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		u.gathered.flush()
	}
	return err
}

// WithAttrs keeps the urgency.
func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	before, ok := []byte(u.before), u.plain
	for _, a := range attrs {
		var one bool
		before, one = attribute(before, a)
		ok = ok && one
	}
	return urgent{u.Handler.WithAttrs(attrs), u.gathered, string(before), ok}
}

// WithGroup keeps the urgency.
func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.gathered, "", false}
}
