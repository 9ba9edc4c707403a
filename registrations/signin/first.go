package signin

import (
	"context"

	"capportal/events"
	"capportal/registrations/directory"
)

// FirstAdministrator makes the one-time link behind which the first administrator gives name and
// address, and gives its token; empty when the portal has an administrator.
func (s *SignIn) FirstAdministrator(ctx context.Context) (string, error) {
	r := s.row(FirstLife)
	r.First = true
	exists := false
	err := s.Transact(ctx, func(ctx context.Context) error {
		var err error
		if exists, err = s.People.AdministratorExists(ctx); err != nil || exists {
			return err
		}
		return s.store.addRow(ctx, r)
	})
	if err != nil || exists {
		return "", err
	}
	return s.Keys.SignInLink(r.ID), nil
}

// ConsumeFirst makes the person the first administrator and signs it in. Faults of the person leave
// the link good. Every other such link, printed by another start, ends with it: Expired,
// `link_expired`.
func (s *SignIn) ConsumeFirst(ctx context.Context, token string, p directory.Person) (session Session, raw string, err error) {
	err = s.Transact(ctx, func(ctx context.Context) error {
		// Two such links consumed at once meet on this one document, and the later sees the earlier's
		// administrator.
		if err := s.store.touch(ctx, "first_administrator"); err != nil {
			return err
		}
		r, err := s.open(ctx, token)
		if err != nil {
			return err
		}
		if !r.First {
			return events.E(events.NotFound, "link_invalid", "")
		}
		p.Role = events.Administrator
		added, err := s.firstPerson(ctx, p)
		if err != nil {
			return err
		}
		if err := s.use(ctx, r); err != nil {
			return err
		}
		session, raw, err = s.begin(ctx, added.ID)
		return err
	})
	return session, raw, err
}

// firstPerson adds the administrator, or raises who is already known by that address and name.
func (s *SignIn) firstPerson(ctx context.Context, p directory.Person) (directory.Person, error) {
	added, err := s.People.AddPerson(ctx, directory.ByPortal, p)
	if !events.Is(err, "person_exists") {
		return added, err
	}
	known, err := s.People.EnsurePerson(ctx, p)
	if err != nil {
		return known, err
	}
	return s.People.ChangePerson(ctx, directory.ByPortal, known.ID, known.Version, func(k *directory.Person) error {
		k.Role = events.Administrator
		return nil
	})
}
