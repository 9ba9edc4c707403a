package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"capportal/notify/mail/sink"
)

// mailConnections is how many mails the portal has on their way at once, and the loop too.
const mailConnections = 4

// mail lets the portal send the invitations that wait, then a bare loop as many to the same server.
func (l *lab) mail(ctx context.Context) ([]row, error) {
	s, err := l.store(ctx, l.invited)
	if err != nil {
		return nil, err
	}
	box, err := sink.Listen(sink.WithLimit(1))
	if err != nil {
		return nil, err
	}
	defer box.Close()
	sent := &tally{}
	box.Script(sent.take)
	p, err := l.serve(ctx, s, box)
	if err != nil {
		return nil, err
	}
	if err := sent.wait(ctx, s.queued); err != nil {
		return nil, fmt.Errorf("%w; the portal said: %s", err, p.tail())
	}
	// What is sent twice comes after the first of each: a moment to let it.
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	work := p.work() / time.Duration(s.queued)
	l.stopAll()
	example, err := sent.example()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(l.dir, "sample.json")
	if err := os.WriteFile(path, example, 0o600); err != nil {
		return nil, err
	}
	var bare, theirWork []float64
	for range 3 {
		theirs := &tally{}
		box.Script(theirs.take)
		loop := exec.CommandContext(ctx, l.self, "loop", box.Addr(), path, "--count", strconv.Itoa(s.queued), "--connections", strconv.Itoa(mailConnections))
		if out, err := loop.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("the bare loop: %w: %s", err, out)
		}
		bare = append(bare, theirs.rate())
		theirWork = append(theirWork, (loop.ProcessState.UserTime()+loop.ProcessState.SystemTime()).Seconds()/float64(s.queued))
	}
	ours := sent.rate()
	once := holds("mail", fmt.Sprintf("%d invitations, each once", s.queued), fmt.Sprintf("%d, %d of them again", len(sent.seen), sent.again), fmt.Sprint(s.queued), sent.again == 0 && len(sent.seen) == s.queued)
	return []row{once, atLeast("mail", fmt.Sprintf("%d invitations, rate of a bare loop", s.queued), ours/median(bare), mailShare, percent).
		with("%.0f/s of %.0f/s; processor time of each %s to %s", ours, median(bare), short(work), seconds(median(theirWork)))}, nil
}

// tally counts mails as they come; it is a sink's script.
type tally struct {
	mu          sync.Mutex
	seen        map[string]int // by recipient
	again       int
	first, last time.Time
	data        []byte // of the first
}

func (t *tally) take(e sink.Event) sink.Answer {
	if e.Stage != sink.StageContent {
		return sink.Answer{}
	}
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen, t.first, t.data = map[string]int{}, now, e.Data
	}
	if t.seen[e.To]++; t.seen[e.To] > 1 {
		t.again++
	}
	t.last = now
	return sink.Answer{}
}

// rate is how many mails came a second, between the first and the last.
func (t *tally) rate() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return float64(len(t.seen)-1) / t.last.Sub(t.first).Seconds()
}

// wait waits until mails have come for so many recipients, or none has come for a minute.
func (t *tally) wait(ctx context.Context, n int) error {
	began := time.Now()
	for {
		t.mu.Lock()
		got, last := len(t.seen), t.last
		t.mu.Unlock()
		switch {
		case got >= n:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%d of %d mails came: %w", got, n, ctx.Err())
		case time.Since(began) > time.Minute && time.Since(last) > time.Minute:
			return fmt.Errorf("%d of %d mails came, and none for a minute", got, n)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// example is the first mail in parts, for the loop to send the same.
func (t *tally) example() ([]byte, error) {
	m, err := sink.Parse(t.data)
	if err != nil {
		return nil, fmt.Errorf("read one of the portal's mails: %w", err)
	}
	if m.Calendar == nil {
		return nil, errors.New("the portal's invitation carries no calendar entry, so it is none")
	}
	return json.Marshal(sample{m.Subject, m.Text, m.HTML, string(m.Calendar)})
}
