package me_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
)

const (
	editForm     = "main form[data-guard]"
	withdrawForm = `main form[action*="/withdraw"]`
)

// The person changes what was entered by the personal link alone. A weighty change is decided anew,
// which is said before; other answers are not.
func TestEdit(t *testing.T) {
	h := openHouse(t)
	id := h.nominate(h.open(events.CAPMeeting, 5))
	h.decide(id, registrations.Confirm, "")
	b := h.As("")
	form := b.Get(h.page(id, "edit")).Is(ok).Says("the Secretariat decides anew. Until then you keep your seat", "delegate1.zm@customs-zm.example", "Cancel")
	form.Submit(editForm, "answers.diet", "no pork", "language", "ar").Is(ok).Says("Saved.", "Diet", "no pork", "Your seat is confirmed")
	if r := h.registration(id); r.State != registrations.Confirmed || r.Person.Language != "ar" || r.Answers["diet"] != "no pork" {
		t.Errorf("it became %+v", r)
	}
	b.Get(h.page(id, "edit")).Submit(editForm, "family_name", "<b>(Zambia)</b>").Is(ok).Says("the Secretariat decides anew", "<b>(Zambia)</b>").Hides("<b>(Zambia)")
	if r := h.registration(id); r.State != registrations.Endorsed || r.Seat == "" || r.Answers["diet"] != "no pork" {
		t.Errorf("it became %+v", r)
	}
}

// What is wrong stands beside its field, with all that was typed kept and nothing changed.
func TestEdit_Faults(t *testing.T) {
	h := openHouse(t)
	id := h.nominate(h.open(events.CAPMeeting, 5))
	form := h.As("").Get(h.page(id, "edit")).Is(ok)
	for _, c := range []struct {
		name    string
		changes []string
		status  int
		says    string
	}{
		{"no name", []string{"given_name", " "}, wrong, "Please fill this in."},
		{"a name too long", []string{"given_name", strings.Repeat("ب", 201)}, wrong, "at most 200 characters"},
		{"a line break in a name", []string{"family_name", "(Zambia)\r\nBcc: x@y.example"}, wrong, "This must be one line."},
		{"a capacity of the Secretariat", []string{"capacity", "secretariat"}, wrong, "Please choose one of the options."},
		{"a language not on offer", []string{"language", "xx"}, wrong, "The portal does not offer the language"},
		{"no pool", []string{"pool", "roof"}, wrong, "Please choose one of the options."},
		{"no version", []string{"version", ""}, wrong, "Please fill this in."},
		{"an answer too long", []string{"answers.remark", strings.Repeat("x", 1001)}, wrong, "at most 1,000 characters"},
		{"another address", []string{"email", "another@customs-zm.example"}, denied, "Only the Secretariat can change this address."},
		{"a question nobody asks", []string{"answers.passport", "x"}, ok, "Saved."},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			a := form.Submit(editForm, append(c.changes, "answers.unit", "Border <unit>")...)
			if a.Status != c.status && !(c.status == denied && a.Status == wrong) {
				t.Errorf("answered %d, want %d", a.Status, c.status)
			}
			a.Says(c.says).Hides("Border <unit>")
			if kept := a.Doc.Find("[name='answers.unit']").AttrOr("value", ""); a.Status == wrong && kept != "Border <unit>" {
				t.Errorf("the form keeps %q", kept)
			}
		})
	}
	if r := h.registration(id); r.Version != 2 || r.Email != "delegate1.zm@customs-zm.example" || r.Answers["passport"] != "" {
		t.Errorf("it became %+v", r)
	}
}

// Two who change at once: the second sees both versions, and nothing is overwritten silently.
func TestEdit_Stale(t *testing.T) {
	h := openHouse(t)
	id := h.nominate(h.open(events.CAPMeeting, 5))
	form := h.As("").Get(h.page(id, "edit"))
	_, err := h.Desk.Amend(h.Ctx, h.Visitor(h.zambia), id, 1, func(e *registrations.Entry) error { e.Capacity = "adviser"; return nil })
	h.must(err)
	stale := form.Submit(editForm, "answers.diet", "vegetarian").Is(conflict).Says("Adviser", "Delegate", "vegetarian", "Keep what I typed")
	if r := h.registration(id); r.Capacity != "adviser" || r.Answers["diet"] != "" {
		t.Errorf("it was overwritten: %+v", r)
	}
	if back := stale.Doc.Find("main form .actions a").AttrOr("href", ""); back != h.page(id) {
		t.Errorf("the way back is %s", back)
	}
	stale.Submit(`main form[action*="/edit"]`).Is(ok).Says("Saved.", "vegetarian")
	if r := h.registration(id); r.Capacity != registrations.Delegate {
		t.Errorf("it became %+v", r)
	}
}

// Who is seated and asks for the other pool claims there, and keeps the seat when it is full.
func TestEdit_OtherPool(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Symposium, 1)
	seated, online := h.register(h.pharma, a), h.register(h.academic, a)
	h.As(h.academic).Get("/en/registrations/"+online+"/edit").Is(ok).Says("you leave your place on this waiting list").Submit(editForm, "pool", "remote").Is(ok).Says("Your place is confirmed, online.")
	form := h.As(h.academic).Get("/en/registrations/" + online + "/edit").Is(ok).Says("If none is, you keep the seat that you have.")
	form.Submit(editForm, "pool", "onsite").Is(wrong).Says("There is no seat left.")
	if r := h.registration(online); r.Seat != events.RemotePool || r.Pool != events.RemotePool {
		t.Errorf("it became %+v", r)
	}
	if r := h.registration(seated); r.Seat != events.OnSitePool {
		t.Errorf("the other became %+v", r)
	}
}

