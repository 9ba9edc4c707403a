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

// TestDesk_ConfirmAddress_AtOnce opens the links of many drafts at one moment, each by several at once and
// some too late: each draft comes in once, and what fails in a batch takes nobody along.
func TestDesk_ConfirmAddress_AtOnce(t *testing.T) {
	const people, late, times, capacity = 12, 3, 3, 8
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorld(t, db)
		a := w.in(events.SelfRegistration, events.Automatic, capacity)
		var drafts []registrations.Registration
		for i := range late + people {
			if i == late {
				w.now = w.now.Add(registrations.DraftLife)
			}
			drafts = append(drafts, w.drafted(a.Code, entry(fmt.Sprintf("Delegate %d", i), fmt.Sprintf("delegate%d@post.example", i), "")))
		}
		w.now = w.now.Add(time.Second)
		var all sync.WaitGroup
		for i, draft := range drafts {
			for range times {
				all.Go(func() {
					r, err := w.desk.ConfirmAddress(w.ctx, draft)
					if tooLate := i < late; tooLate != events.Is(err, "draft_expired") || !tooLate && (err != nil || r.ID != draft.ID) {
						t.Errorf("draft %d: %s, %v", i, r.State, err)
					}
				})
			}
		}
		all.Wait()
		b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{})
		if err != nil || b.Tally[registrations.Confirmed] != capacity || b.Tally[registrations.Waitlisted] != people-capacity || len(b.Rows) != people {
			t.Errorf("%d rows, tally %v, %v", len(b.Rows), b.Tally, err)
		}
		w.holding(a.Code, 0, people-capacity)
		if got := len(w.notices(a.Code, "confirmed")) + len(w.notices(a.Code, "waitlisted")); got != people {
			t.Errorf("%d were told %d times", people, got)
		}
	})
}
