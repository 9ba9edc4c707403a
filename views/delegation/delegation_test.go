package delegation_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// The contact point of an organisation works on its pages, the Secretariat looks at them; to
// everybody else, another country's contact point above all, they do not exist.
func TestDelegation_WhoSeesIt(t *testing.T) {
	h := openHouse(t)
	id := h.nominate(1, registrations.Delegate)
	alone := h.alone()
	gets := []string{"", "/nominate?activity=" + h.meeting, "/reject?registration=" + alone, "/withdraw?registration=" + id, "/decline?activity=" + h.meeting,
		"/leave?activity=" + h.operation, "/registrations/" + id + "/edit"}
	posts := map[string]url.Values{
		"/nominate?activity=" + h.meeting: {"given_name": {"Delegate 5"}, "family_name": {"(Zambia)"}, "email": {"delegate5@customs-zm.example"}, "capacity": {"delegate"}, "pool": {"remote"}},
		"/endorse":                        {"registration": {alone}}, "/reject": {"registration": {alone}, "reason": {"no"}}, "/withdraw": {"registration": {id}},
		"/answer": {"activity": {h.operation}, "answer": {"joined"}}, "/decline": {"activity": {h.meeting}}, "/leave": {"activity": {h.operation}},
		"/registrations/" + id + "/edit": {"version": {"1"}, "given_name": {"Somebody"}, "family_name": {"else"}, "capacity": {"delegate"}},
	}
	secrets := []string{"23rd CAP", "Quiet Harbour", "Delegate 1", "customs-zm"}
	for _, c := range []struct {
		name, who string
		home      int
		rest      int
	}{
		{"another contact point", h.senegal, notFound, notFound}, {"a delegate of the organisation", h.delegate, notFound, notFound},
		{"a right holder", h.pharma, notFound, notFound}, {"management", h.management, ok, denied}, {"an officer", h.officer, ok, denied},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			for i, path := range gets {
				want := c.rest
				if i == 0 {
					want = c.home
				}
				a := h.As(c.who).Get(home + path).Is(want)
				if want == notFound {
					a.Hides(secrets...)
				}
				if a.Doc.Find("main form[method=post]").Length() > 0 {
					t.Errorf("%s offers a form", path)
				}
			}
			for path, values := range posts {
				a := h.As(c.who).Post(home+path, values).Is(c.rest)
				if c.rest == notFound {
					a.Hides(secrets...)
				}
			}
		})
	}
	h.T = t
	if a := h.As("").Get(home); !strings.HasPrefix(a.Path, "/en/sign-in") {
		t.Errorf("a stranger is led to %s", a.Path)
	}
	if r := h.registration(id); r.Version != 1 || r.State != registrations.Endorsed {
		t.Errorf("something was changed: %+v", r)
	}
	if r := h.registration(alone); r.State != registrations.Submitted {
		t.Errorf("something was decided: %s", r.State)
	}
	// An organisation of one's own is no key to another's people.
	other := "/en/delegation/SN"
	h.As(h.senegal).Get(other + "/registrations/" + id + "/edit").Is(notFound).Hides(secrets...)
	h.As(h.senegal).Post(other+"/withdraw", url.Values{"registration": {id}}).Is(notFound).Hides(secrets...)
	h.As(h.senegal).Get(other).Is(ok).Says("23rd CAP meeting").Hides("Delegate 1", "Delegate 9")
	h.As(h.zambia).Get("/en/delegation/XX").Is(notFound)
}

// What there is to do stands on top, with the deadline in Brussels and where the reader is.
func TestDelegation_ToDo(t *testing.T) {
	h := openHouse(t)
	b := h.As(h.zambia)
	b.SetCookie("zone", "Africa/Lusaka")
	b.Get(home).Is(ok).Says("Our delegation: Zambia", "Contact points: Contact point (Zambia)", "2 things to do", "“23rd CAP meeting”: 3 places are still free.",
		"“Operation Quiet Harbour”: does your administration join?", "Friday 2 October 2026, 23:59 in Brussels", "On site: 2 places, 0 nominated, 2 left", "Online: 1 place, 0 nominated, 1 left")
	h.Now = time.Date(2026, 9, 30, 8, 0, 0, 0, time.UTC)
	h.nominate(1, registrations.Delegate)
	h.alone()
	b = h.As(h.zambia)
	b.SetCookie("zone", "Asia/Tokyo")
	b.Get(home).Is(ok).Says("3 things to do", "one officer has registered and awaits your word", "Saturday 3 October 2026, 06:59 where you are (Tokyo)", "On site: 2 places, 2 nominated, 0 left")
	h.Now = time.Date(2026, 10, 2, 22, 0, 0, 0, time.UTC)
	b = h.As(h.zambia)
	a := b.Get(home).Is(ok).Says("Nominations closed: Friday 2 October 2026, 23:59 in Brussels", "One thing to do")
	if a.Doc.Find(`a[href*="/nominate"]`).Length() > 0 {
		t.Error("nominating is offered after the deadline")
	}
	b.Get(home + "/nominate?activity=" + h.meeting).Is(ok).Says("The deadline for nominations has passed.")
}

