package registrations_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/registrations"
)

func TestNextStamp(t *testing.T) {
	now := time.Date(2026, 9, 1, 8, 0, 0, 500, time.UTC)
	second := now.Truncate(time.Second)
	for _, c := range []struct {
		name       string
		last, want time.Time
	}{
		{"the first", time.Time{}, second},
		{"long ago", second.Add(-time.Hour), second},
		{"this second", second, second.Add(time.Second)},
		{"a clock that went back", second.Add(time.Hour), second.Add(time.Hour + time.Second)},
		{"kept in milliseconds", second.Add(300 * time.Millisecond), second.Add(time.Second)},
	} {
		if got := registrations.NextStamp(c.last, now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRegistration_Sequence(t *testing.T) {
	a := events.Activity{CalendarRevision: 7}
	for _, c := range []struct {
		name string
		r    registrations.Registration
		want int
	}{
		{"no REQUEST yet", registrations.Registration{Revision: 3}, 0},
		{"right after the first", registrations.Registration{Revision: 3, Calendar: registrations.Calendar{Requested: true, Base: 10}}, 0},
		{"both have risen", registrations.Registration{Revision: 4, Calendar: registrations.Calendar{Requested: true, Base: 9}}, 2},
		{"taken back", registrations.Registration{Revision: 9, Calendar: registrations.Calendar{Requested: true, Base: 9, Cancelled: true, Final: 4}}, 4},
	} {
		if got := c.r.Sequence(&a); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// Whatever changes in whatever order, and however the clock goes: the first REQUEST has SEQUENCE 0,
// none ever falls, a change raises it, and DTSTAMP rises with each object.
func TestRegistration_RequestingNeverFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
		a := events.Activity{CalendarRevision: rapid.IntRange(0, 5).Draw(t, "activity's revision")}
		r := registrations.Registration{Revision: rapid.IntRange(0, 5).Draw(t, "revision"), Calendar: registrations.Calendar{UID: "x@portal.example"}}
		said := calendar.Entry{Start: now, End: now.Add(time.Hour)}
		var last calendar.Entry
		changed, first := false, true
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"move", "seat", "clock", "reply", "request"}).Draw(t, "step") {
			case "move":
				a.CalendarRevision++
				said.Start, said.End = said.Start.Add(time.Hour), said.End.Add(time.Hour)
				changed = true
			case "seat":
				r.Revision++
				changed = true
			case "clock":
				now = now.Add(time.Duration(rapid.IntRange(-120, 120).Draw(t, "seconds")) * time.Second)
			case "reply":
				r.Calendar.Reply = "accepted"
			case "request":
				e := r.Requesting(&a, now, said, "here")
				switch {
				case first && e.Sequence != 0:
					t.Fatalf("the first has SEQUENCE %d", e.Sequence)
				case !first && changed && e.Sequence <= last.Sequence, !first && e.Sequence < last.Sequence:
					t.Fatalf("SEQUENCE %d after %d", e.Sequence, last.Sequence)
				case !first && !e.Stamp.After(last.Stamp):
					t.Fatalf("DTSTAMP %v after %v", e.Stamp, last.Stamp)
				case !first && !e.Start.Equal(last.Start) && e.PartStat != "none":
					t.Fatalf("moved, and the answer is still %q", e.PartStat)
				case r.Calendar.Seen != a.CalendarRevision || r.Calendar.Said.Sequence != r.Sequence(&a):
					t.Fatalf("what was said is not remembered: %+v", r.Calendar)
				}
				last, first, changed = e, false, false
			}
		}
	})
}

func TestCalendar_Cancelling(t *testing.T) {
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	said := calendar.Entry{UID: "x@portal.example", Summary: "As told", Sequence: 2}
	whole := registrations.Calendar{UID: said.UID, Requested: true, Cancelled: true, Final: 4, Stamp: now, Said: &said}
	e, ok := whole.Cancelling(now)
	if !ok || e.Sequence != 4 || e.Summary != "As told" || !e.Stamp.Equal(now.Add(time.Second)) || !whole.Stamp.Equal(e.Stamp) {
		t.Errorf("%+v, %v", e, ok)
	}
	for name, c := range map[string]registrations.Calendar{
		"never requested": {UID: said.UID, Cancelled: true},
		"not taken back":  {UID: said.UID, Requested: true, Said: &said},
	} {
		if _, ok := c.Cancelling(now); ok {
			t.Errorf("%s: a CANCEL was composed", name)
		}
	}
}
