package seats_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/seats"
)

const activity = "IPR-2026-20"

func opened(t *testing.T, db *engine.DB, capacity int) *seats.Seats {
	t.Helper()
	s := seats.New(db.Database())
	if err := s.Open(t.Context(), activity, events.OnSitePool, capacity); err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *tally) claim(s *seats.Seats, organisation string, limit int, override bool) seats.Outcome {
	w.t.Helper()
	outcome, err := s.Claim(w.t.Context(), activity, events.OnSitePool, organisation, limit, override)
	if err != nil {
		w.t.Fatal(err)
	}
	return outcome
}

type tally struct{ t *testing.T }

func count(t *testing.T, s *seats.Seats) seats.Count {
	t.Helper()
	counts, err := s.Counts(t.Context(), activity)
	if err != nil {
		t.Fatal(err)
	}
	return counts[events.OnSitePool]
}

func TestSeats_Claim(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		s, w := opened(t, db, 3), &tally{t}
		for _, c := range []struct {
			organisation string
			limit        int
			override     bool
			want         seats.Outcome
		}{
			{"ZM", 1, false, seats.Taken},
			{"ZM", 1, false, seats.OrganisationFull},
			{"SN", 0, false, seats.OrganisationFull},
			{"SN", seats.Unlimited, false, seats.Taken},
			{"", seats.Unlimited, false, seats.Taken},
			{"PE", seats.Unlimited, false, seats.Full},
			{"ZM", 1, false, seats.Full},
			{"PE", seats.Unlimited, true, seats.Taken},
		} {
			if got := w.claim(s, c.organisation, c.limit, c.override); got != c.want {
				t.Errorf("%q within %d: %s, not %s", c.organisation, c.limit, got, c.want)
			}
		}
		if c := count(t, s); c.Left != -1 || c.Confirmed() != 4 || c.Taken["ZM"] != 1 {
			t.Errorf("counts %+v", c)
		}
		t.Run("Release", func(t *testing.T) {
			for range 2 {
				if err := s.Release(t.Context(), activity, events.OnSitePool, "SN"); err != nil {
					t.Fatal(err)
				}
			}
			if got := (&tally{t}).claim(s, "ZM", 2, false); got != seats.Taken {
				t.Errorf("a seat given back: %s", got)
			}
		})
		t.Run("Resize", func(t *testing.T) {
			if err := s.Open(t.Context(), activity, events.OnSitePool, 10); err != nil {
				t.Fatal(err)
			}
			if c := count(t, s); c.Capacity != 10 || c.Left != 7 {
				t.Errorf("counts %+v", c)
			}
		})
	})
}

func TestSeats_Wait(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		s := opened(t, db, 1)
		var numbers []int64
		for i := range 3 {
			n, err := s.Wait(t.Context(), activity, events.OnSitePool)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, n)
			if i == 1 {
				if err := s.Leave(t.Context(), activity, events.OnSitePool); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !slices.Equal(numbers, []int64{1, 2, 3}) || count(t, s).Waiting != 2 {
			t.Errorf("numbers %v, %d wait", numbers, count(t, s).Waiting)
		}
	})
}

// TestSeats_Claim_AtOnce claims from many sides without a queue: the filter alone must hold.
func TestSeats_Claim_AtOnce(t *testing.T) {
	const claims, capacity = 60, 20
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		s := opened(t, db, capacity)
		var mu sync.Mutex
		got := map[seats.Outcome]int{}
		var all sync.WaitGroup
		for range claims {
			all.Go(func() {
				var outcome seats.Outcome
				err := db.Transact(t.Context(), func(ctx context.Context) (err error) {
					outcome, err = s.Claim(ctx, activity, events.OnSitePool, "", seats.Unlimited, false)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				got[outcome]++
				mu.Unlock()
			})
		}
		all.Wait()
		if got[seats.Taken] != capacity || got[seats.Full] != claims-capacity || count(t, s).Left != 0 {
			t.Errorf("%v, counts %+v", got, count(t, s))
		}
	})
}

// TestSeats_Claim_Control is the race test's control: with the condition left out of the filter
// the last seat is given to two.
func TestSeats_Claim_Control(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		s := opened(t, db, 1)
		var looked sync.WaitGroup
		looked.Add(2)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				outcome, err := s.ClaimUnguarded(t.Context(), activity, events.OnSitePool, func() { looked.Done(); looked.Wait() })
				if err != nil || outcome != seats.Taken {
					t.Errorf("%s, %v", outcome, err)
				}
			})
		}
		all.Wait()
		if c := count(t, s); c.Left != -1 {
			t.Errorf("the control did not overbook: %+v", c)
		}
	})
}

