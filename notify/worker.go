package notify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"capportal/events"
	"capportal/notify/letters"
	"capportal/notify/mail"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// Sender hands a mail to the mail server; *mail.Client is one. It must be safe for concurrent use.
type Sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// Parts are what a Worker is put together from.
type Parts struct {
	Sources
	Entries
	Transact events.Transact
	Outbox   *outbox.Outbox
	Links    Links
	// Sender is nil where no mail server is configured: notices then wait in the outbox.
	Sender Sender
	// HomeZone is the Secretariat's zone, in which deadlines are told.
	HomeZone string
	// Connections is how many mails are on their way at once; 0 means 4.
	Connections int
	Now         func() time.Time
	Log         *slog.Logger // nil: nowhere
	// Watch is told how many mails came to an outcome, one of Outcomes; nil: nobody is. It must return
	// at once.
	Watch func(outcome string, mails int)
}

// Worker sends what waits in the outbox. Several may run, in one process and in several.
type Worker struct {
	Parts
	owner   string
	poke    chan struct{}
	fanouts []outbox.Notice // leased, being expanded
}

// How a worker goes about it.
const (
	leaseFor = 2 * time.Minute // renewed while mails are on their way
	idle     = time.Second     // between two looks at an outbox where nothing was due
	page     = 100             // notices that a fan-out is expanded by in one transaction
	grace    = 20 * time.Second
)

// What becomes of a mail that was tried, as Parts.Watch hears it.
const (
	MailSent     = "sent"     // the mail server took it
	MailDeferred = "deferred" // to be tried again
	MailFailed   = "failed"   // refused for good, or given up
)

// Outcomes lists what Parts.Watch may hear.
func Outcomes() []string { return []string{MailSent, MailDeferred, MailFailed} }

// NewWorker makes a worker. The error says that a kind of notice has no letter, or that a setting
// is missing: the program must not start with it.
func NewWorker(p Parts) (*Worker, error) {
	for _, kind := range append(registrations.NoticeKinds(), "sign_in") {
		if !letters.Has(kind) {
			return nil, fmt.Errorf("notices of kind %q have no letter", kind)
		}
	}
	if p.Sender != nil {
		if _, err := mail.WireAddress(p.From.Email); err != nil {
			return nil, fmt.Errorf("with a mail server the sender must be known: %w", err)
		}
	}
	if p.Connections < 1 {
		p.Connections = 4
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Watch == nil {
		p.Watch = func(string, int) {}
	}
	name := make([]byte, 8)
	rand.Read(name)
	return &Worker{Parts: p, owner: "worker-" + hex.EncodeToString(name), poke: make(chan struct{}, 1)}, nil
}

// Poke says that something may have come into the outbox, so that it is sent at once. It never
// waits; call it after a commit.
func (w *Worker) Poke() {
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends: mails on their way are finished, and what was leased and not begun is
// given back. Without a mail server it says so once and waits.
func (w *Worker) Run(ctx context.Context) {
	if w.Sender == nil {
		w.Log.Warn("no mail server is configured: mails wait in the outbox until one is")
		<-ctx.Done()
		return
	}
	defer w.giveBack(ctx)
	wait := idle
	for ctx.Err() == nil {
		n, err := w.Turn(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			w.Log.Error("notices could not be dealt with", "error", err)
			wait = min(2*wait, time.Minute)
		case n > 0:
			wait = idle
			continue
		default:
			wait = idle
		}
		w.rest(ctx, wait, err != nil)
	}
}

// rest waits for a poke, or as long; after a failure a poke does not hurry it.
func (w *Worker) rest(ctx context.Context, wait time.Duration, failed bool) {
	poke := w.poke
	if failed {
		poke = nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-poke:
	case <-timer.C:
	}
}

// Turn deals with what is due once: up to outbox.MaxBatch notices sent, and one page of a fan-out
// expanded. It gives how many that were; 0 means that nothing is due. Not to be called by two
// goroutines of one Worker at once.
func (w *Worker) Turn(ctx context.Context) (int, error) {
	if w.Sender == nil {
		return 0, nil
	}
	leased, err := w.Outbox.Lease(ctx, w.owner, outbox.MaxBatch, leaseFor)
	if err != nil {
		return 0, err
	}
	var mails []outbox.Notice
	for _, n := range leased {
		if n.Fanout {
			w.fanouts = append(w.fanouts, n)
		} else {
			mails = append(mails, n)
		}
	}
	done := len(leased)
	sendErr := w.deliver(ctx, mails)
	if len(w.fanouts) > 0 {
		done++
		if err := w.expand(ctx); err != nil {
			return done, errors.Join(sendErr, err)
		}
	}
	return done, sendErr
}

// expand writes the next page of the first fan-out, with how far it came, in one transaction.
func (w *Worker) expand(ctx context.Context) error {
	n := w.fanouts[0]
	var cursor string
	var done bool
	err := w.Transact(ctx, func(ctx context.Context) error {
		var err error
		if cursor, done, err = w.Desk.FanOut(ctx, n, page); err != nil {
			return err
		}
		return w.Outbox.Expand(ctx, n, cursor, done, leaseFor)
	})
	switch {
	case err != nil:
		w.fanouts = w.fanouts[1:]
		if errors.Is(err, outbox.ErrLost) {
			return nil // another worker goes on with it
		}
		if err := w.record(ctx, func(ctx context.Context) error { return w.Outbox.Fail(ctx, n, err, events.IsGone(err)) }); err != nil {
			w.Log.Error("a fan-out could not be put off", "notice", n.ID, "error", err)
		}
		return fmt.Errorf("expand notice %s of kind %s: %w", n.ID, n.Kind, err)
	case done:
		w.fanouts = w.fanouts[1:]
	default:
		w.fanouts[0].Cursor = cursor
	}
	return nil
}

// giveBack releases the fan-outs that are not at their end.
func (w *Worker) giveBack(ctx context.Context) {
	for _, n := range w.fanouts {
		if err := w.record(ctx, func(ctx context.Context) error { _, err := w.Outbox.Release(ctx, n); return err }); err != nil {
			w.Log.Error("a fan-out could not be given back", "notice", n.ID, "error", err)
		}
	}
	w.fanouts = nil
}

// record writes an outcome even when the program is told to stop meanwhile.
func (w *Worker) record(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return write(ctx)
}
