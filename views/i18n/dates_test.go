package i18n

import (
	"testing"
	"time"
)

func bundle(t testing.TB) *Bundle {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at is a moment by the clock of a zone.
func at(t testing.TB, zone, local string) time.Time {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	m, err := time.ParseInLocation("2006-01-02 15:04", local, l)
	if err != nil {
		t.Fatal(err)
	}
	return m.UTC()
}

const brussels = "Europe/Brussels"

func TestWords_Date(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		lang, local, full, plain, short, day, month string
	}{
		{"en", "2026-11-03 09:30", "Tuesday 3 November 2026", "3 November 2026", "3 Nov 2026", "Tuesday 3 November", "November 2026"},
		{"fr", "2026-11-03 09:30", "mardi 3 novembre 2026", "3 novembre 2026", "3 nov. 2026", "mardi 3 novembre", "Novembre 2026"},
		{"fr", "2026-12-01 09:30", "mardi 1er décembre 2026", "1er décembre 2026", "1er déc. 2026", "mardi 1er décembre", "Décembre 2026"},
		{"es", "2026-11-03 09:30", "martes 3 de noviembre de 2026", "3 de noviembre de 2026", "3 nov 2026", "martes 3 de noviembre", "Noviembre de 2026"},
		{"es", "2026-12-01 09:30", "martes 1 de diciembre de 2026", "1 de diciembre de 2026", "1 dic 2026", "martes 1 de diciembre", "Diciembre de 2026"},
		{"ar", "2026-11-03 09:30", "الثلاثاء 3 نوفمبر 2026", "3 نوفمبر 2026", "3 نوفمبر 2026", "الثلاثاء 3 نوفمبر", "نوفمبر 2026"},
		{"ru", "2026-11-03 09:30", "вторник, 3 ноября 2026\u00a0г.", "3 ноября 2026\u00a0г.", "3 нояб. 2026\u00a0г.", "вторник, 3 ноября", "Ноябрь 2026\u00a0г."},
		{"pt", "2026-11-03 09:30", "terça-feira, 3 de novembro de 2026", "3 de novembro de 2026", "3 nov. 2026", "terça-feira, 3 de novembro", "Novembro de 2026"},
	} {
		w, m := b.In(c.lang), at(t, brussels, c.local)
		for _, p := range []struct{ name, got, want string }{
			{"Date", w.Date(m, brussels), c.full},
			{"PlainDate", w.PlainDate(m, brussels), c.plain},
			{"ShortDate", w.ShortDate(m, brussels), c.short},
			{"DayMonth", w.DayMonth(m, brussels), c.day},
			{"MonthYear", w.MonthYear(m, brussels), c.month},
		} {
			if p.got != p.want {
				t.Errorf("%s: %s = %q, want %q", c.lang, p.name, p.got, p.want)
			}
		}
	}
}

func TestWords_Time(t *testing.T) {
	b := bundle(t)
	half, whole, night := at(t, brussels, "2026-11-03 09:30"), at(t, brussels, "2026-11-03 17:00"), at(t, brussels, "2026-11-03 00:05")
	for _, c := range []struct{ lang, half, whole, night, span, both string }{
		{"en", "09:30", "17:00", "00:05", "09:30–17:00", "Tuesday 3 November 2026, 09:30"},
		{"fr", "9\u00a0h\u00a030", "17\u00a0h", "0\u00a0h\u00a005", "9\u00a0h\u00a030 – 17\u00a0h", "mardi 3 novembre 2026, 9\u00a0h\u00a030"},
		{"es", "09:30", "17:00", "00:05", "09:30–17:00", "martes 3 de noviembre de 2026, 09:30"},
		{"ar", "09:30", "17:00", "00:05", "09:30–17:00", "الثلاثاء 3 نوفمبر 2026، 09:30"},
		{"ru", "09:30", "17:00", "00:05", "09:30–17:00", "вторник, 3 ноября 2026\u00a0г., 09:30"},
		{"pt", "09h30", "17h00", "00h05", "09h30–17h00", "terça-feira, 3 de novembro de 2026, 09h30"},
	} {
		w := b.In(c.lang)
		for _, p := range []struct{ name, got, want string }{
			{"half", w.Time(half, brussels), c.half},
			{"whole", w.Time(whole, brussels), c.whole},
			{"night", w.Time(night, brussels), c.night},
			{"TimeRange", w.TimeRange(half, whole, brussels), c.span},
			{"DateTime", w.DateTime(half, brussels), c.both},
		} {
			if p.got != p.want {
				t.Errorf("%s: %s = %q, want %q", c.lang, p.name, p.got, p.want)
			}
		}
	}
}

