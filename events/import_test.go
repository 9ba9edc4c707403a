package events_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

var officer = events.Visitor{Person: "officer", Role: events.Officer}

func programme(t *testing.T, db *engine.DB, now time.Time) *events.Programme {
	t.Helper()
	return events.NewProgramme(db.Database(), db.Transact, func() time.Time { return now })
}

func sampleFile(t *testing.T) []byte {
	t.Helper()
	file, err := os.ReadFile("../cmd/capportal/demo/programme.csv")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// sample is what the programme's file means, reckoned apart from this program.
var sample = []struct{ code, state, parent, mode, start, end, nomination, registration string }{
	{"IPR-2025-01", "closed", "", "onsite", "2025-10-13T06:00:00Z", "2025-10-17T14:00:00Z", "2025-08-22T20:59:59Z", "2025-09-12T20:59:59Z"},
	{"IPR-2025-02", "closed", "", "hybrid", "2025-10-27T13:00:00Z", "2025-10-27T16:30:00Z", "", "2025-10-17T21:59:59Z"},
	{"IPR-2025-03", "closed", "", "hybrid", "2025-10-28T08:30:00Z", "2025-10-29T16:30:00Z", "2025-09-26T21:59:59Z", "2025-10-17T21:59:59Z"},
	{"IPR-2025-04", "closed", "", "onsite", "2025-11-17T06:30:00Z", "2025-11-20T14:30:00Z", "2025-10-24T21:59:59Z", "2025-11-05T21:59:59Z"},
	{"IPR-2025-05", "closed", "", "onsite", "2025-12-02T08:30:00Z", "2025-12-05T16:30:00Z", "2025-10-31T23:59:59Z", "2025-11-14T23:59:59Z"},
	{"IPR-2026-01", "closed", "", "remote", "2026-01-20T14:00:00Z", "2026-01-22T17:00:00Z", "2025-12-20T04:59:59Z", "2026-01-14T04:59:59Z"},
	{"IPR-2026-02", "closed", "", "remote", "2026-02-04T12:00:00Z", "2026-02-04T15:00:00Z", "", "2026-01-28T22:59:59Z"},
	{"IPR-2026-03", "closed", "", "onsite", "2026-02-09T05:00:00Z", "2026-02-12T13:00:00Z", "2026-01-16T19:59:59Z", "2026-01-30T19:59:59Z"},
	{"IPR-2026-04", "closed", "IPR-2026-07", "remote", "2026-03-10T08:00:00Z", "2026-03-10T12:00:00Z", "2026-02-20T22:59:59Z", "2026-03-04T22:59:59Z"},
	{"IPR-2026-05", "closed", "IPR-2026-07", "remote", "2026-03-12T09:00:00Z", "2026-03-12T13:00:00Z", "2026-02-20T22:59:59Z", "2026-03-04T22:59:59Z"},
	{"IPR-2026-06", "closed", "IPR-2026-07", "remote", "2026-03-17T14:00:00Z", "2026-03-17T18:00:00Z", "2026-02-20T22:59:59Z", "2026-03-04T22:59:59Z"},
	{"IPR-2026-07", "closed", "", "remote", "2026-04-13T00:00:00Z", "2026-05-01T00:00:00Z", "2026-02-13T23:59:59Z", "2026-03-20T23:59:59Z"},
	{"IPR-2026-08", "postponed", "", "onsite", "2026-04-06T03:00:00Z", "2026-04-09T11:00:00Z", "2026-03-06T17:59:59Z", "2026-03-20T17:59:59Z"},
	{"IPR-2026-09", "closed", "", "onsite", "2026-05-04T03:45:00Z", "2026-05-07T10:45:00Z", "2026-04-03T18:14:59Z", "2026-04-17T18:14:59Z"},
	{"IPR-2026-10", "closed", "", "onsite", "2026-05-10T06:00:00Z", "2026-05-12T12:30:00Z", "2026-04-03T20:59:59Z", "2026-04-19T20:59:59Z"},
	{"IPR-2026-11", "closed", "", "remote", "2026-05-17T22:00:00Z", "2026-06-26T22:00:00Z", "2026-04-24T21:59:59Z", "2026-05-08T21:59:59Z"},
	{"IPR-2026-12", "closed", "IPR-2026-07", "hybrid", "2026-06-09T07:30:00Z", "2026-06-10T14:30:00Z", "2026-05-08T21:59:59Z", "2026-05-29T21:59:59Z"},
	{"IPR-2026-13", "closed", "", "hybrid", "2026-06-16T11:00:00Z", "2026-06-16T14:00:00Z", "", "2026-06-12T21:59:59Z"},
	{"IPR-2026-14", "closed", "", "onsite", "2026-07-06T14:00:00Z", "2026-07-10T22:00:00Z", "2026-05-16T04:59:59Z", "2026-06-06T04:59:59Z"},
	{"IPR-2026-15", "closed", "", "onsite", "2026-08-24T04:00:00Z", "2026-08-27T12:00:00Z", "2026-07-24T18:59:59Z", "2026-08-07T18:59:59Z"},
	{"IPR-2026-16", "closed", "", "onsite", "2026-09-06T21:00:00Z", "2026-09-10T04:30:00Z", "2026-07-31T11:59:59Z", "2026-08-14T11:59:59Z"},
	{"IPR-2026-17", "closed", "", "onsite", "2026-09-21T05:30:00Z", "2026-09-24T13:00:00Z", "2026-08-21T20:59:59Z", "2026-09-04T20:59:59Z"},
	{"IPR-2026-18", "reporting", "", "onsite", "2026-10-12T13:00:00Z", "2026-10-15T20:30:00Z", "2026-09-05T03:59:59Z", "2026-09-19T03:59:59Z"},
	{"IPR-2026-19", "reporting", "", "hybrid", "2026-11-02T13:00:00Z", "2026-11-02T16:30:00Z", "", "2026-10-23T21:59:59Z"},
	{"IPR-2026-20", "reporting", "", "hybrid", "2026-11-03T08:30:00Z", "2026-11-04T16:30:00Z", "2026-10-02T21:59:59Z", "2026-10-23T21:59:59Z"},
	{"IPR-2026-21", "registration_closed", "", "onsite", "2026-11-24T09:00:00Z", "2026-11-27T16:30:00Z", "2026-10-23T23:59:59Z", "2026-11-13T23:59:59Z"},
	{"IPR-2026-22", "registration_open", "", "onsite", "2026-12-08T08:00:00Z", "2026-12-10T15:30:00Z", "2026-11-06T22:59:59Z", "2026-11-27T22:59:59Z"},
	{"IPR-2027-01", "invitations_sent", "IPR-2027-02", "hybrid", "2027-02-02T07:30:00Z", "2027-02-04T15:30:00Z", "2026-12-18T22:59:59Z", "2027-01-15T22:59:59Z"},
	{"IPR-2027-02", "invitations_sent", "", "remote", "2027-03-01T00:00:00Z", "2027-03-13T00:00:00Z", "2026-12-18T23:59:59Z", "2027-02-12T23:59:59Z"},
	{"IPR-2027-03", "planned", "IPR-2027-02", "remote", "2027-04-20T10:00:00Z", "2027-04-21T15:00:00Z", "2027-03-26T23:59:59Z", "2027-04-13T23:59:59Z"},
	{"IPR-2027-04", "planned", "", "hybrid", "2027-05-11T11:00:00Z", "2027-05-11T14:00:00Z", "", "2027-05-07T21:59:59Z"},
	{"IPR-2027-05", "planned", "", "onsite", "2027-06-14T04:30:00Z", "2027-06-18T11:00:00Z", "2027-04-16T19:59:59Z", "2027-05-14T19:59:59Z"},
}

func TestProgramme_Import(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := programme(t, db, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		file := sampleFile(t)
		dry, err := p.Import(t.Context(), officer, bytes.NewReader(file), 5000, true)
		if err != nil || dry.Added != 32 {
			t.Fatalf("dry run: %+v, %v", dry, err)
		}
		if list, _ := p.List(t.Context(), officer, events.Query{}); len(list) != 0 {
			t.Fatalf("a dry run left %d activities", len(list))
		}
		if got, err := p.Import(t.Context(), officer, bytes.NewReader(file), 5000, false); err != nil || got != dry {
			t.Fatalf("import: %+v, %v", got, err)
		}
		for _, want := range sample {
			a, err := p.Load(t.Context(), want.code)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{string(a.State), a.Parent, string(a.Mode), stamp(&a.Start), stamp(&a.End), stamp(a.Deadlines.Nomination), stamp(a.Deadlines.Registration)}
			expected := []string{want.state, want.parent, want.mode, want.start, want.end, want.nomination, want.registration}
			if strings.Join(got, " ") != strings.Join(expected, " ") {
				t.Errorf("%s is %v, not %v", want.code, got, expected)
			}
		}
		if child, _ := p.Load(t.Context(), "IPR-2026-04"); child.ParentReport != "2026-09-15" {
			t.Errorf("the training carries its operation's report of %q", child.ParentReport)
		}
		again, err := p.Import(t.Context(), officer, bytes.NewReader(file), 5000, false)
		if err != nil || again.Unchanged != 32 || again.Added+again.Changed != 0 {
			t.Errorf("importing again: %+v, %v", again, err)
		}
	})
}

func stamp(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func TestProgramme_Import_ErrRow(t *testing.T) {
	db := enginetest.Memory(t)
	p := programme(t, db, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	bad := bytes.Replace(sampleFile(t), []byte("IPR-2026-02,expert_refresher"), []byte("IPR-2026-02,expert_refreshment"), 1)
	_, err := p.Import(t.Context(), officer, bytes.NewReader(bad), 5000, false)
	faults := events.Faults(err)
	if len(faults) != 1 || faults[0].Args["line"] != "8" || faults[0].Field != "kind" || faults[0].Key != "choose_one" {
		t.Fatalf("a bad kind in line 8: %v", err)
	}
	if list, _ := p.List(t.Context(), officer, events.Query{}); len(list) != 0 {
		t.Errorf("a refused import left %d activities", len(list))
	}
}