// Several people are put down one after the other; what is wrong is said, and nothing typed is lost.
func TestDelegation_Nominate(t *testing.T) {
	h := openHouse(t)
	form := h.As(h.zambia).Get(home + "/nominate?activity=" + h.meeting).Is(ok)
	form.Says("Head of delegation", "Alternate", "2 left")
	person := func(n, email string, more ...string) []string {
		return append([]string{"given_name", "Delegate " + n, "family_name", "<b>(Zambia)</b>", "email", email, "answers.post", "Head of unit"}, more...)
	}
	for _, c := range []struct {
		name    string
		changes []string
		says    string
	}{
		{"no name", []string{"email", "delegate1.zm@customs-zm.example"}, "Please fill this in."},
		{"no address", person("1", "delegate1.zm"), "What follows the @ is missing."},
		{"a line break in the address", person("1", "delegate1.zm@customs-zm.example\r\nBcc: x@y.example"), "An e-mail address has no line breaks"},
		{"a quoted local part", person("1", `"a b"@customs-zm.example`), "Addresses in quotation marks cannot be used."},
		{"a language not on offer", person("1", "delegate1.zm@customs-zm.example", "language", "xx"), "The portal does not offer the language"},
		{"a capacity not its own", person("1", "delegate1.zm@customs-zm.example", "capacity", "secretariat"), "Please choose one of the options."},
		{"a name too long", []string{"given_name", strings.Repeat("ب", 201), "family_name", "(Zambia)", "email", "delegate1.zm@customs-zm.example", "answers.post", "Head of unit"}, "at most 200 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			a := form.Submit("form.form", c.changes...).Is(wrong).Says(c.says)
			if len(c.changes) > 6 && a.Doc.Find(`input[name="answers.post"]`).AttrOr("value", "") != "Head of unit" {
				t.Error("what was typed is lost")
			}
		})
	}
	h.T = t
	again := form.Submit("form.form", person("1", "delegate1.zm@customs-zm.example", "capacity", "head_of_delegation", "then", "another", "pool", "onsite", "language", "fr")...).Is(ok)
	again.Says("Nominated. A mail goes to the person.", "Nominated so far: 1", "<b>(Zambia)</b>", "1 left").Hides("<b>(Zambia)")
	if got := again.Doc.Find("select[name=language] option[selected]").AttrOr("value", ""); got != "fr" {
		t.Errorf("the next one starts in %q, not in the language of the one before", got)
	}
	again.Submit("form.form", person("2", "delegate2.zm@customs-zm.example")...).Is(ok).Says("Nominated. A mail goes to the person.", "Delegate 2", "On site: 2 places, 2 nominated, 0 left")
	full := again.Submit("form.form", person("3", "delegate3.zm@customs-zm.example")...).Is(wrong).Says("All seats of this organisation are taken.")
	full.Submit("form.form", "capacity", "alternate").Is(ok).Says("1 alternate besides")
	again.Submit("form.form", person("2", "delegate2.zm@customs-zm.example")...).Is(ok) // the very same form again
	list, err := h.Desk.ShareOf(h.Ctx, h.Visitor(h.zambia), "ZM", h.meeting)
	if err != nil || len(list.People) != 3 {
		t.Errorf("%d people are nominated, want 3: %v", len(list.People), err)
	}
	h.As(h.zambia).Get(home+"/nominate?activity="+h.meeting).Submit("form.form", person("2", " Delegate2.ZM@customs-zm.example ", "pool", "remote")...).
		Is(wrong).Says("This person is already registered for this activity.")
	for _, code := range []string{"", "IPR-2026-99"} {
		h.As(h.zambia).Get(home + "/nominate?activity=" + code).Is(notFound)
	}
	h.As(h.zambia).Get(home + "/nominate?activity=" + h.operation).Is(ok).Says("Your administration has not joined this operation.")
}

