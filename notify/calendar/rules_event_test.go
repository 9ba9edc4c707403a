package calendar_test

import (
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/notify/calendar"
)

// refused asserts that a changed meeting cannot be written by any of the functions.
func refused(t *testing.T, why string, change func(e *calendar.Entry)) {
	t.Helper()
	e := meeting()
	change(&e)
	for name, write := range map[string]func(calendar.Entry) ([]byte, error){
		"Invitation": calendar.Invitation, "Cancellation": calendar.Cancellation, "Download": calendar.Download,
		"Feed": func(e calendar.Entry) ([]byte, error) { return calendar.Feed("CAP", []calendar.Entry{e}) },
	} {
		if ics, err := write(e); err == nil || ics != nil {
			t.Errorf("%s writes %s", name, why)
		}
	}
}

func TestRule13_RequestIsComplete(t *testing.T) {
	ics := must(t)(calendar.Invitation(meeting()))
	for _, name := range strings.Fields("UID DTSTAMP DTSTART DTEND ORGANIZER SUMMARY ATTENDEE SEQUENCE") {
		if got := named(ics, name); len(got) != 1 || strings.HasSuffix(got[0], ":") {
			t.Errorf("%s is written %q", name, got)
		}
	}
	refused(t, "an empty summary", func(e *calendar.Entry) { e.Summary = " \r\n\x00\ufeff" })
	refused(t, "no organizer", func(e *calendar.Entry) { e.Organizer = calendar.Address{} })
	refused(t, "no DTSTAMP", func(e *calendar.Entry) { e.Stamp = time.Time{} })
}

func TestRule14_UIDIsUnguessable(t *testing.T) {
	random := func(p []byte) { _, _ = rand.Read(p) }
	seen := map[string]bool{}
	form := regexp.MustCompile(`^[0-9a-f]{32,}@portal\.example$`) // 4 bits a digit
	for range 1000 {
		uid := calendar.NewUID(random, "Portal.Example:8080")
		if !form.MatchString(uid) || seen[uid] {
			t.Fatalf("UID %q has under 128 random bits, or came twice", uid)
		}
		seen[uid] = true
	}
	for domain, at := range map[string]string{
		"": "portal.invalid", "x\r\ny z": "xyz", "..": "portal.invalid", "127.0.0.1:80": "127.0.0.1",
		strings.Repeat("a", 400): strings.Repeat("a", 120),
	} {
		uid := calendar.NewUID(random, domain)
		if !strings.HasSuffix(uid, "@"+at) {
			t.Errorf("domain %q gives %q", domain, uid)
		}
		e := meeting()
		e.UID = uid
		want(t, must(t)(calendar.Invitation(e)), "UID", "UID:"+uid)
	}
}

func TestRule15_UIDIsOneInEveryObject(t *testing.T) {
	for name, ics := range map[string]string{
		"request":  must(t)(calendar.Invitation(meeting())),
		"cancel":   must(t)(calendar.Cancellation(meeting())),
		"download": must(t)(calendar.Download(meeting())),
		"feed":     must(t)(calendar.Feed("CAP", []calendar.Entry{meeting()})),
	} {
		t.Run(name, func(t *testing.T) { want(t, ics, "UID", "UID:"+meeting().UID) })
	}
}

func TestRule16_SequenceIsAlwaysWritten(t *testing.T) {
	e := meeting()
	for n, written := range map[int]string{0: "SEQUENCE:0", 1: "SEQUENCE:1", 41: "SEQUENCE:41"} {
		e.Sequence = n
		want(t, must(t)(calendar.Invitation(e)), "SEQUENCE", written)
		want(t, must(t)(calendar.Download(e)), "SEQUENCE", written)
	}
	refused(t, "a negative SEQUENCE", func(e *calendar.Entry) { e.Sequence = -1 })
	refused(t, "a SEQUENCE over 31 bits", func(e *calendar.Entry) { e.Sequence = 1 << 31 })
}

func TestRule20_StampIsUTCInWholeSeconds(t *testing.T) {
	e := meeting()
	e.Stamp = time.Date(2026, 10, 5, 11, 30, 15, 999_999_999, time.FixedZone("CEST", 7200))
	want(t, must(t)(calendar.Invitation(e)), "DTSTAMP", "DTSTAMP:20261005T093015Z")
	before := must(t)(calendar.Invitation(e))
	e.Stamp = e.Stamp.Add(time.Second)
	if must(t)(calendar.Invitation(e)) == before {
		t.Error("one second later is the same DTSTAMP")
	}
}

