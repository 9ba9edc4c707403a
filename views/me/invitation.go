package me

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/views/page"
)

// Invitation is a person's own calendar entry as a file, as the last mail said it or the next one
// will; there is none without an entry that stands.
func (p *Pages) Invitation(c *fiber.Ctx) error {
	o, led, err := p.open(c, keyOf(c, nil))
	if led || err != nil {
		return err
	}
	none := events.E(events.NotFound, "not_found", "")
	if !o.own {
		return none
	}
	// The whole activity, as the mail's composer reads it: the entry decides what may be said.
	a, err := p.Programme.Load(c.UserContext(), o.Activity)
	if err != nil {
		return err
	}
	entry, given := p.Entries.Own(&a, &o.Registration)
	if !given || entry.Cancelled || !o.invited(&a) {
		return none
	}
	body, err := calendar.Invitation(entry)
	if err != nil {
		return err
	}
	return page.SendCalendar(c, body, "invitation-"+strings.ToLower(a.Code)+".ics", "private, no-store")
}
