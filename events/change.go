package events

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Change edits an activity: the only way. Version is the one the editor read; a stale one is
// refused. The state is changed by Advance alone.
func (p *Programme) Change(ctx context.Context, by Visitor, code string, version int, why string, edit func(*Activity) error) (Activity, error) {
	return p.write(ctx, by, code, version, Change{What: "edited", Why: why}, edit)
}

// Advance takes an activity to another state through its gates. Into names the other activity when
// it is merged. Edit, when given, changes the activity in the same step: the new dates of a
// postponed one.
func (p *Programme) Advance(ctx context.Context, by Visitor, code string, version int, to State, why, into string, edit func(*Activity) error) (Activity, error) {
	return p.write(ctx, by, code, version, Change{What: "state", Why: why}, func(a *Activity) error {
		if edit != nil {
			if err := edit(a); err != nil {
				return err
			}
		}
		return p.advance(ctx, a, to, why, into)
	})
}

func (p *Programme) advance(ctx context.Context, a *Activity, to State, why, into string) error {
	step, err := FindStep(a, to)
	if err != nil {
		return err
	}
	counts, err := p.facts(ctx, a.Code)
	if err != nil {
		return fmt.Errorf("asking who takes part: %w", err)
	}
	if err := Judge(step, a, Now{Time: p.now(), Facts: counts}).Err(step, why); err != nil {
		return err
	}
	if to == Merged {
		if _, err := p.store.byCode(ctx, into); err != nil || into == a.Code {
			return E(Invalid, "merge_into_unknown", "into").With("code", into)
		}
		a.MergedInto = into
	}
	if to == Postponed {
		a.Left = a.State
	} else if a.State == Postponed {
		a.Left = ""
	}
	a.State = to
	return nil
}

// Preview judges an edit without writing it, and gives the activity before and after.
func (p *Programme) Preview(ctx context.Context, by Visitor, code string, edit func(*Activity) error) (before, after Activity, err error) {
	if before, err = p.mayChange(ctx, by, code); err != nil {
		return
	}
	after = before.clone()
	if err = edit(&after); err == nil {
		err = p.judge(ctx, &before, &after)
	}
	return before, after, err
}

func (p *Programme) mayChange(ctx context.Context, by Visitor, code string) (Activity, error) {
	a, err := p.store.byCode(ctx, code)
	if err != nil {
		return a, err
	}
	if See(by, &a, p.now()) == Nothing {
		return a, errNoActivity
	}
	if !by.Decides() {
		return a, E(Denied, "not_allowed", "")
	}
	return a, nil
}

func (p *Programme) write(ctx context.Context, by Visitor, code string, version int, c Change, edit func(*Activity) error) (Activity, error) {
	var written Activity
	if err := JudgeReason(c.Why); err != nil {
		return written, err
	}
	err := p.transact(ctx, func(ctx context.Context) error {
		before, err := p.mayChange(ctx, by, code)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return Outdated(version, before.Version)
		}
		after := before.clone()
		if err := edit(&after); err != nil {
			return err
		}
		written, err = p.save(ctx, by, before, after, c)
		return err
	})
	return written, err
}

// save judges and writes what an edit made of an activity, and tells the follower.
func (p *Programme) save(ctx context.Context, by Visitor, before, after Activity, c Change) (Activity, error) {
	if err := p.judge(ctx, &before, &after); err != nil {
		return Activity{}, err
	}
	changed := changedFields(&before, &after)
	if len(changed) == 0 {
		return before, nil
	}
	if MovesCalendar(&before, &after, changed) {
		after.CalendarChanged = p.now().UTC().Truncate(time.Second)
		if before.Announced {
			after.CalendarRevision++
		}
	}
	after.Announced = after.Announced || after.State != Planned && before.State == Planned && !after.State.Off()
	c.At, c.By, c.Detail = p.now().UTC(), by.Person, map[string]string{"fields": strings.Join(changed, " ")}
	if before.State != after.State {
		c.From, c.To = string(before.State), string(after.State)
	} else if slices.Contains(changed, "start") || slices.Contains(changed, "end") {
		c.What, c.From, c.To = "moved", before.Start.Format(time.RFC3339), after.Start.Format(time.RFC3339)
	}
	after.Version, after.History = before.Version+1, append(slices.Clone(before.History), c)
	if err := p.store.replace(ctx, before.Version, after); err != nil {
		return Activity{}, err
	}
	if slices.Contains(changed, "public_report") {
		day := ""
		if after.PublicReport != nil {
			day = after.PublicReport.Date
		}
		if err := p.store.reportToChildren(ctx, after.Code, day); err != nil {
			return Activity{}, err
		}
	}
	return after, p.follow(ctx, before, after)
}

// judge holds what an edit may not do, whoever edits.
func (p *Programme) judge(ctx context.Context, before, after *Activity) error {
	normalise(after)
	if after.Code != before.Code {
		return E(Invalid, "code_fixed", "code")
	}
	if err := Validate(after); err != nil {
		return err
	}
	if after.Parent != before.Parent {
		if err := p.adopt(ctx, after); err != nil {
			return err
		}
	}
	if after.Slug != before.Slug {
		if _, err := p.store.bySlug(ctx, after.Slug); err == nil {
			return E(Conflict, "slug_taken", "slug")
		}
	}
	if before.State.Off() && before.State != Postponed || before.State == InAnnex {
		if fields := changedFields(before, after); len(fields) > 0 && !onlyAfterwards(fields) {
			return E(Conflict, "activity_over", "").With("state", string(before.State))
		}
	}
	return p.capacityHolds(ctx, before, after)
}

// onlyAfterwards tells whether the fields are those that may still change when all is over.
func onlyAfterwards(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		return !slices.Contains([]string{"public_report", "note", "description", "title", "figures"}, f)
	})
}

// capacityHolds refuses seats below those already confirmed.
func (p *Programme) capacityHolds(ctx context.Context, before, after *Activity) error {
	less := func(pool Pool) bool { return after.Capacity(pool) < before.Capacity(pool) }
	if !less(OnSitePool) && !less(RemotePool) || after.State.Off() {
		return nil
	}
	counts, err := p.facts(ctx, after.Code)
	if err != nil {
		return fmt.Errorf("asking who takes part: %w", err)
	}
	var faults Errors
	for _, pool := range []Pool{OnSitePool, RemotePool} {
		if taken := counts.Confirmed[pool]; less(pool) && after.Capacity(pool) < taken {
			faults.Add(E(Conflict, "capacity_below_confirmed", "seats."+string(pool)).With("confirmed", taken).With("capacity", after.Capacity(pool)))
		}
	}
	return faults.Or()
}

// Record writes an activity's figures in the transaction that records them. It raises neither
// version nor calendar revision and tells nobody.
func (p *Programme) Record(ctx context.Context, code string, f Figures) error {
	return p.store.setFigures(ctx, code, f)
}
