package notify

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"capportal/notify/outbox"
)

// How outcomes are recorded: many in one write, and none much later than it came. A crash sends
// again at most what was not recorded, as the same bytes.
const (
	recordAtOnce = outbox.MaxBatch
	recordWithin = 200 * time.Millisecond
)

// line is where leased notices become mails: a queue, the hands that send, one that records.
type line struct {
	*Worker
	ctx   context.Context // ends when the worker is told to stop: what is not begun is given back
	jobs  chan job
	out   chan outcome
	ended chan struct{} // closed when all is recorded
	// recorded says that outcomes have been; taken, that the queue has grown shorter. Both hold one word.
	recorded, taken chan struct{}

	mu       sync.Mutex
	open     map[string]outbox.Notice // in the line, not yet recorded
	failures []error
}

// job is one mail to send. The mails of one batch share what is known of a mail server that is away.
type job struct {
	notice   outbox.Notice
	snapshot Snapshot
	away     *atomic.Pointer[error]
}

// outcome is what became of one mail; begun is false when it was not tried.
type outcome struct {
	notice outbox.Notice
	begun  bool
	err    error
	took   time.Duration
}

// open starts a line. It works until it is closed.
func (w *Worker) open(ctx context.Context) *line {
	// The line is never asked to hold more: see room.
	const most = 3 * max(outbox.MaxBatch, page)
	l := &line{Worker: w, ctx: ctx, jobs: make(chan job, most), out: make(chan outcome, most), ended: make(chan struct{}),
		recorded: make(chan struct{}, 1), taken: make(chan struct{}, 1), open: map[string]outbox.Notice{}}
	// A mail on its way is finished when the program is told to stop, within the grace.
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() { time.AfterFunc(w.Grace, stop) })
	var hands sync.WaitGroup
	for range w.Connections {
		hands.Go(func() { l.work(sending) })
	}
	go func() {
		hands.Wait()
		unwatch()
		stop()
		close(l.out)
	}()
	go l.record()
	return l
}

// put adds the mails of one batch.
func (l *line) put(jobs []job) {
	away := new(atomic.Pointer[error])
	l.mu.Lock()
	for _, j := range jobs {
		l.open[j.notice.ID] = j.notice
	}
	l.mu.Unlock()
	for _, j := range jobs {
		j.away = away
		l.jobs <- j
	}
}

// room waits until no more than size mails wait in the line; with hurry not much longer than ahead. It
// is false if there is no room, or the worker is to stop.
func (l *line) room(ctx context.Context, size int, hurry bool) bool {
	var late <-chan time.Time
	if hurry {
		timer := time.NewTimer(ahead)
		defer timer.Stop()
		late = timer.C
	}
	for len(l.jobs) > size {
		select {
		case <-l.taken:
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// close waits until all that was put into the line is recorded, and gives what went wrong.
func (l *line) close() error {
	close(l.jobs)
	<-l.ended
	return l.failed()
}

// failed gives what went wrong since it was last asked.
func (l *line) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := errors.Join(l.failures...)
	l.failures = nil
	return err
}

// work sends one mail after the other. When the mail server is away, or the worker is told to stop,
// what was not begun comes out untried.
func (l *line) work(sending context.Context) {
	for j := range l.jobs {
		signal(l.taken)
		o := outcome{notice: j.notice}
		switch cause := j.away.Load(); {
		case l.ctx.Err() != nil:
		case cause != nil:
			o.err = *cause
		default:
			began := time.Now() // the machine's time, not the portal's
			o.begun, o.err = true, l.send(sending, j.notice, j.snapshot)
			o.took = time.Since(began)
			if aboutUs(o.err) {
				j.away.CompareAndSwap(nil, &o.err)
			}
		}
		l.out <- o
	}
}

// record writes down outcomes in groups, and keeps the leases of what is still in the line.
func (l *line) record() {
	defer close(l.ended)
	renew := time.NewTicker(leaseFor / 4)
	defer renew.Stop()
	for {
		select {
		case first, more := <-l.out:
			if !more {
				return
			}
			l.recordGroup(l.group(first))
		case <-renew.C:
			l.renew()
		}
	}
}

// group gathers what has come with the first outcome, or comes soon. It waits for nothing when all
// that is in the line has come, or the worker is to stop.
func (l *line) group(first outcome) []outcome {
	group := []outcome{first}
	late := time.NewTimer(recordWithin)
	defer late.Stop()
	for len(group) < recordAtOnce && len(group) < l.held() {
		select {
		case o, more := <-l.out:
			if !more {
				return group
			}
			group = append(group, o)
			continue
		default:
		}
		select {
		case o, more := <-l.out:
			if !more {
				return group
			}
			group = append(group, o)
		case <-late.C:
			return group
		case <-l.ctx.Done():
			return group
		}
	}
	return group
}

func (l *line) recordGroup(group []outcome) {
	for _, o := range group {
		if o.begun {
			l.pace.add(o.took)
		}
	}
	err := l.Worker.record(l.ctx, func(ctx context.Context) error { return l.settle(ctx, group) })
	l.mu.Lock()
	for _, o := range group {
		delete(l.open, o.notice.ID)
	}
	if err != nil {
		l.failures = append(l.failures, err)
	}
	l.mu.Unlock()
	signal(l.recorded)
}

// held is how many notices are in the line.
func (l *line) held() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

func (l *line) renew() {
	l.mu.Lock()
	rest := make([]outbox.Notice, 0, len(l.open))
	for _, n := range l.open {
		rest = append(rest, n)
	}
	l.mu.Unlock()
	err := l.Worker.record(l.ctx, func(ctx context.Context) error { _, err := l.Outbox.Renew(ctx, leaseFor, rest...); return err })
	if err != nil {
		l.mu.Lock()
		l.failures = append(l.failures, err)
		l.mu.Unlock()
	}
}

// signal leaves a word in a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pace is how fast the mail server takes mails.
type pace struct{ mail atomic.Int64 } // ns a mail takes, smoothed

// add takes one more mail into account.
func (p *pace) add(took time.Duration) {
	if mean := p.mail.Load(); mean > 0 {
		took = time.Duration(mean) + (took-time.Duration(mean))/16
	}
	p.mail.Store(int64(max(took, 1)))
}

// batch is how many notices to lease at once: what can be sent in a second, so that who waits for a
// sign-in link never waits for a whole mailing at a slow server.
func (p *pace) batch(connections int) int {
	mean := time.Duration(p.mail.Load())
	if mean == 0 {
		return outbox.MaxBatch / 4
	}
	return min(max(int(time.Second*time.Duration(connections)/mean), 2*connections), outbox.MaxBatch)
}
