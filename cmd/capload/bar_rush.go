package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"

	"capportal/notify/mail/sink"
)

// rush lets everybody who has a draft press the button of the mailed link at the same moment, on stores
// of several sizes.
func (l *lab) rush(ctx context.Context) ([]row, error) {
	var rows []row
	var drawn []series
	for _, size := range l.rushes {
		s, err := l.store(ctx, size)
		if err != nil {
			return rows, err
		}
		took, work, verdict, err := l.rushOn(ctx, s)
		if err != nil {
			return rows, err
		}
		l.stopAll()
		all := sorted(took)
		drawn = append(drawn, series{fmt.Sprintf("%d stored", s.registrations), all})
		what := fmt.Sprintf("%d for %d seats, %d stored", s.drafts, s.seats, s.registrations)
		exact := holds("rush", what+": exact", "yes", "exact, in order, no error", verdict == "")
		if verdict != "" {
			exact.Measured = verdict
		}
		rows = append(rows, exact, atMost("rush", what+": p99", all.p99().Seconds(), rushP99(l.kind, s.registrations), seconds).with("p50 %s, longest %s; processor time of each %s", short(all.p50()), short(all.at(1)), short(work)))
	}
	return rows, l.draw("rush", "everybody at once, from the start to the answer", drawn...)
}

// claimant is somebody about to claim a seat: connected, with the request ready.
type claimant struct {
	*line
	request []byte
}

// rushOn gives how long each claim took, the portal's processor time for one, and what was wrong with
// the outcome.
func (l *lab) rushOn(ctx context.Context, s *stored) (took []time.Duration, work time.Duration, wrong string, err error) {
	mails, err := sink.Listen(sink.WithLimit(1))
	if err != nil {
		return nil, 0, "", err
	}
	defer mails.Close()
	p, err := l.serve(ctx, s, mails)
	if err != nil {
		return nil, 0, "", err
	}
	claimants := make([]*claimant, s.drafts)
	defer func() {
		for _, c := range claimants {
			if c != nil {
				c.close()
			}
		}
	}()
	ahead := make(chan int, len(claimants))
	for i := range claimants {
		ahead <- i
	}
	close(ahead)
	err = together(8, func(int) error {
		for i := range ahead {
			var err error
			if claimants[i], err = prepare(p.addr, s.links[i], i); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, 0, "", fmt.Errorf("open the mailed links: %w", err)
	}
	before := p.work()
	took, wrong = fire(claimants)
	work = (p.work() - before) / time.Duration(len(took))
	if wrong == "" {
		wrong, err = judgeRush(p.addr, s)
	}
	return took, work, wrong, err
}

// prepare opens a mailed link and makes the request of its button. Each has a network address of its own.
func prepare(addr string, to link, n int) (*claimant, error) {
	l, err := newLine(addr)
	if err != nil {
		return nil, err
	}
	from := fmt.Sprintf("X-Forwarded-For: 10.%d.%d.1", n/250, n%250)
	path := "/en/registrations/" + to.id + "?key=" + url.QueryEscape(to.key)
	if err := l.ask(get(addr, path, from, "Accept-Encoding: identity"), 200); err != nil {
		return nil, err
	}
	body, err := l.answer.BodyUncompressed()
	if err != nil {
		return nil, err
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	form := doc.Find("form[action*=confirm]").First()
	if form.Length() == 0 {
		return nil, fmt.Errorf("%s has no button to confirm the address", path)
	}
	values := url.Values{}
	form.Find("input[name]").Each(func(_ int, field *goquery.Selection) { values.Add(field.AttrOr("name", ""), field.AttrOr("value", "")) })
	cookie, _, _ := strings.Cut(string(l.answer.Header.PeekCookie("browser")), ";")
	return &claimant{l, post(addr, form.AttrOr("action", ""), values, from, "Cookie: "+cookie)}, nil
}

// fire lets all claim at once; failures says what was answered other than the redirect.
func fire(claimants []*claimant) (took []time.Duration, failures string) {
	gun := make(chan struct{})
	took = make([]time.Duration, len(claimants))
	errs := make([]error, len(claimants))
	var began time.Time
	var all sync.WaitGroup
	for i, c := range claimants {
		all.Go(func() {
			<-gun
			errs[i] = c.ask(c.request, 303)
			took[i] = time.Since(began)
		})
	}
	began = time.Now()
	close(gun)
	all.Wait()
	wrong := 0
	for _, err := range errs {
		if err != nil {
			wrong, failures = wrong+1, err.Error()
		}
	}
	if wrong > 0 {
		failures = fmt.Sprintf("%d failed, as: %.200s", wrong, failures)
	}
	return took, failures
}

// judgeRush asks the portal's API how it came out; empty means exactly as it must.
func judgeRush(addr string, s *stored) (string, error) {
	l, err := newLine(addr)
	if err != nil {
		return "", err
	}
	defer l.close()
	states := map[string]int{}
	positions := map[int]time.Time{}
	for cursor := ""; ; {
		path := "/api/v1/activities/" + s.rushing().Code + "/registrations?limit=200&cursor=" + url.QueryEscape(cursor)
		if err := l.ask(get(addr, path, "Authorization: Bearer "+token), 200); err != nil {
			return "", err
		}
		var list struct {
			Items []struct {
				State    string `json:"state"`
				Position *int   `json:"waiting_position"`
				History  []struct {
					At time.Time `json:"at"`
				} `json:"history"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		body, err := l.answer.BodyUncompressed()
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(body, &list); err != nil {
			return "", fmt.Errorf("read %s: %w", path, err)
		}
		for _, r := range list.Items {
			states[r.State]++
			if r.Position != nil && len(r.History) > 0 {
				positions[*r.Position] = r.History[len(r.History)-1].At
			}
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	waiting := max(s.drafts-s.seats, 0)
	if states["confirmed"] != s.drafts-waiting || states["waitlisted"] != waiting {
		return fmt.Sprintf("they came out as %v", states), nil
	}
	return inOrder(positions, waiting), nil
}

// inOrder tells whether positions 1 to n were each given once, in the order of time.
func inOrder(positions map[int]time.Time, n int) string {
	if len(positions) != n {
		return fmt.Sprintf("%d different positions for %d who wait", len(positions), n)
	}
	for i := 2; i <= n; i++ {
		if at, ok := positions[i]; !ok || at.Before(positions[i-1]) {
			return fmt.Sprintf("position %d of the waiting list is out of order", i)
		}
	}
	return ""
}
