package calendar_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
)

// The tests named TestRuleNN hold the rules that an object shows by itself, one each. They
// read the bytes on their own; calendartest judges the same objects a second time. Rules
// about the mail around an object are held by notify/mail, rules about what is sent
// when by registrations.

// awkward is an entry whose every text tries to break out of its property.
func awkward() calendar.Entry {
	e := meeting()
	e.Summary = "Réunion; \"salle\", C:\\CAP\r\nATTENDEE:mailto:evil@x.example\x00\ufeff " + strings.Repeat("مكافحة التقليد والقرصنة ", 20)
	e.Location = "Room 1\r\nBEGIN:VALARM\rEND:VALARM\u2028" + strings.Repeat("𝔏", 60)
	e.Description = "\n one\r\n two\rthree\n\n\x0b\x7f\u0085four\tfive" + strings.Repeat("é", 300)
	e.Attendee.Name = "x\r\nATTENDEE:mailto:evil@x.example\";ROLE=CHAIR:mailto:evil@x.example, ^n\\ "
	e.Organizer.Name = "WCO: CAP, \"Secretariat\"; \x1b[31m" + strings.Repeat("ü", 200)
	return e
}

// objects are one of each kind, made of awkward entries.
func objects(t *testing.T) map[string]string {
	t.Helper()
	allDay := awkward()
	allDay.UID = cohort().UID
	allDay.AllDay, allDay.Start, allDay.End, allDay.Zone = true, cohort().Start, cohort().End, cohort().Zone
	gone := allDay
	gone.Cancelled = true
	feed := func() ([]byte, error) {
		return calendar.Feed("CAP; \r\nX-EVIL:1, \"all\"", []calendar.Entry{awkward(), gone})
	}
	return map[string]string{
		"request":          must(t)(calendar.Invitation(awkward())),
		"request, all day": must(t)(calendar.Invitation(allDay)),
		"cancel":           must(t)(calendar.Cancellation(awkward())),
		"cancel, all day":  must(t)(calendar.Cancellation(allDay)),
		"download":         must(t)(calendar.Download(awkward())),
		"feed":             must(t)(feed()),
		"empty feed":       must(t)(calendar.Feed("CAP", nil)),
	}
}

// each runs f on every kind of object.
func each(t *testing.T, f func(t *testing.T, ics string)) {
	t.Helper()
	for name, ics := range objects(t) {
		t.Run(name, func(t *testing.T) { f(t, ics) })
	}
}

// must ends the test when an object could not be made.
func must(t *testing.T) func([]byte, error) string {
	t.Helper()
	return func(ics []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(ics)
	}
}

// lines are the unfolded lines.
func lines(ics string) []string {
	return strings.Split(strings.TrimSuffix(string(calendar.Unfold([]byte(ics))), "\r\n"), "\r\n")
}

// named are the lines of a property, without the line end.
func named(ics, name string) []string {
	var found []string
	for _, l := range lines(ics) {
		if strings.HasPrefix(l, name+":") || strings.HasPrefix(l, name+";") {
			found = append(found, l)
		}
	}
	return found
}

// want compares the lines of a property.
func want(t *testing.T, ics, name string, whole ...string) {
	t.Helper()
	if got := named(ics, name); !slices.Equal(got, whole) {
		t.Errorf("%s is written\n%q, want\n%q", name, got, whole)
	}
}

// never asserts that no line begins with one of the names and no parameter has it.
func never(t *testing.T, names ...string) {
	t.Helper()
	each(t, func(t *testing.T, ics string) {
		for _, l := range lines(ics) {
			head, _, _ := strings.Cut(l, ":")
			for _, name := range names {
				if head == name || strings.HasPrefix(head, name+";") || strings.Contains(head, ";"+name+"=") ||
					l == "BEGIN:"+name {
					t.Errorf("%s is written: %s", name, l)
				}
			}
		}
	})
}

func TestRule01_CRLF(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		if !strings.HasSuffix(ics, "END:VCALENDAR\r\n") {
			t.Error("the object does not end with CRLF")
		}
		if strings.ContainsAny(strings.ReplaceAll(ics, "\r\n", ""), "\r\n") {
			t.Error("a CR or LF stands alone")
		}
	})
}

func TestRule02_LinesFoldAt75Octets(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		for i, l := range strings.Split(ics, "\r\n") {
			if len(l) > 75 {
				t.Errorf("line %d has %d octets", i+1, len(l))
			}
			if !utf8.ValidString(l) {
				t.Errorf("line %d is cut inside a character: %q", i+1, l)
			}
			if strings.HasPrefix(l, "\t") {
				t.Errorf("line %d continues with a tab", i+1)
			}
		}
	})
	for n := range 200 {
		for _, c := range []string{"a", "é", "م", "𝔏", " ", "\t"} {
			line := []byte("SUMMARY:" + strings.Repeat("x", n%7) + strings.Repeat(c, n) + "\r\nEND:VEVENT\r\n")
			if got := calendar.Unfold(calendar.Fold(line)); !bytes.Equal(got, line) {
				t.Fatalf("%d of %q unfold to %q", n, c, got)
			}
		}
	}
}

func TestRule03_ValidUTF8WithoutControls(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		if !utf8.ValidString(ics) || strings.ContainsRune(ics, '\ufeff') {
			t.Error("the object is no UTF-8 without byte order mark")
		}
		for _, r := range strings.ReplaceAll(ics, "\r\n", "") {
			if unicode.IsControl(r) && r != '\t' || r == '\u2028' || r == '\u2029' {
				t.Errorf("%U is written", r)
			}
		}
	})
	e := meeting()
	e.Summary = "a\xffb"
	want(t, must(t)(calendar.Invitation(e)), "SUMMARY", "SUMMARY;LANGUAGE=fr:a\ufffdb")
}

