package events_test

import (
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

func draft() events.Activity {
	return events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "23rd Meeting of the CAP Group"}, Objective: events.Text{"en": "To meet"},
		Responsible: "officer.ipr@secretariat.example", Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC),
		Zone: "Europe/Brussels", Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 130}}}
}

func TestProgramme_Create(t *testing.T) {
	p := programme(t, enginetest.Memory(t), noon)
	a, err := p.Create(t.Context(), officer, draft())
	if err != nil {
		t.Fatal(err)
	}
	if a.Code != "IPR-2026-01" || a.Slug != "23rd-meeting-of-the-cap-group" || a.State != events.Planned || a.Lane != events.Nomination || a.Mode != events.Hybrid {
		t.Errorf("made %s %s %s %s %s", a.Code, a.Slug, a.State, a.Lane, a.Mode)
	}
	t.Run("TwinTitle", func(t *testing.T) {
		if a, err := p.Create(t.Context(), officer, draft()); err != nil || a.Code != "IPR-2026-02" || a.Slug != "23rd-meeting-of-the-cap-group-2" {
			t.Errorf("made %s %s: %v", a.Code, a.Slug, err)
		}
	})
	t.Run("OperationBetraysNothing", func(t *testing.T) {
		o := draft()
		o.Kind = events.Operation
		o.Seats = nil
		a, err := p.Create(t.Context(), officer, o)
		if err != nil || a.Visibility != events.ForOperation || len(a.Code) != len("IPR-2026-K4TQ") {
			t.Fatalf("made %s %s: %v", a.Code, a.Visibility, err)
		}
		next, err := p.Create(t.Context(), officer, draft())
		if err != nil || next.Code != "IPR-2026-03" {
			t.Errorf("after an operation comes %s: %v", next.Code, err)
		}
	})
	t.Run("ErrNotAnOfficer", func(t *testing.T) {
		for _, v := range []events.Visitor{{}, {Person: "p", Role: events.ContactPoint}, {Person: "m", Role: events.Management}, {Person: "o", Role: events.Officer, ReadOnly: true}} {
			if _, err := p.Create(t.Context(), v, draft()); events.CodeOf(err) != events.Denied {
				t.Errorf("%s (read only %v): %v", v.Role, v.ReadOnly, err)
			}
		}
	})
	t.Run("NextEdition", func(t *testing.T) {
		next, err := p.Create(t.Context(), officer, events.Copy(a, a.Start.AddDate(1, 0, 0)))
		if err != nil || next.PreviousEdition != a.Code || len(next.History) != 1 || next.History[0].What != "copied" {
			t.Errorf("made %+v: %v", next.History, err)
		}
	})
}

// TestProgramme_Create_AtOnce holds that no number is given twice however many create at once.
func TestProgramme_Create_AtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := programme(t, db, noon)
		codes := make([]string, 8)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				a, err := p.Create(t.Context(), officer, draft())
				if err != nil {
					t.Error(err)
				}
				codes[i] = a.Code
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for _, c := range codes {
			if c == "" || seen[c] {
				t.Errorf("code %q given twice in %v", c, codes)
			}
			seen[c] = true
		}
	})
}

func TestProgramme_Change(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := programme(t, db, noon)
		a, err := p.Create(t.Context(), officer, draft())
		if err != nil {
			t.Fatal(err)
		}
		rename := func(title string) func(*events.Activity) error {
			return func(a *events.Activity) error { a.Title["en"] = title; return nil }
		}
		changed, err := p.Change(t.Context(), officer, a.Code, a.Version, "a typo", rename("Another title"))
		if err != nil || changed.Version != 2 || changed.CalendarRevision != 0 || changed.History[1].Why != "a typo" || changed.History[1].Detail["fields"] != "title" {
			t.Fatalf("changed %+v: %v", changed, err)
		}
		t.Run("ErrStale", func(t *testing.T) {
			if _, err := p.Change(t.Context(), officer, a.Code, a.Version, "", rename("Mine")); events.CodeOf(err) != events.Stale {
				t.Errorf("a stale edit: %v", err)
			}
		})
		t.Run("NothingChanged", func(t *testing.T) {
			if same, err := p.Change(t.Context(), officer, a.Code, 0, "", rename("Another title")); err != nil || same.Version != 2 {
				t.Errorf("version %d: %v", same.Version, err)
			}
		})
		t.Run("CalendarRevision", func(t *testing.T) {
			approve(t, p, a)
			moved, err := p.Change(t.Context(), officer, a.Code, 0, "", func(a *events.Activity) error {
				a.Start, a.End = a.Start.AddDate(0, 0, 1), a.End.AddDate(0, 0, 1)
				return nil
			})
			if err != nil || moved.CalendarRevision != 1 || moved.History[len(moved.History)-1].What != "moved" {
				t.Errorf("moved: revision %d, %v", moved.CalendarRevision, err)
			}
			quiet, err := p.Change(t.Context(), officer, a.Code, 0, "", func(a *events.Activity) error { a.Host = "WCO"; return nil })
			if err != nil || quiet.CalendarRevision != 1 {
				t.Errorf("another host: revision %d, %v", quiet.CalendarRevision, err)
			}
		})
	})
}

