package me_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations/signin"
	"capportal/views/viewstest"
)

const signInForm = "main form"

// Asking for a link is answered alike, whether the address is known or not, and is no link by itself.
func TestSignIn_SameAnswer(t *testing.T) {
	h := openHouse(t)
	b := h.As("")
	known := b.Get("/en/sign-in").Is(ok).Says("within 20 minutes").Submit(signInForm, "email", " Delegate9.ZM@customs-zm.example ").Is(ok)
	unknown := b.Get("/en/sign-in").Submit(signInForm, "email", "nobody@nowhere.example").Is(ok)
	known.Says("Look into your mailbox", "If the portal knows the address", "within 20 minutes")
	if known.Text() != unknown.Text() || known.Path != unknown.Path {
		t.Errorf("known: %s; unknown: %s", known.Text(), unknown.Text())
	}
	if len(h.reached) != 1 || h.reached[0] != "delegate9.zm@customs-zm.example" {
		t.Errorf("mails went to %v", h.reached)
	}
	known.Hides("delegate9", h.mailed[0])
	for typed, says := range map[string]string{"": "Please give an e-mail address.", "delegate9.zm": "What follows the @ is missing.",
		"x@customs-zm.example\r\nBcc: y@z.example": "An e-mail address has no line breaks", `"a b"@customs-zm.example`: "Addresses in quotation marks cannot be used."} {
		a := b.Get("/en/sign-in").Submit(signInForm, "email", typed).Is(wrong).Says(says)
		if kept := a.Doc.Find("input[name=email]").AttrOr("value", ""); !strings.Contains(kept, strings.TrimSpace(strings.Split(typed, "\r")[0])) {
			t.Errorf("%q is kept as %q", typed, kept)
		}
	}
}

// Who asks too often is told so and until when, known or not.
func TestSignIn_TooOften(t *testing.T) {
	for _, email := range []string{"delegate9.zm@customs-zm.example", "nobody@nowhere.example"} {
		t.Run(email, func(t *testing.T) {
			h := openHouse(t)
			h.Signin.PerAddress = 2
			b := h.As("")
			for range 2 {
				b.Get("/en/sign-in").Submit(signInForm, "email", email).Is(ok)
			}
			a := b.Get("/en/sign-in").Submit(signInForm, "email", email).Is(tooMany).Says("A sign-in link has been asked for too often. Please try again in 60 minutes.")
			if kept := a.Doc.Find("input[name=email]").AttrOr("value", ""); kept != email {
				t.Errorf("the form keeps %q", kept)
			}
			h.Now = h.Now.Add(time.Hour)
			b.Get("/en/sign-in").Submit(signInForm, "email", email).Is(ok)
		})
	}
}

// A link signs in once, by its button; everybody comes to where the work waits.
func TestSignIn_Link(t *testing.T) {
	h := openHouse(t)
	for _, c := range []struct{ name, email, next, to string }{
		{"a delegate", "delegate9.zm@customs-zm.example", "", "/en/me"},
		{"a contact point", "contact.zm@customs-zm.example", "", "/en/delegation/ZM"},
		{"an officer", "officer.ipr@secretariat.example", "", "/en/desk"},
		{"who wanted elsewhere", "officer.ipr@secretariat.example", "/en/desk/people?q=x", "/en/desk/people?q=x"},
		{"who was sent away", "delegate9.zm@customs-zm.example", "//evil.example/en/", "/en/me"},
		{"who was sent further away", "delegate9.zm@customs-zm.example", "https://evil.example/en/", "/en/me"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			h.mailed = nil
			b := h.As("")
			b.Get("/en/sign-in?next="+url.QueryEscape(c.next)).Submit(signInForm, "email", c.email).Is(ok)
			address := "/en/sign-in/" + h.mailed[0]
			page := b.Get(address).Is(ok).Says("You sign in as")
			b.Get(address).Is(ok) // a mail scanner's look uses nothing up
			done := page.Submit(signInForm)
			if done.Path != c.to {
				t.Errorf("led to %s, want %s", done.Path, c.to)
			}
			if b.Get("/en/me").Path != "/en/me" {
				t.Error("not signed in")
			}
			again := h.As("")
			again.Get(address).Is(gone).Says("This link has run out or has been used. Please ask for a new one.", "Send me a new link")
			other := h.As("")
			_, values := other.Get("/en/sign-in").Values(signInForm)
			other.Post(address, values).Is(gone)
			if to := other.Get("/en/me").Path; !strings.HasPrefix(to, "/en/sign-in") {
				t.Errorf("a used link signed in: %s", to)
			}
		})
	}
}

func TestSignIn_ExpiredOrWrong(t *testing.T) {
	h := openHouse(t)
	b := h.As("")
	b.Get("/en/sign-in").Submit(signInForm, "email", "delegate9.zm@customs-zm.example")
	address := "/en/sign-in/" + h.mailed[0]
	page := b.Get(address).Is(ok)
	for _, wrong := range []string{address[:len(address)-1], address + "x", "/en/sign-in/" + h.Signin.Keys.Link("registration", "x", 1), "/en/first/" + h.mailed[0]} {
		b.Get(wrong).Is(notFound).Hides("Delegate 9")
	}
	h.Now = h.Now.Add(signin.LinkLife)
	page.Submit(signInForm).Is(gone).Says("This link has run out")
	b.Get("/fr" + address[3:]).Is(gone).Says("M’envoyer un nouveau lien")
}

