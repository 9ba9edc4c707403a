package public_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/viewstest"
)

// filled is what a stranger types into the form, with what a test types instead.
func filled(instead ...string) []string {
	typed := []string{"given_name", "Visitor 1", "family_name", "of the university", "email", "visitor1@university.example", "capacity", "academia",
		"pool", "onsite", "language", "fr", "answers.diet", "None"}
	for i := 0; i+1 < len(instead); i += 2 {
		for k := 0; k < len(typed); k += 2 {
			if typed[k] == instead[i] {
				typed = slices.Delete(typed, k, k+2)
				break
			}
		}
	}
	return append(typed, instead...)
}

// fill fills in the form of an activity as somebody.
func (h *house) fill(who string, a events.Activity, instead ...string) *viewstest.Answer {
	h.T.Helper()
	return h.As(who).Get(page(a, "register")).Is(ok).Submit(form, filled(instead...)...)
}

// A stranger is sent to the mailbox, and is nowhere before the mailed link was opened. Who is known
// already, by the same or another name, reads the same page.
func TestRegister_Stranger(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	first := h.As("").Get(page(a, "register")).Is(ok).Says("Registration: Symposium on counterfeit parts", "Everyone registers personally", "Your details", "Confirm your address",
		"A seat, or a place on the waiting list", "30 seats left", "Does the portal know you already?").Hides("⟦", "Choose an organisation")
	if current := first.Doc.Find(`ol.steps li[aria-current=step]`).Text(); current != "Your details" {
		t.Errorf("the step is %q", current)
	}
	sent := first.Submit(form, filled()...).Is(ok).Says("Look into your mailbox", "only with that are you registered", "The link works for 48 hours.").Hides("visitor1@", "⟦")
	if len(h.board(a)) != 0 {
		t.Error("who has not confirmed the address is on the board")
	}
	if n := h.notices(a, "address_confirmation"); len(n) != 1 || n[0].To != "visitor1@university.example" || n[0].Language != "fr" {
		t.Errorf("the mails are %+v", n)
	}
	h.register(h.academic, a, events.OnSitePool)
	for name, typed := range map[string][]string{"again": nil, "in capitals": {"email", "VISITOR1@University.example"}, "somebody else at the address": {"given_name", "Visitor 2"},
		"a person known": {"email", "lecturer@university.example", "given_name", "Somebody"}} {
		if twin := h.fill("", a, typed...).Is(ok); twin.Text() != sent.Text() || twin.Path != sent.Path {
			t.Errorf("%s reads at %s: %s", name, twin.Path, twin.Text())
		}
	}
	if len(h.board(a)) != 1 {
		t.Errorf("%d are on the board", len(h.board(a)))
	}
	if n := h.notices(a, "already_registered"); len(n) != 1 || n[0].To != "lecturer@university.example" {
		t.Errorf("who is registered is told %+v", n)
	}
}

// Who is signed in stands on the board at once, with the address that is proven; the form sent twice is
// one registration.
func TestRegister_SignedIn(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	b := h.As(h.pharma)
	page1 := b.Get(page(a, "register")).Is(ok).Says("rep1@rightholder-pharma.example").Hides("Confirm your address", "Does the portal know you", `name="email"`)
	for name, value := range map[string]string{"given_name": "Representative", "family_name": "of right holder A"} {
		if got := page1.Doc.Find(`[name="`+name+`"]`).AttrOr("value", ""); got != value {
			t.Errorf("%s says %q", name, got)
		}
	}
	for name, value := range map[string]string{"organisation": "PHARMA-A", "capacity": "right_holder", "language": "en"} {
		if got := page1.Doc.Find(`[name="`+name+`"] option[selected]`).AttrOr("value", ""); got != value {
			t.Errorf("%s is chosen as %q", name, got)
		}
	}
	done := page1.Submit(form, "pool", "remote", "email", "other@evil.example", "answers.remark", "Greetings").Is(ok).Says("Your registration has been received.", "Your place is confirmed, online.")
	again := page1.Submit(form, "pool", "remote", "answers.remark", "Greetings").Is(ok)
	if again.Path != done.Path {
		t.Errorf("twice leads to %s, once to %s", again.Path, done.Path)
	}
	rows := h.board(a)
	if len(rows) != 1 || rows[0].Email != "rep1@rightholder-pharma.example" || rows[0].State != registrations.Confirmed || rows[0].Answers["remark"] != "Greetings" {
		t.Errorf("the board has %+v", rows)
	}
	if n := h.notices(a, "confirmed"); len(n) != 1 {
		t.Errorf("%d confirmations", len(n))
	}
	if b.Get(page(a, "register")).Path != done.Path {
		t.Error("who takes part is shown the form again")
	}
}