func TestRule21_AddressesAreBareMailto(t *testing.T) {
	ics := must(t)(calendar.Invitation(meeting()))
	want(t, ics, "ORGANIZER", "ORGANIZER;CN=WCO CAP Secretariat:mailto:cap@portal.example")
	for address, uri := range map[string]string{
		"Delegate1.SN@Customs-SN.example": "mailto:Delegate1.SN@Customs-SN.example",
		"a+b'c_d@x.example":               "mailto:a+b'c_d@x.example",
		"a&b=c%d/e?f#g@x.example":         "mailto:a%26b%3Dc%25d%2Fe%3Ff%23g@x.example",
	} {
		e := meeting()
		e.Attendee.Email = address
		got := named(must(t)(calendar.Invitation(e)), "ATTENDEE")
		if len(got) != 1 || !strings.HasSuffix(got[0], ":"+uri) {
			t.Errorf("%s is written %q", address, got)
		}
	}
	for _, address := range []string{
		"", "x", "@x.example", "a@", "Name <a@x.example>", "mailto:a@x.example", " a@x.example", "a@x.example\r\nX:1",
		`"a b"@x.example`, "a b@x.example", "délégué@x.example", "a@é.example", "a@[127.0.0.1]", "a@@x", "a;b@x.example",
		"a,b@x.example", ".a@x.example", "a..b@x.example", "a@-x.example", "a@x..example", strings.Repeat("a", 250) + "@x.example",
	} {
		refused(t, "the organizer "+address, func(e *calendar.Entry) { e.Organizer.Email = address })
		e := meeting()
		e.Attendee.Email = address
		if _, err := calendar.Invitation(e); err == nil {
			t.Errorf("the attendee %q is written", address)
		}
	}
}

func TestRule22_OneAttendee(t *testing.T) {
	for name, ics := range objects(t) {
		attendees := 1
		if strings.Contains(name, "feed") || name == "download" {
			attendees = 0
		}
		if got := named(ics, "ATTENDEE"); len(got) != attendees {
			t.Errorf("%s has the attendees %q", name, got)
		}
	}
}

func TestRule24_AttendeeParameters(t *testing.T) {
	for stored, written := range map[string]string{
		"": "NEEDS-ACTION", "none": "NEEDS-ACTION", "needs_action": "NEEDS-ACTION",
		"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED",
	} {
		e := meeting()
		e.PartStat = stored
		for _, write := range []func(calendar.Entry) ([]byte, error){calendar.Invitation, calendar.Cancellation} {
			want(t, must(t)(write(e)), "ATTENDEE", "ATTENDEE;CN=Delegate 1 (Senegal);CUTYPE=INDIVIDUAL;PARTSTAT="+written+
				";ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:delegate1.sn@customs-sn.example")
		}
	}
	e := meeting()
	e.PartStat = "DELEGATED"
	if _, err := calendar.Invitation(e); err == nil {
		t.Error("an answer that nobody stores is written")
	}
}

func TestRule25_OrganizerIsNotTheAttendee(t *testing.T) {
	e := meeting()
	e.Attendee.Email = strings.ToUpper(e.Organizer.Email)
	if _, err := calendar.Invitation(e); err == nil {
		t.Error("the organizer invites itself")
	}
}

func TestRule27_NoSentBy(t *testing.T) { never(t, "SENT-BY") }

func TestRule28_EndAfterStart(t *testing.T) {
	never(t, "DURATION")
	refused(t, "an end at its start", func(e *calendar.Entry) { e.End = e.Start })
	refused(t, "an end within the second of its start", func(e *calendar.Entry) { e.End = e.Start.Add(time.Millisecond) })
	refused(t, "an end before its start", func(e *calendar.Entry) { e.End = e.Start.Add(-time.Hour) })
	refused(t, "an all-day end at its start", func(e *calendar.Entry) { e.AllDay, e.End = true, e.Start })
	refused(t, "no end", func(e *calendar.Entry) { e.End = time.Time{} })
	refused(t, "a year of five digits", func(e *calendar.Entry) { e.End = e.End.AddDate(9000, 0, 0) })
}

func TestRule29_TimedEventsAreUTC(t *testing.T) {
	never(t, "TZID")
	for zone, at := range map[string]time.Time{
		"Europe/Brussels": time.Date(2026, 11, 3, 9, 30, 0, 0, time.FixedZone("", 3600)),
		"America/Lima":    time.Date(2026, 11, 3, 3, 30, 0, 0, time.FixedZone("CET", -5*3600)),
		"":                time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC).In(time.Local),
	} {
		e := meeting()
		e.Zone, e.Start = zone, at
		want(t, must(t)(calendar.Invitation(e)), "DTSTART", "DTSTART:20261103T083000Z")
		want(t, must(t)(calendar.Invitation(e)), "DTEND", "DTEND:20261104T163000Z")
	}
}

