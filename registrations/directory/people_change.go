package directory

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"capportal/events"
)

// AddPerson adds a person. The same address and name twice is a Conflict, key `person_exists`; a
// role of the Secretariat given by somebody else than an administrator or the portal is Denied.
func (d *Directory) AddPerson(ctx context.Context, by string, p Person) (Person, error) {
	if faults := p.tidy(d.Languages); len(faults) > 0 {
		return p, faults.Or()
	}
	err := d.transact(ctx, func(ctx context.Context) error {
		if err := d.mayWrite(ctx, by, nil, p); err != nil {
			return err
		}
		twin, err := d.twin(ctx, p)
		if err != nil {
			return err
		}
		if twin != nil {
			return events.E(events.Conflict, "person_exists", "email")
		}
		p = d.fresh(p, by)
		return d.store.addPeople(ctx, []Person{p})
	})
	return p, err
}

// EnsurePerson gives the person with this address and name, or adds a participant. Someone known
// is left as known: what a stranger types changes nobody. The organisation of a new one makes it a
// member of that organisation's group, so the caller gives one only if somebody vouches for it: a
// contact point, an officer, or the address's domain (Organisation.Vouches).
func (d *Directory) EnsurePerson(ctx context.Context, p Person) (Person, error) {
	p.Role, p.Expert = events.Participant, ""
	if faults := p.tidy(d.Languages); len(faults) > 0 {
		return p, faults.Or()
	}
	err := d.transact(ctx, func(ctx context.Context) error {
		twin, err := d.twin(ctx, p)
		if err != nil {
			return err
		}
		if twin != nil {
			p = *twin
			return nil
		}
		if err := d.known(ctx, p.Organisation); err != nil {
			return err
		}
		p = d.fresh(p, ByPortal)
		return d.store.addPeople(ctx, []Person{p})
	})
	return p, err
}

// ChangePerson changes a person as fn says. The version is the one that was read; when another has
// been written since, it is Stale, key `stale_edit`. A change that changes nothing writes nothing. Taking
// its role from the last administrator is a Conflict, key `last_administrator`.
func (d *Directory) ChangePerson(ctx context.Context, by, id string, version int, fn func(*Person) error) (Person, error) {
	var p Person
	err := d.transact(ctx, func(ctx context.Context) error {
		before, err := d.Person(ctx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return events.Outdated(version, before.Version)
		}
		p = before
		if err := fn(&p); err != nil {
			return err
		}
		p.ID, p.Created = before.ID, before.Created
		if faults := p.tidy(d.Languages); len(faults) > 0 {
			return faults.Or()
		}
		if err := d.mayWrite(ctx, by, &before, p); err != nil {
			return err
		}
		if err := d.distinct(ctx, before, p); err != nil {
			return err
		}
		if p.note(before, by, "edited", d.instant()) {
			return d.store.replacePerson(ctx, p)
		}
		return nil
	})
	return p, err
}

// mayWrite judges who writes, that the organisation exists, and that an administrator remains.
func (d *Directory) mayWrite(ctx context.Context, by string, before *Person, after Person) error {
	role, err := d.actor(ctx, by)
	if err != nil {
		return err
	}
	if fault := mayChange(by, role, before, after); fault != nil {
		return fault
	}
	if before != nil && before.Role == events.Administrator && after.Role != events.Administrator {
		others, err := d.store.people(ctx, map[string]any{"role": events.Administrator})
		if err != nil {
			return err
		}
		if len(others) < 2 {
			return events.E(events.Conflict, "last_administrator", "role")
		}
	}
	if before != nil && before.Organisation == after.Organisation {
		return nil
	}
	return d.known(ctx, after.Organisation)
}

// known refuses an organisation that is not in the directory; none is fine.
func (d *Directory) known(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	_, err := d.store.organisation(ctx, code)
	if errors.Is(err, errAbsent) {
		return events.E(events.Invalid, "organisation_unknown", "organisation").With("organisation", code)
	}
	return err
}

// twin finds who has the same address and name; nil when nobody has.
func (d *Directory) twin(ctx context.Context, p Person) (*Person, error) {
	same, err := d.store.people(ctx, map[string]any{"twin": p.Twin})
	if err != nil || len(same) == 0 {
		return nil, err
	}
	return &same[0], nil
}

// Foresee asks at once whom EnsurePerson will be asked for, so that a transaction, which remembers what it has
// been told, need not ask for each.
func (d *Directory) Foresee(ctx context.Context, people []Person) error {
	twins := make([]string, 0, len(people))
	for _, p := range people {
		if len(p.tidy(d.Languages)) == 0 {
			twins = append(twins, p.Twin)
		}
	}
	_, err := d.store.people(ctx, map[string]any{"twin": map[string]any{"$in": twins}})
	return err
}

// distinct refuses a change that would make two people one address and name.
func (d *Directory) distinct(ctx context.Context, before, after Person) error {
	if before.Twin == after.Twin {
		return nil
	}
	twin, err := d.twin(ctx, after)
	if err != nil || twin == nil || twin.ID == after.ID {
		return err
	}
	return events.E(events.Conflict, "person_exists", "email")
}

// fresh gives a new person its id and the first entry of its history.
func (d *Directory) fresh(p Person, by string) Person {
	p.ID, p.Version, p.FeedVersion, p.LinkVersion, p.Created = newID(), 1, 1, 1, d.instant()
	p.History = []events.Change{{At: p.Created, By: by, What: "created"}}
	return p
}

// note raises the version and writes the history when something changed, and tells whether it did.
func (p *Person) note(before Person, by, what string, at time.Time) bool {
	fields := p.changed(before)
	p.Version, p.History = before.Version, before.History
	if len(fields) == 0 {
		return false
	}
	p.Version++
	change := events.Change{At: at, By: by, What: what, Detail: map[string]string{"fields": strings.Join(fields, " ")}}
	if p.Role != before.Role {
		change.What, change.From, change.To = "role", string(before.Role), string(p.Role)
	}
	p.History = append(slices.Clone(before.History), change)
	return true
}

// newID gives 128 random bits in hexadecimal.
func newID() string {
	var bits [16]byte
	rand.Read(bits[:]) // never fails (crypto/rand)
	return hex.EncodeToString(bits[:])
}

// Vouch makes an organisation a person's own, once the organisation or the Secretariat has agreed
// to what the person claimed. Who belongs somewhere already stays there. It joins the caller's
// transaction.
func (d *Directory) Vouch(ctx context.Context, id, organisation string) error {
	return d.transact(ctx, func(ctx context.Context) error {
		p, err := d.Person(ctx, id)
		if err != nil || p.Organisation != "" {
			return err
		}
		if err := d.known(ctx, organisation); err != nil {
			return err
		}
		before := p
		p.Organisation = organisation
		if p.note(before, ByPortal, "vouched", d.instant()) {
			return d.store.replacePerson(ctx, p)
		}
		return nil
	})
}
