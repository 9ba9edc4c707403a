package page

import (
	"strings"
	"time"

	"capportal/events"
	"capportal/views/i18n"
)

// When says when something takes place, by its own clock and by the reader's.
type When struct {
	Days  string // Tuesday 3 – Wednesday 4 November 2026
	Times string // 09:30–17:30; "" for whole days
	Zone  string // Brussels time (UTC+1); "" for whole days
	There string // the times where the reader is; "" where clocks show the same
}

// WhenOf says when something takes place: from start to end, read in an IANA zone. Reader is the zone
// of who reads, "" when it is unknown. Of whole days end is the midnight after the last.
func WhenOf(w *i18n.Words, start, end time.Time, zone string, allDay bool, reader string) When {
	n := When{Days: w.LongDateRange(start, end, zone, allDay)}
	if allDay {
		return n
	}
	n.Times, n.Zone = w.TimeRange(start, end, zone), w.Zone(zone, start)
	n.There = There(w, start, end, zone, reader)
	return n
}

// There says the same times where the reader is, with the day where that differs too; "" where the
// reader's clocks show the same, or are unknown.
func There(w *i18n.Words, start, end time.Time, zone, reader string) string {
	if reader == "" || reader == zone || sameClock(start, zone, reader) && sameClock(end, zone, reader) {
		return ""
	}
	here, there := location(zone), location(reader)
	day := func(t time.Time, l *time.Location) string { return t.In(l).Format(time.DateOnly) }
	times := w.DateTimeRange(start, end, reader)
	if day(start, here) == day(start, there) && day(end, here) == day(end, there) {
		times = w.TimeRange(start, end, reader)
	}
	return w.T("part.where_you_are", "times", times, "city", w.City(reader))
}

// sameClock tells whether two zones' clocks show the same at an instant.
func sameClock(t time.Time, zone, other string) bool {
	_, a := t.In(location(zone)).Zone()
	_, b := t.In(location(other)).Zone()
	return a == b
}

// PlaceOf says where an activity takes place: venue, city, country, and whether one can take part from
// afar. "" when nobody has said it yet.
func PlaceOf(w *i18n.Words, a *events.Activity) string {
	if a.Mode == events.Remote {
		return w.T("mode.remote")
	}
	town := townOf(w, a.Place)
	if a.Place.Venue != "" {
		town = joined(w, a.Place.Venue, town)
	}
	return orOnline(w, a.Mode, town)
}

// TownOf is PlaceOf without the venue, for lists: "Dakar, Senegal", "Brussels, Belgium and online".
func TownOf(w *i18n.Words, a *events.Activity) string {
	if a.Mode == events.Remote {
		return w.T("mode.remote")
	}
	return orOnline(w, a.Mode, townOf(w, a.Place))
}

func townOf(w *i18n.Words, p events.Place) string {
	switch {
	case p.City != "" && p.Country != "":
		return w.T("part.place", "city", p.City, "country", w.Country(p.Country))
	case p.Country != "":
		return w.Country(p.Country)
	}
	return w.Isolate(p.City)
}

// joined puts two parts of a place behind each other as the language does.
func joined(w *i18n.Words, first, rest string) string {
	if rest == "" {
		return w.Isolate(first)
	}
	return w.T("part.place", "city", first, "country", rest)
}

func orOnline(w *i18n.Words, mode events.Mode, town string) string {
	if mode != events.Hybrid {
		return town
	}
	if town == "" {
		return w.T("mode.hybrid")
	}
	return w.T("part.and_online", "place", town)
}

// LanguagesOf says the working languages and the interpretation of an activity: "English, French;
// interpretation: Spanish". "" when nobody has said them yet.
func LanguagesOf(w *i18n.Words, a *events.Activity) string {
	names := func(tags []string) string {
		list := make([]string, len(tags))
		for i, tag := range tags {
			list[i] = w.LanguageName(tag)
		}
		return w.List(list)
	}
	spoken := w.Capital(names(a.Languages))
	switch {
	case len(a.Interpretation) == 0:
		return spoken
	case spoken == "":
		return w.T("activity.interpretation_alone", "languages", names(a.Interpretation))
	}
	return w.T("activity.interpretation", "spoken", spoken, "interpreted", names(a.Interpretation))
}

// RegionsOf names the regions an activity is for; "" when it is for none in particular.
func RegionsOf(w *i18n.Words, a *events.Activity) string {
	names := make([]string, len(a.Regions))
	for i, code := range a.Regions {
		names[i] = w.RegionShort(code)
	}
	return strings.TrimSpace(w.List(names))
}
