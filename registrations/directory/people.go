package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"capportal/events"
)

// PeopleQuery narrows a list of people; what is empty narrows nothing. Cursor is the id of the
// last person of the page before; Limit is 50 unless given, 200 at most.
type PeopleQuery struct {
	Q            string // words, each in name, address or organisation's code
	Role         events.Role
	Organisation string
	Cursor       string
	Limit        int
}

// Person finds a person by id; NotFound, key `person_not_found`.
func (d *Directory) Person(ctx context.Context, id string) (Person, error) {
	p, err := d.store.person(ctx, id)
	if errors.Is(err, errAbsent) {
		return p, events.E(events.NotFound, "person_not_found", "")
	}
	return p, err
}

// PeopleAt lists who shares an address, in the order of their names; nobody at an address that is none.
func (d *Directory) PeopleAt(ctx context.Context, email string) ([]Person, error) {
	address, fault := NormalAddress(email)
	if fault != nil {
		return nil, nil
	}
	return d.store.people(ctx, map[string]any{"email": address})
}

// People lists people in the order of their names, a page at a time. The second value is the
// cursor of the next page, empty at the end.
func (d *Directory) People(ctx context.Context, q PeopleQuery) ([]Person, string, error) {
	filter := map[string]any{}
	if q.Role != "" {
		filter["role"] = q.Role
	}
	if q.Organisation != "" {
		filter["organisation"] = q.Organisation
	}
	all, err := d.store.people(ctx, filter)
	if err != nil {
		return nil, "", err
	}
	if strings.TrimSpace(q.Q) != "" {
		all = slices.DeleteFunc(all, func(p Person) bool { return !found(q.Q, p.Name(), p.Email, p.Organisation) })
	}
	if q.Cursor != "" {
		// Whoever stood last may be gone or renamed; then the list begins again rather than losing people.
		all = all[slices.IndexFunc(all, func(p Person) bool { return p.ID == q.Cursor })+1:]
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 200)
	if len(all) <= limit {
		return all, "", nil
	}
	return all[:limit], all[limit-1].ID, nil
}

// ContactPoints lists the contact points of an organisation, in the order of their names.
func (d *Directory) ContactPoints(ctx context.Context, organisation string) ([]Person, error) {
	return d.store.people(ctx, map[string]any{"role": events.ContactPoint, "organisation": organisation})
}

// HasContactPoint tells whether an organisation has a contact point.
func (d *Directory) HasContactPoint(ctx context.Context, organisation string) (bool, error) {
	return d.store.anybody(ctx, map[string]any{"role": events.ContactPoint, "organisation": organisation})
}

// OfficerExists tells whether the Secretariat has an officer in the directory.
func (d *Directory) OfficerExists(ctx context.Context) (bool, error) {
	return d.store.anybody(ctx, map[string]any{"role": events.Officer})
}

// AdministratorExists tells whether the portal has an administrator.
func (d *Directory) AdministratorExists(ctx context.Context) (bool, error) {
	return d.store.anybody(ctx, map[string]any{"role": events.Administrator})
}