// Where no seat is left the form says so before it is sent, and the person is on the waiting list.
func TestRegister_Full(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 1}, {Pool: events.RemotePool, Capacity: 1}}})
	h.register(h.pharma, a, events.OnSitePool)
	h.As(h.academic).Get(page(a, "register")).Says("All seats are taken; you would be no. 1 on the waiting list", "1 seat left").
		Submit(form, "pool", "onsite", "capacity", "academia").Is(ok).Says("You are no. 1 on the waiting list (On site).")
	h.As("").Get(page(a)).Says("Full on site – 1 waiting; online open")
	h.As("").Get(page(a, "register")).Says("you would be no. 2 on the waiting list")
	decided := h.open(events.Activity{Mode: events.OnSite, Acceptance: events.Decided, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 1}}})
	h.As("").Get(page(decided, "register")).Is(ok).Says("The Secretariat decides").Hides(`name="pool"`)
	h.As(h.academic).Get(page(decided, "register")).Submit(form, "capacity", "academia").Is(ok).Says("Your registration has been received. The Secretariat will decide.")
}

// The deadline counts to the second, and whoever was late keeps what was typed.
func TestRegister_Late(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	closed := h.open(events.Activity{})
	begun := h.As("").Get(page(closed, "register")).Is(ok)
	h.advance(closed, events.RegistrationClosed)
	mission := h.invite(h.announce(events.Activity{Kind: events.DiagnosticMission}))
	last := *a.Deadlines.Registration
	h.Now = last.Add(999 * time.Millisecond)
	b := h.As(h.academic)
	inTime, late := b.Get(page(a, "register")).Is(ok), h.As("").Get(page(a, "register")).Is(ok)
	inTime.Submit(form, "pool", "remote", "capacity", "academia").Is(ok).Says("Your place is confirmed, online.")
	h.Now = last.Add(time.Second)
	answer := late.Submit(form, filled()...).Is(conflict).Says("The deadline for registration has passed.")
	if typed := answer.Doc.Find(`[name=given_name]`).AttrOr("value", ""); typed != "Visitor 1" {
		t.Errorf("the name typed has become %q", typed)
	}
	h.As("").Get(page(a, "register")).Is(conflict).Says("The deadline for registration has passed.", "To the activity").Hides("<form class=\"form\"")
	h.As("").Get(page(closed, "register")).Is(conflict).Says("Registration is not open.")
	if kept := begun.Submit(form, filled()...).Is(conflict).Says("Registration is not open.").Doc.Find("[name=family_name]").AttrOr("value", ""); kept != "of the university" {
		t.Errorf("the family name has become %q", kept)
	}
	h.As(h.delegate).Get(page(mission, "register")).Is(denied).Says("This activity is not entered in this way.").Hides("⟦")
	h.As(h.delegate).Post(page(mission, "register"), url.Values{"given_name": {"Kept"}}).Is(denied).Says("This activity is not entered in this way.").Hides("⟦")
	if len(h.board(a)) != 1 {
		t.Errorf("%d are on the board", len(h.board(a)))
	}
}

// Each field that was filled in badly has one sentence, linked from the box; all that was typed is kept.
func TestRegister_BadInput(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	long := strings.Repeat("ن", 201)
	for _, c := range []struct{ name, field, typed, says string }{
		{"no given name", "given_name", "", "Please fill this in."},
		{"a name of blanks", "family_name", " \t ", "Please fill this in."},
		{"a name of marks nobody sees", "given_name", "\u200e\u200f\u2066", "Please fill this in."},
		{"a name too long", "family_name", long, "at most 200 characters"},
		{"a name over two lines", "given_name", "Visitor\r\nBcc: all@evil.example", "This must be one line."},
		{"a name with a bell", "given_name", "Visitor\a", "This contains characters that cannot be printed."},
		{"no address", "email", "", "Please give an e-mail address."},
		{"no domain", "email", "visitor1@", "What follows the @ is missing."},
		{"no mailbox", "email", "@university.example", "What precedes the @ is missing."},
		{"two addresses", "email", "a@university.example,b@university.example", "This is not an e-mail address."},
		{"a header behind the address", "email", "visitor1@university.example\r\nBcc: all@evil.example", "An e-mail address has no line breaks"},
		{"a line feed alone", "email", "visitor1@university.example\n", "An e-mail address has no line breaks"},
		{"a quoted mailbox", "email", `"visitor 1"@university.example`, "Addresses in quotation marks cannot be used."},
		{"a mailbox in Arabic", "email", "زائر@university.example", "only Latin letters"},
		{"a long address", "email", strings.Repeat("a", 65) + "@university.example", "This e-mail address is too long."},
		{"a language not offered", "language", "xx", "The portal does not offer the language “xx”."},
		{"no capacity", "capacity", "", "Please choose one of the options."},
		{"a capacity that only contact points give", "capacity", "chair", "Please choose one of the options."},
		{"no pool", "pool", "", "Please choose one of the options."},
		{"a pool that does not exist", "pool", "balcony", "Please choose one of the options."},
		{"an organisation that does not exist", "organisation", "ATLANTIS", "There is no such organisation."},
		{"an answer too long", "answers.remark", strings.Repeat("x", 1001), "at most 1,000 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := h.on(t).fill("", a, c.field, c.typed).Is(wrong).Says(c.says).Hides("⟦")
			if n := answer.Doc.Find(".faults li").Length(); n != 1 {
				t.Errorf("the box has %d sentences: %s", n, answer.Doc.Find(".faults").Text())
			}
			anchor := answer.Doc.Find(".faults a").AttrOr("href", "#none")
			if n := answer.Doc.Find(`[id="` + strings.TrimPrefix(anchor, "#") + `"]`).Length(); n != 1 {
				t.Errorf("the box leads to %q, which stands %d times", anchor, n)
			}
			if n := answer.Doc.Find("form.form .error").Length(); n != 1 {
				t.Errorf("%d sentences beside fields", n)
			}
			kept := map[string]string{"given_name": "Visitor 1", "family_name": "of the university", "email": "visitor1@university.example", "answers.diet": "None"}
			if c.field == "given_name" || c.field == "family_name" || c.field == "email" {
				kept[c.field] = strings.NewReplacer("\a", "\ufffd").Replace(c.typed)
			}
			for name, value := range kept {
				if got := answer.Doc.Find(`[name="`+name+`"]`).AttrOr("value", ""); got != value && got != strings.ReplaceAll(value, "\r", "") {
					t.Errorf("%s has become %q", name, got)
				}
			}
			if got := answer.Doc.Find(`[name=capacity] option[selected]`).AttrOr("value", ""); got != "academia" && c.field != "capacity" {
				t.Errorf("the capacity has become %q", got)
			}
		})
	}
	h.T = t
	all := h.As("").Get(page(a, "register")).Submit(form).Is(wrong).Says("Please correct 5 things")
	if n := all.Doc.Find(".faults li").Length(); n != 5 {
		t.Errorf("an empty form has %d faults", n)
	}
	if len(h.board(a)) != 0 || len(h.notices(a, "address_confirmation")) != 0 {
		t.Error("something was registered")
	}
}

