package main

import (
	"bytes"
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
	lengths := [2]int{anyLength, anyLength}
	var work [2]time.Duration // of a request, summed over the rounds
	rate := func(i int, p *program) (float64, error) {
		before := p.work()
		n, took, err := closedLoop(ctx, p.addr, get(p.addr, path), lengths[i], l.connections, l.round)
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
			// Both are warm from here on, and give one answer.
			work = [2]time.Duration{}
			if lengths[0], err = look(portal, path, s.made[0].Title["en"], "</html>"); err != nil {
				return nil, err
			}
			if lengths[1], err = look(empty, path); err != nil {
				return nil, err
			}
			continue
		}
		ratios, ours, theirs = append(ratios, page/nothing), append(ours, page), append(theirs, nothing)
	}
	return []row{atLeast("page", fmt.Sprintf("GET %s, rate of an empty handler", path), median(ratios), pageShare, percent).
		with("%.0f/s of %.0f/s; processor time of each %s to %s", median(ours), median(theirs), short(work[0]/time.Duration(l.rounds)), short(work[1]/time.Duration(l.rounds)))}, nil
}

// look asks for a page once and reads it whole: it must be 200 and hold what it is to hold. It gives the
// length of the body as it was sent, packed or not.
func look(p *program, path string, holds ...string) (int, error) {
	l, err := newLine(p.addr)
	if err != nil {
		return 0, err
	}
	defer l.close()
	if err := l.ask(get(p.addr, path), 200); err != nil {
		return 0, err
	}
	body, err := l.answer.BodyUncompressed()
	if err != nil {
		return 0, fmt.Errorf("unpack %s: %w", path, err)
	}
	for _, part := range holds {
		if !bytes.Contains(body, []byte(part)) {
			return 0, fmt.Errorf("%s lacks %q, so it is not the page to be measured", path, part)
		}
	}
	return len(l.answer.Body()), nil
}
