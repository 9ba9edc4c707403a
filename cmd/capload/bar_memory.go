package main

import (
	"context"
	"fmt"
	"time"
)

// holding looks at the memory of a portal that has served all kinds of pages for a while.
func (l *lab) holding(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.filled)
	if err != nil {
		return nil, err
	}
	p, err := l.serve(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	if _, err := p.ready(ctx); err != nil {
		return nil, err
	}
	fresh, _, err := p.memory()
	if err != nil {
		return nil, err
	}
	var requests [][]byte
	for _, v := range s.views() {
		requests = append(requests, v.request(p.addr))
	}
	for i := range watchers {
		requests = append(requests, get(p.addr, "/en/me", signedIn(watcherID(i))))
	}
	for _, language := range []string{"fr", "es", "ar", "ru", "pt"} { // what a language needs is held from its first reader on
		requests = append(requests, get(p.addr, "/"+language+"/", signedIn(watcherID(0))))
	}
	if _, err := openLoop(ctx, p.addr, requests, 100, l.traffic, 8); err != nil {
		return nil, err
	}
	most, own := 0.0, 0.0
	for range 5 { // the highest while it rests a moment
		resident, anonymous, err := p.memory()
		if err != nil {
			return nil, err
		}
		most, own = max(most, resident), max(own, anonymous)
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return []row{atMost("memory", fmt.Sprintf("%d stored, after %d requests: resident", s.registrations, l.traffic), most, residentAtMost(l.kind), megabytes).
		with("%s before; %s of it no file's", megabytes(fresh), megabytes(own))}, nil
}
