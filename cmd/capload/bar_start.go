package main

import (
	"context"
	"fmt"

	"capportal/cmd/capportal/engine"
)

// start7 starts the program on a filled store again and again.
func (l *lab) start7(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.filled)
	if err != nil {
		return nil, err
	}
	var took []float64
	for range l.starts + 1 { // the first reads the file into the machine's cache
		p, err := l.serve(ctx, s, nil)
		if err != nil {
			return nil, err
		}
		ready, err := p.ready(ctx)
		if err != nil {
			return nil, err
		}
		took = append(took, ready.Seconds())
		l.stopAll()
	}
	bound := 1.0
	if l.kind == engine.MongoDB {
		bound = 0.3
	}
	return []row{atMost("start", fmt.Sprintf("%d stored: from exec to ready", s.registrations), median(took[1:]), bound, seconds).with("first %s", seconds(took[0]))}, nil
}
