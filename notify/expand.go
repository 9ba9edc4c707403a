package notify

import (
	"context"
	"errors"
	"fmt"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// expand writes the next page of the first fan-out, with how far it came, in one transaction. With a
// line the notices are leased from the beginning and go straight into it, but for those that must not
// overtake another.
func (w *Worker) expand(ctx context.Context, l *line, most int) error {
	n := w.fanouts[0]
	var p *expansion
	err := w.Transact(ctx, func(ctx context.Context) error {
		p = &expansion{worker: w, fanout: n}
		return p.next(ctx, l != nil, most)
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return err // told to stop: it is given back
	case err != nil:
		w.fanouts = w.fanouts[1:]
		if errors.Is(err, outbox.ErrLost) {
			return nil // another worker goes on with it
		}
		if err := w.record(ctx, func(ctx context.Context) error { return w.Outbox.Fail(ctx, n, err, events.IsGone(err)) }); err != nil {
			w.Log.Error("a fan-out could not be put off", "notice", n.ID, "error", err)
		}
		return fmt.Errorf("expand notice %s of kind %s: %w", n.ID, n.Kind, err)
	case p.done:
		w.fanouts = w.fanouts[1:]
	default:
		w.fanouts[0].Cursor = p.cursor
	}
	if l != nil {
		l.put(p.jobs)
	}
	return nil
}

// expansion is one page of a fan-out being written.
type expansion struct {
	worker *Worker
	fanout outbox.Notice
	cursor string
	done   bool
	jobs   []job
}

// next writes the page, in the caller's transaction.
func (p *expansion) next(ctx context.Context, leasing bool, most int) error {
	told, cursor, done, err := p.worker.Desk.FanOut(ctx, p.fanout, most)
	if err != nil {
		return err
	}
	p.cursor, p.done = cursor, done
	known := make(map[string]*registrations.Registration, len(told))
	var ready []outbox.Notice
	for i := range told {
		told[i].Notice.ID = p.worker.Outbox.NewID()
		if leasing && !told[i].Behind {
			ready = append(ready, told[i].Notice)
			known[told[i].Registration.ID] = told[i].Registration
		}
	}
	t := &taking{}
	if len(ready) > 0 {
		if t, err = p.worker.fix(ctx, ready, known); err != nil {
			return err
		}
	}
	var parts []outbox.Part
	for _, one := range told {
		part := outbox.Part{Notice: one.Notice}
		if f, ok := t.fixed[one.Notice.ID]; ok && f.Drop == nil {
			part.Fixed = &f
		} // what is dropped is queued: its turn says why
		parts = append(parts, part)
	}
	leased, err := p.worker.Outbox.Expand(ctx, p.fanout, cursor, done, leaseFor, parts...)
	for _, n := range leased {
		p.jobs = append(p.jobs, p.worker.job(n, t))
	}
	return err
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
