package calendartest

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// request is a flawless REQUEST; the tests break it.
const request = `BEGIN:VCALENDAR
CALSCALE:GREGORIAN
METHOD:REQUEST
PRODID:-//capportal//EN
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;CN="Delegate, 1";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=RE
 Q-PARTICIPANT;RSVP=TRUE:mailto:D1%26@customs.example
DESCRIPTION:One\, two\; three\\\nfour
DTEND:20261103T163000Z
DTSTAMP:20261005T093000Z
DTSTART:20261103T083000Z
LAST-MODIFIED:20261005T093000Z
ORGANIZER;CN=CAP:mailto:cap@portal.example
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY;LANGUAGE=fr:Réunion
TRANSP:OPAQUE
UID:0123456789abcdef@portal.example
X-MICROSOFT-DISALLOW-COUNTER:TRUE
END:VEVENT
END:VCALENDAR
`

// crlf is text with the line ends of iCalendar.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// publish is the request as a feed has it.
func publish() string {
	s := strings.NewReplacer("METHOD:REQUEST", "METHOD:PUBLISH", "X-MICROSOFT-DISALLOW-COUNTER:TRUE\n", "",
		"VERSION:2.0\n", "NAME:CAP\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\nVERSION:2.0\nX-PUBLISHED-TTL:PT6H\nX-WR-CALNAME:CAP\n").Replace(request)
	from, to := strings.Index(s, "ATTENDEE"), strings.Index(s, "DESCRIPTION")
	return s[:from] + s[to:]
}

func TestProblems_None(t *testing.T) {
	cancel := strings.NewReplacer("METHOD:REQUEST", "METHOD:CANCEL", "CONFIRMED", "CANCELLED",
		"X-MICROSOFT-DISALLOW-COUNTER:TRUE\n", "").Replace(request)
	for name, ics := range map[string]string{"request": request, "cancel": cancel, "publish": publish()} {
		t.Run(name, func(t *testing.T) {
			Check(t, crlf(ics))
			Judge(t, crlf(ics))
		})
	}
}