// A withdrawal is asked about first, hands the seat on at once, and is one however often it is sent. The
// link goes on to show how it stands.
func TestWithdraw(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Symposium, 1)
	first, second := h.register(h.pharma, a), h.register(h.academic, a)
	b := h.As("")
	ask := b.Get(h.page(first, "withdraw")).Is(ok).Says("Withdraw your registration?", "Symposium on counterfeit parts", "Your seat goes at once to the first person on the waiting list", "Your calendar entry is taken back.", "Reason (optional)")
	if r := h.registration(first); r.State != registrations.Confirmed {
		t.Errorf("asking made it %s", r.State)
	}
	done := ask.Submit(withdrawForm, "reason", "Another duty").Is(ok).Says("Your registration is withdrawn.", "Withdrawn", "Another duty")
	if done.Doc.Find(`main a[href*="/withdraw"], main a[href*="/edit"], main a[href*=".ics"]`).Length() > 0 {
		t.Error("who has withdrawn is offered more")
	}
	if r := h.registration(second); r.Seat != events.OnSitePool {
		t.Errorf("the next one became %+v", r)
	}
	version := h.registration(first).Version
	ask.Submit(withdrawForm, "reason", "Another duty").Is(ok).Says("Withdrawn")
	b.Get(h.page(first, "withdraw")).Is(ok).Says("The registration has been withdrawn.")
	if r := h.registration(first); r.Version != version {
		t.Error("withdrawing again changed something")
	}
	b.Get(h.page(first, "edit")).Is(ok).Says("The registration has been withdrawn.")
	h.As(h.academic).Get("/en/registrations/"+second+"/withdraw").Submit(withdrawForm, "reason", strings.Repeat("x", 1001)).Is(wrong).Says("at most 1,000 characters")
	// The activity is over: nothing can be changed any more, and it is said.
	form := h.As(h.academic).Get("/en/registrations/" + second + "/withdraw").Is(ok)
	h.Now = a.End.Add(time.Hour)
	h.Advance(h.officer, a.Code, events.RegistrationClosed, events.InProgress, events.Held)
	form.Submit(withdrawForm).Is(conflict).Says("This cannot be done with the registration as it stands now.")
}

// After a postponement the former holder says whether it comes; an answer not asked for changes nothing.
func TestCome(t *testing.T) {
	for _, c := range []struct {
		kind   events.Kind
		answer string
		state  registrations.State
		says   []string
	}{
		{events.CAPMeeting, "yes", registrations.Endorsed, []string{"Thank you. You have answered that you will come.", "The Secretariat will decide."}},
		{events.CAPMeeting, "no", registrations.Withdrawn, []string{"Thank you. Your registration is withdrawn."}},
		{events.Symposium, "yes", registrations.Confirmed, []string{"Thank you. You have answered that you will come.", "Your seat is confirmed"}},
		{events.Symposium, "no", registrations.Withdrawn, []string{"Thank you. Your registration is withdrawn."}},
		{events.Symposium, "perhaps", registrations.Endorsed, []string{"Please choose one of the options."}},
	} {
		t.Run(string(c.kind)+" "+c.answer, func(t *testing.T) {
			h := openHouse(t)
			a := h.open(c.kind, 1)
			id := ""
			if c.kind == events.CAPMeeting {
				id = h.nominate(a)
				h.decide(id, registrations.Confirm, "")
			} else {
				id = h.register(h.academic, a)
			}
			b := h.As("")
			b.Get(h.page(id, "come")).Is(ok).Says("Your seat is confirmed") // not asked yet
			h.resume(a)
			page := b.Get(h.page(id)).Is(ok).Says("Will you come?")
			_, values := page.Values(`main form[action*="/come"]`, "answer", c.answer)
			done := b.Post("/en/registrations/"+id+"/come", values).Says(c.says...)
			if r := h.registration(id); r.State != c.state {
				t.Errorf("it became %s", r.State)
			}
			if c.answer == "perhaps" {
				done.Is(wrong)
				return
			}
			version := h.registration(id).Version
			b.Post("/en/registrations/"+id+"/come", values).Is(ok)
			if r := h.registration(id); r.Version != version {
				t.Error("answering again changed something")
			}
		})
	}
}

// The own calendar entry is a file while it stands, under a name in ASCII, never kept by anybody.
func TestInvitation(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.CAPMeeting, 5)
	id := h.nominate(a)
	file := "/registrations/" + id + "/invitation.ics"
	b := h.As("")
	keyed := file + "?" + url.Values{"key": {h.key(id)}}.Encode()
	b.Get(keyed).Is(notFound)
	h.decide(id, registrations.Confirm, "")
	href := b.Get(h.page(id)).Doc.Find(`main a[href*="/invitation.ics"]`).AttrOr("href", "")
	if href != keyed {
		t.Errorf("the page leads to %s, want %s", href, keyed)
	}
	answer := b.Get(keyed).Is(ok)
	if !strings.Contains(answer.Body, "METHOD:REQUEST") || !strings.Contains(strings.ReplaceAll(answer.Body, "\r\n ", ""), "delegate1.zm@customs-zm.example") {
		t.Errorf("the file says %s", answer.Body)
	}
	for name, want := range map[string]string{"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-store",
		"Content-Disposition": `attachment; filename="invitation-` + strings.ToLower(a.Code) + `.ics"`} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if to := b.Get(file).Path; !strings.HasPrefix(to, "/en/sign-in") {
		t.Errorf("without a key it leads to %s", to)
	}
	h.As(h.registration(id).PersonID).Get(file).Is(ok)
	h.As(h.zambia).Get(file).Is(notFound)
	h.decide(id, registrations.Withdraw, "")
	b.Get(keyed).Is(notFound)
}