func TestWords_DateRange(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		name, lang, from, to string
		allDay               bool
		want                 string
	}{
		{"one day", "en", "2026-11-03 09:30", "2026-11-03 17:30", false, "3 November 2026"},
		{"two days", "en", "2026-11-03 09:30", "2026-11-04 17:30", false, "3–4 November 2026"},
		{"two months", "en", "2026-11-30 09:30", "2026-12-02 17:30", false, "30 November – 2 December 2026"},
		{"two years", "en", "2026-12-30 09:30", "2027-01-02 17:30", false, "30 December 2026 – 2 January 2027"},
		{"all-day, end exclusive", "en", "2026-11-03 00:00", "2026-11-05 00:00", true, "3–4 November 2026"},
		{"one whole day", "en", "2026-11-03 00:00", "2026-11-04 00:00", true, "3 November 2026"},
		{"until midnight", "en", "2026-11-03 20:00", "2026-11-04 00:00", false, "3 November 2026"},
		{"no length", "en", "2026-11-03 00:00", "2026-11-03 00:00", true, "3 November 2026"},
		{"same month of another year", "en", "2026-11-03 09:00", "2027-11-04 09:00", false, "3 November 2026 – 4 November 2027"},
		{"over the change of the clock", "en", "2026-10-24 00:00", "2026-10-26 00:00", true, "24–25 October 2026"},
		{"two days", "fr", "2025-11-17 09:00", "2025-11-20 17:00", false, "17–20 novembre 2025"},
		{"from the first", "fr", "2026-12-01 09:00", "2026-12-03 17:00", false, "1er–3 décembre 2026"},
		{"two months", "fr", "2026-11-30 09:00", "2026-12-01 17:00", false, "30 novembre – 1er décembre 2026"},
		{"two days", "es", "2026-11-03 09:00", "2026-11-04 17:00", false, "3–4 de noviembre de 2026"},
		{"two months", "es", "2026-11-30 09:00", "2026-12-02 17:00", false, "30 de noviembre – 2 de diciembre de 2026"},
		{"two days", "ar", "2026-11-03 09:00", "2026-11-04 17:00", false, "3–4 نوفمبر 2026"},
		{"two months", "ar", "2026-11-30 09:00", "2026-12-02 17:00", false, "30 نوفمبر – 2 ديسمبر 2026"},
		{"two days", "ru", "2026-11-03 09:00", "2026-11-04 17:00", false, "3–4 ноября 2026\u00a0г."},
		{"two months", "ru", "2026-11-30 09:00", "2026-12-02 17:00", false, "30 ноября – 2 декабря 2026\u00a0г."},
		{"two days", "pt", "2026-11-03 09:00", "2026-11-04 17:00", false, "3–4 de novembro de 2026"},
		{"two years", "pt", "2026-12-30 09:00", "2027-01-02 17:00", false, "30 de dezembro de 2026 – 2 de janeiro de 2027"},
	} {
		t.Run(c.lang+" "+c.name, func(t *testing.T) {
			got := b.In(c.lang).DateRange(at(t, brussels, c.from), at(t, brussels, c.to), brussels, c.allDay)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWords_LongRanges(t *testing.T) {
	b := bundle(t)
	from, to := at(t, brussels, "2026-11-03 09:30"), at(t, brussels, "2026-11-04 17:30")
	for lang, want := range map[string]string{
		"en": "Tuesday 3 – Wednesday 4 November 2026",
		"fr": "mardi 3 – mercredi 4 novembre 2026",
		"es": "martes 3 – miércoles 4 de noviembre de 2026",
		"ar": "الثلاثاء 3 – الأربعاء 4 نوفمبر 2026",
		"ru": "вторник, 3 – среда, 4 ноября 2026\u00a0г.",
		"pt": "terça-feira, 3 – quarta-feira, 4 de novembro de 2026",
	} {
		if got := b.In(lang).LongDateRange(from, to, brussels, false); got != want {
			t.Errorf("%s: LongDateRange = %q, want %q", lang, got, want)
		}
	}
	w := b.In("en")
	for _, c := range []struct{ name, got, want string }{
		{"same day", w.DateTimeRange(from, from.Add(8*time.Hour), brussels), "Tuesday 3 November 2026, 09:30–17:30"},
		{"two days", w.DateTimeRange(from, to, brussels), "Tuesday 3 November 2026, 09:30 – Wednesday 4 November 2026, 17:30"},
		{"one month", w.MonthRange(from, to, brussels), "Nov 2026"},
		{"two months", w.MonthRange(from, to.AddDate(0, 1, 0), brussels), "Nov–Dec 2026"},
		{"two years", w.MonthRange(from, to.AddDate(0, 2, 0), brussels), "Nov 2026 – Jan 2027"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestWords_ListHandle(t *testing.T) {
	b := bundle(t)
	const dakar = "Africa/Dakar"
	from, to := at(t, dakar, "2026-11-24 09:00"), at(t, dakar, "2026-11-27 16:30")
	for _, c := range []struct{ lang, days, weekdays string }{
		{"en", "24–27", "Tue–Fri"}, {"fr", "24–27", "mar.–ven."}, {"es", "24–27", "mar–vie"},
		{"ar", "24–27", "الثلاثاء–الجمعة"}, {"ru", "24–27", "вт–пт"}, {"pt", "24–27", "ter.–sex."},
	} {
		w := b.In(c.lang)
		if got := w.DayRange(from, to, dakar); got != c.days {
			t.Errorf("%s: DayRange = %q, want %q", c.lang, got, c.days)
		}
		if got := w.WeekdayRange(from, to, dakar); got != c.weekdays {
			t.Errorf("%s: WeekdayRange = %q, want %q", c.lang, got, c.weekdays)
		}
	}
	w := b.In("en")
	if got := w.DayRange(at(t, dakar, "2026-11-30 09:00"), at(t, dakar, "2026-12-02 09:00"), dakar); got != "30–2" {
		t.Errorf("over the month: %q", got)
	}
	if got := w.DayRange(from, from, dakar) + w.WeekdayRange(from, from, dakar); got != "24Tue" {
		t.Errorf("one day: %q", got)
	}
}

// A moment near midnight is another day elsewhere: the zone decides, and a
// zone that does not exist is UTC rather than that of the machine.
func TestWords_DateIsThatOfTheZone(t *testing.T) {
	w := bundle(t).In("en")
	m := at(t, brussels, "2026-11-03 12:00")
	for zone, want := range map[string]string{
		brussels: "3 November 2026", "Pacific/Apia": "4 November 2026", "": "3 November 2026", "Mars/Olympus": "3 November 2026",
	} {
		if got := w.PlainDate(m, zone); got != want {
			t.Errorf("%s: %q, want %q", zone, got, want)
		}
	}
	if got := w.Time(m, "Local"); got != "11:00" {
		t.Errorf(`the zone "Local" must be UTC, got %s`, got)
	}
}
