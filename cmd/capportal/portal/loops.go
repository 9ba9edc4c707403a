package portal

import (
	"context"
	"errors"
	"time"
)

// tendEvery is how often what falls due with time is looked after.
const tendEvery = time.Minute

// loops are what runs beside the requests.
func (p *Portal) loops() []func(context.Context) {
	loops := []func(context.Context){p.tend}
	if p.client != nil {
		loops = append(loops, p.Worker.Run)
	}
	return loops
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
