package events

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// The limits of what an activity holds, in characters and counts.
const (
	MaxTitle    = 300
	MaxText     = 20_000
	MaxLine     = 300
	MaxCapacity = 100_000
	MaxSessions = 200
)

var (
	codeForm   = regexp.MustCompile(`^IPR-[0-9]{4}-[0-9A-Z]{2,8}$`)
	slugForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	idForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	countryTwo = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Validate judges an activity by itself: every fault, each beside its field.
func Validate(a *Activity) error {
	var f Errors
	word := func(ok bool, key, field string) {
		if !ok {
			f.Add(E(Invalid, key, field))
		}
	}
	word(codeForm.MatchString(a.Code), "code_form", "code")
	word(slugForm.MatchString(a.Slug) && len(a.Slug) <= 120, "slug_form", "slug")
	word(Valid(a.Kind, Kinds()), "choose_one", "kind")
	word(Valid(a.State, States()), "choose_one", "state")
	word(Valid(a.Mode, Modes()), "choose_one", "mode")
	word(Valid(a.Visibility, Visibilities()), "choose_one", "visibility")
	word(Valid(a.Lane, Lanes()), "choose_one", "lane")
	word(a.Acceptance == Automatic || a.Acceptance == Decided, "choose_one", "acceptance")
	word(!a.Title.Empty(), "title_required", "title.en")
	f = append(f, textFaults(a.Title, "title", MaxTitle)...)
	f = append(f, textFaults(a.Description, "description", MaxText)...)
	f = append(f, textFaults(a.Objective, "objective", MaxText)...)
	f = append(f, textFaults(a.ExpectedResults, "expected_results", MaxText)...)
	f = append(f, a.timeFaults()...)
	for field, line := range map[string]string{"place.city": a.Place.City, "place.venue": a.Place.Venue, "host": a.Host, "funding": a.Funding} {
		f = append(f, lineFaults(line, field)...)
	}
	word(Printable(a.Responsible, false) && utf8.RuneCountInString(a.Responsible) <= MaxLine, "email_invalid", "responsible_officer")
	for _, e := range a.Experts {
		word(Printable(e, false) && utf8.RuneCountInString(e) <= MaxLine, "email_invalid", "experts")
	}
	word(a.Place.Country == "" || countryTwo.MatchString(a.Place.Country), "country_unknown", "place.country")
	for _, r := range a.Regions {
		word(r == AllRegions || Valid(r, Regions()), "region_unknown", "regions")
	}
	f = append(f, languageFaults(a.Languages, "languages")...)
	f = append(f, languageFaults(a.Interpretation, "interpretation")...)
	f = append(f, a.seatFaults()...)
	f = append(f, a.sessionFaults()...)
	if a.PublicReport != nil {
		_, err := time.Parse(time.DateOnly, a.PublicReport.Date)
		word(err == nil, "date_form", "public_report.date")
		u, err := url.Parse(a.PublicReport.URL)
		word(a.PublicReport.URL == "" || err == nil && u.Scheme == "https" && u.Host != "", "url_form", "public_report.url")
	}
	slices.SortStableFunc(f, func(x, y *Error) int { return strings.Compare(x.Field, y.Field) })
	return f.Or()
}

// timeFaults judges zone, dates and deadlines. Start and end may both be open while it is planned.
func (a *Activity) timeFaults() (f Errors) {
	if _, err := LoadZone(a.Zone); err != nil {
		f.Add(E(Invalid, "zone_unknown", "timezone").With("zone", a.Zone))
	}
	switch {
	case a.Start.IsZero():
		f.Add(E(Invalid, "required", "start"))
	case a.Start.Year() < 1950 || a.Start.Year() > 2200: // as the forms judge
		f.Add(E(Invalid, "date_form", "start"))
	case a.End.IsZero():
		f.Add(E(Invalid, "required", "end"))
	case !a.End.After(a.Start):
		f.Add(E(Invalid, "end_before_start", "end"))
	case a.End.Sub(a.Start) > 400*24*time.Hour:
		f.Add(E(Invalid, "too_long_a_time", "end"))
	}
	for field, d := range map[string]*time.Time{"deadlines.nomination": a.Deadlines.Nomination, "deadlines.registration": a.Deadlines.Registration} {
		if d != nil && !a.End.IsZero() && d.After(a.End) {
			f.Add(E(Invalid, "deadline_after_end", field))
		}
	}
	return f
}

func (a *Activity) seatFaults() (f Errors) {
	seen := map[Pool]bool{}
	for i, s := range a.Seats {
		field := fmt.Sprintf("seats.%s", s.Pool)
		if !slices.Contains(a.Mode.Pools(), s.Pool) {
			f.Add(E(Invalid, "pool_not_of_mode", fmt.Sprintf("seats.%d.pool", i)).With("pool", string(s.Pool)))
		}
		if seen[s.Pool] {
			f.Add(E(Invalid, "pool_twice", field))
		}
		seen[s.Pool] = true
		if s.Capacity < 0 || s.Capacity > MaxCapacity {
			f.Add(E(Invalid, "number_range", field).With("min", 0).With("max", MaxCapacity))
		}
	}
	if a.SeatsEach < 0 || a.SeatsEach > MaxCapacity {
		f.Add(E(Invalid, "number_range", "seats_per_organisation").With("min", 0).With("max", MaxCapacity))
	}
	return f
}

func (a *Activity) sessionFaults() (f Errors) {
	if len(a.Sessions) > MaxSessions {
		f.Add(E(Invalid, "too_many_sessions", "sessions").With("max", MaxSessions))
	}
	seen := map[string]bool{}
	first, last := a.Days()
	for i, s := range a.Sessions {
		field := func(name string) string { return fmt.Sprintf("sessions.%d.%s", i, name) }
		if !idForm.MatchString(s.ID) || seen[s.ID] {
			f.Add(E(Invalid, "session_id", field("id")))
		}
		seen[s.ID] = true
		if s.Title.Empty() {
			f.Add(E(Invalid, "title_required", field("title.en")))
		}
		f = append(f, textFaults(s.Title, field("title"), MaxTitle)...)
		f = append(f, textFaults(s.Text, field("description"), MaxText)...)
		switch {
		case s.Start.IsZero() || s.End.IsZero():
			f.Add(E(Invalid, "required", field("start")))
		case !s.End.After(s.Start):
			f.Add(E(Invalid, "end_before_start", field("end")))
		case s.Start.Before(first) || s.End.After(last):
			f.Add(E(Invalid, "session_outside", field("start")))
		}
		for _, g := range s.OpenTo {
			if !Valid(g, Groups()) {
				f.Add(E(Invalid, "choose_one", field("open_to")))
			}
		}
	}
	return f
}

// Days gives the midnights between which the activity's days lie, in its zone: that of its first day,
// and the one after its last.
func (a *Activity) Days() (first, last time.Time) {
	zone := a.Location()
	s, e := a.Start.In(zone), a.End.Add(-time.Nanosecond).In(zone)
	return time.Date(s.Year(), s.Month(), s.Day(), 0, 0, 0, 0, zone), time.Date(e.Year(), e.Month(), e.Day()+1, 0, 0, 0, 0, zone)
}

// Empty tells whether the text says nothing in any language.
func (t Text) Empty() bool {
	for _, s := range t {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

// LoadZone gives an IANA zone by its name; "", "Local" and names of no zone are refused. So are the
// files that some machines keep beside the zones: another instance, and every calendar, lacks them, and
// those below right/ count leap seconds.
func LoadZone(name string) (*time.Location, error) {
	folder, _, _ := strings.Cut(name, "/")
	if slices.Contains([]string{"", "Local", "Factory", "localtime", "posix", "posixrules", "right"}, folder) {
		return nil, fmt.Errorf("no IANA zone %q", name)
	}
	return zone(name)
}

func textFaults(t Text, field string, most int) (f Errors) {
	for lang, s := range t {
		if _, err := language.Parse(lang); err != nil {
			f.Add(E(Invalid, "language_unknown", field+"."+lang).With("language", lang))
		}
		if utf8.RuneCountInString(s) > most {
			f.Add(E(Invalid, "too_long", field+"."+lang).With("max", most))
		}
		if !Printable(s, most > MaxLine) { // a title is one line
			f.Add(E(Invalid, "control_characters", field+"."+lang))
		}
	}
	return f
}

func lineFaults(s, field string) (f Errors) {
	if utf8.RuneCountInString(s) > MaxLine {
		f.Add(E(Invalid, "too_long", field).With("max", MaxLine))
	}
	if !Printable(s, false) {
		f.Add(E(Invalid, "control_characters", field))
	}
	return f
}

// MaxReason is how many characters a reason may have.
const MaxReason = 1000

// JudgeReason judges why something is done, in the field `reason`.
func JudgeReason(why string) error {
	switch {
	case utf8.RuneCountInString(why) > MaxReason:
		return E(Invalid, "too_long", "reason").With("max", MaxReason)
	case !Printable(why, true):
		return E(Invalid, "control_characters", "reason")
	}
	return nil
}

// Printable tells whether s is text: UTF-8 without control characters. Only with lines may it hold
// tabs and line breaks.
func Printable(s string, lines bool) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		switch r {
		case '\n', '\r', '\t', 0x85, '\u2028', '\u2029':
			return !lines
		}
		return unicode.IsControl(r)
	})
}

func languageFaults(tags []string, field string) (f Errors) {
	for _, tag := range tags {
		if _, err := language.Parse(tag); err != nil {
			f.Add(E(Invalid, "language_unknown", field).With("language", tag))
		}
	}
	return f
}
