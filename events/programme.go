package events

import (
	"context"
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
	return p.shown(ctx, v, a, err)
}

// FindSlug gives an activity by slug as the visitor may see it.
func (p *Programme) FindSlug(ctx context.Context, v Visitor, slug string) (Activity, error) {
	a, err := p.store.bySlug(ctx, slug)
	return p.shown(ctx, v, a, err)
}

func (p *Programme) shown(ctx context.Context, v Visitor, a Activity, err error) (Activity, error) {
	if err != nil {
		return Activity{}, err
	}
	shown, ok := Shown(v, a, p.now())
	if !ok {
		return Activity{}, errNoActivity
	}
	return shown, p.kin(ctx, v, &shown, map[string]bool{})
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
	what := "created"
	if draft.PreviousEdition != "" {
		what = "copied"
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
		made, err = p.insert(ctx, a, Change{By: by.Person, What: what})
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
