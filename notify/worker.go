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
	// Grace is how long a mail on its way may take to its end once the worker is told to stop; 0 means 5 s.
	Grace time.Duration
	Now   func() time.Time
	Log   *slog.Logger // nil: nowhere
	// Watch is told how many mails came to an outcome, one of Outcomes; nil: nobody is. It must return
	// at once.
	Watch func(outcome string, mails int)
}

// Worker sends what waits in the outbox. Several may run, in one process and in several.
type Worker struct {
	Parts
	owner   string
	poke    chan struct{}
	press   *letters.Press
	pace    pace
	fanouts []outbox.Notice // leased, being expanded
}

// How a worker goes about it.
const (
	leaseFor = 2 * time.Minute // renewed while mails are on their way
	idle     = time.Second     // between two looks at an outbox where nothing was due
	// ahead is how long a fan-out waits for hands that are free. Then it is expanded without them, so
	// that at a slow mail server too each notice soon stands where it is seen and can be overtaken.
	ahead     = time.Second
	page      = 500              // notices that a fan-out is expanded by, where nobody sends them yet
	recordFor = 20 * time.Second // for writing down what became of a mail
	// crowdFor is how long mails wait at most for a crowd that stands in line for seats: people wait for its
	// answers, and for mails they do not. Looked at every crowdLook.
	crowdFor, crowdLook = 2 * time.Second, 20 * time.Millisecond
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
	if p.Grace <= 0 {
		p.Grace = 5 * time.Second
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Watch == nil {
		p.Watch = func(string, int) {}
	}
	name := make([]byte, 8)
	rand.Read(name)
	return &Worker{Parts: p, owner: "worker-" + hex.EncodeToString(name), poke: make(chan struct{}, 1), press: letters.NewPress()}, nil
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
// given back. While mails are sent, the next are leased and their snapshots taken. Without a mail
// server it says so once and waits.
func (w *Worker) Run(ctx context.Context) {
	if w.Sender == nil {
		w.Log.Warn("no mail server is configured: mails wait in the outbox until one is")
		<-ctx.Done()
		return
	}
	defer w.giveBack(ctx)
	l := w.open(ctx)
	defer func() { w.complain(ctx, l.close()) }()
	wait := idle
	for ctx.Err() == nil {
		w.giveWay(ctx)
		n, err := w.round(ctx, l)
		if err == nil {
			err = l.failed()
		}
		w.complain(ctx, err)
		switch {
		case err != nil:
			wait = min(2*wait, time.Minute)
		case n > 0:
			wait = idle
			continue
		default:
			wait = idle
		}
		w.rest(ctx, l, wait, err != nil)
	}
}

// giveWay waits while a crowd stands in line for seats, but not longer than crowdFor, so that mails go out
// however long it stands.
func (w *Worker) giveWay(ctx context.Context) {
	end := time.NewTimer(crowdFor)
	defer end.Stop()
	for w.Desk.Crowded() {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-time.After(crowdLook):
		}
	}
}

// complain writes down what went wrong, but for what comes of being told to stop.
func (w *Worker) complain(ctx context.Context, err error) {
	if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Canceled)) {
		w.Log.Error("notices could not be dealt with", "error", err)
	}
}

// rest waits for a poke, for mails that have been recorded, since their persons' next may be due, or
// as long; after a failure nothing hurries it.
func (w *Worker) rest(ctx context.Context, l *line, wait time.Duration, failed bool) {
	poke, recorded := w.poke, l.recorded
	if failed {
		poke, recorded = nil, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-poke:
	case <-recorded:
	case <-timer.C:
	}
}

// Turn deals with what is due once: up to outbox.MaxBatch notices sent and recorded, and one page of a
// fan-out expanded. It gives how many that were; 0 means that nothing is due. Not to be called by two
// goroutines of one Worker at once.
func (w *Worker) Turn(ctx context.Context) (int, error) {
	if w.Sender == nil {
		return 0, nil
	}
	l := w.open(ctx)
	n, err := w.round(ctx, l)
	return n, errors.Join(err, l.close())
}

// round leases what is due, and expands a page of the first fan-out, as far as the line has room. It
// gives how many notices that were.
func (w *Worker) round(ctx context.Context, l *line) (int, error) {
	size := w.pace.batch(w.Connections)
	if !l.room(ctx, size, len(w.fanouts) > 0) {
		if ctx.Err() != nil || len(w.fanouts) == 0 {
			return 0, nil
		}
		return 1, w.expand(ctx, nil, page)
	}
	done, err := w.lease(ctx, l, size)
	if err == nil && len(w.fanouts) > 0 {
		done++
		err = w.expand(ctx, l, size)
	}
	return done, err
}

// lease takes what is due, with the snapshots of what is leased for the first time, and puts the mails
// into the line.
func (w *Worker) lease(ctx context.Context, l *line, size int) (int, error) {
	var t *taking
	leased, err := w.Outbox.LeaseFixed(ctx, w.owner, size, leaseFor, func(ctx context.Context, fresh []outbox.Notice) (map[string]outbox.Fixed, error) {
		var err error
		if t, err = w.fix(ctx, fresh, nil); err != nil {
			return nil, err
		}
		return t.fixed, nil
	})
	if err != nil {
		return 0, err
	}
	var mails []job
	for _, n := range leased {
		switch {
		case n.Fanout:
			w.fanouts = append(w.fanouts, n)
		case n.State == outbox.Sending:
			mails = append(mails, w.job(n, t))
		}
	}
	l.put(mails)
	return len(leased), nil
}

// job is a leased notice with its snapshot: the one just taken, or the one it has had.
func (w *Worker) job(n outbox.Notice, t *taking) job {
	if t != nil {
		if s, ok := t.snapshots[n.ID]; ok {
			return job{notice: n, snapshot: s}
		}
	}
	s, _, err := ReadSnapshot(n)
	if err != nil {
		s = Snapshot{} // nothing can be made of it: sending says so
	}
	return job{notice: n, snapshot: s}
}
