package main

import (
	"context"
	"fmt"
	"time"

	"capportal/cmd/capportal/engine"
)

// view is a page that somebody looks at.
type view struct {
	name, path string
	headers    []string
}

func (v view) request(addr string) []byte { return get(addr, v.path, v.headers...) }

// views are the pages whose cost must not depend on how much else lies in the store.
func (w *world) views() []view {
	return []view{
		{"board", "/en/desk/activities/" + w.board().Code + "/board", []string{signedIn(officerID)}},
		{"my registrations", "/en/me", []string{signedIn(watcherID(0))}},
		{"home", "/en/", nil},
		{"home, signed in", "/en/", []string{signedIn(watcherID(1))}},
		{"API listing", "/api/v1/activities/" + w.board().Code + "/registrations?limit=50", []string{"Authorization: Bearer " + token}},
		{"delegation", "/en/delegation/" + organisationCode(0), []string{signedIn(contactID)}},
	}
}

// scale compares pages of a small store with the same pages of a large one, asked for in turn.
func (l *lab) scale(ctx context.Context) ([]row, error) {
	large := l.large
	if l.kind == engine.Embedded { // for more there is MongoDB
		large = l.watched
	}
	var served [2]*line
	var stores [2]*stored
	for i, size := range []size{l.small, large} {
		s, err := l.store(ctx, size)
		if err != nil {
			return nil, err
		}
		p, err := l.serve(ctx, s, nil)
		if err != nil {
			return nil, err
		}
		if served[i], err = newLine(p.addr); err != nil {
			return nil, err
		}
		defer served[i].close()
		stores[i] = s
	}
	var rows []row
	var drawn []series
	for n, v := range stores[0].views() {
		var asked [2][]time.Duration
		for look := range l.looks + 5 {
			for i, line := range served { // in turn, so that whatever else the machine does slows both
				began := time.Now()
				if err := line.ask(stores[i].views()[n].request(line.addr), 200); err != nil {
					return rows, err
				}
				if look >= 5 { // the first ones warm
					asked[i] = append(asked[i], time.Since(began))
				}
			}
			if err := ctx.Err(); err != nil {
				return rows, err
			}
		}
		took := [2]latencies{sorted(asked[0]), sorted(asked[1])}
		r := atMost("scale", fmt.Sprintf("%s, %d to %d: median", v.name, stores[0].registrations, stores[1].registrations), took[1].p50().Seconds()/took[0].p50().Seconds(), scaleFactor, times).
			with("%s to %s; p95 %s to %s", short(took[0].p50()), short(took[1].p50()), short(took[0].at(0.95)), short(took[1].at(0.95)))
		if l.kind == engine.Embedded {
			r = r.told()
		}
		rows = append(rows, r)
		drawn = append(drawn, series{fmt.Sprintf("%s, %d", v.name, stores[0].registrations), took[0]}, series{fmt.Sprintf("%s, %d", v.name, stores[1].registrations), took[1]})
	}
	return rows, l.draw("scale", fmt.Sprintf("pages with %d and with %d registrations stored", stores[0].registrations, stores[1].registrations), drawn...)
}
