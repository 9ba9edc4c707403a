package events_test

import (
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

// TestProgramme_Kin finds that a visible activity does not name a hidden one.
func TestProgramme_Kin(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
		p := events.NewProgramme(db.Database(), db.Transact, func() time.Time { return now })
		officer := events.Visitor{Person: "officer", Role: events.Officer}
		made := func(kind events.Kind, visibility events.Visibility, parent string) events.Activity {
			a, err := p.Create(t.Context(), officer, events.Activity{Kind: kind, Visibility: visibility, Parent: parent, Title: events.Text{"en": "T"}, Objective: events.Text{"en": "O"},
				Responsible: "o@post.example", Start: now.AddDate(0, 2, 0), End: now.AddDate(0, 2, 1), Zone: "UTC"})
			if err == nil {
				a, err = p.Advance(t.Context(), officer, a.Code, a.Version, events.Approved, "", "", nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		operation := made(events.Operation, events.ForOperation, "")
		training := made(events.PreOperationTraining, events.Public, operation.Code)
		meeting := made(events.CAPMeeting, events.Public, "")
		if _, err := p.Advance(t.Context(), officer, meeting.Code, meeting.Version, events.Merged, "one", operation.Code, nil); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			v    events.Visitor
			want string
		}{
			"the public":         {events.Visitor{}, ""},
			"who has joined":     {events.Visitor{Person: "p", Joined: []string{operation.Code}}, operation.Code},
			"who is invited":     {events.Visitor{Person: "p", Invited: []string{operation.Code}}, operation.Code},
			"a Member elsewhere": {events.Visitor{Person: "p", Groups: []events.Group{events.Member}}, ""},
			"the Secretariat":    {officer, operation.Code},
		} {
			one, err := p.Find(t.Context(), c.v, training.Code)
			if err != nil || one.Parent != c.want {
				t.Errorf("%s: a training of %q, want %q (%v)", name, one.Parent, c.want, err)
			}
			list, err := p.List(t.Context(), c.v, events.Query{})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range list {
				if a.Code != operation.Code && a.Parent+a.MergedInto != c.want {
					t.Errorf("%s: %s names %q", name, a.Code, a.Parent+a.MergedInto)
				}
			}
		}
	})
}

// TestShown_Entry finds no figures in an entry before the public report is out.
func TestShown_Entry(t *testing.T) {
	count := 7
	a := events.Activity{Code: "IPR-2026-K4TQ", Announced: true, Visibility: events.ForOperation, Zone: "UTC", Figures: &events.Figures{MembersJoined: &count}}
	invited := events.Visitor{Person: "p", Invited: []string{a.Code}}
	if shown, ok := events.Shown(invited, a, noon); !ok || shown.Figures != nil {
		t.Errorf("%v %v", ok, shown.Figures)
	}
	a.PublicReport = &events.PublicReport{Date: "2026-09-15"}
	if shown, ok := events.Shown(events.Visitor{}, a, noon); !ok || shown.Figures == nil || shown.PublicReport == nil {
		t.Errorf("%v %v", ok, shown.Figures)
	}
}
