package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"capportal/notify/mail"
	"capportal/notify/outbox"
)

// longest is how long a notice waits for a mail server that is away before it is tried again.
const longest = 5 * time.Minute

// outcome is what became of one mail; begun is false when it was not tried.
type outcome struct {
	notice outbox.Notice
	begun  bool
	err    error
}

// deliver sends the mails of leased notices and records what became of each.
func (w *Worker) deliver(ctx context.Context, notices []outbox.Notice) error {
	if len(notices) == 0 {
		return nil
	}
	snapshots, err := w.take(ctx, notices)
	if err != nil {
		back := w.record(ctx, func(ctx context.Context) error { _, err := w.Outbox.Release(ctx, notices...); return err })
		return errors.Join(err, back)
	}
	var held []outbox.Notice
	for _, n := range notices {
		if _, ok := snapshots[n.ID]; ok {
			held = append(held, n)
		}
	}
	return w.collect(ctx, held, w.sendAll(ctx, held, snapshots))
}

// sendAll sends over several connections; each notice comes out once. When the mail server is away,
// or ctx ends, what was not begun comes out untried.
func (w *Worker) sendAll(ctx context.Context, notices []outbox.Notice, snapshots map[string]Snapshot) <-chan outcome {
	out := make(chan outcome, len(notices))
	// A mail on its way is finished when the program is told to stop, within the grace.
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() { time.AfterFunc(grace, stop) })
	var away atomic.Pointer[error]
	var next atomic.Int64
	var hands sync.WaitGroup
	for range min(w.Connections, len(notices)) {
		hands.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(notices) {
					return
				}
				n := notices[i]
				switch cause := away.Load(); {
				case ctx.Err() != nil:
					out <- outcome{notice: n}
				case cause != nil:
					out <- outcome{notice: n, err: *cause}
				default:
					err := w.send(sending, n, snapshots[n.ID])
					if aboutUs(err) {
						away.CompareAndSwap(nil, &err)
					}
					out <- outcome{n, true, err}
				}
			}
		})
	}
	go func() {
		hands.Wait()
		unwatch()
		stop()
		close(out)
	}()
	return out
}

func (w *Worker) send(ctx context.Context, n outbox.Notice, s Snapshot) error {
	m, err := s.message(n.ID, w.Links)
	if err != nil {
		return &unmakeable{err}
	}
	return w.Sender.Send(ctx, m)
}

// unmakeable says that a mail cannot be made from its snapshot, today or ever.
type unmakeable struct{ error }

// aboutUs tells whether an error says nothing about the one mail: the server is away, or does not
// let us in.
func aboutUs(err error) bool {
	var e *mail.Error
	return errors.As(err, &e) && !mail.Permanent(err) && (e.Stage == mail.StageConnect || e.Stage == mail.StageSender)
}

// collect records outcomes as they come, as many at once as have come meanwhile, and keeps the
// lease of the others.
func (w *Worker) collect(ctx context.Context, held []outbox.Notice, outcomes <-chan outcome) error {
	open := make(map[string]outbox.Notice, len(held))
	for _, n := range held {
		open[n.ID] = n
	}
	renew := time.NewTicker(leaseFor / 4)
	defer renew.Stop()
	var failures []error
	for {
		select {
		case first, more := <-outcomes:
			if !more {
				return errors.Join(failures...)
			}
			group := []outcome{first}
			for len(outcomes) > 0 {
				group = append(group, <-outcomes)
			}
			for _, o := range group {
				delete(open, o.notice.ID)
			}
			if err := w.record(ctx, func(ctx context.Context) error { return w.settle(ctx, group) }); err != nil {
				failures = append(failures, err)
			}
		case <-renew.C:
			rest := make([]outbox.Notice, 0, len(open))
			for _, n := range open {
				rest = append(rest, n)
			}
			if err := w.record(ctx, func(ctx context.Context) error { _, err := w.Outbox.Renew(ctx, leaseFor, rest...); return err }); err != nil {
				failures = append(failures, err)
			}
		}
	}
}

// settle writes a group of outcomes.
func (w *Worker) settle(ctx context.Context, group []outcome) error {
	var sent, away, untried []outbox.Notice
	var cause error
	var failures []error
	for _, o := range group {
		switch {
		case o.begun && o.err == nil:
			sent = append(sent, o.notice)
		case aboutUs(o.err):
			away, cause = append(away, o.notice), o.err
		case !o.begun:
			untried = append(untried, o.notice)
		default:
			failures = append(failures, w.fail(ctx, o))
		}
	}
	if len(sent) > 0 {
		w.Watch(MailSent, len(sent))
	}
	if _, err := w.Outbox.SentAll(ctx, sent...); err != nil {
		failures = append(failures, fmt.Errorf("%d mails were sent, and it could not be written down: %w", len(sent), err))
	}
	if len(away) > 0 {
		w.Watch(MailDeferred, len(away))
		w.Log.Warn("the mail server does not take mails", "error", cause, "waiting", len(away))
		failures = append(failures, w.putOff(ctx, away, cause))
	}
	if _, err := w.Outbox.Release(ctx, untried...); err != nil {
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// putOff waits for a server that is away: longer each time, but never long, and never for good.
func (w *Worker) putOff(ctx context.Context, away []outbox.Notice, cause error) error {
	tries := 0
	for _, n := range away {
		tries = max(tries, n.Attempts)
	}
	wait, again := outbox.Backoff(tries)
	if !again || wait > longest {
		wait = longest
	}
	_, err := w.Outbox.DeferAll(ctx, away, cause, w.Now().Add(wait))
	return err
}

// fail records what one mail met: for good, or until later.
func (w *Worker) fail(ctx context.Context, o outcome) error {
	var never *unmakeable
	permanent := mail.Permanent(o.err) || errors.As(o.err, &never)
	w.Log.Warn("a mail was not sent", "notice", o.notice.ID, "kind", o.notice.Kind, "permanent", permanent, reason(o.err))
	if _, again := outbox.Backoff(o.notice.Attempts); again && !permanent {
		w.Watch(MailDeferred, 1)
	} else {
		w.Watch(MailFailed, 1)
	}
	err := w.Outbox.Fail(ctx, o.notice, o.err, permanent)
	if errors.Is(err, outbox.ErrLost) {
		return nil
	}
	return err
}

// reason is why a mail was not sent, for the log: how far it came and the server's code. The server's
// words, which repeat addresses and names, are kept with the notice alone.
func reason(err error) slog.Attr {
	var e *mail.Error
	if errors.As(err, &e) && e.Stage != mail.StageCompose {
		return slog.Group("refused", "stage", e.Stage, "code", e.Code)
	}
	return slog.Any("error", err)
}