// TestProblems breaks one rule after the other and sees it named.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ rule, old, new string }{
		{"rule 1:", "SEQUENCE:1\r\n", "SEQUENCE:1\n"},
		{"rule 1:", "SEQUENCE:1\r\n", "SEQUENCE:1\r"},
		{"rule 1:", "END:VCALENDAR\r\n", "END:VCALENDAR"},
		{"rule 2:", "RE\r\n Q-PART", "REQ-PART"},
		{"rule 2:", "RE\r\n Q-PART", "RE\r\n\tQ-PART"},
		{"rule 3:", "Réunion", "R\xc3\r\n \xa9union"},
		{"rule 3:", "Réunion", "R\xffunion"},
		{"rule 3:", "Réunion", "R\x00union"},
		{"rule 3:", "Réunion", "R\u0085union"},
		{"rule 3:", "BEGIN:VCALENDAR", "\ufeffBEGIN:VCALENDAR"},
		{"rule 4:", `One\,`, `One,`},
		{"rule 4:", `two\;`, `two;`},
		{"rule 4:", `\\\nfour`, `\:four`},
		{"rule 4:", `\\\nfour`, `\`},
		{"rule 5:", `"Delegate, 1"`, `Delegate, 1`},
		{"rules 5", `"Delegate, 1"`, `"Delegate, 1`},
		{"rules 5", `"Delegate, 1"`, `Dele"gate`},
		{"rule 5:", `CN=CAP`, `CN=CAP;CN=CAP`},
		{"rule 6:", "SEQUENCE:1", "SEQUENCE:1\r\nX-OTHER:1"},
		{"rules 5, 6", "SEQUENCE:1", "sequence:1"},
		{"rule 21:", "CN=CAP", "X-CN=CAP"},
		{"rule 7:", "SEQUENCE:1\r\n", "SEQUENCE:1\r\n\r\n"},
		{"rule 9:", "VERSION:2.0\r\n", ""},
		{"rule 9:", "VERSION:2.0", "VERSION:1.0"},
		{"rule 9:", "METHOD:REQUEST", "METHOD:request"},
		{"rule 9:", "METHOD:REQUEST\r\n", ""},
		{"rule 9:", "CALSCALE:GREGORIAN", "CALSCALE:JULIAN"},
		{"rule 11:", "END:VEVENT\r\n", "END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n"},
		{"rule 13:", "UID:0123456789abcdef@portal.example\r\n", ""},
		{"rule 13:", "UID:0123", "UID:01 23"},
		{"rule 13:", "SUMMARY;LANGUAGE=fr:Réunion\r\n", ""},
		{"rule 13:", "fr:Réunion", "fr:\\n"},
		{"rule 16:", "SEQUENCE:1\r\n", ""},
		{"rule 16:", "SEQUENCE:1", "SEQUENCE:01"},
		{"rule 20:", "DTSTAMP:20261005T093000Z", "DTSTAMP:20261005T093000"},
		{"rule 20:", "DTSTAMP:20261005T093000Z", "DTSTAMP:20261305T093000Z"},
		{"rule 21:", "mailto:cap@portal.example", "MAILTO:cap@portal.example"},
		{"rule 21:", "mailto:cap@portal.example", "mailto:CAP <cap@portal.example>"},
		{"rule 22:", "ATTENDEE;", "ATTENDEE:mailto:evil@x.example\r\nATTENDEE;"},
		{"rule 24:", "RSVP=TRUE", "RSVP=FALSE"},
		{"rule 24:", "NEEDS-ACTION", "YES"},
		{"rule 24:", ";CUTYPE=INDIVIDUAL", ""},
		{"rule 25:", "mailto:D1%26@customs.example", "mailto:CAP@portal.example"},
		{"rule 27:", "CN=CAP", `CN=CAP;SENT-BY="mailto:a@b"`},
		{"rule 28:", "DTEND:20261103", "DTEND:20261102"},
		{"rule 28:", "DTEND:20261103T163000Z", "DURATION:PT1H"},
		{"rule 28:", "DTEND:20261103T163000Z", "DTEND;VALUE=DATE:20261104"},
		{"rule 29:", "DTSTART:20261103T083000Z", "DTSTART:20261103T083000"},
		{"rule 29:", "DTSTART:20261103T083000Z", "DTSTART;TZID=Europe/Brussels:20261103T083000"},
		{"rule 29:", "DTSTART:20261103T083000Z", "DTSTART;TZID=UTC:20261103T083000Z"},
		{"rule 29:", "DTSTART:20261103T083000Z", "DTSTART:20261131T083000Z"},
		{"rule 30:", "BEGIN:VEVENT", "BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"},
		{"rule 34:", "DTSTART:20261103T083000Z", "DTSTART:20261103"},
		{"rule 34:", "SEQUENCE:1", "SEQUENCE:1\r\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE"},
		{"rule 35:", "SEQUENCE:1", "SEQUENCE:1\r\nRRULE:FREQ=DAILY"},
		{"rule 36:", "STATUS:CONFIRMED", "STATUS:CANCELLED"},
		{"rule 36:", "STATUS:CONFIRMED\r\n", ""},
		{"rule 36:", "TRANSP:OPAQUE", "TRANSP:TRANSPARENT"},
		{"rule 37:", "X-MICROSOFT-DISALLOW-COUNTER:TRUE\r\n", ""},
		{"rule 38:", "END:VEVENT", "BEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT"},
		{"rule 39:", "DESCRIPTION:", `DESCRIPTION;ALTREP="https://x.example/":`},
		{"rule 40:", "METHOD:REQUEST", "METHOD:CANCEL"},
		{"rule 41:", "SEQUENCE:1", "SEQUENCE:1\r\nRECURRENCE-ID:20261103T083000Z"},
		{"rule 55:", "METHOD:REQUEST", "METHOD:PUBLISH"},
		{"syntax", "END:VEVENT\r\n", ""},
		{"syntax", "END:VCALENDAR\r\n", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
	} {
		broken(t, string(crlf(request)), c.rule, c.old, c.new)
	}
}

// TestProblems_Feed does the same with what only a feed has.
func TestProblems_Feed(t *testing.T) {
	event := func() string {
		s := string(crlf(publish()))
		return s[strings.Index(s, "BEGIN:VEVENT"):strings.Index(s, "END:VCALENDAR")]
	}()
	for _, c := range []struct{ rule, old, new string }{
		{"rule 55:", "LAST-MODIFIED:20261005T093000Z\r\n", ""},
		{"rule 55:", "END:VCALENDAR", event + "END:VCALENDAR"},
		{"rule 21:", "ORGANIZER;CN=CAP:mailto:cap@portal.example\r\n", ""},
		{"rule 56:", ";VALUE=DURATION", ""},
		{"rule 56:", "X-PUBLISHED-TTL:PT6H\r\n", ""},
		{"rule 57:", "X-WR-CALNAME:CAP", "X-WR-CALNAME;VALUE=TEXT:CAP"},
		{"rule 57:", "NAME:CAP\r\nREFRESH", "NAME:Other\r\nREFRESH"},
		{"rule 36:", "TRANSP:OPAQUE", "TRANSP:TRANSPARENT"},
	} {
		broken(t, string(crlf(publish())), c.rule, c.old, c.new)
	}
	if found := Problems(crlf("BEGIN:VCALENDAR\nMETHOD:PUBLISH\nPRODID:x\nVERSION:2.0\nEND:VCALENDAR\n")); len(found) != 1 {
		t.Errorf("an empty calendar that is no feed: %q", found)
	}
}

