package main

import (
	"context"
	"fmt"
	"time"
)

// signedIn asks for the own registrations of many people, at a steady rate.
func (l *lab) signedIn(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.watched)
	if err != nil {
		return nil, err
	}
	p, err := l.serve(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	requests := make([][]byte, watchers)
	for i := range requests {
		requests[i] = get(p.addr, "/en/me", signedIn(watcherID(i)))
	}
	if _, err := openLoop(ctx, p.addr, requests, l.perSecond, 2*watchers, 64); err != nil { // warm
		return nil, err
	}
	before := p.work()
	took, err := openLoop(ctx, p.addr, requests, l.perSecond, l.asks, 64)
	if err != nil {
		return nil, err
	}
	work := (p.work() - before) / time.Duration(len(took))
	all := sorted(took)
	title := fmt.Sprintf("my registrations, %d stored, %d requests a second", s.registrations, l.perSecond)
	if err := l.draw("signed-in", title, series{"/en/me", all}); err != nil {
		return nil, err
	}
	return []row{atMost("signed-in", fmt.Sprintf("GET /en/me, %d stored, %d/s: p99", s.registrations, l.perSecond), all.p99().Seconds(), signedInP99, seconds).
		with("p50 %s, longest %s; processor time of each %s", short(all.p50()), short(all.at(1)), short(work))}, nil
}

func seconds(s float64) string { return short(time.Duration(s * float64(time.Second))) }
