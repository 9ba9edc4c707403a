package me_test

import (
	"net/url"
	"strings"
	"testing"

	"capportal/events"
	"capportal/registrations"
)

// My registrations: upcoming ones first, each with its state in a sentence; without any the page says
// what to do.
func TestMine(t *testing.T) {
	h := openHouse(t)
	h.As(h.academic).Get("/en/me").Is(ok).Says("You are not registered for any activity", "Choose an activity in the calendar")
	later, sooner := h.open(events.Symposium, 1), h.open(events.CAPMeeting, 5)
	id := h.register(h.pharma, later)
	waits := h.register(h.academic, later)
	draft := h.stranger(later, "visitor")
	a := h.As(h.academic).Get("/en/me").Is(ok).Says("Upcoming", "Symposium on counterfeit parts", "On the waiting list", "You are no. 1 on the waiting list (On site).", "My calendar feed")
	a.Hides(id, draft, "23rd CAP", "⟦")
	if a.Doc.Find(`main a[href="/en/registrations/`+waits+`"]`).Length() != 1 {
		t.Error("the registration is not led to")
	}
	nominated := h.nominate(sooner)
	person := h.registration(nominated).PersonID
	h.As(person).Get("/en/me").Is(ok).Says("23rd CAP meeting", "Your organisation has nominated you").Hides("Symposium")
	h.decide(nominated, registrations.Withdraw, "")
	h.As(person).Get("/en/me").Is(ok).Says("You do not take part", "The registration has been withdrawn.").Hides("Upcoming")
	h.decide(id, registrations.Withdraw, "")
	h.Now = later.End
	h.As(h.academic).Get("/ar/me").Is(ok).Says("السابقة").Hides("القادمة", "⟦")
	if to := h.As("").Get("/en/me").Path; to != "/en/sign-in?next="+url.QueryEscape("/en/me") {
		t.Errorf("a stranger is led to %s", to)
	}
}

// A person changes name, language and zone, but neither address nor role.
func TestProfile(t *testing.T) {
	h := openHouse(t)
	b := h.As(h.delegate)
	form := b.Get("/en/me/profile").Is(ok).Says("delegate9.zm@customs-zm.example", "Zambia", "Participant", "Lusaka time (UTC+2)").Hides("⟦")
	stale := b.Get("/en/me/profile")
	form.Submit(editForm, "family_name", "<i>(Zambie)</i>", "language", "fr", "timezone", "Africa/Lusaka", "role", "administrator", "email", "x@evil.example", "post", "Head of unit").Is(ok).Says("Saved.")
	p, err := h.Directory.Person(h.Ctx, h.delegate)
	h.must(err)
	if p.FamilyName != "<i>(Zambie)</i>" || p.Language != "fr" || p.Zone != "Africa/Lusaka" || p.Post != "Head of unit" || p.Role != events.Participant || p.Email != "delegate9.zm@customs-zm.example" {
		t.Errorf("it became %+v", p)
	}
	both := stale.Submit(editForm, "given_name", "Delegate Nine").Is(conflict).Says("Delegate Nine", "<i>(Zambie)</i>", "Keep what I typed")
	both.Submit(`main form[action$="/profile"]`).Is(ok).Says("Saved.")
	for _, c := range []struct{ name, field, typed, says string }{
		{"no name", "given_name", "", "Please fill this in."}, {"a zone that is none", "timezone", "Europe/Nowhere", "There is no time zone"},
		{"the machine's zone", "timezone", "Local", "There is no time zone"}, {"a language not on offer", "language", "xx", "There is no language"},
		{"a line break", "family_name", "a\nb", "This must be one line."}, {"too long", "given_name", strings.Repeat("x", 201), "at most 200 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			b.Get("/en/me/profile").Submit(editForm, c.field, c.typed, "post", "kept").Is(wrong).Says(c.says)
		})
	}
}

// The feed's address is renewed, once for each time it is asked; the one before is revoked.
func TestProfile_Feed(t *testing.T) {
	h := openHouse(t)
	b := h.As(h.delegate)
	page := b.Get("/en/me/profile").Is(ok)
	address := func() string {
		p, err := h.Directory.Person(h.Ctx, h.delegate)
		h.must(err)
		return "http://portal.example/feeds/" + h.Signin.Keys.Link("feed", h.delegate, p.FeedVersion) + ".ics"
	}
	before := address()
	if shown := page.Doc.Find("#feed code").Text(); shown != before {
		t.Errorf("the page shows %s, want %s", shown, before)
	}
	if href := page.Doc.Find("#feed a").AttrOr("href", ""); href != "webcal"+strings.TrimPrefix(before, "http") {
		t.Errorf("the link is %s", href)
	}
	page.Submit(`form[action$="/feed"]`).Is(ok).Says("Your calendar feed has a new address.").Hides(before)
	after := address()
	if after == before {
		t.Error("the address is the same")
	}
	page.Submit(`form[action$="/feed"]`).Is(ok).Hides("has a new address")
	if address() != after {
		t.Error("the same form renewed it twice")
	}
	h.As(h.pharma).Get("/en/me/profile").Is(ok).Hides(after, before)
}