// People who share an address are asked who they are, and the link stays good until they say.
func TestSignIn_SharedAddress(t *testing.T) {
	h := openHouse(t)
	second := h.Person("contact.zm@customs-zm.example", "Second contact point", "(Zambia)", events.ContactPoint, "ZM")
	b := h.As("")
	b.Get("/en/sign-in").Submit(signInForm, "email", "contact.zm@customs-zm.example")
	page := b.Get("/en/sign-in/"+h.mailed[0]).Is(ok).Says("Who are you?", "Contact point (Zambia)", "Second contact point (Zambia)")
	page.Submit(signInForm).Is(wrong).Says("Several people use this address. Please choose who you are.")
	page.Submit(signInForm, "person", h.officer).Is(wrong)
	page.Submit(signInForm, "person", second)
	if a := b.Get("/en/me/profile").Is(ok); a.Doc.Find("input[name=given_name]").AttrOr("value", "") != "Second contact point" {
		t.Errorf("signed in is %s", a.Text())
	}
}

// A session that was there before ends with a new sign-in; signing out ends it, everywhere ends all.
func TestSignOut(t *testing.T) {
	h := openHouse(t)
	one, two := h.As(""), h.As("")
	for _, b := range []*viewstest.Browser{one, two} {
		h.mailed = nil
		b.Get("/en/sign-in").Submit(signInForm, "email", "delegate9.zm@customs-zm.example")
		b.Get("/en/sign-in/" + h.mailed[0]).Submit(signInForm)
		b.Get("/en/me").Is(ok).Says("My registrations")
	}
	one.Get("/en/me").Submit(`form[action="/en/sign-out"]`)
	if to := one.Get("/en/me").Path; !strings.HasPrefix(to, "/en/sign-in") {
		t.Errorf("signed out, yet at %s", to)
	}
	two.Get("/en/me/profile").Is(ok)
	h.mailed = nil
	one.Get("/en/sign-in").Submit(signInForm, "email", "delegate9.zm@customs-zm.example")
	one.Get("/en/sign-in/" + h.mailed[0]).Submit(signInForm)
	one.Get("/en/me/profile").Submit(`form[action$="/profile/sign-out"]`)
	for _, b := range []*viewstest.Browser{one, two} {
		if to := b.Get("/en/me").Path; !strings.HasPrefix(to, "/en/sign-in") {
			t.Errorf("signed out everywhere, yet at %s", to)
		}
	}
}

// Nothing is done for a form that does not come from the portal's own page.
func TestForms_NeedTheirToken(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Symposium, 5)
	id := h.register(h.pharma, a)
	address, before := "/en/registrations/"+id, h.registration(id).Version
	b := h.As(h.pharma)
	for path, values := range map[string]url.Values{
		address + "/withdraw": {}, address + "/edit": {"version": {"1"}, "given_name": {"x"}, "family_name": {"y"}, "capacity": {"academia"}, "pool": {"remote"}},
		"/en/me/profile": {"version": {"1"}, "given_name": {"x"}, "family_name": {"y"}}, "/en/me/profile/feed": {"feed_version": {"1"}}, "/en/me/profile/sign-out": {}, "/en/sign-out": {},
		"/en/sign-in": {"email": {"delegate9.zm@customs-zm.example"}},
	} {
		values.Set("_csrf", "forged")
		b.Post(path, values).Is(denied)
	}
	person, err := h.Directory.Person(h.Ctx, h.pharma)
	h.must(err)
	if r := h.registration(id); r.Version != before || person.Version != 1 || len(h.mailed) > 0 {
		t.Errorf("something was done: %+v %+v %v", r, person, h.mailed)
	}
}

// The first link makes an administrator, once, and leads to the desk.
func TestFirst(t *testing.T) {
	h := openHouse(t)
	token, err := h.Signin.FirstAdministrator(h.Ctx)
	h.must(err)
	b := h.As("")
	form := b.Get("/en/sign-in/" + token)
	if form.Path != "/en/first/"+token {
		t.Fatalf("it leads to %s", form.Path)
	}
	form.Is(ok).Says("Set up the portal")
	form.Submit(signInForm, "given_name", "Administrator", "family_name", "1", "email", "administrator").Is(wrong).Says("What follows the @ is missing.")
	form.Submit(signInForm, "given_name", " ", "family_name", "1", "email", "admin@secretariat.example").Is(wrong).Says("Please fill this in.")
	if to := form.Submit(signInForm, "given_name", "Administrator", "family_name", "1", "email", "admin@secretariat.example").Path; to != "/en/desk" {
		t.Errorf("led to %s", to)
	}
	b.Get("/en/me").Is(ok)
	h.As("").Get("/en/first/" + token).Is(gone).Says("has been used")
}
