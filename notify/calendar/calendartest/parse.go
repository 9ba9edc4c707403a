package calendartest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Object is what one iCalendar object says.
type Object struct {
	Method string  // upper case, "" when absent
	Name   string  // of a feed
	Events []Event // in the order written
}

// Event is what one VEVENT says, its texts unescaped. Events of equal content are equal
// by ==, so tuples from mail, feed and download can be compared.
type Event struct {
	Method                         string // that of its object
	UID                            string
	Sequence                       int // -1 when absent
	Stamp, Modified                time.Time
	Start, End                     time.Time // UTC; of an all-day event 00:00 UTC of the dates, End exclusive
	AllDay                         bool
	Summary, Location, Description string
	URL, Status                    string
	Organizer, Attendee            string // bare addresses in lower case; Attendee "" when there is none
	AttendeeName, PartStat         string
	Attendees                      int // how many ATTENDEE there are
}

// Parse reads one VCALENDAR strictly. It refuses what it cannot read, and leaves it to
// Problems to say what is read but ought not to be so.
func Parse(ics []byte) (Object, error) {
	cal, err := readTree(contentLines(ics))
	if err != nil {
		return Object{}, err
	}
	o := Object{Method: cal.value("METHOD")}
	if o.Name, err = unescape(cal.value("NAME")); err != nil {
		return Object{}, fmt.Errorf("NAME: %w", err)
	}
	for _, c := range cal.children {
		if c.name != "VEVENT" {
			continue
		}
		e, err := readEvent(c)
		if err != nil {
			return Object{}, fmt.Errorf("VEVENT %q: %w", c.value("UID"), err)
		}
		e.Method = o.Method
		o.Events = append(o.Events, e)
	}
	return o, nil
}

// One is the only event of an object; anything else ends the test.
func One(t testing.TB, ics []byte) Event {
	t.Helper()
	o, err := Parse(ics)
	if err != nil {
		t.Fatalf("%v in\n%s", err, ics)
	}
	if len(o.Events) != 1 {
		t.Fatalf("%d events, want 1, in\n%s", len(o.Events), ics)
	}
	return o.Events[0]
}

func readEvent(c *component) (Event, error) {
	e := Event{
		UID:       c.value("UID"),
		Sequence:  -1,
		URL:       c.value("URL"),
		Status:    c.value("STATUS"),
		Organizer: bare(c.value("ORGANIZER")),
	}
	if s := c.value("SEQUENCE"); s != "" {
		var err error
		if e.Sequence, err = strconv.Atoi(s); err != nil {
			return e, fmt.Errorf("SEQUENCE: %w", err)
		}
	}
	for name, to := range map[string]*time.Time{
		"DTSTAMP": &e.Stamp, "LAST-MODIFIED": &e.Modified, "DTSTART": &e.Start, "DTEND": &e.End,
	} {
		for _, p := range c.all(name) {
			at, allDay, err := readTime(p)
			if err != nil {
				return e, fmt.Errorf("%s: %w", name, err)
			}
			*to = at
			e.AllDay = e.AllDay || allDay
		}
	}
	for name, to := range map[string]*string{
		"SUMMARY": &e.Summary, "LOCATION": &e.Location, "DESCRIPTION": &e.Description,
	} {
		text, err := unescape(c.value(name))
		if err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
		*to = text
	}
	attendees := c.all("ATTENDEE")
	e.Attendees = len(attendees)
	for _, p := range attendees {
		e.Attendee, e.AttendeeName, e.PartStat = bare(p.value), p.get("CN"), p.get("PARTSTAT")
	}
	return e, nil
}

// readTime reads a DATE-TIME in UTC or a DATE; nothing else is ever written.
func readTime(p prop) (at time.Time, allDay bool, err error) {
	if p.get("VALUE") == "DATE" {
		at, err = time.Parse("20060102", p.value)
		return at, true, err
	}
	at, err = time.Parse("20060102T150405Z", p.value)
	return at, false, err
}

// bare is the address of a mailto URI, in lower case.
func bare(uri string) string {
	if len(uri) < 7 || !strings.EqualFold(uri[:7], "mailto:") {
		return uri
	}
	var b strings.Builder
	for s := uri[7:]; s != ""; {
		if len(s) >= 3 && s[0] == '%' {
			if c, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				s = s[3:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return strings.ToLower(b.String())
}
