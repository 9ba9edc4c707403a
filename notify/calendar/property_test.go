package calendar_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"pgregory.net/rapid"

	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
)

// anyText draws what people and attackers type: any runes, and pieces that mean
// something to a reader of lines.
func anyText() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.String(),
		rapid.StringN(60, 90, -1),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{
			"\r\n", "\r", "\n", "\x00", "\"", "\\", ";", ",", ":", "^n", "\t", "\\n", "\u0085", "\u2028", "\ufeff", "\u202e",
			"\r\nATTENDEE:mailto:evil@x.example", "\nEND:VEVENT\nBEGIN:VALARM", "\r\n X", "\";ROLE=CHAIR:", "mailto:a@b",
			"👩🏽‍⚖️", "مندوب", "한국어", "é", " ",
		}),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 12), func(s []string) string { return strings.Join(s, "") })
}

// anyEntry draws an entry that is right in all but its texts, which are anything.
func anyEntry(t *rapid.T) calendar.Entry {
	start := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "start"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
	return calendar.Entry{
		UID:         calendar.NewUID(func(p []byte) { copy(p, rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "uid")) }, "portal.example"),
		Sequence:    rapid.IntRange(1, 1<<30).Draw(t, "sequence"),
		Stamp:       time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "stamp"), 0),
		Start:       start,
		End:         start.Add(time.Duration(rapid.Int64Range(1, 1e6).Draw(t, "seconds")) * time.Second),
		Zone:        rapid.SampledFrom([]string{"Europe/Brussels", "America/Lima", "Pacific/Fiji", "Asia/Kolkata", "America/Santiago"}).Draw(t, "zone"),
		AllDay:      rapid.Bool().Draw(t, "all day"),
		Summary:     "x" + anyText().Draw(t, "summary"),
		Location:    anyText().Draw(t, "location"),
		Description: anyText().Draw(t, "description"),
		URL:         rapid.SampledFrom([]string{"", "https://portal.example/en/events/x?a=1;b=2,3"}).Draw(t, "url"),
		Organizer:   calendar.Address{Name: anyText().Draw(t, "organizer"), Email: "cap@portal.example"},
		Attendee:    calendar.Address{Name: anyText().Draw(t, "attendee"), Email: "delegate1.sn@customs-sn.example"},
		Language:    rapid.SampledFrom([]string{"", "en", "ar", "pt-BR"}).Draw(t, "language"),
		PartStat:    rapid.SampledFrom([]string{"", "accepted", "tentative", "declined"}).Draw(t, "partstat"),
	}
}

// words are a text without white space, control characters and byte order marks: what
// must arrive of it whatever happens to the rest.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufeff' || strings.ContainsRune(" \u00a0\u1680\u2028\u2029\u202f\u205f\u3000", r) ||
			r >= '\u2000' && r <= '\u200a' {
			return -1
		}
		return r
	}, s)
}

// name is words as a parameter can hold them.
func name(s, otherwise string) string {
	s = words(strings.NewReplacer(`"`, "'", `\`, "/", "^", " ").Replace(s))
	if s == "" {
		return otherwise
	}
	return s
}

// same judges an object of e by our reader, and reads it again with go-ical's.
func same(t rapid.TB, e calendar.Entry, ics []byte) {
	t.Helper()
	for _, p := range calendartest.Problems(ics) {
		t.Error(p)
	}
	cal, err := ical.NewDecoder(bytes.NewReader(ics)).Decode()
	if err != nil {
		t.Fatalf("go-ical: %v in\n%q", err, ics)
	}
	if len(cal.Children) != 1 {
		t.Fatalf("%d components in\n%q", len(cal.Children), ics)
	}
	props := cal.Children[0].Props
	for property, text := range map[string]string{"SUMMARY": e.Summary, "LOCATION": e.Location, "DESCRIPTION": e.Description} {
		got, err := props.Text(property)
		if err != nil || words(got) != words(text) {
			t.Errorf("%s says %q (%v), want the words of %q", property, got, err, text)
		}
	}
	if got := words(props.Get("ORGANIZER").Params.Get("CN")); got != name(e.Organizer.Name, e.Organizer.Email) {
		t.Errorf("ORGANIZER is called %q, want the words of %q", got, e.Organizer.Name)
	}
	if a := props.Get("ATTENDEE"); a != nil {
		if got := words(a.Params.Get("CN")); got != name(e.Attendee.Name, e.Attendee.Email) {
			t.Errorf("ATTENDEE is called %q, want the words of %q", got, e.Attendee.Name)
		}
	}
	if !e.AllDay {
		start, err := props.DateTime("DTSTART", nil)
		if err != nil || !start.Equal(e.Start.Truncate(time.Second)) {
			t.Errorf("DTSTART is %v (%v), want %v", start, err, e.Start)
		}
	}
}

// TestAnyTextRoundTrips writes entries of any text in every kind of object: each is
// flawless, and says what the entry said.
func TestAnyTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := anyEntry(r)
		for _, write := range []func(calendar.Entry) ([]byte, error){
			calendar.Invitation, calendar.Cancellation, calendar.Download,
			func(e calendar.Entry) ([]byte, error) { return calendar.Feed(e.Location, []calendar.Entry{e}) },
		} {
			ics, err := write(e)
			if err != nil {
				r.Fatal(err)
			}
			same(r, e, ics)
		}
	})
}

// TestFoldAnyText folds and unfolds any line.
func TestFoldAnyText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		line := strings.NewReplacer("\r", "", "\n", "").Replace(anyText().Draw(r, "line"))
		whole := []byte("X:" + line + "\r\nY:" + line + "\r\n")
		folded := calendar.Fold(whole)
		if got := calendar.Unfold(folded); !bytes.Equal(got, whole) {
			r.Fatalf("%q unfolds to %q", whole, got)
		}
		for _, l := range bytes.Split(folded, []byte("\r\n")) {
			if len(l) > 75 {
				r.Fatalf("%d octets in %q", len(l), l)
			}
		}
	})
}

// FuzzEntry looks for a text that makes an object flawed, or say something else.
func FuzzEntry(f *testing.F) {
	a := awkward()
	f.Add(a.Summary, a.Location, a.Description, a.Attendee.Name, a.Attendee.Email, a.UID, a.URL, a.Language, a.PartStat, int64(0), int64(3600), false)
	f.Add("x", "", "", "", "a+b%c@x.example", "a@b", "https://x.example/?q=1", "pt-BR", "", int64(-1), int64(1), true)
	f.Fuzz(func(t *testing.T, summary, location, description, who, email, uid, url, language, partStat string, start, seconds int64, allDay bool) {
		e := meeting()
		e.Summary, e.Location, e.Description, e.URL = summary, location, description, url
		e.UID, e.Language, e.PartStat, e.AllDay = uid, language, partStat, allDay
		e.Attendee = calendar.Address{Name: who, Email: email}
		e.Start = time.Unix(start, 0)
		e.End = e.Start.Add(time.Duration(seconds) * time.Second)
		for _, write := range []func(calendar.Entry) ([]byte, error){calendar.Invitation, calendar.Cancellation, calendar.Download} {
			if ics, err := write(e); err == nil {
				same(t, e, ics)
			}
		}
	})
}
