package me_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// A draft is confirmed by the button behind the mailed link, once; opening the link changes nothing.
func TestRegistration_Confirm(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Symposium, 1)
	first, second := h.stranger(a, "visitor"), h.stranger(a, "late")
	b := h.As("")
	opened := b.Get(h.page(first)).Is(ok).Says("Confirm your registration", "Symposium on counterfeit parts", "visitor 1", "Brussels time")
	if r := h.registration(first); r.State != registrations.Draft || r.Version != 1 {
		t.Errorf("opening the link left it %s, version %d", r.State, r.Version)
	}
	if opened.Header.Get("Cache-Control") != "private, no-store" || opened.Doc.Find("meta[name=robots][content=noindex]").Length() == 0 {
		t.Errorf("the page may be kept: %s", opened.Header.Get("Cache-Control"))
	}
	done := opened.Submit("main form[action*=confirm]").Is(ok).Says("Your address is confirmed.", "Your seat is confirmed, on site.", "WCO Headquarters, Room 1", "Address confirmed")
	if !strings.HasPrefix(done.Path, "/en/registrations/"+first+"?key=") {
		t.Errorf("the confirmation led to %s", done.Path)
	}
	version := h.registration(first).Version
	opened.Submit("main form[action*=confirm]").Is(ok).Says("Your seat is confirmed").Hides("Your address is confirmed.")
	b.Get(h.page(first, "confirm")).Is(ok).Says("Your seat is confirmed")
	if r := h.registration(first); r.Version != version {
		t.Error("confirming again changed something")
	}
	// Full: the next one waits, and is told at which place and why.
	b.Get(h.page(second)).Submit("main form[action*=confirm]").Is(ok).Says("You are no. 1 on the waiting list (On site).", "All seats of this kind are taken.")
}

// What keeps an address from being confirmed is said, and changes nothing.
func TestRegistration_ConfirmTooLate(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Symposium, 5)
	id := h.stranger(a, "visitor")
	b := h.As("")
	form := b.Get(h.page(id)).Is(ok)
	h.Now = h.Now.Add(registrations.DraftLife + time.Second)
	form.Submit("main form[action*=confirm]").Is(gone).Says("The address was not confirmed within 48 hours. Please register again.")
	b.Get(h.page(id)).Is(gone).Says("within 48 hours")
	h.Now = time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	late := h.stranger(a, "late")
	form = b.Get(h.page(late)).Is(ok)
	h.Now = h.Now.Add(time.Second)
	form.Submit("main form[action*=confirm]").Is(wrong).Says("The deadline for registration has passed.")
	if r := h.registration(late); r.State != registrations.Draft {
		t.Errorf("it became %s", r.State)
	}
}

// A registration opens to its person, its contact point and the Secretariat, and by its own link; to
// everybody else it does not exist, and whoever is nobody yet is led to the sign-in.
func TestRegistration_WhoSeesIt(t *testing.T) {
	h := openHouse(t)
	meeting, symposium := h.open(events.CAPMeeting, 5), h.open(events.Symposium, 5)
	id, other := h.nominate(meeting), h.register(h.pharma, symposium)
	own := h.registration(id).PersonID
	address := "/en/registrations/" + id
	secrets := []string{"23rd CAP", "Delegate 1", "customs-zm", meeting.Code}
	for _, c := range []struct {
		name, who, key string
		status         int
	}{
		{"its person", own, "", ok}, {"its contact point", h.zambia, "", ok}, {"by its link", "", h.key(id), ok},
		{"by its link, somebody else signed in", h.pharma, h.key(id), ok},
		{"another contact point", h.senegal, "", notFound}, {"another person", h.pharma, "", notFound}, {"a colleague", h.delegate, "", notFound},
		{"by another's link", "", h.key(other), notFound}, {"by a broken link", "", h.key(id)[:40], notFound}, {"another person by another's link", h.pharma, h.key(other), notFound},
		{"by a sign-in's token", "", h.Signin.Keys.SignInLink(id), notFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.T = t
			query := ""
			if c.key != "" {
				query = "?key=" + url.QueryEscape(c.key)
			}
			for _, below := range []string{"", "/edit", "/withdraw"} {
				if c.who == h.zambia && below != "" {
					continue // leads to the delegation's pages
				}
				a := h.As(c.who).Get(address + below + query).Is(c.status)
				if c.status == notFound {
					a.Hides(secrets...)
				} else {
					a.Says("23rd CAP meeting")
				}
			}
			if c.status != notFound {
				return
			}
			h.As(c.who).Get("/registrations/" + id + "/invitation.ics" + query).Is(notFound).Hides(secrets...)
			b := h.As(c.who)
			b.Get("/en/sign-in") // for a token
			for _, below := range []string{"/confirm", "/edit", "/withdraw", "/come"} {
				token := b.Get("/en/sign-in").Doc.Find("input[name=_csrf]").AttrOr("value", "")
				b.Post(address+below, url.Values{"_csrf": {token}, "key": {c.key}, "version": {"1"}, "given_name": {"Somebody"}, "family_name": {"else"}, "capacity": {"delegate"}, "answer": {"no"}}).Is(notFound).Hides(secrets...)
			}
		})
	}
	h.T = t
	a := h.As("").Get(address)
	if a.Path != "/en/sign-in?next="+url.QueryEscape(address) {
		t.Errorf("a stranger is led to %s", a.Path)
	}
	a.Hides(secrets...)
	// Whether it exists or not makes no difference.
	if x, y := h.As("").Get(address+"?key=x"), h.As("").Get("/en/registrations/nobody?key=x"); x.Text() != y.Text() || x.Status != y.Status {
		t.Errorf("a wrong key is answered %d %q, and of nothing %d %q", x.Status, x.Text(), y.Status, y.Text())
	}
	if r := h.registration(id); r.Version != 1 || r.State != registrations.Endorsed {
		t.Errorf("something was changed: %+v", r)
	}
	point := h.As(h.zambia).Get(address).Is(ok).Says("Delegate 1 (Zambia)", "Nominated; the Secretariat decides.")
	for _, href := range []string{"/en/delegation/ZM/registrations/" + id + "/edit", "/en/delegation/ZM/withdraw?registration=" + id} {
		if point.Doc.Find(`main a[href="`+href+`"]`).Length() == 0 {
			t.Errorf("the contact point is not led to %s", href)
		}
	}
	if to := h.As(h.officer).Get(address).Path; to != "/en/desk/registrations/"+id {
		t.Errorf("an officer is led to %s", to)
	}
}

