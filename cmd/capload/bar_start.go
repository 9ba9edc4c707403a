package main

import (
	"context"
	"fmt"
	"time"
)

// starting starts the program on a filled store again and again.
func (l *lab) starting(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.filled)
	if err != nil {
		return nil, err
	}
	var took, work []float64
	var all []time.Duration
	for range l.starts + 1 { // the first reads the file into the machine's cache
		p, err := l.serve(ctx, s, nil)
		if err != nil {
			return nil, err
		}
		ready, err := p.ready(ctx)
		if err != nil {
			return nil, err
		}
		work = append(work, p.work().Seconds())
		took, all = append(took, ready.Seconds()), append(all, ready)
		l.stopAll()
	}
	if err := l.draw("start", fmt.Sprintf("from exec to ready, %d registrations stored", s.registrations), series{"start", sorted(all[1:])}); err != nil {
		return nil, err
	}
	return []row{atMost("start", fmt.Sprintf("%d stored: from exec to ready", s.registrations), median(took[1:]), startWithin(l.kind), seconds).with("first %s; processor time %s", seconds(took[0]), seconds(median(work[1:])))}, nil
}
