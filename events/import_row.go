package events

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"capportal/events/papers"
)

// readRow makes an activity of a row, filled in by what its kind implies (contract.md 1).
func readRow(row papers.Row) (Activity, Errors) {
	c := rowReader{row: row}
	a := Activity{Code: row.Cell("code"), Kind: Kind(row.Cell("kind")), State: State(row.Cell("status")), Parent: row.Cell("parent"),
		Title: Text{"en": row.Cell("title_en"), "fr": row.Cell("title_fr")}, Zone: row.Cell("tz"), Mode: modeOf(row.Cell("mode")),
		Place: Place{City: row.Cell("city"), Country: row.Cell("country_iso2"), Venue: row.Cell("venue")}, Host: row.Cell("host_administration"),
		Funding: row.Cell("funding"), Regions: split(row.Cell("regions"), ";"), Languages: split(row.Cell("working_languages"), ","),
		Visibility: Visibility(row.Cell("visibility")), SeatsEach: c.number("quota_per_member"), SessionsNote: row.Cell("sessions"), Note: row.Cell("note")}
	a.Interpretation = interpretation(row.Cell("interpretation"), a.Languages)
	if !codeForm.MatchString(a.Code) {
		c.fault("code_form", "code")
	}
	if !Valid(a.Kind, Kinds()) {
		c.fault("choose_one", "kind")
	}
	zone, err := LoadZone(a.Zone)
	if err != nil {
		c.faults.Add(E(Invalid, "zone_unknown", "tz").With("zone", a.Zone))
		zone = time.UTC
	}
	c.times(&a, zone)
	for _, pool := range a.Mode.Pools() {
		if n := c.number("capacity_" + string(pool)); row.Cell("capacity_"+string(pool)) != "" {
			a.Seats = append(a.Seats, Seats{Pool: pool, Capacity: n})
		}
	}
	lanesOf(&a)
	if day := row.Cell("public_report_date"); day != "" {
		a.PublicReport = &PublicReport{Date: day}
		c.day("public_report_date", zone)
	}
	a.Figures = c.figures()
	a.Announced = a.State != Planned
	a.Imported = fingerprint(row)
	return a, c.faults
}

// lanesOf sets lane and acceptance, which an imported kind implies.
func lanesOf(a *Activity) {
	a.Lane, a.Acceptance = Nomination, Decided
	switch a.Kind {
	case Symposium:
		a.Lane, a.Acceptance = SelfRegistration, Automatic
	case Operation, DiagnosticMission, Debriefing:
		a.Lane = InvitationOnly
	}
}

func modeOf(word string) Mode {
	if word == "online" || word == "operation" {
		return Remote
	}
	return Mode(word)
}

// interpretation reads "en-fr-es" as the languages interpreted beside the working ones.
func interpretation(cell string, working []string) []string {
	cell, _, _ = strings.Cut(cell, "(")
	return slices.DeleteFunc(split(cell, "-"), func(l string) bool { return slices.Contains(working, l) })
}

func split(cell, by string) []string {
	var words []string
	for _, w := range strings.Split(cell, by) {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// rowReader reads the cells of a row and collects what is wrong with them.
type rowReader struct {
	row    papers.Row
	faults Errors
}

func (c *rowReader) fault(key, column string) { c.faults.Add(E(Invalid, key, column)) }

func (c *rowReader) number(column string) int {
	cell := c.row.Cell(column)
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	if err != nil || n < 0 {
		c.fault("number_form", column)
	}
	return n
}

func (c *rowReader) count(column string) *int {
	if c.row.Cell(column) == "" {
		return nil
	}
	n := c.number(column)
	return &n
}

func (c *rowReader) day(column string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, c.row.Cell(column), zone)
	if err != nil {
		c.fault("date_form", column)
	}
	return t
}

// deadline is the last second of a day in the activity's zone.
func (c *rowReader) deadline(column string, zone *time.Location) *time.Time {
	if c.row.Cell(column) == "" {
		return nil
	}
	d := c.day(column, zone)
	last := time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, zone)
	return &last
}

// times reads the days and their hours: from the first day's opening to the last day's close; with
// no hours, or self-paced, whole days.
func (c *rowReader) times(a *Activity, zone *time.Location) {
	first, last := c.day("start", zone), c.day("end", zone)
	if len(c.faults) > 0 && (first.IsZero() || last.IsZero()) {
		return
	}
	if last.Before(first) {
		c.fault("end_before_start", "end")
		return
	}
	hours := c.row.Cell("local_hours")
	if hours == "" || hours == "self-paced" {
		a.AllDay, a.Start, a.End = true, first, time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
	} else {
		from, to, ok := strings.Cut(hours, "-")
		opens, err1 := At(first, from, zone)
		closes, err2 := At(last, to, zone)
		if !ok || err1 != nil || err2 != nil {
			c.fault("hours_form", "local_hours")
			return
		}
		a.Start, a.End = opens, closes
	}
	a.Deadlines = Deadlines{Nomination: c.deadline("nomination_deadline", zone), Registration: c.deadline("registration_deadline", zone)}
}

// At gives the instant of a clock time ("09:30") on a day in a zone. A time that the zone skips
// that day, when its clocks go forward, is an error.
func At(day time.Time, clock string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(clock))
	if err != nil {
		return time.Time{}, fmt.Errorf("reading a clock time: %w", err)
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, zone)
	if at.Hour() != t.Hour() || at.Minute() != t.Minute() {
		return time.Time{}, fmt.Errorf("%s does not exist on %s in %s", clock, day.Format(time.DateOnly), zone)
	}
	return at, nil
}

// figures reads what the year's report counts; nil when the row has none.
func (c *rowReader) figures() *Figures {
	f := Figures{Participants: c.count("participants"), Women: c.count("women"), MembersRepresented: c.count("members_represented"),
		MembersJoined: c.count("members_joined"), MembersReported: c.count("members_reported"), Source: "imported"}
	if f.Participants == nil && f.Women == nil && f.MembersRepresented == nil && f.MembersJoined == nil && f.MembersReported == nil {
		return nil
	}
	return &f
}

// fingerprint tells one version of a row from another.
func fingerprint(row papers.Row) string {
	sum := sha256.New()
	for _, column := range row.Columns() {
		fmt.Fprintf(sum, "%s=%q\n", column, row.Cell(column))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