// The page says in a sentence how a registration stands, in every state and situation, and offers what
// can be done then and nothing else.
func TestRegistration_States(t *testing.T) {
	type world struct {
		*house
		a  events.Activity
		id string
	}
	for _, c := range []struct {
		name    string
		kind    events.Kind
		happens func(*world)
		says    []string
		offers  string // of: edit withdraw come file
	}{
		{"nominated", events.CAPMeeting, func(*world) {}, []string{"Nominated, to be decided", "Your organisation has nominated you (Delegate, On site). The Secretariat will decide.", "The contact point"}, "edit withdraw"},
		{"confirmed", events.CAPMeeting, func(w *world) { w.decide(w.id, registrations.Confirm, "") }, []string{"Your seat is confirmed, on site.", "The calendar entry was sent to you by mail", "The Secretariat"}, "edit withdraw file"},
		{"held", events.CAPMeeting, func(w *world) {
			_, err := w.Desk.Decide(w.Ctx, w.Visitor(w.officer), w.id, registrations.Decision{Event: registrations.Waitlist, Reason: "Two from one unit", Override: true})
			w.must(err)
		}, []string{"The Secretariat keeps you on the waiting list", "The reason given: Two from one unit"}, "edit withdraw"},
		{"refused", events.CAPMeeting, func(w *world) { w.decide(w.id, registrations.Refuse, "The room is small") }, []string{"The Secretariat was not able to accept", "The reason given: The room is small"}, ""},
		{"withdrawn", events.CAPMeeting, func(w *world) { w.decide(w.id, registrations.Withdraw, "") }, []string{"The registration has been withdrawn."}, ""},
		{"changed after confirmation", events.CAPMeeting, func(w *world) {
			w.decide(w.id, registrations.Confirm, "")
			r := w.registration(w.id)
			_, err := w.Desk.Amend(w.Ctx, registrations.Bearer(&r), w.id, r.Version, func(e *registrations.Entry) error { e.Capacity = "adviser"; return nil })
			w.must(err)
		}, []string{"What you entered has changed, so the Secretariat decides anew.", "To be decided again after a change", "You"}, "edit withdraw file"},
		{"postponed", events.CAPMeeting, func(w *world) {
			w.decide(w.id, registrations.Confirm, "")
			w.Advance(w.officer, w.a.Code, events.Postponed)
		}, []string{"Postponed", "New dates are not known yet", "You held a seat."}, "withdraw"},
		{"asked to come", events.CAPMeeting, resumed[*world](func(w *world) (*house, events.Activity, string) { return w.house, w.a, w.id }),
			[]string{"Will you come?", "There are new dates, and you held a seat before.", "Yes, I will come", "If you answer no, your registration is withdrawn."}, "edit withdraw come"},
		{"cancelled", events.CAPMeeting, func(w *world) {
			w.decide(w.id, registrations.Confirm, "")
			w.Advance(w.officer, w.a.Code, events.Cancelled)
		}, []string{"Cancelled", "The activity has been cancelled and will not take place."}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{house: openHouse(t)}
			w.a = w.open(c.kind, 5)
			w.id = w.nominate(w.a)
			c.happens(w)
			a := w.As("").Get(w.page(w.id)).Is(ok).Says(c.says...).Says("Tuesday", "Room 1").Hides("Officer 1", "officer.ipr", "⟦")
			for what, selector := range map[string]string{"edit": `main a[href*="/edit"]`, "withdraw": `main a[href*="/withdraw"]`, "come": `main form[action*="/come"]`, "file": `main a[href*="/invitation.ics"]`} {
				if offered := a.Doc.Find(selector).Length() > 0; offered != strings.Contains(c.offers, what) {
					t.Errorf("%s: offered %v", what, offered)
				}
			}
			w.As("").Get("/ar/registrations/" + w.id + "?key=" + url.QueryEscape(w.key(w.id))).Is(ok).Hides("⟦")
		})
	}
}

// resumed postpones an activity with somebody confirmed, and takes it up again at new dates.
func resumed[W any](of func(W) (*house, events.Activity, string)) func(W) {
	return func(w W) {
		h, a, id := of(w)
		h.T.Helper()
		h.decide(id, registrations.Confirm, "")
		h.resume(a)
	}
}

// resume postpones an activity and takes it up again, one week later.
func (h *house) resume(a events.Activity) {
	h.T.Helper()
	a = h.Advance(h.officer, a.Code, events.Postponed)
	a, err := h.Programme.Change(h.Ctx, h.Visitor(h.officer), a.Code, a.Version, "new dates", func(a *events.Activity) error {
		a.Start, a.End = a.Start.AddDate(0, 0, 7), a.End.AddDate(0, 0, 7)
		return nil
	})
	h.must(err)
	h.Advance(h.officer, a.Code, events.RegistrationOpen)
}
