package desk

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// The boxes of a form that are not sent at all when none of them is ticked.
var ticks = []string{"all_day", "regions", "languages", "interpretation", "open_to"}

// staleNames are the fields to be compared when somebody else was faster: whatever one of the two
// versions has. A box that was shown and not ticked counts as empty.
func staleNames(yours, theirs *page.Form, whole bool) []string {
	if whole {
		for _, name := range ticks {
			if theirs.Has(name) && !yours.Has(name) {
				yours.Set(name)
			}
		}
	}
	names := slices.Concat(theirs.Names(), yours.Names())
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		return slices.Contains([]string{"version", "reason", "sure", "then", page.TokenField}, name)
	})
}

// staleActivity shows both versions of an activity.
func (p *Pages) staleActivity(c *fiber.Ctx, form *page.Form, code, action string) error {
	now, err := p.Programme.Load(c.UserContext(), code)
	if err != nil {
		return err
	}
	theirs := page.NewForm(c)
	fillActivity(theirs, &now)
	names := staleNames(form, theirs, form.Has("kind"))
	return page.ShowStale(c, p.Renderer, form, theirs, now.Version, names, action, p.at(c, code))
}

// staleSession shows both versions of a session; one that is gone has none.
func (p *Pages) staleSession(c *fiber.Ctx, form *page.Form, code, id string) error {
	now, err := p.Programme.Load(c.UserContext(), code)
	if err != nil {
		return err
	}
	session, known := now.Session(id)
	if !known {
		return events.E(events.NotFound, "no_such_session", "")
	}
	theirs := page.NewForm(c)
	fillSession(theirs, &now, session)
	return page.ShowStale(c, p.Renderer, form, theirs, now.Version, staleNames(form, theirs, true), p.at(c, code, "sessions", id), p.at(c, code))
}
