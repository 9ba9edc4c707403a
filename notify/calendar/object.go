package calendar

import (
	"fmt"
	"strconv"
	"time"

	"github.com/emersion/go-ical"
)

// productID names the maker of the object (RFC 5545 3.7.3).
const productID = "-//capportal//capportal calendar//EN"

// refresh is how often a feed asks to be fetched again. Clients follow their own clock.
const refresh = "PT6H"

// Invitation is the REQUEST that invites the attendee, or updates the invitation
// (RFC 5546 3.2.2), and the file of a person's own invitation. The error says what
// in the entry cannot be written.
func Invitation(e Entry) ([]byte, error) {
	return one(Request, e)
}

// Cancellation is the CANCEL that takes the invitation back (RFC 5546 3.2.5): e as last
// sent, with a higher Sequence and a later Stamp. The error says what in the entry
// cannot be written.
func Cancellation(e Entry) ([]byte, error) {
	return one(Cancel, e)
}

// Download is the entry as a file for whoever may see it (RFC 5546 3.2.1): nobody is
// invited, so no attendee is written. The error says what in the entry cannot be written.
func Download(e Entry) ([]byte, error) {
	return one(Publish, e)
}

// Feed is a calendar to subscribe to, under the given name: the entries in the order
// given, each with its own UID and without attendee. No entries give a valid, empty
// calendar. The error names the first entry that cannot be written, by its UID.
func Feed(name string, entries []Entry) ([]byte, error) {
	cal := newCalendar(Publish)
	if name = oneLine(name); name != "" {
		text(cal, ical.PropName, name)
		text(cal, "X-WR-CALNAME", name)
	}
	property(cal, ical.PropRefreshInterval, refresh, ical.ParamValue, "DURATION")
	property(cal, "X-PUBLISHED-TTL", refresh)
	if len(entries) == 0 {
		return Fold(empty(cal)), nil
	}
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if seen[e.UID] {
			return nil, fmt.Errorf("calendar: UID %q stands twice in the feed", e.UID)
		}
		seen[e.UID] = true
		if err := add(cal, Publish, e); err != nil {
			return nil, err
		}
	}
	return encode(cal)
}

// one is the object of a single entry.
func one(m Method, e Entry) ([]byte, error) {
	cal := newCalendar(m)
	if err := add(cal, m, e); err != nil {
		return nil, err
	}
	return encode(cal)
}

// newCalendar is a VCALENDAR without events.
func newCalendar(m Method) *ical.Component {
	cal := component(ical.CompCalendar)
	property(cal, ical.PropVersion, "2.0")
	property(cal, ical.PropProductID, productID)
	property(cal, ical.PropCalendarScale, "GREGORIAN")
	property(cal, ical.PropMethod, string(m))
	return cal
}

// add writes the entry as a VEVENT, if it can be.
func add(cal *ical.Component, m Method, e Entry) error {
	if err := e.check(m); err != nil {
		return fmt.Errorf("calendar: %s of %q: %w", m, e.UID, err)
	}
	event := component(ical.CompEvent)
	fill(event, m, e)
	cal.Children = append(cal.Children, event)
	return nil
}

// fill writes the properties of an entry that was checked.
func fill(event *ical.Component, m Method, e Entry) {
	property(event, ical.PropUID, e.UID)
	property(event, ical.PropSequence, strconv.Itoa(e.Sequence))
	property(event, ical.PropDateTimeStamp, utc(e.Stamp))
	property(event, ical.PropLastModified, utc(e.modified()))
	if e.AllDay {
		first, after, _ := e.days()
		property(event, ical.PropDateTimeStart, first, ical.ParamValue, "DATE")
		property(event, ical.PropDateTimeEnd, after, ical.ParamValue, "DATE")
	} else {
		property(event, ical.PropDateTimeStart, utc(e.Start))
		property(event, ical.PropDateTimeEnd, utc(e.End))
	}
	text(event, ical.PropSummary, oneLine(e.Summary), language(e)...)
	if location := oneLine(e.Location); location != "" {
		text(event, ical.PropLocation, location, language(e)...)
	}
	if description := plainText(e.Description); description != "" {
		text(event, ical.PropDescription, description, language(e)...)
	}
	if e.URL != "" {
		property(event, ical.PropURL, e.URL)
	}
	property(event, ical.PropOrganizer, mailto(e.Organizer.Email), ical.ParamCommonName, e.Organizer.shown())
	property(event, ical.PropStatus, status(m, e))
	property(event, ical.PropTransparency, transparency(m, e))
	if m == Publish {
		return
	}
	property(event, ical.PropAttendee, mailto(e.Attendee.Email),
		ical.ParamCommonName, e.Attendee.shown(),
		ical.ParamCalendarUserType, "INDIVIDUAL",
		ical.ParamRole, "REQ-PARTICIPANT",
		ical.ParamParticipationStatus, partStats[e.PartStat],
		ical.ParamRSVP, "TRUE")
	if m == Request {
		// Dates are not negotiated by calendar: Outlook and Thunderbird then offer no other time.
		property(event, "X-MICROSOFT-DISALLOW-COUNTER", "TRUE")
	}
}

// status is CONFIRMED, or CANCELLED for a CANCEL and for a cancelled entry of a feed.
func status(m Method, e Entry) string {
	if m == Cancel || e.Cancelled {
		return "CANCELLED"
	}
	return "CONFIRMED"
}

// transparency is OPAQUE, but what a feed shows as cancelled blocks nobody's time.
func transparency(m Method, e Entry) string {
	if m == Publish && e.Cancelled {
		return "TRANSPARENT"
	}
	return "OPAQUE"
}

// modified is LAST-MODIFIED, by default DTSTAMP.
func (e Entry) modified() time.Time {
	if e.Modified.IsZero() {
		return e.Stamp
	}
	return e.Modified
}

// shown is the CN of an address: its name, or the address itself.
func (a Address) shown() string {
	if name := paramText(a.Name); name != "" {
		return name
	}
	return paramText(a.Email)
}

// language is the LANGUAGE parameter of the entry's texts.
func language(e Entry) []string {
	if e.Language == "" {
		return nil
	}
	return []string{ical.ParamLanguage, e.Language}
}
