package seats_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"capportal/registrations/seats"
)

// Whoever watches a queue hears of each batch by its size and of each act's answer, and can ask who
// stands in line.
func TestQueue_Watch(t *testing.T) {
	var mu sync.Mutex
	var batches []int
	answers := map[error]int{}
	q := seats.NewQueue(func(ctx context.Context, do func(context.Context) error) error { return do(ctx) })
	q.Watch = seats.Watch{
		Batch: func(n int) { mu.Lock(); defer mu.Unlock(); batches = append(batches, n) },
		Done:  func(err error) { mu.Lock(); defer mu.Unlock(); answers[err]++ },
	}
	refused := errors.New("refused")
	begun, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = q.Do(t.Context(), activity, "", func(ctx context.Context) error {
			close(begun)
			<-goOn
			return q.Do(ctx, activity, "", func(context.Context) error { return nil }) // is part of this one
		})
	})
	<-begun
	for range 3 {
		all.Go(func() { _ = q.Do(t.Context(), activity, "", func(context.Context) error { return nil }) })
	}
	for q.Waiting() != 3 { // or until the test's own limit
		runtime.Gosched()
	}
	close(goOn)
	all.Wait()
	_ = q.Do(t.Context(), activity, "", func(context.Context) error { return refused })
	if len(batches) != 3 || batches[0] != 1 || batches[1] != 3 || batches[2] != 1 {
		t.Errorf("batches of %v, want 1, 3 and 1", batches)
	}
	if answers[nil] != 4 || answers[refused] != 1 || len(answers) != 2 {
		t.Errorf("answers %v, want 4 good and 1 refused", answers)
	}
	if q.Waiting() != 0 {
		t.Errorf("%d still wait", q.Waiting())
	}
}