// broken replaces old by new in a flawless object and asserts that the rule is named.
func broken(t *testing.T, whole, rule, old, replacement string) {
	t.Helper()
	ics := strings.Replace(whole, old, replacement, 1)
	if ics == whole {
		t.Fatalf("%q does not stand in the object", old)
	}
	found := Problems([]byte(ics))
	if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, rule) }) {
		t.Errorf("%q instead of %q: %q, want %s", replacement, old, found, rule)
	}
}

func TestOne(t *testing.T) {
	want := Event{
		Method: "REQUEST", UID: "0123456789abcdef@portal.example", Sequence: 1,
		Stamp: time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC), Modified: time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC),
		Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 16, 30, 0, 0, time.UTC),
		Summary: "Réunion", Description: "One, two; three\\\nfour", Status: "CONFIRMED",
		Organizer: "cap@portal.example", Attendee: "d1&@customs.example", AttendeeName: "Delegate, 1",
		PartStat: "NEEDS-ACTION", Attendees: 1,
	}
	if got := One(t, crlf(request)); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	dates := strings.NewReplacer("DTSTART:20261103T083000Z", "DTSTART;VALUE=DATE:20261103",
		"DTEND:20261103T163000Z", "DTEND;VALUE=DATE:20261105").Replace(publish())
	got := One(t, crlf(dates))
	if !got.AllDay || !got.Start.Equal(time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)) ||
		!got.End.Equal(time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)) || got.Attendees != 0 || got.Method != "PUBLISH" {
		t.Errorf("all day: %+v", got)
	}
}

func TestSuccession(t *testing.T) {
	next := strings.NewReplacer("SEQUENCE:1", "SEQUENCE:2", "DTSTAMP:20261005T093000Z", "DTSTAMP:20261005T093001Z")
	cancel := strings.NewReplacer("METHOD:REQUEST", "METHOD:CANCEL", "CONFIRMED", "CANCELLED")
	moved := strings.NewReplacer("20261103T", "20261104T")
	for name, c := range map[string]struct {
		later string
		rules []string
	}{
		"the same again":    {request, nil},
		"raised and moved":  {next.Replace(moved.Replace(request)), nil},
		"cancelled":         {next.Replace(cancel.Replace(request)), nil},
		"another event":     {strings.Replace(request, "UID:0", "UID:1", 1), nil},
		"moved only":        {moved.Replace(request), []string{"rule 17", "rule 20"}},
		"fell":              {strings.Replace(request, "SEQUENCE:1", "SEQUENCE:0", 1), []string{"rule 16"}},
		"cancelled too low": {cancel.Replace(request), []string{"rule 40", "rule 17", "rule 20"}},
		"cancelled moved":   {next.Replace(cancel.Replace(moved.Replace(request))), []string{"rule 41"}},
		"other organizer":   {strings.Replace(request, "cap@", "ipr@", 1), []string{"rule 26"}},
		"other attendee":    {strings.Replace(request, "D1%26", "D2", 1), []string{"rule 41"}},
	} {
		t.Run(name, func(t *testing.T) {
			found := Succession(crlf(request), crlf(c.later))
			if len(found) != len(c.rules) {
				t.Fatalf("found %q, want %q", found, c.rules)
			}
			for i, rule := range c.rules {
				if !strings.HasPrefix(found[i], rule) {
					t.Errorf("found %q, want %q", found[i], rule)
				}
			}
		})
	}
}

// TestLibical holds that the judge is no rubber stamp, and answers again after a refusal.
func TestLibical(t *testing.T) {
	if _, err := Libical(crlf(request)); errors.Is(err, ErrNoLibical) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	for name, ics := range map[string]string{
		"no organizer":        strings.Replace(request, "ORGANIZER;CN=CAP:mailto:cap@portal.example\n", "", 1),
		"attendee in publish": strings.Replace(request, "METHOD:REQUEST", "METHOD:PUBLISH", 1),
		"no summary":          strings.Replace(request, "SUMMARY;LANGUAGE=fr:Réunion\n", "", 1),
		"nonsense":            "nonsense",
		"nothing":             "",
	} {
		if verdict, err := Libical(crlf(ics)); err != nil || verdict == "" {
			t.Errorf("%s: verdict %q, error %v", name, verdict, err)
		}
		if verdict, err := Libical(crlf(request)); err != nil || verdict != "" {
			t.Errorf("after %s a good object: verdict %q, error %v", name, verdict, err)
		}
	}
	if verdict, err := Libical([]byte("\xff\xfe")); err != nil || verdict == "" {
		t.Errorf("no UTF-8: verdict %q, error %v", verdict, err)
	}
}
