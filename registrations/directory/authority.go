package directory

import (
	"context"
	"errors"

	"capportal/events"
)

// Who acts without being a person in the directory: a command of whoever runs the machine, or an
// import started by one.
const (
	ByPortal = "portal"
	ByImport = "import"
)

// privileged tells whether a role is above contact point, so that only administrators give it.
func privileged(r events.Role) bool {
	return r == events.Administrator || r == events.Officer || r == events.Management
}

// MayGive tells whether somebody of a role may give another person this one: the roles of the
// Secretariat are the administrators' to give.
func MayGive(by, r events.Role) bool {
	return by == events.Administrator || by == events.Officer && !privileged(r)
}

// mayChange judges a change of a person, nil before when it is new. Only an administrator or the
// portal itself gives or takes the roles of the Secretariat, or changes the address of somebody
// who has one: whoever has the address can sign in. Nobody raises an own role.
func mayChange(by string, actor events.Role, before *Person, after Person) *events.Error {
	if by == ByPortal || by == ByImport || actor == events.Administrator {
		return nil
	}
	was := events.Participant
	if before != nil {
		was = before.Role
	}
	if after.Role != was && (privileged(after.Role) || privileged(was) || before != nil && by == before.ID) {
		return events.E(events.Denied, "role_not_yours_to_give", "role")
	}
	if before != nil && before.Email != after.Email && privileged(was) && by != before.ID {
		return events.E(events.Denied, "address_not_yours_to_change", "email")
	}
	return nil
}

// actor gives the role of who acts; the portal and imports have none and need none.
func (d *Directory) actor(ctx context.Context, by string) (events.Role, error) {
	if by == ByPortal || by == ByImport {
		return "", nil
	}
	p, err := d.store.person(ctx, by)
	if errors.Is(err, errAbsent) {
		return "", nil
	}
	return p.Role, err
}
