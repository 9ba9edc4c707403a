package calendar_test

import (
	"testing"
	"time"

	"capportal/notify/calendar"
)

func benchEntry() calendar.Entry {
	return calendar.Entry{UID: "0123456789abcdef0123456789abcdef01234567@portal.example", Stamp: time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC),
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 16, 30, 0, 0, time.UTC), Zone: "Europe/Brussels",
		Summary: "23rd Meeting of the Counterfeiting and Piracy (CAP) Group", Location: "WCO Headquarters, Brussels, Belgium",
		Description: "3 November 2026, 09:30 to 17:30\nBrussels\nWCO Headquarters\n\nhttps://portal.example/en/registrations/1f0c",
		URL:         "https://portal.example/en/registrations/1f0c", Language: "en",
		Organizer: calendar.Address{Name: "CAP Secretariat", Email: "cap@portal.example"}, Attendee: calendar.Address{Name: "Delegate 1", Email: "d1@customs.example"}}
}

// One is composed for each invitation that is sent.
func BenchmarkInvitation(b *testing.B) {
	e := benchEntry()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := calendar.Invitation(e); err != nil {
			b.Fatal(err)
		}
	}
}