// Two instances on one database meet on the condition: together they give away what there is. Without
// it they overbook.
func TestSeats_Claim_TwoInstances(t *testing.T) {
	uri := enginetest.MongoURI(t)
	var instances []*engine.DB
	for range 2 {
		db, err := engine.Open(t.Context(), engine.Options{URI: uri})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close(context.Background()) })
		instances = append(instances, db)
	}
	const claims, capacity = 80, 20
	s := opened(t, instances[0], capacity)
	var all sync.WaitGroup
	var taken atomic.Int64
	for i := range claims {
		db := instances[i%2]
		all.Go(func() {
			var outcome seats.Outcome
			err := db.Transact(t.Context(), func(ctx context.Context) (err error) {
				outcome, err = seats.New(db.Database()).Claim(ctx, activity, events.OnSitePool, "", seats.Unlimited, false)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if outcome == seats.Taken {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != capacity || count(t, s).Left != 0 {
		t.Errorf("%d were told to have one of %d seats; counts %+v", taken.Load(), capacity, count(t, s))
	}
	t.Run("Control", func(t *testing.T) {
		if err := s.Release(t.Context(), activity, events.OnSitePool, ""); err != nil {
			t.Fatal(err)
		}
		var looked sync.WaitGroup
		looked.Add(2)
		for _, db := range instances {
			all.Go(func() {
				outcome, err := seats.New(db.Database()).ClaimUnguarded(t.Context(), activity, events.OnSitePool, func() { looked.Done(); looked.Wait() })
				if err != nil || outcome != seats.Taken {
					t.Errorf("%s, %v", outcome, err)
				}
			})
		}
		all.Wait()
		if c := count(t, s); c.Left != -1 {
			t.Errorf("the control did not overbook: %+v", c)
		}
	})
}

func TestQueue(t *testing.T) {
	plain := func(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
	t.Run("Order", func(t *testing.T) {
		begun, held := make(chan struct{}), make(chan struct{})
		q := seats.NewQueue(plain)
		go q.Do(t.Context(), activity, "", func(context.Context) error { close(begun); <-held; return nil })
		<-begun
		var order []int
		var all sync.WaitGroup
		for i := range 100 {
			arrived := make(chan struct{})
			all.Go(func() {
				err := q.Do(arriving{t.Context(), arrived}, activity, "", func(context.Context) error { order = append(order, i); return nil })
				if err != nil {
					t.Error(err)
				}
			})
			<-arrived
		}
		close(held)
		all.Wait()
		if len(order) != 100 || !slices.IsSorted(order) {
			t.Errorf("went in order %v", order)
		}
	})
	t.Run("OneBadAct", func(t *testing.T) {
		bad := errors.New("bad")
		begun, held := make(chan struct{}), make(chan struct{})
		q := seats.NewQueue(plain)
		go q.Do(t.Context(), activity, "", func(context.Context) error { close(begun); <-held; return nil })
		<-begun
		errs := make([]error, 10)
		var all sync.WaitGroup
		for i := range errs {
			arrived := make(chan struct{})
			all.Go(func() {
				errs[i] = q.Do(arriving{t.Context(), arrived}, activity, "", func(context.Context) error {
					switch i {
					case 4:
						return bad
					case 7:
						panic("worse")
					}
					return nil
				})
			})
			<-arrived
		}
		close(held)
		all.Wait()
		for i, err := range errs {
			if (i == 4) != errors.Is(err, bad) || (i == 4 || i == 7) != (err != nil) {
				t.Errorf("act %d: %v", i, err)
			}
		}
	})
	t.Run("DatabaseAway", func(t *testing.T) {
		begun, held := make(chan struct{}), make(chan struct{})
		runs := 0
		q := seats.NewQueue(func(ctx context.Context, fn func(context.Context) error) error {
			if runs++; runs == 1 {
				return fn(ctx)
			}
			return events.E(events.Unavailable, "unavailable", "")
		})
		go q.Do(t.Context(), activity, "", func(context.Context) error { close(begun); <-held; return nil })
		<-begun
		errs := make([]error, 10)
		var all sync.WaitGroup
		for i := range errs {
			arrived := make(chan struct{})
			all.Go(func() {
				errs[i] = q.Do(arriving{t.Context(), arrived}, activity, "", func(context.Context) error { return nil })
			})
			<-arrived
		}
		close(held)
		all.Wait()
		for i, err := range errs {
			if events.CodeOf(err) != events.Unavailable {
				t.Errorf("act %d: %v", i, err)
			}
		}
		if runs != 2 {
			t.Errorf("without a database %d transactions were tried, not one for all", runs-1)
		}
	})
	t.Run("Gone", func(t *testing.T) {
		begun, held := make(chan struct{}), make(chan struct{})
		q := seats.NewQueue(plain)
		go q.Do(t.Context(), activity, "", func(context.Context) error { close(begun); <-held; return nil })
		<-begun
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		done := false
		if err := q.Do(ctx, activity, "", func(context.Context) error { done = true; return nil }); events.CodeOf(err) != events.Unavailable {
			t.Errorf("whose client went away: %v", err)
		}
		close(held)
		if err := q.Do(t.Context(), activity, "", func(context.Context) error { return nil }); err != nil || done {
			t.Errorf("an act was begun after its client went away (%v), %v", done, err)
		}
	})
	t.Run("GoneMeanwhile", func(t *testing.T) {
		begun, held := make(chan struct{}), make(chan struct{})
		q := seats.NewQueue(plain)
		ctx, cancel := context.WithCancel(t.Context())
		given, answered := "", make(chan error, 1)
		go func() {
			answered <- q.Do(ctx, activity, "", func(context.Context) error { close(begun); <-held; given = "a seat"; return nil })
		}()
		<-begun
		cancel()
		select {
		case err := <-answered:
			t.Fatalf("an act that goes on was answered: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		close(held)
		if err := <-answered; err != nil || given != "a seat" {
			t.Errorf("an act that was done gave %q, %v", given, err)
		}
	})
}

// arriving tells when the queue first looks at an act's context, which it does once the act stands
// in line.
type arriving struct {
	context.Context
	arrived chan struct{}
}

func (a arriving) Done() <-chan struct{} {
	select {
	case <-a.arrived:
	default:
		close(a.arrived)
	}
	return a.Context.Done()
}
