package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/notify/calendar"
)

func TestRule40_CancelIsCancelled(t *testing.T) {
	ics := must(t)(calendar.Cancellation(meeting()))
	want(t, ics, "METHOD", "METHOD:CANCEL")
	want(t, ics, "STATUS", "STATUS:CANCELLED")
	want(t, ics, "SEQUENCE", "SEQUENCE:2")
	e := meeting()
	e.Sequence = 0
	if _, err := calendar.Cancellation(e); err == nil {
		t.Error("a CANCEL is written whose SEQUENCE cannot be above that of a REQUEST")
	}
	e = meeting()
	e.Cancelled = true
	if _, err := calendar.Invitation(e); err == nil {
		t.Error("a REQUEST is written for a cancelled entry")
	}
	if must(t)(calendar.Cancellation(e)) != ics {
		t.Error("the mark of feeds changes a CANCEL")
	}
}

func TestRule41_CancelRepeatsTheRequest(t *testing.T) {
	never(t, "RECURRENCE-ID")
	for name, e := range map[string]calendar.Entry{"timed": meeting(), "all day": cohort()} {
		t.Run(name, func(t *testing.T) {
			request, cancel := must(t)(calendar.Invitation(e)), must(t)(calendar.Cancellation(e))
			for _, name := range strings.Fields("UID ORGANIZER ATTENDEE DTSTART DTEND SUMMARY LOCATION") {
				if got := named(cancel, name); len(got) != 1 || !slices.Equal(got, named(request, name)) {
					t.Errorf("%s is %q, in the REQUEST %q", name, got, named(request, name))
				}
			}
		})
	}
}

// feed is a feed of a meeting and a cancelled cohort.
func feed(t *testing.T) string {
	t.Helper()
	gone := cohort()
	gone.Cancelled = true
	return must(t)(calendar.Feed("WCO CAP activities", []calendar.Entry{meeting(), gone}))
}

func TestRule55_FeedPublishesWithoutAttendees(t *testing.T) {
	ics := feed(t)
	want(t, ics, "METHOD", "METHOD:PUBLISH")
	want(t, ics, "ATTENDEE")
	for _, name := range strings.Fields("ORGANIZER UID DTSTAMP SEQUENCE LAST-MODIFIED SUMMARY DTSTART") {
		if got := named(ics, name); len(got) != 2 {
			t.Errorf("two events have %d %s", len(got), name)
		}
	}
	if strings.Contains(ics, "delegate1.sn") || strings.Contains(ics, "Delegate 1") {
		t.Error("the feed names a delegate")
	}
	if _, err := calendar.Feed("CAP", []calendar.Entry{meeting(), meeting()}); err == nil {
		t.Error("a feed writes one UID twice")
	}
}

func TestRule56_RefreshHints(t *testing.T) {
	want(t, feed(t), "REFRESH-INTERVAL", "REFRESH-INTERVAL;VALUE=DURATION:PT6H")
	want(t, feed(t), "X-PUBLISHED-TTL", "X-PUBLISHED-TTL:PT6H")
	for _, ics := range []string{must(t)(calendar.Invitation(meeting())), must(t)(calendar.Download(meeting()))} {
		want(t, ics, "REFRESH-INTERVAL")
		want(t, ics, "X-PUBLISHED-TTL")
	}
}

func TestRule57_NamesOfAFeed(t *testing.T) {
	want(t, feed(t), "NAME", "NAME:WCO CAP activities")
	want(t, feed(t), "X-WR-CALNAME", "X-WR-CALNAME:WCO CAP activities")
	ics := must(t)(calendar.Feed("أنشطة, 2026\r\nX-EVIL:1", nil))
	want(t, ics, "X-WR-CALNAME", `X-WR-CALNAME:أنشطة\, 2026 X-EVIL:1`)
	want(t, must(t)(calendar.Feed(" ", nil)), "NAME")
}

func TestRule58_AChangeShows(t *testing.T) {
	e := meeting()
	e.Modified = time.Date(2026, 10, 6, 7, 8, 9, 0, time.UTC)
	before := must(t)(calendar.Feed("CAP", []calendar.Entry{e}))
	want(t, before, "LAST-MODIFIED", "LAST-MODIFIED:20261006T070809Z")
	e.Location = "Room 2"
	e.Sequence++
	e.Stamp, e.Modified = e.Stamp.Add(time.Hour), e.Modified.Add(time.Hour)
	after := must(t)(calendar.Feed("CAP", []calendar.Entry{e}))
	for _, name := range []string{"SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "LOCATION"} {
		if slices.Equal(named(before, name), named(after, name)) {
			t.Errorf("%s stays", name)
		}
	}
	want(t, must(t)(calendar.Download(meeting())), "LAST-MODIFIED", "LAST-MODIFIED:20261005T093015Z")
}

func TestRule59_CancelledStaysAWhile(t *testing.T) {
	want(t, feed(t), "STATUS", "STATUS:CONFIRMED", "STATUS:CANCELLED")
	want(t, feed(t), "TRANSP", "TRANSP:OPAQUE", "TRANSP:TRANSPARENT")
	e := meeting()
	if !e.InFeed(e.End.AddDate(10, 0, 0)) {
		t.Error("what took place leaves the feed")
	}
	e.Cancelled = true
	for after, stays := range map[time.Duration]bool{
		-time.Hour: true, 21 * 24 * time.Hour: true, 42*24*time.Hour - time.Second: true, 42 * 24 * time.Hour: false,
	} {
		if e.InFeed(e.End.Add(after)) != stays {
			t.Errorf("cancelled, %v after its end: in the feed is %v", after, !stays)
		}
	}
}

func TestRule60_EmptyFeed(t *testing.T) {
	ics := must(t)(calendar.Feed("CAP", nil))
	if !strings.HasPrefix(ics, "BEGIN:VCALENDAR\r\n") || strings.Contains(ics, "BEGIN:VEVENT") {
		t.Errorf("the empty feed is %q", ics)
	}
	long := must(t)(calendar.Feed(strings.Repeat("nom très long ", 20), nil))
	for _, l := range strings.Split(long, "\r\n") {
		if len(l) > 75 {
			t.Errorf("a line of the empty feed has %d octets", len(l))
		}
	}
}

func TestRule62_DownloadInvitesNobody(t *testing.T) {
	ics := must(t)(calendar.Download(meeting()))
	want(t, ics, "METHOD", "METHOD:PUBLISH")
	want(t, ics, "ATTENDEE")
	if strings.Contains(ics, "delegate1.sn") {
		t.Error("the download names a delegate")
	}
	e := meeting()
	e.Attendee = calendar.Address{}
	if must(t)(calendar.Download(e)) != ics {
		t.Error("an attendee changes the download")
	}
}
