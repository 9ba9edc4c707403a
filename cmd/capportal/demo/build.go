package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"capportal/cmd/capportal/portal"
)

// step is something that happens at a time.
type step struct {
	at   time.Time
	what string
	do   func()
}

// Build lives through the year in a portal on an empty store, until now. The portal's clock must be
// the one given; it is left standing at now. Mails are sent on the way, to whatever mail server the
// portal has.
func Build(ctx context.Context, p *portal.Portal, clock *Clock, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	w := &world{ctx: ctx, portal: p, now: now, monday: mondayOf(now), ids: map[string]string{}, codes: map[string]string{}}
	steps := w.script()
	slices.SortStableFunc(steps, func(x, y step) int { return x.at.Compare(y.at) })
	for _, s := range steps {
		if s.at.After(now) {
			break
		}
		clock.Set(s.at)
		s.do()
		if w.err != nil {
			return fmt.Errorf("build the demo's year: %s: %w", s.what, w.err)
		}
		if err := deliver(ctx, p); err != nil {
			return fmt.Errorf("build the demo's year: send the mails of: %s: %w", s.what, err)
		}
	}
	clock.Set(now)
	return nil
}

// deliver sends what waits, so that each mail speaks of the world as it was.
func deliver(ctx context.Context, p *portal.Portal) error {
	for {
		n, err := p.Worker.Turn(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// mondayOf gives 00:00 UTC of the Monday of a day's week.
func mondayOf(now time.Time) time.Time {
	days := (int(now.Weekday()) + 6) % 7
	return time.Date(now.Year(), now.Month(), now.Day()-days, 0, 0, 0, 0, time.UTC)
}

// day gives a time of the week of now or, counted in days from its Monday, of another; hours are UTC.
func (w *world) day(n int, hours float64) time.Time {
	return w.monday.AddDate(0, 0, n).Add(time.Duration(hours * float64(time.Hour)))
}

// script is the year. The steps that lie ahead of now are not taken.
func (w *world) script() []step {
	steps := []step{
		{w.day(-84, 8), "the Members and people", w.furnish},
		{w.day(-84, 9), "the programme of the year", w.importProgramme},
	}
	for _, story := range []func() []step{w.intersessional, w.webinar, w.symposium, w.cohort, w.nationalWorkshop, w.subregional,
		w.refresher, w.postponed, w.cancelled, w.operation} {
		steps = append(steps, story()...)
	}
	return steps
}
