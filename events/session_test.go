package events_test

import (
	"slices"
	"testing"
	"time"

	"capportal/events"
)

func TestSessions(t *testing.T) {
	a := events.Activity{Kind: events.CAPMeeting}
	usual := events.TemplateOf(events.CAPMeeting).OpenTo
	for _, s := range []events.Session{{}, {OpenTo: []events.Group{}}, {OpenTo: []events.Group{events.RightHolder}}} {
		s.ID = events.SessionID(&a)
		if err := events.AddSession(&a, s); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range [][]events.Group{usual, {events.Member}, {events.RightHolder}} {
		if got := a.Sessions[i].Groups(); !slices.Equal(got, want) {
			t.Errorf("session %d is open to %v, want %v", i+1, got, want)
		}
	}
	if err := events.AddSession(&a, events.Session{ID: "session-2"}); !events.Is(err, "session_id") {
		t.Errorf("the same id twice: %v", err)
	}
	if err := events.RemoveSession(&a, "session-1"); err != nil || len(a.Sessions) != 2 {
		t.Errorf("removed: %v, %d are left", err, len(a.Sessions))
	}
	if id := events.SessionID(&a); id == "session-2" || id == "session-3" {
		t.Errorf("the next id %q is taken", id)
	}
	if err := events.ChangeSession(&a, events.Session{ID: "session-2", Title: events.Text{"en": "Targeting"}}); err != nil || a.Sessions[0].Title["en"] != "Targeting" {
		t.Errorf("changed: %v, %v", err, a.Sessions)
	}
	for name, err := range map[string]error{"removing": events.RemoveSession(&a, "session-1"), "changing": events.ChangeSession(&a, events.Session{ID: "session-1"})} {
		if !events.Is(err, "no_such_session") {
			t.Errorf("%s what is gone: %v", name, err)
		}
	}
}

// Moved over the change to winter time, a session keeps its hour; a deadline stands unless it would lie
// behind the end.
func TestMove(t *testing.T) {
	utc := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	early, late := utc(9, 1, 10), utc(10, 20, 10)
	a := events.Activity{Zone: "Europe/Brussels", Start: utc(10, 20, 7), End: utc(10, 21, 15), Deadlines: events.Deadlines{Nomination: &early, Registration: &late},
		Sessions: []events.Session{{ID: "day-2", Start: utc(10, 21, 7), End: utc(10, 21, 10)}}}
	b := a
	b.Sessions = slices.Clone(a.Sessions)
	events.Move(&b, utc(10, 27, 8), utc(10, 28, 16))
	if !b.Sessions[0].Start.Equal(utc(10, 28, 8)) || !b.Deadlines.Nomination.Equal(early) || !b.Deadlines.Registration.Equal(late) {
		t.Errorf("moved on: %v, %v, %v", b.Sessions[0].Start, b.Deadlines.Nomination, b.Deadlines.Registration)
	}
	events.Move(&a, utc(10, 13, 7), utc(10, 14, 15))
	if !a.Sessions[0].Start.Equal(utc(10, 14, 7)) || !a.Deadlines.Nomination.Equal(early) || !a.Deadlines.Registration.Equal(utc(10, 13, 10)) {
		t.Errorf("brought forward: %v, %v, %v", a.Sessions[0].Start, a.Deadlines.Nomination, a.Deadlines.Registration)
	}
}