func TestRule04_TextIsEscaped(t *testing.T) {
	e := meeting()
	e.Language = ""
	e.Summary, e.Location = `a;b,c\d"e:f`, "g\r\nh"
	e.Description = "one\r\ntwo\rthree\nfour\\n;,"
	ics := must(t)(calendar.Invitation(e))
	want(t, ics, "SUMMARY", `SUMMARY:a\;b\,c\\d"e:f`)
	want(t, ics, "LOCATION", `LOCATION:g h`)
	want(t, ics, "DESCRIPTION", `DESCRIPTION:one\ntwo\nthree\nfour\\n\;\,`)
}

func TestRule05_ParametersCannotInject(t *testing.T) {
	for name, cn := range map[string]string{
		"x\r\nATTENDEE:mailto:evil@x":   `"x ATTENDEE:mailto:evil@x"`,
		`a";ROLE=CHAIR:mailto:evil@x`:   `"a';ROLE=CHAIR:mailto:evil@x"`,
		"Delegate, 1; Senegal: Dakar":   `"Delegate, 1; Senegal: Dakar"`,
		"Delegate 1\x00\x1f\x7f\u009b":  "Delegate 1",
		"Delegate ^n 1 \\":              "Delegate n 1 /",
		"مندوب 1 (الأردن)":              "مندوب 1 (الأردن)",
		" \t\r\n":                       "delegate1.sn@customs-sn.example",
		"":                              "delegate1.sn@customs-sn.example",
		"Delegate\u20281\u2029 \ufeff2": "Delegate 1 2",
	} {
		e := meeting()
		e.Attendee.Name = name
		want(t, must(t)(calendar.Invitation(e)), "ATTENDEE", "ATTENDEE;CN="+cn+
			";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:delegate1.sn@customs-sn.example")
	}
	each(t, func(t *testing.T, ics string) {
		for _, l := range lines(ics) {
			head := regexp.MustCompile(`^[^:"]*("[^"]*"[^:"]*)*`).FindString(l)
			if strings.Count(head, `"`)%2 != 0 || len(named(ics, "ATTENDEE")) > 1 {
				t.Errorf("a parameter breaks out: %s", l)
			}
		}
	})
}

func TestRule06_NamesAreConstants(t *testing.T) {
	known := strings.Fields("BEGIN END VERSION PRODID CALSCALE METHOD NAME X-WR-CALNAME REFRESH-INTERVAL " +
		"X-PUBLISHED-TTL UID SEQUENCE DTSTAMP LAST-MODIFIED DTSTART DTEND SUMMARY LOCATION DESCRIPTION URL " +
		"ORGANIZER ATTENDEE STATUS TRANSP X-MICROSOFT-DISALLOW-COUNTER")
	each(t, func(t *testing.T, ics string) {
		for _, l := range lines(ics) {
			if name := l[:strings.IndexAny(l, ";:")]; !slices.Contains(known, name) {
				t.Errorf("%q is no name of ours", name)
			}
		}
	})
	for _, uid := range []string{"", "x", "a b@c", "a\r\nb@c", "a;b@c", "é@c", "a@", strings.Repeat("a", 300) + "@c"} {
		e := meeting()
		e.UID = uid
		if _, err := calendar.Invitation(e); err == nil {
			t.Errorf("the UID %q is written", uid)
		}
	}
	e := meeting()
	e.Language = "fr:x\r\nX-EVIL"
	if _, err := calendar.Download(e); err == nil {
		t.Error("a language of user text is written")
	}
}

func TestRule07_OnlyFoldsBeginWithASpace(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		for _, l := range lines(ics) {
			if l == "" || l[0] == ' ' || l[0] == '\t' {
				t.Errorf("an unfolded line begins with white space: %q", l)
			}
		}
		// A line is folded only when it is full: whatever else begins with a space is not of a fold's making.
		physical := strings.Split(ics, "\r\n")
		for i, l := range physical {
			if i > 0 && strings.HasPrefix(l, " ") && len(physical[i-1]) < 75-utf8.UTFMax+1 {
				t.Errorf("line %d begins with a space after %d octets: %q", i+1, len(physical[i-1]), l)
			}
		}
	})
}

func TestRule08_SameInputSameBytes(t *testing.T) {
	first := objects(t)
	for range 20 {
		for name, ics := range objects(t) {
			if ics != first[name] {
				t.Fatalf("%s changed", name)
			}
		}
	}
}

func TestRule09_VersionProductMethod(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		want(t, ics, "VERSION", "VERSION:2.0")
		want(t, ics, "PRODID", "PRODID:-//capportal//capportal calendar//EN")
		want(t, ics, "CALSCALE", "CALSCALE:GREGORIAN")
		if len(named(ics, "METHOD")) != 1 {
			t.Errorf("%d METHOD", len(named(ics, "METHOD")))
		}
	})
	want(t, must(t)(calendar.Invitation(meeting())), "METHOD", "METHOD:REQUEST")
	want(t, must(t)(calendar.Cancellation(meeting())), "METHOD", "METHOD:CANCEL")
	want(t, must(t)(calendar.Download(meeting())), "METHOD", "METHOD:PUBLISH")
}

func TestRule11_OneUIDPerObject(t *testing.T) {
	for name, ics := range objects(t) {
		if n := len(named(ics, "UID")); !strings.Contains(name, "feed") && n != 1 {
			t.Errorf("%s has %d UID", name, n)
		}
	}
}

func TestRule12_Libical(t *testing.T) {
	each(t, func(t *testing.T, ics string) {
		calendartest.Check(t, []byte(ics))
		calendartest.Judge(t, []byte(ics)) // skips where libical is missing
	})
}
