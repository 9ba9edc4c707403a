package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/256dpi/lungo"

	"capportal/events"
)

// Directory finds and changes organisations and people. Its methods may be called by many at once.
// Each writing method opens a transaction of its own, or joins the one that runs in its context.
type Directory struct {
	// Languages are those on offer to people; the first is the default. Set before use.
	Languages []string
	// ImportLimit is the most rows an import takes in one go. Set before use.
	ImportLimit int

	store    store
	transact Transact
	now      func() time.Time
}

// Transact runs an act in a transaction; the act may run again, and uses only the context it is given.
type Transact = func(context.Context, func(context.Context) error) error

// New makes a directory over a database. It offers six languages and takes 5,000 rows in an
// import, which is what the embedded engine takes in good time (design.md 4).
func New(db lungo.IDatabase, transact func(context.Context, func(context.Context) error) error, now func() time.Time) *Directory {
	return &Directory{
		Languages:   []string{"en", "fr", "es", "ar", "ru", "pt"},
		ImportLimit: 5000,
		store:       newStore(db), transact: transact, now: now,
	}
}

// Query narrows a list of organisations; what is empty narrows nothing.
type Query struct {
	Group  events.Group
	Region string
	Q      string // words, each in the code or in the name in any language
}

// Organisation finds an organisation by its code; NotFound, key `organisation_not_found`.
func (d *Directory) Organisation(ctx context.Context, code string) (Organisation, error) {
	o, err := d.store.organisation(ctx, code)
	if errors.Is(err, errAbsent) {
		return o, events.E(events.NotFound, "organisation_not_found", "").With("code", code)
	}
	return o, err
}

// Names gives the names of some organisations, by their codes; whichever is gone is left out. It is one
// look-up, however many they are.
func (d *Directory) Names(ctx context.Context, codes []string) (map[string]events.Text, error) {
	return d.store.names(ctx, codes)
}

// Organisations lists organisations in the order of their codes; the edge sorts by name, in its
// language's way.
func (d *Directory) Organisations(ctx context.Context, q Query) ([]Organisation, error) {
	all, err := d.store.organisations(ctx, q.Group, q.Region)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(q.Q) == "" {
		return all, nil
	}
	return slices.DeleteFunc(all, func(o Organisation) bool {
		texts := []string{o.Code, o.ISO3}
		for _, name := range o.Name {
			texts = append(texts, name)
		}
		return !found(q.Q, texts...)
	}), nil
}

// Members lists whoever is a Member, or of a status akin to it, on the day of an instant (UTC), in
// the order of codes. CountMembers tells the two apart.
func (d *Directory) Members(ctx context.Context, on time.Time) ([]Organisation, error) {
	all, err := d.store.organisations(ctx, events.Member, "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o Organisation) bool { return o.Status == "" || !o.Lasts(on) }), nil
}

// AddOrganisation adds an organisation; Conflict, key `organisation_exists`, when its code is taken.
func (d *Directory) AddOrganisation(ctx context.Context, by string, o Organisation) (Organisation, error) {
	if faults := o.tidy(); len(faults) > 0 {
		return o, faults.Or()
	}
	o.Version = 1
	o.History = []events.Change{{At: d.instant(), By: by, What: "created"}}
	err := d.transact(ctx, func(ctx context.Context) error {
		_, err := d.store.organisation(ctx, o.Code)
		switch {
		case err == nil:
			return events.E(events.Conflict, "organisation_exists", "code").With("code", o.Code)
		case !errors.Is(err, errAbsent):
			return err
		}
		return d.store.addOrganisations(ctx, []Organisation{o})
	})
	return o, err
}

// ChangeOrganisation changes an organisation as fn says. The version is the one that was read; when
// another has been written since, it is Stale, key `stale_edit`. A change that changes nothing writes
// nothing. The code stays.
func (d *Directory) ChangeOrganisation(ctx context.Context, by, code string, version int, fn func(*Organisation) error) (Organisation, error) {
	var o Organisation
	err := d.transact(ctx, func(ctx context.Context) error {
		before, err := d.Organisation(ctx, code)
		if err != nil {
			return err
		}
		if before.Version != version {
			return events.Outdated(version, before.Version)
		}
		o = before
		o.Name, o.Domains = cloneText(before.Name), slices.Clone(before.Domains)
		if err := fn(&o); err != nil {
			return err
		}
		o.Code = before.Code
		if faults := o.tidy(); len(faults) > 0 {
			return faults.Or()
		}
		if o.note(before, by, "edited", d.instant()) {
			return d.store.replaceOrganisation(ctx, o)
		}
		return nil
	})
	return o, err
}

// note raises the version and writes the history when something changed, and tells whether it did.
func (o *Organisation) note(before Organisation, by, what string, at time.Time) bool {
	fields := o.changed(before)
	o.Version, o.History = before.Version, before.History
	if len(fields) == 0 {
		return false
	}
	o.Version++
	change := events.Change{At: at, By: by, What: what, Detail: map[string]string{"fields": strings.Join(fields, " ")}}
	o.History = append(slices.Clone(before.History), change)
	return true
}

// instant is now as the store keeps it: UTC, to the millisecond.
func (d *Directory) instant() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

func cloneText(t events.Text) events.Text {
	c := events.Text{}
	for language, text := range t {
		c[language] = text
	}
	return c
}

// wrap says what was being done when the store failed.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("directory: %s: %w", doing, err)
}
