package directory

import (
	"context"
	_ "embed"
	"io"
	"slices"
	"strings"

	"capportal/events"
	"capportal/events/papers"
)

// MembersCSV is the file of the Members as of November 2026, in the form ImportMembers reads: 187
// Members and, beside them, the European Union.
//
//go:embed members.csv
var MembersCSV []byte

// memberColumns says how the file of Members calls an organisation's fields.
var memberColumns = map[string]string{"code": "iso2", "country": "iso2", "region": "region_code", "since": "accession_date", "name": "name_en"}

// ImportMembers takes in a file of Members: the columns iso2, name_en, region_code and status, and,
// where there are, iso3, m49, name_ and a language, accession_date, note. All rows are taken or
// none; an empty cell leaves what is known. A dry run writes nothing. Each bad row is named
// (events.AtLine).
func (d *Directory) ImportMembers(ctx context.Context, by string, r io.Reader, dryRun bool) (Result, error) {
	table, faults, err := d.table(r, "iso2", "name_en", "region_code", "status")
	if err != nil {
		return Result{}, err
	}
	var result Result
	err = d.transact(ctx, func(ctx context.Context) error {
		known, err := d.store.organisations(ctx, "", "")
		if err != nil {
			return err
		}
		plan := memberPlan{by: by, known: map[string]Organisation{}, seen: map[string]bool{}, faults: faultsOf{slices.Clone(faults.Errors)}}
		for _, o := range known {
			plan.known[o.Code] = o
		}
		for _, row := range table.Rows {
			plan.take(d, table, row)
		}
		if len(plan.faults.Errors) > 0 {
			return plan.faults.Or()
		}
		result = plan.result
		if dryRun {
			return nil
		}
		for _, o := range plan.changed {
			if err := d.store.replaceOrganisation(ctx, o); err != nil {
				return err
			}
		}
		return d.store.addOrganisations(ctx, plan.added)
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// memberPlan is what an import of Members comes to.
type memberPlan struct {
	by             string
	known          map[string]Organisation
	seen           map[string]bool
	added, changed []Organisation
	faults         faultsOf
	result         Result
}

func (p *memberPlan) take(d *Directory, table *papers.Table, row papers.Row) {
	code := strings.ToUpper(row.Cell("iso2"))
	before, exists := p.known[code]
	o := member(before, table, row)
	faults := o.tidy()
	if !countryPattern.MatchString(code) {
		faults = slices.DeleteFunc(faults, func(e *events.Error) bool { return e.Field == "code" || e.Field == "country" })
		faults.Add(events.E(events.Invalid, "country_invalid", "iso2"))
	}
	if o.Status == "" {
		faults.Add(events.E(events.Invalid, "status_unknown", "status"))
	}
	if o.Region == "" {
		faults.Add(events.E(events.Invalid, "required", "region"))
	}
	if p.seen[code] && code != "" {
		faults.Add(events.E(events.Invalid, "import_twice", "iso2"))
	}
	p.seen[code] = true
	p.faults.add(row, memberColumns, renameNames(faults)...)
	if len(p.faults.Errors) > 0 {
		return
	}
	p.count(o, before, exists, d)
}

func (p *memberPlan) count(o, before Organisation, exists bool, d *Directory) {
	if o.Status == StatusMember {
		p.result.Members++
	} else {
		p.result.Others++
	}
	switch {
	case !exists:
		o.Version, o.History = 1, []events.Change{{At: d.instant(), By: p.by, What: "imported"}}
		p.added = append(p.added, o)
		p.result.Added++
	case o.note(before, p.by, "imported", d.instant()):
		p.changed = append(p.changed, o)
		p.result.Changed++
	default:
		p.result.Unchanged++
	}
}

// member gives the organisation as a row has it, over what is known.
func member(known Organisation, table *papers.Table, row papers.Row) Organisation {
	o := known
	o.Code, o.Group, o.Name = row.Cell("iso2"), events.Member, cloneText(known.Name)
	o.Country = o.Code
	given(&o.Status, row.Cell("status"))
	given(&o.Region, row.Cell("region_code"))
	given(&o.ISO3, row.Cell("iso3"))
	given(&o.M49, row.Cell("m49"))
	given(&o.Note, row.Cell("note"))
	given(&o.Since, row.Cell("accession_date"))
	for _, column := range table.Columns {
		if language, is := strings.CutPrefix(column, "name_"); is && row.Cell(column) != "" {
			o.Name[language] = row.Cell(column)
		}
	}
	return o
}

// renameNames gives the faults of names the names of their columns: name.fr is name_fr in the file.
func renameNames(faults events.Errors) events.Errors {
	for i, fault := range faults {
		if language, is := strings.CutPrefix(fault.Field, "name."); is {
			renamed := *fault
			renamed.Field = "name_" + language
			faults[i] = &renamed
		}
	}
	return faults
}
