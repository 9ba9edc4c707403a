package events

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/256dpi/lungo"
)

// Counts are the facts about who takes part that the lifecycle's gates ask for.
type Counts struct {
	Invited   int          // organisations on the invitation list
	Living    int          // registrations neither rejected, refused, withdrawn nor replaced
	Confirmed map[Pool]int // seats taken
	Waiting   map[Pool]int
	Attended  int
}

// Facts asks the house of registrations about an activity, in the transaction of the change.
type Facts func(ctx context.Context, code string) (Counts, error)

// Follower is told of every change of an activity, in its transaction: seats are resized, waiting
// people promoted, registrations told. Its error undoes the change.
type Follower func(ctx context.Context, before, after Activity) error

// Transact runs fn in one transaction; a call inside a running one joins it.
type Transact func(ctx context.Context, fn func(ctx context.Context) error) error

// Programme is the one way to read and to change activities.
type Programme struct {
	store    store
	transact Transact
	now      func() time.Time
	facts    Facts
	follow   Follower
}

// NewProgramme makes a Programme on a database. Facts and Follower are set by Attach before the
// first change; until then nobody takes part in anything.
func NewProgramme(db lungo.IDatabase, transact Transact, now func() time.Time) *Programme {
	return &Programme{store: newStore(db), transact: transact, now: now,
		facts:  func(context.Context, string) (Counts, error) { return Counts{}, nil },
		follow: func(context.Context, Activity, Activity) error { return nil }}
}

// Attach sets who is asked and who is told. It is called once, while the program is put together.
func (p *Programme) Attach(facts Facts, follow Follower) { p.facts, p.follow = facts, follow }

// errNoActivity is what a visitor meets who asks for what does not exist, or what it may not see.
var errNoActivity = E(NotFound, "no_such_activity", "")

// Load gives an activity as it is stored, for the houses that serve no visitor directly.
func (p *Programme) Load(ctx context.Context, code string) (Activity, error) {
	return p.store.byCode(ctx, code)
}

// Find gives an activity by code as the visitor may see it. What may not be seen is not found.
func (p *Programme) Find(ctx context.Context, v Visitor, code string) (Activity, error) {
	a, err := p.store.byCode(ctx, code)
	return p.shown(v, a, err)
}

// FindSlug gives an activity by slug as the visitor may see it.
func (p *Programme) FindSlug(ctx context.Context, v Visitor, slug string) (Activity, error) {
	a, err := p.store.bySlug(ctx, slug)
	return p.shown(v, a, err)
}

func (p *Programme) shown(v Visitor, a Activity, err error) (Activity, error) {
	if err != nil {
		return Activity{}, err
	}
	if a, ok := Shown(v, a, p.now()); ok {
		return a, nil
	}
	return Activity{}, errNoActivity
}

// Sight tells how much of an activity a visitor sees now.
func (p *Programme) Sight(v Visitor, a *Activity) Sight { return See(v, a, p.now()) }

// AssignedTo lists the codes of the activities to which an expert's address is assigned.
func (p *Programme) AssignedTo(ctx context.Context, email string) ([]string, error) {
	return p.store.assigned(ctx, email)
}

// Children lists the activities that belong to an operation, as the visitor may see them.
func (p *Programme) Children(ctx context.Context, v Visitor, code string) ([]Activity, error) {
	return p.List(ctx, v, Query{Parent: code})
}

// Create adds an activity, filled in by the template of its kind. Code and slug are given unless
// sent; it starts as planned.
func (p *Programme) Create(ctx context.Context, by Visitor, draft Activity) (Activity, error) {
	if !by.Decides() {
		return Activity{}, E(Denied, "not_allowed", "")
	}
	draft.State, draft.Announced, draft.Version, draft.CalendarRevision, draft.History = Planned, false, 0, 0, nil
	var made Activity
	err := p.inserting(ctx, func(ctx context.Context) error {
		a := draft
		TemplateOf(a.Kind).Fill(&a)
		if err := p.name(ctx, &a); err != nil {
			return err
		}
		var err error
		made, err = p.insert(ctx, a, Change{By: by.Person, What: "created"})
		return err
	})
	return made, err
}

