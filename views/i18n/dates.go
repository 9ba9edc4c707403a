package i18n

import (
	"fmt"
	"strconv"
	"time"
)

// calendar is a language's names of months and days, from the area "dates".
type calendar struct {
	months      [12]string // as a heading names them: Ноябрь
	monthsOf    [12]string // as a date does: 3 ноября
	monthsShort [12]string
	days        [7]string // Sunday first, as time.Weekday counts
	daysShort   [7]string
}

func (c *calendar) prepare(w *Words) error {
	tables := []struct {
		prefix string
		names  []string
		first  int
	}{
		{"month.", c.months[:], 1}, {"month.of.", c.monthsOf[:], 1}, {"month.short.", c.monthsShort[:], 1},
		{"weekday.", c.days[:], 0}, {"weekday.short.", c.daysShort[:], 0},
	}
	for _, t := range tables {
		for i := range t.names {
			key := t.prefix + strconv.Itoa(i+t.first)
			if !w.Has(key) {
				return fmt.Errorf("key %q is missing", key)
			}
			t.names[i] = w.T(key)
		}
	}
	return nil
}

// Date writes the day in a zone: Tuesday 3 November 2026. The zone is an IANA
// name; an unknown one counts as UTC, here and in all that follows.
func (w *Words) Date(t time.Time, zone string) string {
	return w.day("date.full", w.in(t, zone))
}

// PlainDate writes the day without its weekday: 3 November 2026.
func (w *Words) PlainDate(t time.Time, zone string) string {
	return w.day("date.plain", w.in(t, zone))
}

// ShortDate writes the day as short as it stays clear: 3 Nov 2026.
func (w *Words) ShortDate(t time.Time, zone string) string {
	return w.day("date.short", w.in(t, zone))
}

// DayMonth writes the day with its weekday and without the year, as the
// programme of a meeting does: Tuesday 3 November.
func (w *Words) DayMonth(t time.Time, zone string) string {
	return w.day("date.day_month", w.in(t, zone))
}

// Weekday names the day of the week: Tuesday.
func (w *Words) Weekday(t time.Time, zone string) string {
	return w.calendar.days[w.in(t, zone).Weekday()]
}

// WeekdayNames returns the days of the week, the first given: for the head of a
// month's table. Short ones are as in WeekdayRange.
func (w *Words) WeekdayNames(first time.Weekday, short bool) []string {
	names := make([]string, 7)
	for i := range names {
		day := (int(first) + i) % 7
		names[i] = w.calendar.days[day]
		if short {
			names[i] = w.calendar.daysShort[day]
		}
	}
	return names
}

// MonthYear names a month as a heading does, with a capital where the language
// has capitals: November 2026, Novembre 2026.
func (w *Words) MonthYear(t time.Time, zone string) string {
	t = w.in(t, zone)
	return w.T("date.month_year", "month", w.calendar.months[t.Month()-1], "year", strconv.Itoa(t.Year()))
}

// Time writes the time of day in a zone as the language does: 09:30, 9 h 30.
func (w *Words) Time(t time.Time, zone string) string {
	return w.clock(w.in(t, zone))
}

// DateTime writes day and time: Tuesday 3 November 2026, 09:30.
func (w *Words) DateTime(t time.Time, zone string) string {
	return w.T("date.time", "date", w.Date(t, zone), "time", w.Time(t, zone))
}

// ShortDateTime is DateTime for a table's cell: 3 Nov 2026, 09:30.
func (w *Words) ShortDateTime(t time.Time, zone string) string {
	return w.T("date.short_time", "date", w.ShortDate(t, zone), "time", w.Time(t, zone))
}

func (w *Words) clock(t time.Time) string {
	key := "time"
	if t.Minute() == 0 {
		key = "time.whole"
	}
	return w.T(key, "h", strconv.Itoa(t.Hour()), "hh", fmt.Sprintf("%02d", t.Hour()), "mm", fmt.Sprintf("%02d", t.Minute()))
}

// day fills one of the texts "date.…" for a day already in its zone.
func (w *Words) day(key string, t time.Time) string {
	return w.dayAs(key, t, w.dayNumber(t))
}

// dayAs does the same with the day's number given, which may be a range of days.
func (w *Words) dayAs(key string, t time.Time, number string) string {
	c := &w.calendar
	return w.T(key, "weekday", c.days[t.Weekday()], "day", number, "year", strconv.Itoa(t.Year()),
		"month", c.monthsOf[t.Month()-1], "short_month", c.monthsShort[t.Month()-1])
}

// dayNumber is the day of the month as a date writes it: 1er in French.
func (w *Words) dayNumber(t time.Time) string {
	if t.Day() == 1 {
		return w.T("date.first")
	}
	return strconv.Itoa(t.Day())
}

// in returns the moment in a zone. Zones are read from their files once.
func (w *Words) in(t time.Time, zone string) time.Time {
	if l, ok := w.zones.Load(zone); ok {
		return t.In(l.(*time.Location))
	}
	l, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return t.UTC()
	}
	w.zones.Store(zone, l)
	return t.In(l)
}
