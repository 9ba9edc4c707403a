package views_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"capportal/events"
	"capportal/registrations"
)

// TestAccess_Delegation finds on a contact point's page the activities to which its organisation has
// been invited, and no other, not even as a line without words.
func TestAccess_Delegation(t *testing.T) {
	w := watch(t)
	page := w.As(w.people["SN"]).Get("/en/delegation/SN").Is(200)
	want := map[string]bool{}
	for name, id := range w.registered {
		if id != "" {
			want[w.slugs[name]] = true
		}
	}
	var articles int
	found := map[string]bool{}
	for _, entry := range page.Doc.Find("article.entry").EachIter() {
		articles++
		for word := range w.found(entry.Find("h3").Text()) {
			found[w.slugs[w.marks[word].of]] = true
		}
	}
	if articles != len(want) || !maps.Equal(found, want) {
		t.Errorf("%d entries name %v, want %v", articles, slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(want)))
	}
}

// TestAccess_Refused holds that who has been refused for what may not be seen keeps what was told, its
// dates and title, and learns no more: no place, no text, no session, no page.
func TestAccess_Refused(t *testing.T) {
	w := watch(t)
	for _, name := range []string{"invited", "joined", "members"} {
		r, err := w.Desk.Enter(w.Ctx, w.officer, w.codes[name], registrations.Entry{Person: registrations.Person{GivenName: "Looker", FamilyName: "public",
			Email: "public@post.example", Language: "en"}, Capacity: "expert", Pool: events.RemotePool})
		w.must(err)
		_, err = w.Desk.Decide(w.Ctx, w.officer, r.ID, registrations.Decision{Event: registrations.Refuse, Reason: "test"})
		w.must(err)
		g := w.gaze(slices.Index(lookers, "public"))
		for _, s := range []seen{g.get("/en/me"), g.get("/en/registrations/" + r.ID), g.call("GET", "/api/v1/registrations/"+r.ID, "")} {
			if s.status != 200 {
				t.Errorf("%s of %s: %d", s.path, name, s.status)
			}
			for word := range w.found(s.text) {
				m := w.marks[word]
				if m.of == name && !slices.Contains([]string{"title", "code"}, m.what) {
					t.Errorf("%s tells who has been refused the %s of %s", s.path, m.what, name)
				}
			}
		}
		if s := g.get("/en/events/" + w.slugs[name]); s.status != 404 {
			t.Errorf("%s opens to who has been refused: %d", name, s.status)
		}
	}
}

// TestAccess_Links holds that a personal link opens the registration it names and no other.
func TestAccess_Links(t *testing.T) {
	w := watch(t)
	linked := func(name string) string {
		r, err := w.Desk.Linked(w.Ctx, w.registered[name])
		w.must(err)
		return w.Signin.Keys.Link("registration", r.ID, r.Link)
	}
	g := w.gaze(slices.Index(lookers, "anonymous"))
	for _, pattern := range []string{"/en/registrations/%", "/en/registrations/%/edit", "/en/registrations/%/withdraw", "/registrations/%/invitation.ics"} {
		address := strings.ReplaceAll(pattern, "%", w.registered["joined"])
		if s := g.get(address + "?key=" + linked("joined")); s.status != 200 {
			t.Errorf("%s does not open by its own link: %d", pattern, s.status)
		}
		if s := g.get(address + "?key=" + linked("open")); s.status != 404 {
			t.Errorf("%s opens by another's link: %d", pattern, s.status)
		} else {
			g.hold(s)
		}
	}
}
