package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"capportal/cmd/capportal/engine"
)

// How long the end may take, of the ten seconds a service manager grants: each from the signal. The
// control socket has a second between the last two.
const (
	requestsEnd = 5 * time.Second         // for requests to finish
	loopsEnd    = 7 * time.Second         // for a mail that is on its way
	storeEnd    = 1500 * time.Millisecond // for the store, once all that is over
)

// Serve answers requests on the portal's listener and runs its loops until ctx ends; then requests
// finish, the outbox stops between two mails, and it returns nil. Ready is called once it answers.
// The database stays open: Close comes after everything that uses it.
func (p *Portal) Serve(ctx context.Context, ready func()) error {
	app, err := p.App()
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	connections := newConnections(p.Listener)
	go func() { served <- app.Listener(connections) }()
	if err := p.answers(ctx, served); err != nil {
		return err
	}
	loops, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := p.run(loops)
	defer p.offerMetrics()()
	ready()
	p.saveMemory()
	select {
	case <-ctx.Done():
		err = nil
	case err = <-served:
		err = fmt.Errorf("the listener on %s broke off: %w", p.Settings.Addr, errors.Join(err, errors.New("start the portal again")))
	}
	stop()
	p.finish(context.WithoutCancel(ctx), app, connections, ended)
	return err
}

// saveMemory keeps a portal that holds its data in memory from taking twice as much again: at 50,000
// registrations 385 MB where Go's own measure made it 460, for a hundredth of the processor's time. What
// opening left behind is given back at once. An operator who has set GOGC is obeyed.
func (p *Portal) saveMemory() {
	if p.DB.Kind() == engine.MongoDB || os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(50)
	go debug.FreeOSMemory()
}

// finish lets requests and loops come to their end, within their time.
func (p *Portal) finish(ctx context.Context, app Server, connections *connections, loops <-chan struct{}) {
	end, cancel := context.WithTimeout(ctx, loopsEnd)
	defer cancel()
	requests, cancel := context.WithTimeout(end, requestsEnd)
	defer cancel()
	connections.closeSilent()
	if err := app.ShutdownWithContext(requests); err != nil {
		p.Log.Warn("requests were broken off at the end", "error", err)
	}
	select {
	case <-loops:
	case <-end.Done():
		p.Log.Warn("a loop did not end in time; what it held is taken up again at the next start")
	}
}

// answers waits until the first request is answered, or serving has failed.
func (p *Portal) answers(ctx context.Context, served chan error) error {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		if answer, err := client.Get(OriginOf(p.Settings.Addr) + "/healthz"); err == nil {
			answer.Body.Close()
			return nil
		}
		select {
		case err := <-served:
			return fmt.Errorf("the portal does not answer on %s: %w", p.Settings.Addr, err)
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// run starts the loops; the channel closes when all have ended.
func (p *Portal) run(ctx context.Context) <-chan struct{} {
	var all sync.WaitGroup
	for _, loop := range p.loops() {
		all.Go(func() { loop(ctx) })
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	return ended
}

// Shutdown closes the database within the time that is left for it.
func (p *Portal) Shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), storeEnd)
	defer cancel()
	return p.Close(ctx)
}