// Whoever registered alone gets the organisation's word, or not, with a reason.
func TestDelegation_EndorseAndReject(t *testing.T) {
	h := openHouse(t)
	id := h.alone()
	b := h.As(h.zambia)
	b.Get(home).Says("Delegate 9 (Zambia)", "the organisation has to endorse first").Submit("form:has(button[aria-label^=Endorse])").Is(ok).Says("Endorsed. A mail goes out.")
	if r := h.registration(id); r.State != registrations.Endorsed || r.Unendorsed {
		t.Errorf("not endorsed: %+v", r)
	}
	h.Desk.Decide(h.Ctx, h.Visitor(h.zambia), id, registrations.Decision{Event: registrations.Withdraw})
	id = h.alone()
	ask := b.Get(home+"/reject?registration="+id).Is(ok).Says("Decline to endorse Delegate 9 (Zambia)?", "gets a mail with the reason")
	ask.Submit("form.form").Is(wrong).Says("Please give the reason.")
	if h.registration(id).State != registrations.Submitted {
		t.Fatal("rejected without a reason")
	}
	action, values := ask.Values("form.form", "reason", "On leave that week")
	b.Post(action, values).Is(ok).Says("Not endorsed. A mail goes out.", "On leave that week")
	b.Post(action, values).Is(ok) // sent twice
	if r := h.registration(id); r.State != registrations.Rejected || r.Reason != "On leave that week" {
		t.Errorf("not rejected: %+v", r)
	}
}

func TestDelegation_WithdrawAndEdit(t *testing.T) {
	h := openHouse(t)
	id := h.nominate(1, registrations.Delegate)
	b := h.As(h.zambia)
	edit := b.Get(home+"/registrations/"+id+"/edit").Is(ok).Says("Change: Delegate 1 (Zambia)", "Only the Secretariat can change the address.")
	edit.Submit("form.form", "capacity", "head_of_delegation", "answers.post", "Director").Is(ok).Says("Saved.", "Head of delegation")
	stale := edit.Submit("form.form", "capacity", "adviser").Is(conflict).Says("As it stands now", "Head of delegation", "Adviser")
	if h.registration(id).Capacity != "head_of_delegation" {
		t.Fatal("a stale edit overwrote the newer one")
	}
	stale.Submit("main form").Is(ok).Says("Saved.", "Adviser")
	if r := h.registration(id); r.Capacity != "adviser" || r.Email != "delegate1.zm@customs-zm.example" {
		t.Errorf("kept: %+v", r)
	}
	b.Get(home+"/registrations/"+id+"/edit").Submit("form.form", "given_name", "").Is(wrong).Says("Please fill this in.")
	b.Get(home + "/withdraw?registration=" + id).Is(ok).Says("Withdraw Delegate 1 (Zambia)?").Submit("form.form").Is(ok).Says("Withdrawn. A mail goes out.")
	if h.registration(id).State != registrations.Withdrawn {
		t.Error("not withdrawn")
	}
	b.Get(home + "/withdraw?registration=" + id).Is(ok).Submit("form.form").Is(wrong).Says("This cannot be done with the registration as it stands now.")
}

// An invitation is accepted or declined, an operation joined or left; the same answer twice is one.
func TestDelegation_Answer(t *testing.T) {
	h := openHouse(t)
	b := h.As(h.zambia)
	answer := func(activity string) invitations.Invitation {
		s, err := h.Desk.ShareOf(h.Ctx, h.Visitor(h.zambia), "ZM", activity)
		if err != nil {
			t.Fatal(err)
		}
		return s.Invitation
	}
	b.Get(home).Submit("#"+h.meeting+" form:has(button[value=accepted])", "answer", "accepted").Is(ok).Says("Your organisation has accepted.")
	b.Post(home+"/answer", url.Values{"activity": {h.meeting}, "answer": {"accepted"}}).Is(ok)
	if i := answer(h.meeting); i.Answer != invitations.Accepted || len(i.History) != 3 {
		t.Errorf("accepted once: %+v", i)
	}
	h.nominate(1, registrations.Delegate)
	b.Get(home+"/decline?activity="+h.meeting).Is(ok).Says("Decline the invitation?", "The person already put down stays registered.").
		Submit("form.form", "reason", "No budget").Is(ok).Says("Your organisation has declined.", "No budget")
	if i := answer(h.meeting); i.Answer != invitations.Declined || i.Reason != "No budget" {
		t.Errorf("declined: %+v", i)
	}
	b.Get(home + "/nominate?activity=" + h.meeting).Says("Your organisation has declined this invitation.")
	b.Get(home).Submit("#"+h.operation+" form:has(button[value=joined])", "answer", "joined").Is(ok).Says("Your administration has joined the operation.")
	b.Get(home + "/leave?activity=" + h.operation).Is(ok).Says("Leave the operation?").Submit("form.form").Is(ok).Says("Your administration has left the operation.")
	if i := answer(h.operation); i.Answer != invitations.Left {
		t.Errorf("left: %+v", i)
	}
	b.Post(home+"/answer", url.Values{"activity": {h.meeting}, "answer": {"joined"}}).Is(conflict)
	b.Post(home+"/answer", url.Values{"activity": {h.meeting}, "answer": {"nonsense"}}).Is(conflict)
	b.Post(home+"/answer", url.Values{"activity": {"IPR-2026-99"}, "answer": {"accepted"}}).Is(notFound)
	h.Advance(h.officer, h.meeting, events.Cancelled)
	b.Get(home).Is(ok).Says("Cancelled")
}