// inserting runs a transaction that inserts under a name it picked, again when another took the
// name meanwhile.
func (p *Programme) inserting(ctx context.Context, fn func(context.Context) error) error {
	for try := 0; ; try++ {
		err := p.transact(ctx, fn)
		if err == nil || try == 4 || !lungo.IsUniquenessError(err) {
			return err
		}
	}
}

func (p *Programme) insert(ctx context.Context, a Activity, c Change) (Activity, error) {
	normalise(&a)
	if err := Validate(&a); err != nil {
		return Activity{}, err
	}
	if err := p.adopt(ctx, &a); err != nil {
		return Activity{}, err
	}
	if _, err := p.store.byCode(ctx, a.Code); err == nil {
		return Activity{}, E(Conflict, "code_taken", "code").With("code", a.Code)
	}
	if _, err := p.store.bySlug(ctx, a.Slug); err == nil {
		return Activity{}, E(Conflict, "slug_taken", "slug")
	}
	c.At = p.now().UTC()
	a.Version, a.History, a.CalendarChanged = 1, []Change{c}, c.At.Truncate(time.Second)
	if err := p.store.insert(ctx, a); err != nil {
		return Activity{}, err
	}
	return a, p.follow(ctx, Activity{}, a)
}

// adopt carries over what a child carries of its operation, and refuses an unknown one.
func (p *Programme) adopt(ctx context.Context, a *Activity) error {
	a.ParentReport = ""
	if a.Parent == "" {
		return nil
	}
	parent, err := p.store.byCode(ctx, a.Parent)
	if err != nil || a.Parent == a.Code {
		return E(Invalid, "parent_unknown", "parent").With("code", a.Parent)
	}
	if parent.PublicReport != nil {
		a.ParentReport = parent.PublicReport.Date
	}
	return nil
}

// name gives code and slug where none was sent. What only an operation's circle may know gets a
// random tail, so that no gap in the numbers and no word in the address betrays it.
func (p *Programme) name(ctx context.Context, a *Activity) error {
	if a.Code == "" {
		year := p.now().In(a.Location()).Year()
		if !a.Start.IsZero() {
			year = a.Start.In(a.Location()).Year()
		}
		if a.Visibility == ForOperation {
			a.Code = fmt.Sprintf("IPR-%d-%s", year, randomTail())
		} else {
			n, err := p.store.lastNumber(ctx, year)
			if err != nil {
				return err
			}
			a.Code = codeOf(year, n+1)
		}
	}
	if a.Slug != "" {
		return nil
	}
	a.Slug = strings.ToLower(a.Code)
	if a.Visibility == ForOperation {
		return nil
	}
	base := slugOf(a.Title["en"])
	if base == "" {
		return nil
	}
	a.Slug = base
	for n := 2; ; n++ {
		_, err := p.store.bySlug(ctx, a.Slug)
		if CodeOf(err) == NotFound && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		a.Slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// randomTail gives four letters and digits with a letter among them.
func randomTail() string {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	for {
		b := make([]byte, 4)
		rand.Read(b)
		for i := range b {
			b[i] = signs[int(b[i])%len(signs)]
		}
		if strings.ContainsAny(string(b), signs[:24]) {
			return string(b)
		}
	}
}

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

// PreviewAdvance judges a change of state without writing it.
func (p *Programme) PreviewAdvance(ctx context.Context, by Visitor, code string, to State, why, into string) (before, after Activity, err error) {
	return p.Preview(ctx, by, code, func(a *Activity) error { return p.advance(ctx, a, to, why, into) })
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
	err := p.transact(ctx, func(ctx context.Context) error {
		before, err := p.mayChange(ctx, by, code)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return E(Stale, "stale_edit", "version").With("yours", version).With("current", before.Version)
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

// IsGone tells whether err says that an activity does not exist or may not be seen.
func IsGone(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == NotFound
}
