package me

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/views/i18n"
	"capportal/views/page"
)

// feedPurpose is the purpose of the token in a personal feed's address; its subject is the person.
const feedPurpose = "feed"

// profileView is what the portal knows of a person, to see and to change.
type profileView struct {
	Facts       []fact
	Version     string
	Languages   []page.Option
	Zones       []page.Option
	FeedVersion int
	Feed        string       // address of the personal calendar feed
	Subscribe   template.URL // the same, for a calendar program
}

// Profile shows what the portal knows of oneself.
func (p *Pages) Profile(c *fiber.Ctx) error {
	person, err := p.Directory.Person(c.UserContext(), page.Of(c).Visitor.Person)
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillProfile(form, &person)
	return p.showProfile(c, form, &person)
}

func fillProfile(form *page.Form, person *directory.Person) {
	form.Set("given_name", person.GivenName)
	form.Set("family_name", person.FamilyName)
	form.Set("post", person.Post)
	form.Set("language", person.Language)
	form.Set("timezone", person.Zone)
	form.SetInt("version", person.Version)
}

func (p *Pages) showProfile(c *fiber.Ctx, form *page.Form, person *directory.Person) error {
	s, w := page.Of(c), page.Of(c).Words
	form.Label("post", w.T("field.answers.post"))
	organisation, err := p.organisation(c, person.Organisation)
	if err != nil {
		return err
	}
	v := profileView{Version: form.Value("version"), Languages: p.languages(), Zones: zones(s, cmp.Or(form.Value("timezone"), person.Zone)),
		Facts: []fact{{Name: w.T("field.email"), Words: w.Isolate(person.Email)}, {Name: w.T("field.organisation"), Words: organisation}, {Name: w.T("field.role"), Words: w.T("role." + string(person.Role))}}}
	v.FeedVersion, v.Feed = person.FeedVersion, p.BaseURL+"/feeds/"+p.Keys.Link(feedPurpose, person.ID, person.FeedVersion)+".ics"
	_, rest, _ := strings.Cut(v.Feed, "://")
	v.Subscribe = template.URL("webcal://" + rest)
	return p.Renderer.Render(c, "me/profile", page.View{Active: "me", Data: v, Form: form, NoIndex: true})
}

// zones offers the zones that have a name in the reader's language, and the one chosen, by city.
func zones(s *page.State, chosen string) []page.Option {
	w := s.Words
	names := w.Zones()
	list := make([]page.Option, 0, len(names)+1)
	known := false
	for _, zone := range names {
		known = known || zone == chosen
		list = append(list, page.Option{Value: zone, Label: w.Zone(zone, s.Now)})
	}
	if !known && chosen != "" {
		list = append(list, page.Option{Value: chosen, Label: w.Zone(chosen, s.Now)})
	}
	i18n.SortBy(w, list, func(o page.Option) string { return o.Label })
	return list
}

// SendProfile changes names, language and zone. Registrations keep the name they were made with.
func (p *Pages) SendProfile(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	person, err := p.Directory.Person(ctx, s.Visitor.Person)
	if err != nil {
		return err
	}
	form.Required("given_name", "family_name")
	given, family, post := form.Line("given_name", 200), form.Line("family_name", 200), form.Line("post", 200)
	language, zone, version := form.Value("language"), form.Zone("timezone"), form.Int("version", 1, 1<<30)
	if form.OK() {
		_, err = p.Directory.ChangePerson(ctx, person.ID, person.ID, version, func(k *directory.Person) error {
			k.GivenName, k.FamilyName, k.Post, k.Language, k.Zone = given, family, post, language, zone
			return nil
		})
		if events.IsOutdated(err) {
			theirs := page.NewForm(c)
			fillProfile(theirs, &person)
			return page.ShowStale(c, p.Renderer, form, theirs, person.Version, []string{"given_name", "family_name", "post", "language", "timezone"}, s.Link("me", "profile"), s.Link("me", "profile"))
		}
		if err := form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showProfile(c, form, &person)
	}
	page.Tell(c, "saved")
	return c.Redirect(s.Link("me", "profile"), http.StatusSeeOther)
}

// RenewFeed gives the personal calendar feed another address; the one before stops.
func (p *Pages) RenewFeed(c *fiber.Ctx) error {
	s, ctx := page.Of(c), c.UserContext()
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	person, err := p.Directory.Person(ctx, s.Visitor.Person)
	if err != nil {
		return err
	}
	// The form says which address it replaces, so that sent twice it replaces one.
	if form.Int("feed_version", 0, 1<<30) == person.FeedVersion {
		_, err = p.Directory.ChangePerson(ctx, person.ID, person.ID, person.Version, func(k *directory.Person) error {
			k.FeedVersion++
			return nil
		})
		if err != nil {
			return err
		}
		page.Tell(c, "feed_renewed")
	}
	return c.Redirect(s.Link("me", "profile")+"#feed", http.StatusSeeOther)
}

// SignOutEverywhere ends every session of the person, this one included.
func (p *Pages) SignOutEverywhere(c *fiber.Ctx) error {
	s := page.Of(c)
	if err := p.Signin.SignOutEverywhere(c.UserContext(), s.Visitor.Person); err != nil {
		return err
	}
	page.EndSession(c)
	page.Tell(c, "signed_out_everywhere")
	return c.Redirect(s.Link(), http.StatusSeeOther)
}