// Names stand as they were typed, in every script, with what looks like markup; and so they are shown.
func TestRegister_Names(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	for i, name := range []string{"<b>Delegate</b> & \"1\"", "{{.Name}} ${x} %s", "مندوب ١ (الأردن)", "Делегат 1", "代表团一号", strings.Repeat("Ñ", 200), "O’Delegate-1 d’É."} {
		who := h.Person("visitor"+string(rune('a'+i))+"@university.example", "Given", "Family", events.Participant, "")
		b := h.As(who)
		b.Get(page(a, "register")).Is(ok).Submit(form, "given_name", name, "capacity", "academia", "pool", "remote").Is(ok).Hides("<b>Delegate")
		rows := h.board(a)
		found := false
		for _, r := range rows {
			found = found || r.Person.GivenName == name
		}
		if !found {
			t.Errorf("nobody is called %q", name)
		}
	}
	if n := len(h.board(a)); n != 7 {
		t.Errorf("%d are on the board", n)
	}
}

// Where contact points nominate, an organisation is asked for; an officer's own word waits for the
// contact point, the contact point's own does not, and whom no session is open to is told so.
func TestRegister_Nomination(t *testing.T) {
	h := openHouse(t)
	a := h.meeting()
	h.As("").Get(page(a, "register")).Is(ok).Says("its contact point endorses it first", "Choose an organisation", "Zambia", "Right holder A").Hides("None of these", "⟦")
	h.fill("", a).Is(wrong).Says("Please choose the organisation that you represent.")
	h.fill("", a, "organisation", "ZM", "capacity", "delegate").Is(ok).Says("Look into your mailbox")
	h.As(h.delegate).Get(page(a, "register")).Is(ok).Submit(form, "pool", "onsite").Is(ok).Says("Your administration’s contact point endorses it first")
	h.As(h.zambia).Get(page(a, "register")).Is(ok).Submit(form, "pool", "onsite").Is(ok).Says("Your organisation has nominated you (Delegate, On site).")
	h.As(h.pharma).Get(page(a, "register")).Is(ok).Submit(form, "pool", "remote").Is(ok).Says("The Secretariat will decide.")
	closed := h.open(events.Activity{Kind: events.CAPMeeting})
	h.As(h.pharma).Get(page(closed, "register")).Is(ok).Submit(form, "pool", "remote").Is(denied).Says("No session of this activity is open to this organisation.")
}

// A form without its token, or with a stale one, changes nothing and keeps what was typed.
func TestRegister_Token(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{})
	b := h.As(h.academic)
	answer := b.Get(page(a, "register")).Submit(form, "capacity", "academia", "pool", "remote", "_csrf", "wrong")
	if answer.Status < 400 {
		t.Errorf("a wrong token is answered %d: %s", answer.Status, answer.Text())
	}
	if len(h.board(a)) != 0 {
		t.Error("somebody was registered")
	}
}
