package public

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/views/page"
)

// feedPast is how far back a feed reaches: long enough that a calendar keeps its year.
const feedPast = 366 * 24 * time.Hour

// feedPurpose is the purpose of the token in a personal feed's address; its subject is the person.
const feedPurpose = "feed"

// PublicFeed is the calendar to which anybody can subscribe. Whoever asks, signed in or not, it holds
// what an anonymous visitor sees, since a feed's address is passed on.
func (p *Pages) PublicFeed(c *fiber.Ctx) error {
	list, err := p.Programme.List(c.UserContext(), events.Visitor{}, events.Query{From: page.Of(c).Now.Add(-feedPast)})
	if err != nil {
		return err
	}
	language := p.feedLanguage(c)
	var entries []calendar.Entry
	for i := range list {
		entries = p.put(entries, p.Entries.Public(&list[i], language), page.Of(c).Now)
	}
	return p.feed(c, language, "calendar.feed.name", entries)
}

// PersonalFeed is one person's calendar: the own entries, and whatever else the person may see. The
// secret in its address is revoked by raising the person's feed version.
func (p *Pages) PersonalFeed(c *fiber.Ctx) error {
	ctx, s := c.UserContext(), page.Of(c)
	token, ok := strings.CutSuffix(c.Params("*"), ".ics")
	if plain, err := url.PathUnescape(token); err == nil {
		token = plain
	}
	if !ok {
		return events.E(events.NotFound, "not_found", "")
	}
	language := ""
	id, err := p.Keys.Open(ctx, feedPurpose, token, func(ctx context.Context, id string) (int, error) {
		person, err := p.Directory.Person(ctx, id)
		language = person.Language
		return person.FeedVersion, err
	})
	if err != nil {
		return err
	}
	v, err := p.Desk.Visitor(ctx, id)
	if err != nil {
		return err
	}
	entries, err := p.personal(ctx, v, language, s.Now)
	if err != nil {
		return err
	}
	return p.feed(c, language, "calendar.feed.own", entries)
}

// personal gathers what stands in a person's feed: of an activity with an entry of one's own that one,
// else the activity's. One's own stands there from the mail that brings it on, because before that its
// SEQUENCE does not rise with what it says (design.md 3.5, calendar-rules.md 58).
func (p *Pages) personal(ctx context.Context, v events.Visitor, language string, now time.Time) ([]calendar.Entry, error) {
	parts, err := p.Desk.Mine(ctx, v)
	if err != nil {
		return nil, err
	}
	var entries []calendar.Entry
	own := map[string]bool{}
	for i := range parts {
		r := &parts[i].Registration
		a, err := p.Programme.Load(ctx, r.Activity)
		if err != nil {
			return nil, err
		}
		if a.End.Before(now.Add(-feedPast)) {
			continue
		}
		for _, e := range p.Entries.Earlier(&a, r) {
			entries = p.put(entries, e, now)
		}
		if e, given := p.Entries.Own(&a, r); given && r.Calendar.Requested {
			entries = p.put(entries, e, now)
			own[a.Code] = own[a.Code] || !e.Cancelled || a.State.Off()
		}
	}
	list, err := p.Programme.List(ctx, v, events.Query{From: now.Add(-feedPast)})
	if err != nil {
		return nil, err
	}
	for i := range list {
		if !own[list[i].Code] {
			entries = p.put(entries, p.Entries.Public(&list[i], language), now)
		}
	}
	return entries, nil
}

// put adds an entry that still belongs in a feed.
func (p *Pages) put(entries []calendar.Entry, e calendar.Entry, now time.Time) []calendar.Entry {
	if !e.InFeed(now) {
		return entries
	}
	return append(entries, e)
}

// feedLanguage is the language a feed is asked for in: by its address, since programs that fetch
// calendars know no cookie, else by what the program says.
func (p *Pages) feedLanguage(c *fiber.Ctx) string {
	if l := c.Query("language"); p.Renderer.Offers(l) {
		return l
	}
	return page.Of(c).Lang()
}

func (p *Pages) feed(c *fiber.Ctx, language, name string, entries []calendar.Entry) error {
	w := p.Renderer.Words(language)
	body, err := calendar.Feed(w.T(name, "portal", w.T("portal.name")), entries)
	if err != nil {
		return err
	}
	return page.SendCalendar(c, body, "", "private, no-cache")
}

// File is one activity as a calendar file, for whoever may see it.
func (p *Pages) File(c *fiber.Ctx) error {
	a, err := p.Programme.FindSlug(c.UserContext(), page.Of(c).Visitor, c.Params("slug"))
	if err != nil {
		return err
	}
	body, err := calendar.Download(p.Entries.Public(&a, p.feedLanguage(c)))
	if err != nil {
		return err
	}
	return page.SendCalendar(c, body, a.Slug+".ics", "private, no-cache")
}
