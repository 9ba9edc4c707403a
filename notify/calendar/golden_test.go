package calendar_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// meeting is a confirmed seat at a two-day meeting in Brussels.
func meeting() calendar.Entry {
	return calendar.Entry{
		UID:         "00112233445566778899aabbccddeeff00112233@portal.example",
		Sequence:    2,
		Stamp:       time.Date(2026, 10, 5, 9, 30, 15, 0, time.UTC),
		Start:       time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
		End:         time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC),
		Zone:        "Europe/Brussels",
		Summary:     "23e réunion du Groupe de lutte contre la contrefaçon et le piratage (CAP)",
		Location:    "Siège de l'OMD, salle Sicco Mansholt; Rue du Marché 30, Bruxelles",
		Description: "Votre place est confirmée.\n\nHeures locales : 3 novembre, 9 h 30 (Europe/Brussels).\nhttps://portal.example/fr/registrations/9f",
		URL:         "https://portal.example/fr/events/23rd-cap-meeting",
		Organizer:   calendar.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"},
		Attendee:    calendar.Address{Name: "Delegate 1 (Senegal)", Email: "delegate1.sn@customs-sn.example"},
		Language:    "fr",
		PartStat:    "needs_action",
	}
}

// cohort is an all-day entry of two weeks in Suva.
func cohort() calendar.Entry {
	fiji, err := time.LoadLocation("Pacific/Fiji")
	if err != nil {
		panic(err)
	}
	e := meeting()
	e.UID = "ffeeddccbbaa99887766554433221100ffeeddcc@portal.example"
	e.Start = time.Date(2026, 9, 14, 0, 0, 0, 0, fiji)
	e.End = time.Date(2026, 9, 26, 0, 0, 0, 0, fiji)
	e.Zone, e.AllDay = "Pacific/Fiji", true
	e.Summary, e.Location, e.Language = "Guided e-learning: IPR for frontline officers", "Online", "en"
	return e
}

// TestGolden compares whole objects with kept files, and asks both judges about them.
func TestGolden(t *testing.T) {
	cancelled := cohort()
	cancelled.Cancelled = true
	cancelled.Modified = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for name, build := range map[string]func() ([]byte, error){
		"request":        func() ([]byte, error) { return calendar.Invitation(meeting()) },
		"request-allday": func() ([]byte, error) { return calendar.Invitation(cohort()) },
		"cancel":         func() ([]byte, error) { return calendar.Cancellation(meeting()) },
		"download":       func() ([]byte, error) { return calendar.Download(meeting()) },
		"feed": func() ([]byte, error) {
			return calendar.Feed("WCO CAP; activities", []calendar.Entry{meeting(), cancelled})
		},
		"feed-empty": func() ([]byte, error) { return calendar.Feed("WCO CAP activities", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := build()
			if err != nil {
				t.Fatal(err)
			}
			again, err := build()
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("the same entry gave other bytes (%v)", err)
			}
			file := filepath.Join("testdata", "golden", name+".ics")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; got\n%s\nwant\n%s", file, got, want)
			}
			calendartest.Check(t, got)
			calendartest.Judge(t, got)
		})
	}
}
