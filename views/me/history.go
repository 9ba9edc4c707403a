package me

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// passage is one entry of a registration's history in words.
type passage struct {
	At   time.Time
	What string
	By   string
	Why  string // the reason, where it is meant for the person
}

// told are the events whose reason the person is told.
var told = []registrations.Event{registrations.Reject, registrations.Refuse, registrations.Waitlist, registrations.Withdraw}

// history puts what happened into words, the latest first. Who did it is named by its part in it: no
// officer's name is the person's to know.
func (p *Pages) history(c *fiber.Ctx, o *opened) ([]passage, error) {
	w := page.Of(c).Words
	known := map[string]string{}
	list := make([]passage, 0, len(o.History))
	for _, change := range slices.Backward(o.History) {
		what := ""
		for _, key := range []string{"event." + change.What, "change." + change.What} {
			if what == "" && w.Has(key) {
				what = w.T(key)
			}
		}
		if what == "" {
			continue // nothing of the person's concern
		}
		by, asked := known[change.By]
		if !asked {
			var err error
			if by, err = p.actor(c, o, change.By); err != nil {
				return nil, err
			}
			known[change.By] = by
		}
		one := passage{At: change.At, What: what, By: by}
		if slices.Contains(told, registrations.Event(change.What)) {
			one.Why = change.Why
		}
		list = append(list, one)
	}
	return list, nil
}

// actor says who did something, seen from the registration; "" when that is nobody's business.
func (p *Pages) actor(c *fiber.Ctx, o *opened, by string) (string, error) {
	w := page.Of(c).Words
	switch by {
	case o.PersonID, "self", "link:" + o.ID, "":
		if o.own {
			return w.T("mine.by.you"), nil
		}
		return w.T("mine.by.person"), nil
	case "portal", "import":
		return w.T("mine.by.portal"), nil
	}
	person, err := p.Directory.Person(c.UserContext(), by)
	switch {
	case events.IsGone(err):
		return "", nil
	case err != nil:
		return "", err
	case (events.Visitor{Person: by, Role: person.Role}).Secretariat():
		return w.T("mine.by.secretariat"), nil
	case person.Role == events.ContactPoint && person.Organisation == o.Organisation:
		return w.T("mine.by.contact_point"), nil
	}
	return "", nil
}
