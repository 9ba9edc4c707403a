package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"capportal/events/papers"
)

// ImportResult counts what an import of a programme did.
type ImportResult struct{ Added, Changed, Unchanged int }

// ImportedColumns are the columns an imported programme must have. Others are read when they are
// there; those the portal has no field for are left alone.
func ImportedColumns() []string {
	return []string{"code", "kind", "title_en", "title_fr", "start", "end", "local_hours", "tz", "mode", "status", "visibility"}
}

// Import reads a year's programme from CSV (contract.md 1): all rows or none. An imported state
// skips the gates. Whoever's row is the same as at the last import stays as it is, so that an edit
// made since is not undone and importing again changes nothing. With dryRun nothing is written.
func (p *Programme) Import(ctx context.Context, by Visitor, file io.Reader, limit int, dryRun bool) (ImportResult, error) {
	var result ImportResult
	if !by.Decides() {
		return result, E(Denied, "not_allowed", "")
	}
	rows, err := readProgramme(file, limit)
	if err != nil {
		return result, err
	}
	err = p.transact(ctx, func(ctx context.Context) error {
		result = ImportResult{}
		var faults Errors
		for _, row := range rows {
			err := p.importRow(ctx, by, row.activity, &result)
			if list := Faults(err); list != nil {
				for _, f := range list {
					faults.Add(AtLine(f, row.line, columnOf(f.Field)))
				}
			} else if err != nil {
				return err
			}
		}
		if err := faults.Or(); err != nil {
			return err
		}
		if dryRun {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return result, err
}

// errDry undoes a dry run's transaction.
var errDry = errors.New("dry run")

func (p *Programme) importRow(ctx context.Context, by Visitor, a Activity, result *ImportResult) error {
	known, err := p.store.byCode(ctx, a.Code)
	if IsGone(err) {
		if err := p.name(ctx, &a); err != nil {
			return err
		}
		result.Added++
		_, err = p.insert(ctx, a, Change{By: by.Person, What: "imported", To: string(a.State)})
		return err
	}
	if err != nil {
		return err
	}
	if known.Imported == a.Imported {
		result.Unchanged++
		return nil
	}
	after := known.clone()
	overwrite(&after, &a)
	if len(Differences(known, after)) == 0 {
		result.Unchanged++
		return nil
	}
	result.Changed++
	_, err = p.save(ctx, by, known, after, Change{What: "imported"})
	return err
}

// overwrite takes over everything a row says.
func overwrite(to, row *Activity) {
	to.Kind, to.State, to.Parent, to.Title, to.Start, to.End, to.Zone, to.AllDay = row.Kind, row.State, row.Parent, row.Title, row.Start, row.End, row.Zone, row.AllDay
	to.Mode, to.Place, to.Host, to.Funding, to.Regions, to.Languages = row.Mode, row.Place, row.Host, row.Funding, row.Regions, row.Languages
	to.Interpretation, to.Visibility, to.Lane, to.Acceptance, to.Seats, to.SeatsEach = row.Interpretation, row.Visibility, row.Lane, row.Acceptance, row.Seats, row.SeatsEach
	to.Deadlines, to.SessionsNote, to.PublicReport, to.Figures, to.Note, to.Imported = row.Deadlines, row.SessionsNote, row.PublicReport, row.Figures, row.Note, row.Imported
	if row.State != Planned {
		to.Announced = true
	}
}

// columnOf names a field as the file does.
func columnOf(field string) string {
	names := map[string]string{"timezone": "tz", "place.city": "city", "place.country": "country_iso2", "place.venue": "venue", "host": "host_administration",
		"title.en": "title_en", "title.fr": "title_fr", "languages": "working_languages", "seats.onsite": "capacity_onsite", "seats.remote": "capacity_remote",
		"seats_per_organisation": "quota_per_member", "deadlines.nomination": "nomination_deadline", "deadlines.registration": "registration_deadline",
		"state": "status", "public_report.date": "public_report_date"}
	if name, ok := names[field]; ok {
		return name
	}
	return field
}

// programmeRow is one row of the file as an activity, and where it stood.
type programmeRow struct {
	line     int
	activity Activity
}

// readProgramme reads the file and every row of it, naming every fault. Parents come before their
// children, whatever their order in the file.
func readProgramme(file io.Reader, limit int) ([]programmeRow, error) {
	table, err := papers.ReadTable(file, limit)
	if err != nil {
		return nil, TableFaults(err)
	}
	if err := table.Require(ImportedColumns()...); err != nil {
		return nil, TableFaults(err)
	}
	var faults Errors
	var rows []programmeRow
	seen := map[string]int{}
	for _, row := range table.Rows {
		a, bad := readRow(row)
		for _, f := range bad {
			faults.Add(AtLine(f, row.Line, f.Field))
		}
		if before, twice := seen[a.Code]; twice {
			faults.Add(AtLine(E(Invalid, "code_twice", "code").With("before", before), row.Line, "code"))
		}
		seen[a.Code] = row.Line
		rows = append(rows, programmeRow{row.Line, a})
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(x, y programmeRow) int {
		return len(x.activity.Parent) - len(y.activity.Parent)
	})
	return rows, nil
}

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
