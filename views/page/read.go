package page

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"capportal/events"
)

// The readers below give a field's value as what it stands for. What cannot be read becomes a fault
// of the field, and the reader gives its zero value; so does a field left empty, which Required makes
// a fault where it must be filled.

// Required adds a fault for each of the fields that is empty.
func (f *Form) Required(names ...string) {
	for _, name := range names {
		if f.blank(name) {
			f.Refuse(name, "required")
		}
	}
}

// Chosen adds a fault for each of the fields in which nothing is chosen.
func (f *Form) Chosen(names ...string) {
	for _, name := range names {
		if f.blank(name) {
			f.Refuse(name, "choose_one")
		}
	}
}

func (f *Form) blank(name string) bool {
	return !slices.ContainsFunc(f.values[name], func(v string) bool { return strings.TrimSpace(v) != "" })
}

// Text reads a text of several lines of at most max characters, without blanks around it and with
// plain line ends.
func (f *Form) Text(name string, max int) string {
	s := strings.TrimSpace(strings.ReplaceAll(f.Value(name), "\r\n", "\n"))
	if utf8.RuneCountInString(s) > max {
		f.Refuse(name, "too_long", "max", max)
		return ""
	}
	return s
}

// Line reads a text of one line of at most max characters. A line end inside it is a fault: it has
// no place in a name or an address.
func (f *Form) Line(name string, max int) string {
	s := f.Text(name, max)
	if strings.ContainsAny(s, "\r\n\u0085\u2028\u2029") {
		f.Refuse(name, "line_break")
		return ""
	}
	return s
}

// TextByLanguage reads a text asked for in each of the portal's languages; empty ones are left out.
func (f *Form) TextByLanguage(name string, max int) events.Text {
	t := events.Text{}
	for field := range f.values {
		tag, ok := strings.CutPrefix(field, name+".")
		if !ok || !f.words.Has("language."+tag) {
			continue
		}
		if s := f.Text(field, max); s != "" {
			t[tag] = s
		}
	}
	return t
}

// LineByLanguage is TextByLanguage for titles and names.
func (f *Form) LineByLanguage(name string, max int) events.Text {
	t := f.TextByLanguage(name, max)
	for tag := range t {
		t[tag] = f.Line(name+"."+tag, max)
	}
	return t
}

// Choice reads one word of a set.
func Choice[W ~string](f *Form, name string, set []W) W {
	word := W(strings.TrimSpace(f.Value(name)))
	if word != "" && !slices.Contains(set, word) {
		f.Refuse(name, "choose_one")
		return ""
	}
	return word
}

// Choices reads the words of a set that were chosen, each once, in the order of the set.
func Choices[W ~string](f *Form, name string, set []W) []W {
	for _, v := range f.values[name] {
		if v != "" && !slices.Contains(set, W(v)) {
			f.Refuse(name, "choose_one")
			return nil
		}
	}
	var chosen []W
	for _, word := range set {
		if f.Is(name, string(word)) {
			chosen = append(chosen, word)
		}
	}
	return chosen
}

// Bool reads a checkbox.
func (f *Form) Bool(name string) bool {
	switch f.Value(name) {
	case "on", "true", "1", "yes":
		return true
	}
	return false
}

// Int reads a whole number from min to max. Digits may be those of Arabic, and grouped by blanks.
func (f *Form) Int(name string, min, max int) int {
	s := digits(f.Value(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		f.Refuse(name, "number_form")
	case n < min || n > max:
		f.Refuse(name, "number_range", "min", min, "max", max)
	default:
		return n
	}
	return 0
}

// digits writes Arabic digits as ASCII ones and takes blanks away.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == ' ' || r == '\u00a0' || r == '\u202f':
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// Date reads a day as YYYY-MM-DD.
func (f *Form) Date(name string) string {
	s := digits(f.Value(name))
	if s == "" {
		return ""
	}
	if d, err := time.Parse(time.DateOnly, s); err != nil || !sensible(d) {
		f.Refuse(name, "date_form")
		return ""
	}
	return s
}

// Zone reads an IANA time zone.
func (f *Form) Zone(name string) string {
	s := f.Line(name, 100)
	if s == "" {
		return ""
	}
	if _, err := events.LoadZone(s); err != nil {
		f.Refuse(name, "zone_unknown", "zone", s)
		return ""
	}
	return s
}

// LocalTime reads a day and time of day ("2026-11-03T09:30") in an IANA zone, as an instant in UTC. A
// time that the zone's clocks jump over is a fault; of one that they show twice it is the first.
func (f *Form) LocalTime(name, zone string) time.Time {
	return f.local(name, zone, "2006-01-02 15:04", "2006-01-02 15:04:05")
}

// Deadline is LocalTime for a last moment: a day alone ends with it, and a minute alone ends with it
// too, for deadlines count to the second. nil when the field is empty.
func (f *Form) Deadline(name, zone string) *time.Time {
	s := digitsOnly(f.Value(name))
	t := f.local(name, zone, "2006-01-02 15:04", "2006-01-02 15:04:05", time.DateOnly)
	switch {
	case t.IsZero():
		return nil
	case len(s) == len(time.DateOnly):
		y, m, d := t.In(location(zone)).Date()
		t, _ = instant(time.Date(y, m, d, 23, 59, 59, 0, time.UTC), location(zone))
	case len(s) == len("2006-01-02 15:04"):
		t = t.Add(59 * time.Second)
	}
	return &t
}

func (f *Form) local(name, zone string, layouts ...string) time.Time {
	s := strings.Replace(digitsOnly(f.Value(name)), "T", " ", 1)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		wall, err := time.Parse(layout, s)
		if err != nil || !sensible(wall) {
			continue
		}
		t, exists := instant(wall, location(zone))
		if !exists {
			f.Refuse(name, "time_does_not_exist")
			return time.Time{}
		}
		return t
	}
	f.Refuse(name, "time_form")
	return time.Time{}
}

// digitsOnly is digits for a text in which a blank parts day and time.
func digitsOnly(s string) string {
	day, clock, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		return digits(s)
	}
	return digits(day) + " " + digits(clock)
}

// instant finds when the clocks of a zone first show a wall time (given as if in UTC), and whether
// they ever do.
func instant(wall time.Time, zone *time.Location) (time.Time, bool) {
	var first time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		_, actual := t.In(zone).Zone()
		if actual == offset && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first.UTC(), !first.IsZero()
}

// sensible keeps out years that no programme has and that RFC 3339 or a calendar could not carry.
func sensible(t time.Time) bool { return t.Year() >= 1950 && t.Year() <= 2200 }

// LocalValue writes an instant as a form's field of day and time takes it.
func LocalValue(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(location(zone)).Format("2006-01-02T15:04")
}
