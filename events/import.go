package events

import (
	"context"
	"errors"
	"io"
	"slices"

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
