package embedded

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Change is what a commit changes in one collection: first what is removed, by _id,
// then what is put in the place of a document of that _id or added. Indexes holds the
// definitions that are new, by name.
type Change struct {
	Collection string
	Removed    []string
	Put        []Document
	Indexes    map[string]Definition
}

// Options are what an engine needs of its owner.
type Options struct {
	// Keep makes a commit durable: when it returns nil, all of it is stored, else
	// nothing of it. It is called by one at a time.
	Keep func([]Change) error
	// Transact runs fn in a transaction of this engine: a write that is called
	// outside of any runs in one of its own.
	Transact func(ctx context.Context, fn func(ctx context.Context) error) error
	// Closed is the error of whatever is asked after Close.
	Closed error
}

// Engine is a database in memory. It is safe for concurrent use, but only one
// transaction may run at a time: its owner queues them.
type Engine struct {
	Options
	roots  atomic.Pointer[roots]
	closed atomic.Bool
}

// roots is all that is committed at one moment, by name of the collection.
type roots map[string]*collection

var errEnded = errors.New("the transaction has ended")

// ErrInView is the error of a write, or of a transaction, within a view.
var ErrInView = errors.New("a view of the database only reads")

// New returns an engine that holds nothing; one on what was stored comes of a Loader.
func New(o Options) *Engine {
	e := &Engine{Options: o}
	e.roots.Store(&roots{})
	return e
}

// Close ends the engine. A transaction that is still running fails at its commit.
func (e *Engine) Close() { e.closed.Store(true) }

// inside marks the contexts of one engine's transactions and views.
type inside struct{ e *Engine }

// View returns a context whose reads see what is committed now. Within a transaction
// or a view it returns ctx.
func (e *Engine) View(ctx context.Context) context.Context {
	if ctx.Value(inside{e}) != nil {
		return ctx
	}
	return context.WithValue(ctx, inside{e}, e.roots.Load())
}

// Transaction works on a copy of what was committed when it began.
type Transaction struct {
	e    *Engine
	base *roots

	mu      sync.Mutex // a context is for one goroutine, but a stray one must not do harm
	ended   bool
	changed map[string]*written
}

// written is a collection as a transaction has it.
type written struct {
	*collection
	ids     map[string]bool // of the documents written
	indexes map[string]Definition
}

// Begin begins a transaction, which must be ended.
func (e *Engine) Begin() *Transaction {
	return &Transaction{e: e, base: e.roots.Load(), changed: map[string]*written{}}
}

// Context returns a context whose calls are part of the transaction.
func (t *Transaction) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, inside{t.e}, t)
}

// End drops whatever has not been committed.
func (t *Transaction) End() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
}

// Commit has the transaction kept and then seen by all, and returns the names of the
// collections that it changed. When it fails nothing has changed.
func (t *Transaction) Commit() ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return nil, errEnded
	}
	t.ended = true
	changes := t.changes()
	if len(changes) == 0 {
		return nil, nil
	}
	if t.e.closed.Load() {
		return nil, t.e.Closed
	}
	if err := t.e.Keep(changes); err != nil {
		return nil, err
	}
	after := maps.Clone(*t.base)
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Collection
		after[c.Collection] = t.changed[c.Collection].collection
	}
	t.e.roots.Store(&after)
	return names, nil
}

// changes lists what differs from what was committed, in order.
func (t *Transaction) changes() []Change {
	var list []Change
	for _, name := range slices.Sorted(maps.Keys(t.changed)) {
		now := t.changed[name]
		c := Change{Collection: name, Indexes: now.indexes}
		before := (*t.base)[name]
		for _, id := range slices.Sorted(maps.Keys(now.ids)) {
			var old *document
			if before != nil {
				old = before.get(id)
			}
			switch d := now.get(id); {
			case d == nil && old != nil:
				c.Removed = append(c.Removed, id)
			case d != nil && (old == nil || string(old.raw) != string(d.raw)):
				c.Put = append(c.Put, Document{id, d.raw})
			}
		}
		if len(c.Removed)+len(c.Put)+len(c.Indexes) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// collection returns the transaction's own copy of a collection.
func (t *Transaction) collection(name string) *written {
	if c := t.changed[name]; c != nil {
		return c
	}
	c := &written{ids: map[string]bool{}}
	if before := (*t.base)[name]; before != nil {
		c.collection = before.copy()
	} else {
		c.collection = newCollection(name)
	}
	t.changed[name] = c
	return c
}

// read runs fn on the collection as the context sees it; with nil if there is none.
func (e *Engine) read(ctx context.Context, name string, fn func(c *collection) error) error {
	if e.closed.Load() {
		return e.Closed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch seen := ctx.Value(inside{e}).(type) {
	case *Transaction:
		seen.mu.Lock()
		defer seen.mu.Unlock()
		if seen.ended {
			return errEnded
		}
		if c := seen.changed[name]; c != nil {
			return fn(c.collection)
		}
		return fn((*seen.base)[name])
	case *roots:
		return fn((*seen)[name])
	}
	return fn((*e.roots.Load())[name])
}

// write runs fn on a transaction's copy of the collection. What fn did before it failed
// is undone.
func (e *Engine) write(ctx context.Context, name string, fn func(w *writer) error) error {
	switch seen := ctx.Value(inside{e}).(type) {
	case *Transaction:
		return seen.write(ctx, name, fn)
	case *roots:
		return ErrInView
	}
	return e.Transact(ctx, func(ctx context.Context) error { return e.write(ctx, name, fn) })
}

func (t *Transaction) write(ctx context.Context, name string, fn func(w *writer) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return errEnded
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &writer{written: t.collection(name)}
	err := fn(w)
	if err != nil {
		w.undo()
	}
	return err
}
