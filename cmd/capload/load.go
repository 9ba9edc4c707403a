package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// anyLength lets an answer be as long as it likes.
const anyLength = -1

// closedLoop lets so many clients ask as fast as they are answered, for a time, and gives how many
// answers came in which time. One that is not 200, or whose body has another length than it is to have,
// ends it.
func closedLoop(ctx context.Context, addr string, request []byte, length, clients int, during time.Duration) (int, time.Duration, error) {
	var answered atomic.Int64
	began := time.Now()
	until := began.Add(during)
	err := together(clients, func(int) error {
		l, err := newLine(addr)
		if err != nil {
			return err
		}
		defer l.close()
		for time.Now().Before(until) && ctx.Err() == nil {
			got, err := l.skim(request)
			if err != nil {
				return err
			}
			if got != length && length != anyLength {
				return fmt.Errorf("an answer has %d bytes and not %d", got, length)
			}
			answered.Add(1)
		}
		return ctx.Err()
	})
	return int(answered.Load()), time.Since(began), err
}

// openLoop sends requests at a steady rate, whether or not the ones before have been answered, and gives
// how long each took from the moment it was due: a server that stalls is not spared the requests
// that would have come meanwhile. Requests go around in the order given.
func openLoop(ctx context.Context, addr string, requests [][]byte, perSecond, total, clients int) ([]time.Duration, error) {
	took := make([]time.Duration, total)
	var next atomic.Int64
	began := time.Now().Add(50 * time.Millisecond)
	err := together(clients, func(int) error {
		l, err := newLine(addr)
		if err != nil {
			return err
		}
		defer l.close()
		for {
			i := int(next.Add(1)) - 1
			if i >= total {
				return nil
			}
			due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := l.ask(requests[i%len(requests)], 200); err != nil {
				return fmt.Errorf("request %d: %w", i+1, err)
			}
			took[i] = time.Since(due)
		}
	})
	return took, err
}

// together runs n goroutines and gives the first error.
func together(n int, do func(i int) error) error {
	var all sync.WaitGroup
	failed := make(chan error, n)
	for i := range n {
		all.Go(func() {
			if err := do(i); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}
