package calendar_test

import (
	"fmt"
	"strings"
	"time"

	"capportal/notify/calendar"
)

// A seat is confirmed: the person's own calendar is asked to hold the time.
func ExampleInvitation() {
	ics, err := calendar.Invitation(calendar.Entry{
		UID:       "0123456789abcdef0123456789abcdef01234567@portal.example",
		Stamp:     time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC),
		Start:     time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
		End:       time.Date(2026, 11, 3, 16, 30, 0, 0, time.UTC),
		Zone:      "Europe/Brussels",
		Summary:   "23rd CAP meeting",
		Organizer: calendar.Address{Name: "CAP Secretariat", Email: "cap@portal.example"},
		Attendee:  calendar.Address{Name: "Delegate 1", Email: "d1@customs.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(ics), "\r\n", "\n"))
	// Output:
	// BEGIN:VCALENDAR
	// CALSCALE:GREGORIAN
	// METHOD:REQUEST
	// PRODID:-//capportal//capportal calendar//EN
	// VERSION:2.0
	// BEGIN:VEVENT
	// ATTENDEE;CN=Delegate 1;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PAR
	//  TICIPANT;RSVP=TRUE:mailto:d1@customs.example
	// DTEND:20261103T163000Z
	// DTSTAMP:20261005T093000Z
	// DTSTART:20261103T083000Z
	// LAST-MODIFIED:20261005T093000Z
	// ORGANIZER;CN=CAP Secretariat:mailto:cap@portal.example
	// SEQUENCE:0
	// STATUS:CONFIRMED
	// SUMMARY:23rd CAP meeting
	// TRANSP:OPAQUE
	// UID:0123456789abcdef0123456789abcdef01234567@portal.example
	// X-MICROSOFT-DISALLOW-COUNTER:TRUE
	// END:VEVENT
	// END:VCALENDAR
}
