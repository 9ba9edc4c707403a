package events_test

import (
	"slices"
	"testing"
	"time"

	"capportal/events"
)

// TestSteps_Lanes walks the way of each lane from planned to the Annex.
func TestSteps_Lanes(t *testing.T) {
	late := []events.State{events.Held, events.Reporting, events.Closed, events.InAnnex}
	open := []events.State{events.RegistrationOpen, events.RegistrationClosed, events.InProgress}
	invited := append([]events.State{events.Approved, events.InvitationsSent}, open...)
	for lane, way := range map[events.Lane][]events.State{
		events.Nomination:       invited,
		events.InvitationOnly:   invited,
		events.SelfRegistration: append([]events.State{events.Approved}, open...),
		events.NoLane:           {events.Approved, events.InProgress},
	} {
		a := events.Activity{State: events.Planned, Lane: lane}
		for _, to := range append(slices.Clone(way), late...) {
			if _, err := events.FindStep(&a, to); err != nil {
				t.Errorf("%s: %s to %s: %v", lane, a.State, to, err)
			}
			a.State = to
		}
	}
	for _, c := range []struct {
		lane     events.Lane
		from, to events.State
	}{
		{events.SelfRegistration, events.Approved, events.InvitationsSent}, {events.Nomination, events.Approved, events.RegistrationOpen},
		{events.NoLane, events.Approved, events.RegistrationOpen}, {events.Nomination, events.Planned, events.RegistrationOpen},
		{events.Nomination, events.Cancelled, events.Approved}, {events.Nomination, events.Held, events.Cancelled},
	} {
		if _, err := events.FindStep(&events.Activity{State: c.from, Lane: c.lane}, c.to); !events.Is(err, "no_such_step") {
			t.Errorf("%s goes from %s to %s: %v", c.lane, c.from, c.to, err)
		}
	}
}

func TestFindStep_Postponed(t *testing.T) {
	a := events.Activity{State: events.Postponed, Left: events.RegistrationOpen, Lane: events.Nomination}
	for to, want := range map[events.State]bool{events.Approved: true, events.RegistrationOpen: true, events.InvitationsSent: false, events.RegistrationClosed: false, events.Cancelled: true} {
		if _, err := events.FindStep(&a, to); (err == nil) != want {
			t.Errorf("postponed to %s: %v", to, err)
		}
	}
}

func TestJudge(t *testing.T) {
	past, soon := noon.Add(-time.Second), noon.Add(time.Second)
	ready := func() events.Activity {
		a := draft()
		a.State, a.Lane, a.Mode = events.Approved, events.Nomination, events.OnSite
		a.Sessions = []events.Session{{ID: "day-1"}}
		a.Deadlines.Nomination = &soon
		return a
	}
	invited := events.Counts{Invited: 1}
	for name, c := range map[string]struct {
		spoil  func(*events.Activity)
		counts events.Counts
		why    string
		keys   []string
	}{
		"ready":                {func(*events.Activity) {}, invited, "", nil},
		"nobody invited":       {func(*events.Activity) {}, events.Counts{}, "", []string{"gate_invitations"}},
		"no seats":             {func(a *events.Activity) { a.Seats = nil }, invited, "passing", []string{"gate_seats"}},
		"deadline passed":      {func(a *events.Activity) { a.Deadlines.Nomination = &past }, invited, "", []string{"gate_nomination_deadline"}},
		"no programme":         {func(a *events.Activity) { a.Sessions = nil }, invited, "", []string{"gate_programme", "reason_required"}},
		"no programme, passed": {func(a *events.Activity) { a.Sessions = nil }, invited, "it follows next week", nil},
	} {
		a := ready()
		c.spoil(&a)
		step, err := events.FindStep(&a, events.InvitationsSent)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, f := range events.Faults(events.Judge(step, &a, events.Now{Time: noon, Facts: c.counts}).Err(step, c.why)) {
			keys = append(keys, f.Key)
		}
		if !slices.Equal(keys, c.keys) {
			t.Errorf("%s: %v, not %v", name, keys, c.keys)
		}
	}
}

func TestPassed(t *testing.T) {
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	for after, passed := range map[time.Duration]bool{-time.Second: false, 0: false, time.Second - 1: false, time.Second: true} {
		if events.Passed(deadline, deadline.Add(after)) != passed {
			t.Errorf("%v after the deadline it has passed: %v", after, !passed)
		}
	}
}
