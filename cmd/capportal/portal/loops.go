package portal

import (
	"context"
	"errors"
	"time"

	"capportal/cmd/capportal/engine"
)

// tendEvery is how often what falls due with time is looked after.
const tendEvery = time.Minute

// loops are what runs beside the requests.
func (p *Portal) loops() []func(context.Context) {
	loops := []func(context.Context){p.tend}
	if p.client != nil {
		loops = append(loops, p.send)
	}
	return loops
}

// send is the loop that sends mail. The embedded store is this process's alone, so that whatever is
// leased in it at the start was left by one that died; on MongoDB another instance may be at it.
func (p *Portal) send(ctx context.Context) {
	if p.DB.Kind() != engine.MongoDB {
		if _, err := p.Outbox.Recover(ctx); err != nil && ctx.Err() == nil {
			p.Log.Warn("what the last process had begun to send waits until its lease runs out", "error", err)
		}
	}
	p.Worker.Run(ctx)
}

// Tend looks after what has fallen due, once a minute of the portal's clock among all instances:
// whoever counts first in a minute does it.
func (p *Portal) Tend(ctx context.Context) error {
	mine, err := p.SignIn.Allow(ctx, "loop", "tend", 1, tendEvery)
	if err != nil || !mine {
		return err
	}
	_, swept := p.SignIn.Sweep(ctx)
	return errors.Join(p.Desk.Tend(ctx), swept)
}

// tend is the loop of Tend.
func (p *Portal) tend(ctx context.Context) {
	for {
		if err := p.Tend(ctx); err != nil && !errors.Is(err, context.Canceled) {
			p.Log.Error("what falls due could not be looked after; it is tried again in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tendEvery):
		}
	}
}