func TestRule30_NoZoneWithoutItsDefinition(t *testing.T) { never(t, "TZID", "VTIMEZONE") }
func TestRule31_NoPrivateZone(t *testing.T)              { never(t, "TZID", "X-WR-TIMEZONE", "X-LIC-LOCATION") }
func TestRule32_NoZoneRules(t *testing.T)                { never(t, "VTIMEZONE", "STANDARD", "DAYLIGHT", "RRULE") }
func TestRule33_NoObservances(t *testing.T)              { never(t, "TZOFFSETFROM", "TZOFFSETTO", "STANDARD") }

func TestRule34_AllDayDates(t *testing.T) {
	never(t, "X-MICROSOFT-CDO-ALLDAYEVENT")
	want(t, must(t)(calendar.Invitation(cohort())), "DTSTART", "DTSTART;VALUE=DATE:20260914")
	want(t, must(t)(calendar.Invitation(cohort())), "DTEND", "DTEND;VALUE=DATE:20260926")

	in := func(zone string) *time.Location {
		l, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	lima, santiago := in("America/Lima"), in("America/Santiago")
	for name, c := range map[string]struct {
		zone         string
		start, end   time.Time
		first, after string
	}{
		"instants of another zone": {"America/Lima", time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC), time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC), "20260302", "20260304"},
		"an end within a day":      {"America/Lima", time.Date(2026, 3, 2, 9, 0, 0, 0, lima), time.Date(2026, 3, 2, 17, 0, 0, 0, lima), "20260302", "20260303"},
		"over the end of a year":   {"America/Lima", time.Date(2026, 12, 31, 0, 0, 0, 0, lima), time.Date(2027, 1, 1, 0, 0, 0, 0, lima), "20261231", "20270101"},
		// Clocks jump from 24:00 of 7 September 2024 to 01:00, so that 00:00 of the 8th is missing.
		"a missing midnight at the start": {"America/Santiago", time.Date(2024, 9, 8, 0, 0, 0, 0, santiago), time.Date(2024, 9, 9, 0, 0, 0, 0, santiago), "20240908", "20240909"},
		"a missing midnight at the end":   {"America/Santiago", time.Date(2024, 9, 7, 0, 0, 0, 0, santiago), time.Date(2024, 9, 8, 0, 0, 0, 0, santiago), "20240907", "20240908"},
		"the first instant after it":      {"America/Santiago", time.Date(2024, 9, 7, 0, 0, 0, 0, santiago), time.Date(2024, 9, 8, 1, 0, 0, 0, santiago), "20240907", "20240908"},
	} {
		t.Run(name, func(t *testing.T) {
			e := cohort()
			e.Zone, e.Start, e.End = c.zone, c.start, c.end
			ics := must(t)(calendar.Download(e))
			want(t, ics, "DTSTART", "DTSTART;VALUE=DATE:"+c.first)
			want(t, ics, "DTEND", "DTEND;VALUE=DATE:"+c.after)
		})
	}
	for _, zone := range []string{"", "Local", "Mars/Olympus", "W. Europe Standard Time", "../etc/passwd"} {
		refused(t, "an all-day entry in zone "+zone, func(e *calendar.Entry) { e.AllDay, e.Zone = true, zone })
	}
}

func TestRule35_NoRecurrence(t *testing.T) { never(t, "RDATE", "RRULE", "EXDATE", "EXRULE") }

func TestRule36_StatusAndTransparency(t *testing.T) {
	for name, ics := range map[string]string{
		"request":  must(t)(calendar.Invitation(meeting())),
		"download": must(t)(calendar.Download(meeting())),
	} {
		t.Run(name, func(t *testing.T) {
			want(t, ics, "STATUS", "STATUS:CONFIRMED")
			want(t, ics, "TRANSP", "TRANSP:OPAQUE")
		})
	}
}

func TestRule37_NoCounterProposals(t *testing.T) {
	want(t, must(t)(calendar.Invitation(meeting())), "X-MICROSOFT-DISALLOW-COUNTER", "X-MICROSOFT-DISALLOW-COUNTER:TRUE")
}

func TestRule38_NoAlarm(t *testing.T) { never(t, "VALARM", "TRIGGER", "ACTION") }

func TestRule39_DescriptionIsPlainAndNothingIsAdded(t *testing.T) {
	never(t, "ALTREP", "X-ALT-DESC", "FMTTYPE", "ATTACH", "COMMENT", "CONTACT")
	e := meeting()
	e.Language, e.Description = "", "<b>As written</b>"
	want(t, must(t)(calendar.Invitation(e)), "DESCRIPTION", "DESCRIPTION:<b>As written</b>")
	e.Description = ""
	want(t, must(t)(calendar.Invitation(e)), "DESCRIPTION")
	for _, address := range []string{"javascript:alert(1)", "/events/x", "http://", "https://a@x.example/", "https://x.example/\r\nX:1",
		"https://x.example/é", "https://x.example/a b", "mailto:a@x.example"} {
		refused(t, "the URL "+address, func(e *calendar.Entry) { e.URL = address })
	}
}
