package directory

import (
	"context"
	"io"
	"slices"

	"capportal/events"
	"capportal/events/papers"
)

// ImportPeople takes in a file of people: the columns email, given_name and family_name, and, where
// there are, role, organisation, language, expert, title, post, timezone. Who is known by address
// and name is changed, anybody else added. All rows are taken or none; an empty cell leaves what is
// known. Roles of the Secretariat are taken from an administrator and the portal's own commands
// only. A dry run writes nothing. Each bad row is named (events.AtLine).
func (d *Directory) ImportPeople(ctx context.Context, by string, r io.Reader, dryRun bool) (Result, error) {
	table, faults, err := d.table(r, "email", "given_name", "family_name")
	if err != nil {
		return Result{}, err
	}
	var result Result
	err = d.transact(ctx, func(ctx context.Context) error {
		plan, err := d.planPeople(ctx, by)
		if err != nil {
			return err
		}
		plan.faults = faultsOf{slices.Clone(faults.Errors)}
		for _, row := range table.Rows {
			plan.take(d, row)
		}
		if len(plan.faults.Errors) > 0 {
			return plan.faults.Or()
		}
		if plan.hadAdministrator && plan.administrators == 0 {
			return events.E(events.Conflict, "last_administrator", "role")
		}
		result = plan.result
		if dryRun {
			return nil
		}
		for _, p := range plan.changed {
			if err := d.store.replacePerson(ctx, p); err != nil {
				return err
			}
		}
		return d.store.addPeople(ctx, plan.added)
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// peoplePlan is what an import of people comes to.
type peoplePlan struct {
	by               string
	actor            events.Role
	organisations    map[string]bool
	known            map[string]Person // by address and name
	seen             map[string]bool
	hadAdministrator bool
	administrators   int
	added, changed   []Person
	faults           faultsOf
	result           Result
}

func (d *Directory) planPeople(ctx context.Context, by string) (*peoplePlan, error) {
	plan := &peoplePlan{by: by, organisations: map[string]bool{}, known: map[string]Person{}, seen: map[string]bool{}}
	var err error
	if plan.actor, err = d.actor(ctx, by); err != nil {
		return nil, err
	}
	organisations, err := d.store.organisations(ctx, "", "")
	if err != nil {
		return nil, err
	}
	for _, o := range organisations {
		plan.organisations[o.Code] = true
	}
	people, err := d.store.people(ctx, map[string]any{})
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		plan.known[p.Twin] = p
		if p.Role == events.Administrator {
			plan.hadAdministrator = true
			plan.administrators++
		}
	}
	return plan, nil
}

func (plan *peoplePlan) take(d *Directory, row papers.Row) {
	typed := Person{Email: row.Cell("email"), GivenName: row.Cell("given_name"), FamilyName: row.Cell("family_name")}
	if faults := typed.tidy(d.Languages); len(faults) > 0 {
		plan.faults.add(row, nil, faults...)
		return
	}
	before, exists := plan.known[typed.Twin]
	p := typed
	if exists {
		p = before
		p.GivenName, p.FamilyName = typed.GivenName, typed.FamilyName
	}
	role := string(p.Role)
	given(&role, row.Cell("role"))
	p.Role = events.Role(role)
	given(&p.Organisation, row.Cell("organisation"))
	given(&p.Language, row.Cell("language"))
	given(&p.Expert, row.Cell("expert"))
	given(&p.Title, row.Cell("title"))
	given(&p.Post, row.Cell("post"))
	given(&p.Zone, row.Cell("timezone"))
	plan.faults.add(row, nil, plan.judge(d, &p, before, exists)...)
	if len(plan.faults.Errors) == 0 {
		plan.count(d, p, before, exists)
	}
}

// judge tidies a person and says what is wrong with it.
func (plan *peoplePlan) judge(d *Directory, p *Person, before Person, exists bool) events.Errors {
	faults := p.tidy(d.Languages)
	if p.Organisation != "" && !plan.organisations[p.Organisation] && p.Organisation != before.Organisation {
		faults.Add(events.E(events.Invalid, "organisation_unknown", "organisation").With("organisation", p.Organisation))
	}
	known := &before
	if !exists {
		known = nil
	}
	if fault := mayChange(plan.by, plan.actor, known, *p); fault != nil {
		faults.Add(fault)
	}
	if plan.seen[p.Twin] {
		faults.Add(events.E(events.Invalid, "import_twice", "email"))
	}
	plan.seen[p.Twin] = true
	return faults
}

func (plan *peoplePlan) count(d *Directory, p, before Person, exists bool) {
	if before.Role == events.Administrator {
		plan.administrators--
	}
	if p.Role == events.Administrator {
		plan.administrators++
	}
	switch {
	case !exists:
		p = d.fresh(p, plan.by)
		p.History[0].What = "imported"
		plan.added = append(plan.added, p)
		plan.result.Added++
	case p.note(before, plan.by, "imported", d.instant()):
		plan.changed = append(plan.changed, p)
		plan.result.Changed++
	default:
		plan.result.Unchanged++
	}
}
