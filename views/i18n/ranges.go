package i18n

import (
	"strconv"
	"time"
)

// A dash between two numbers stands close, one between groups of words apart.
const (
	closeDash = "–"
	wideDash  = " – "
)

// DateRange writes the days from start to end in a zone: 3–4 November 2026,
// 30 November – 2 December 2026, or 3 November 2026 where it is one day. Where
// allDay is set, end is the midnight after the last day; an end at exactly
// midnight belongs to the day before in any case.
func (w *Words) DateRange(start, end time.Time, zone string, allDay bool) string {
	first, last := w.span(start, end, zone, allDay)
	switch {
	case sameDay(first, last):
		return w.day("date.plain", first)
	case sameMonth(first, last):
		return w.dayAs("date.plain", last, w.dayNumber(first)+closeDash+w.dayNumber(last))
	case first.Year() == last.Year():
		return w.day("date.plain_day_month", first) + wideDash + w.day("date.plain", last)
	default:
		return w.day("date.plain", first) + wideDash + w.day("date.plain", last)
	}
}

// LongDateRange is DateRange with the weekdays: Tuesday 3 – Wednesday 4 November
// 2026.
func (w *Words) LongDateRange(start, end time.Time, zone string, allDay bool) string {
	first, last := w.span(start, end, zone, allDay)
	switch {
	case sameDay(first, last):
		return w.day("date.full", first)
	case sameMonth(first, last):
		return w.day("date.weekday_day", first) + wideDash + w.day("date.full", last)
	case first.Year() == last.Year():
		return w.day("date.day_month", first) + wideDash + w.day("date.full", last)
	default:
		return w.day("date.full", first) + wideDash + w.day("date.full", last)
	}
}

// DayRange writes the days of the month alone, for the handle of a list: 24–27,
// 30–2, or 15.
func (w *Words) DayRange(start, end time.Time, zone string) string {
	first, last := w.span(start, end, zone, false)
	if sameDay(first, last) {
		return strconv.Itoa(first.Day())
	}
	return strconv.Itoa(first.Day()) + closeDash + strconv.Itoa(last.Day())
}

// WeekdayRange names the first and the last day of the week, short: Tue–Fri.
func (w *Words) WeekdayRange(start, end time.Time, zone string) string {
	first, last := w.span(start, end, zone, false)
	names := w.calendar.daysShort
	if sameDay(first, last) {
		return names[first.Weekday()]
	}
	return names[first.Weekday()] + closeDash + names[last.Weekday()]
}

// MonthRange names the months and the year, short: Nov 2026, Nov–Dec 2026, Dec
// 2026 – Jan 2027.
func (w *Words) MonthRange(start, end time.Time, zone string) string {
	first, last := w.span(start, end, zone, false)
	month := func(t time.Time) string { return w.calendar.monthsShort[t.Month()-1] }
	write := func(month string, t time.Time) string {
		return w.T("date.short_month_year", "month", month, "year", strconv.Itoa(t.Year()))
	}
	switch {
	case sameMonth(first, last):
		return write(month(first), first)
	case first.Year() == last.Year():
		return write(month(first)+closeDash+month(last), last)
	default:
		return write(month(first), first) + wideDash + write(month(last), last)
	}
}

// TimeRange writes the times of day from start to end: 09:30–17:30. It says
// nothing of the day.
func (w *Words) TimeRange(start, end time.Time, zone string) string {
	return w.T("time.range", "from", w.Time(start, zone), "to", w.Time(end, zone))
}

// DateTimeRange writes from when to when: Tuesday 3 November 2026, 09:30–17:30,
// or both days and times where it goes over midnight.
func (w *Words) DateTimeRange(start, end time.Time, zone string) string {
	first, last := w.span(start, end, zone, false)
	if sameDay(first, last) {
		return w.T("date.time", "date", w.Date(start, zone), "time", w.TimeRange(start, end, zone))
	}
	return w.DateTime(start, zone) + wideDash + w.DateTime(end, zone)
}

// span returns the first and the last day in their zone.
func (w *Words) span(start, end time.Time, zone string, allDay bool) (first, last time.Time) {
	first, last = w.in(start, zone), w.in(end, zone)
	midnight := last.Hour() == 0 && last.Minute() == 0 && last.Second() == 0 && last.Nanosecond() == 0
	if allDay || midnight {
		last = last.Add(-time.Nanosecond)
	}
	if last.Before(first) {
		last = first
	}
	return first, last
}

func sameDay(a, b time.Time) bool { return sameMonth(a, b) && a.Day() == b.Day() }

func sameMonth(a, b time.Time) bool { return a.Year() == b.Year() && a.Month() == b.Month() }
