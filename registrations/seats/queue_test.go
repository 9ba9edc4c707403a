package seats_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"capportal/registrations/seats"
)

// Those before and behind a bad act still go together, and all in order; where many are bad that is soon
// given up.
func TestQueue_FewTransactions(t *testing.T) {
	for _, c := range []struct {
		bad  func(i int) bool
		most int
	}{
		{func(i int) bool { return i == 4 || i == 7 }, 7},
		{func(i int) bool { return i == 0 || i == 9 }, 5},
		{func(int) bool { return true }, 14},
	} {
		begun, held := make(chan struct{}), make(chan struct{})
		var order []int
		runs := -1 // but for the act that holds the line
		q := seats.NewQueue(func(ctx context.Context, fn func(context.Context) error) error {
			runs++
			before := len(order)
			err := fn(ctx)
			if err != nil {
				order = order[:before]
			}
			return err
		})
		go q.Do(t.Context(), activity, "", func(context.Context) error { close(begun); <-held; return nil })
		<-begun
		var want []int
		var all sync.WaitGroup
		for i := range 10 {
			if !c.bad(i) {
				want = append(want, i)
			}
			arrived := make(chan struct{})
			all.Go(func() {
				err := q.Do(arriving{t.Context(), arrived}, activity, "", func(context.Context) error {
					order = append(order, i)
					if c.bad(i) {
						return errors.New("bad")
					}
					return nil
				})
				if (err != nil) != c.bad(i) {
					t.Errorf("act %d: %v", i, err)
				}
			})
			<-arrived
		}
		close(held)
		all.Wait()
		if !slices.Equal(order, want) || runs > c.most {
			t.Errorf("%v in %d transactions, want %v in at most %d", order, runs, want, c.most)
		}
	}
}
