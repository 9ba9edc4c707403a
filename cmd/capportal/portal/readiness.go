package portal

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// lag is how long a notice may be overdue before the portal calls itself not ready. A worker that
	// works takes seconds; the longest that it may rightly take is a mailing of ten thousand at a mail
	// server which takes twenty a second, eight minutes. What a mail server that is away puts off is
	// not overdue.
	lag = 10 * time.Minute
	// readyKept is how long an answer is given again: however many ask, the database is asked once.
	readyKept = time.Second
	// lateKept is the same for the outbox, a long one of which takes a while to look through.
	lateKept = 5 * time.Second
	// readyWait is how long the database may take to answer.
	readyWait = 2 * time.Second
)

// errLate says that a notice has been due for longer than lag.
var errLate = errors.New("a notice has been due for more than " + lag.String() + ": look whether the mail server takes mails, and whether the portal can write")

// readiness knows whether the portal is ready, and does not ask anew each time.
type readiness struct {
	mu            sync.Mutex
	asked, looked time.Time // the database, the outbox; on this machine's clock
	known, late   error
	said          bool // that it is not ready
}

// Ready tells whether the database takes reads and writes and the outbox is worked on, as it was at
// most a second ago. Without a mail server mail waits, which is no lag.
func (p *Portal) Ready(ctx context.Context) error {
	r := &p.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.asked.IsZero() && time.Since(r.asked) < readyKept {
		return r.known
	}
	// Whoever asks next gets this answer too: it must not be that somebody went away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWait)
	defer cancel()
	r.known = p.judge(ctx)
	r.asked = time.Now()
	p.say(r)
	return r.known
}

func (p *Portal) judge(ctx context.Context) error {
	if err := p.DB.Ping(ctx); err != nil {
		return err
	}
	if p.client == nil {
		return nil
	}
	r := &p.readiness
	if !r.looked.IsZero() && time.Since(r.looked) < lateKept && r.late == nil {
		return nil
	}
	late, err := p.Outbox.Late(ctx, lag)
	if err != nil {
		return err
	}
	r.looked, r.late = time.Now(), nil
	if late {
		r.late = errLate
	}
	return r.late
}

// say writes down when it changes.
func (p *Portal) say(r *readiness) {
	switch {
	case r.known != nil && !r.said:
		p.Log.Error("the portal is not ready", "error", r.known)
	case r.known == nil && r.said:
		p.Log.Info("the portal is ready again")
	}
	r.said = r.known != nil
}
