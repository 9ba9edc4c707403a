package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"capportal/notify/mail"
	"capportal/notify/outbox"
)

// longest is how long a notice waits for a mail server that is away before it is tried again.
const longest = 5 * time.Minute

func (w *Worker) send(ctx context.Context, n outbox.Notice, s Snapshot) error {
	m, err := s.message(n.ID, w.Links, w.press)
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

// record writes an outcome even when the program is told to stop meanwhile.
func (w *Worker) record(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor)
	defer cancel()
	return write(ctx)
}
