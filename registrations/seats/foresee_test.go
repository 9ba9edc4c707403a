package seats_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"capportal/registrations/seats"
)

// What the acts of a batch are about is foreseen once, in their order, before the first of them; of one act
// alone there is nothing to gather. Where that fails each act goes by itself.
func TestQueue_Foresee(t *testing.T) {
	for _, failing := range []error{nil, errors.New("a question that fails")} {
		var did []string // a transaction runs alone
		q := seats.NewQueue(func(ctx context.Context, do func(context.Context) error) error { return do(ctx) })
		q.Foresee = func(_ context.Context, about []string) error {
			did = append(did, fmt.Sprint("foresee ", about))
			return failing
		}
		begun, goOn := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			_ = q.Do(t.Context(), activity, "r0", func(context.Context) error { close(begun); <-goOn; return nil })
		})
		<-begun
		for n, about := range []string{"r1", "", "r2"} {
			all.Go(func() {
				if err := q.Do(t.Context(), activity, about, func(context.Context) error { did = append(did, "did "+about); return nil }); err != nil {
					t.Error(err)
				}
			})
			for q.Waiting() != n+1 { // or until the test's own limit
				runtime.Gosched()
			}
		}
		close(goOn)
		all.Wait()
		if want := "[foresee [r1 r2] did r1 did  did r2]"; fmt.Sprint(did) != want {
			t.Errorf("%v, want %s", did, want)
		}
	}
}
