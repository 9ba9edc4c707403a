package calendar

import (
	"fmt"
	"time"
)

// days are the first day of an all-day entry and the day after its last, as DATE
// values. The last day is the one in which the entry's last instant lies, so that an End
// within a day counts that day, and none is lost.
func (e Entry) days() (first, after string, err error) {
	if e.Zone == "" || e.Zone == "Local" {
		return "", "", fmt.Errorf("zone %q is no IANA zone", e.Zone)
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return "", "", fmt.Errorf("zone: %w", err)
	}
	y, m, d := e.End.Truncate(time.Second).Add(-1).In(zone).Date()
	end := time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	return firstDay(e.Start.Truncate(time.Second), zone).Format("20060102"), end.Format("20060102"), nil
}

// firstDay is the date on which t lies in zone, as 00:00 UTC. Where a clock change
// swallows midnight (Santiago, Asunción), time.Date answers the missing 00:00 with 23:00
// of the day before; that instant still means the day it was asked for.
func firstDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	if time.Date(y, m, d+1, 0, 0, 0, 0, zone).Equal(t) {
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// utc is a DATE-TIME in UTC (RFC 5545 3.3.5, form 2).
func utc(t time.Time) string {
	return t.UTC().Format("20060102T150405Z")
}
