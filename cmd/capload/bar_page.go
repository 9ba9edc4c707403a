package main

import (
	"context"
	"fmt"
	"time"
)

// page asks for the calendar as a stranger sees it, and an empty Fiber handler for the same, in turn: the
// median of the rounds' ratios.
func (l *lab) page(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.small)
	if err != nil {
		return nil, err
	}
	portal, err := l.serve(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	empty, err := l.start(ctx, nil, l.self, "empty")
	if err != nil {
		return nil, err
	}
	const path = "/en/"
	var work [2]time.Duration // of a request, summed over the rounds
	rate := func(i int, p *program) (float64, error) {
		before := p.work()
		n, took, err := closedLoop(ctx, p.addr, get(p.addr, path), l.connections, l.round)
		work[i] += (p.work() - before) / time.Duration(max(n, 1))
		return float64(n) / took.Seconds(), err
	}
	var ratios, ours, theirs []float64
	for i := range l.rounds + 1 {
		page, err := rate(0, portal)
		if err != nil {
			return nil, err
		}
		nothing, err := rate(1, empty)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			work = [2]time.Duration{}
			continue // both are warm from here on
		}
		ratios, ours, theirs = append(ratios, page/nothing), append(ours, page), append(theirs, nothing)
	}
	return []row{atLeast("page", fmt.Sprintf("GET %s, rate of an empty handler", path), median(ratios), 0.70, percent).
		with("%.0f/s of %.0f/s; processor time of each %s to %s", median(ours), median(theirs), short(work[0]/time.Duration(l.rounds)), short(work[1]/time.Duration(l.rounds)))}, nil
}
