package registrations_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
)

// TestDesk_Rush lets 300 people register at once for 60 seats.
func TestDesk_Rush(t *testing.T) {
	const people, capacity = 300, 60
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorld(t, db)
		a := w.meeting(events.Symposium, capacity)
		visitors := make([]events.Visitor, people)
		for i := range visitors {
			visitors[i] = w.person(fmt.Sprintf("delegate%d@igo.example", i), fmt.Sprintf("Delegate %d", i), events.Participant, "")
		}
		start := time.Now()
		var all sync.WaitGroup
		for _, v := range visitors {
			all.Go(func() {
				if _, err := w.desk.Register(w.ctx, v, a.Code, entry(v.Name, "", "")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		t.Logf("%d claims in %s", people, time.Since(start))
		b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{Sort: "queue"})
		if err != nil {
			t.Fatal(err)
		}
		var places []int
		for _, r := range b.Rows {
			if r.Position > 0 {
				places = append(places, r.Position)
			}
		}
		if b.Tally[registrations.Confirmed] != capacity || b.Tally[registrations.Waitlisted] != people-capacity || b.Seats[events.OnSitePool].Left != 0 {
			t.Errorf("tally %v, seats %+v", b.Tally, b.Seats[events.OnSitePool])
		}
		if want := people - capacity; len(places) != want || !slices.IsSorted(places) || places[0] != 1 || places[want-1] != want {
			t.Errorf("places %v", places)
		}
	})
}