func TestValidate(t *testing.T) {
	for key, spoil := range map[string]func(*events.Activity){
		"end_before_start end":                    func(a *events.Activity) { a.End = a.Start.Add(-time.Hour) },
		"zone_unknown timezone":                   func(a *events.Activity) { a.Zone = "Europe/Bruxelles" },
		"date_form start":                         func(a *events.Activity) { a.Start, a.End = a.Start.AddDate(7000, 0, 0), a.End.AddDate(7000, 0, 0) },
		"control_characters title.en":             func(a *events.Activity) { a.Title["en"] = "A meeting\r\nBcc: all@customs.example" },
		"control_characters place.venue":          func(a *events.Activity) { a.Place.Venue = "Room\u2028A" },
		"email_invalid responsible_officer":       func(a *events.Activity) { a.Responsible = "officer.ipr@secretariat.example\r\nBcc: x" },
		"email_invalid experts":                   func(a *events.Activity) { a.Experts = []string{"expert\n@x.example"} },
		"title_required title.en":                 func(a *events.Activity) { a.Title = events.Text{"en": "  "} },
		"choose_one kind":                         func(a *events.Activity) { a.Kind = "party" },
		"number_range seats.onsite":               func(a *events.Activity) { a.Seats[0].Capacity = -1 },
		"pool_not_of_mode seats.0.pool":           func(a *events.Activity) { a.Mode = events.Remote },
		"deadline_after_end deadlines.nomination": func(a *events.Activity) { late := a.End.Add(time.Hour); a.Deadlines.Nomination = &late },
		"language_unknown languages":              func(a *events.Activity) { a.Languages = []string{"klingon!"} },
		"region_unknown regions":                  func(a *events.Activity) { a.Regions = []string{"MOON"} },
		"session_outside sessions.0.start": func(a *events.Activity) {
			a.Sessions = []events.Session{{ID: "x", Title: events.Text{"en": "x"}, Start: a.End.AddDate(0, 0, 1), End: a.End.AddDate(0, 0, 2)}}
		},
		"url_form public_report.url": func(a *events.Activity) {
			a.PublicReport = &events.PublicReport{Date: "2026-09-15", URL: "javascript:alert(1)"}
		},
	} {
		t.Run(key, func(t *testing.T) {
			p := programme(t, enginetest.Memory(t), noon)
			a := draft()
			spoil(&a)
			_, err := p.Create(t.Context(), officer, a)
			faults := events.Faults(err)
			if len(faults) != 1 || faults[0].Key+" "+faults[0].Field != key {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLoadZone(t *testing.T) {
	for _, name := range []string{"", "Local", "Factory", "localtime", "posixrules", "posix/Europe/Brussels", "right/Europe/Brussels", "../UTC", "Europe"} {
		if _, err := events.LoadZone(name); err == nil {
			t.Errorf("%q is taken for a zone", name)
		}
	}
	for _, name := range []string{"Europe/Brussels", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"} {
		if _, err := events.LoadZone(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCopy(t *testing.T) {
	a := draft() // 3 and 4 November 2026, winter time in Brussels
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	a.Deadlines.Nomination = &deadline
	a.Experts, a.State, a.Code = []string{"e@x.example"}, events.Closed, "IPR-2026-20"
	next := events.Copy(a, time.Date(2027, 6, 8, 12, 0, 0, 0, time.UTC)) // summer time
	if !next.Start.Equal(time.Date(2027, 6, 8, 7, 30, 0, 0, time.UTC)) || !next.End.Equal(time.Date(2027, 6, 9, 15, 30, 0, 0, time.UTC)) {
		t.Errorf("moved to %s – %s", next.Start, next.End)
	}
	if d := next.Deadlines.Nomination; d == nil || !d.Equal(time.Date(2027, 5, 7, 21, 59, 59, 0, time.UTC)) {
		t.Errorf("its deadline moved to %v", d)
	}
	if next.State != events.Planned || next.Experts != nil || next.PreviousEdition != "IPR-2026-20" || next.Code != "" {
		t.Errorf("carries over %+v", next)
	}
}
