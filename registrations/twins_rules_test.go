package registrations_test

import (
	"testing"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
)

// TestDesk_Twins catches one person put down twice, however the address is spelled, and lets two
// people share one.
func TestDesk_Twins(t *testing.T) {
	w := ruled(t)
	for _, c := range []struct {
		first, second string // addresses
		same          bool
	}{
		{"d.one@customs-zm.example", "D.One@Customs-ZM.Example", true},
		{"d.one@customs-zm.example", " d.one@customs-zm.example\t", true},
		{"d.one@customs-zm.example", "\u00a0d.one@customs-zm.example\u2003", true},
		{"d.one@customs-zm.example", "done@customs-zm.example", false},
		{"d.one@customs-zm.example", "d.one+cap@customs-zm.example", false},
		{"d@zöll.example", "d@xn--zll-sna.example", true},
		{"d@zöll.example", "D@ZÖLL.example", true},
	} {
		t.Run(c.first+" "+c.second, func(t *testing.T) {
			w.t = t
			a := w.meeting(events.CAPMeeting, 9)
			r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("D 1", c.first, "ZM"))
			w.made(r, err)
			_, err = w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("D 1", c.second, "ZM"))
			if c.same {
				w.is(err, events.Conflict, "already_registered")
			} else {
				w.is(err, "", "")
			}
		})
	}
	t.Run("NameSpelledOtherwise", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 9)
		for i, name := range []string{"Élodie  Anne", "élodie anne", "ELODIE ANNE "} {
			_, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry(name, "office@customs-zm.example", "ZM"))
			if i == 0 {
				w.is(err, "", "")
			} else if !events.Is(err, "already_registered") {
				t.Logf("%q is another than %q: %v", name, "Élodie  Anne", err)
				if i == 1 {
					t.Errorf("%q: %v", name, err)
				}
			}
		}
	})
	t.Run("SharedAddress", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 9)
		for _, name := range []string{"D 1", "D 2"} {
			r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry(name, "office@customs-zm.example", "ZM"))
			w.made(r, err)
		}
		r, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry("D 3", "office@customs-zm.example", "ZM"))
		w.made(r, err)
		people, err := w.directory.PeopleAt(w.ctx, "office@customs-zm.example")
		if err != nil || len(people) < 3 {
			t.Errorf("%d people share the address, %v", len(people), err)
		}
		// A stranger learns nothing of them; the mail says it.
		made, err := w.desk.Register(w.ctx, events.Visitor{}, w.selfOf(a.Code), entry("D 4", "office@customs-zm.example", "ZM"))
		if err != nil || made.ID != "" {
			t.Errorf("answered %+v, %v", made, err)
		}
		if got := w.notices(a.Code, "already_registered"); len(got) != 1 {
			t.Errorf("told by %v", got)
		}
	})
	t.Run("Stranger", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 9)
		draft := w.drafted(a.Code, entry("X", "x@post.example", ""))
		if _, err := w.desk.ConfirmAddress(w.ctx, draft); err != nil {
			t.Fatal(err)
		}
		again, err := w.desk.Register(w.ctx, events.Visitor{}, a.Code, entry("X", "X@Post.example", ""))
		if err != nil || again.ID != "" {
			t.Errorf("a stranger who registers twice is answered %+v, %v", again, err)
		}
		if got := w.notices(a.Code, "already_registered"); len(got) != 1 || got[0].To != "x@post.example" {
			t.Errorf("the mail says %v", got)
		}
	})
	t.Run("OneselfUnderAnotherName", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 9)
		v := w.person("alone@post.example", "Alone", events.Participant, "")
		first, err := w.desk.Register(w.ctx, v, a.Code, entry("Alone", "", ""))
		w.made(first, err)
		_, err = w.desk.Register(w.ctx, v, a.Code, entry("Quite another", "", ""))
		w.is(err, events.Conflict, "already_registered")
		w.done(first.ID, registrations.Withdraw)
		again, err := w.desk.Register(w.ctx, v, a.Code, entry("Quite another", "", ""))
		w.stands("withdrawn confirmed", first.ID, w.made(again, err).ID)
	})
	t.Run("DraftsOfTwo", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 9)
		one, two := w.drafted(a.Code, entry("One", "both@post.example", "")), w.drafted(a.Code, entry("Two", "both@post.example", ""))
		if one.ID == two.ID {
			t.Fatal("two drafts are one")
		}
		r, err := w.desk.ConfirmAddress(w.ctx, two)
		w.stands("draft confirmed", one.ID, w.made(r, err).ID)
	})
	t.Run("ReplacedByATwin", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 9)
		one := w.nominated(a.Code, "D 1")
		w.nominated(a.Code, "D 2")
		_, err := w.desk.Amend(w.ctx, w.officer, one.ID, 0, func(e *registrations.Entry) error {
			e.Person = entry("D 2", "D2@customs-zm.example", "").Person
			return nil
		})
		w.is(err, events.Conflict, "already_registered")
	})
}

// selfOf opens a meeting to those who register by themselves.
func (w *world) selfOf(code string) string {
	w.t.Helper()
	return w.edit(code, func(a *events.Activity) { a.Lane = events.SelfRegistration }).Code
}

// TestDesk_Vouching finds that nobody sees a Member's closed session by saying to be of that Member.
func TestDesk_Vouching(t *testing.T) {
	w := ruled(t)
	closed := func(code string) events.Activity {
		return w.edit(code, func(a *events.Activity) {
			a.Sessions = []events.Session{{ID: "closed", Title: events.Text{"en": "Closed"}, Start: a.Start, End: a.End, OpenTo: []events.Group{events.Member}}}
		})
	}
	sees := func(person string, a events.Activity) bool {
		return events.SeeSession(w.visitor(person), &a, a.Sessions[0], w.now)
	}
	t.Run("Claimed", func(t *testing.T) {
		w.t = t
		a := closed(w.in(events.SelfRegistration, events.Automatic, 9).Code)
		draft := w.drafted(a.Code, entry("Stranger", "stranger@post.example", "ZM"))
		r, err := w.desk.ConfirmAddress(w.ctx, draft)
		r = w.made(r, err)
		w.stands("confirmed", r.ID)
		if sees(r.PersonID, a) {
			t.Error("a stranger who claims a Member sees its closed session")
		}
		bearer := registrations.Bearer(&r)
		if events.SeeSession(bearer, &a, a.Sessions[0], w.now) {
			t.Error("the bearer of the link sees it")
		}
	})
	t.Run("SubmittedThenEndorsed", func(t *testing.T) {
		w.t = t
		a := closed(w.meeting(events.CAPMeeting, 9).Code)
		draft := w.drafted(a.Code, entry("Claimant", "claimant@post.example", "ZM"))
		r, err := w.desk.ConfirmAddress(w.ctx, draft)
		r = w.made(r, err)
		if sees(r.PersonID, a) {
			t.Error("a claim that nobody agreed to opens the session")
		}
		if err := w.decide(w.zambia, r.ID, registrations.Endorse); err != nil {
			t.Fatal(err)
		}
		if !sees(r.PersonID, a) {
			t.Error("the organisation's word does not open it")
		}
	})
	t.Run("Domain", func(t *testing.T) {
		w.t = t
		o, err := w.directory.Organisation(w.ctx, "SN")
		if err == nil {
			_, err = w.directory.ChangeOrganisation(w.ctx, directory.ByPortal, "SN", o.Version, func(o *directory.Organisation) error {
				o.Domains = []string{"customs-sn.example"}
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		a := closed(w.in(events.SelfRegistration, events.Automatic, 9).Code)
		for address, want := range map[string]bool{"one@customs-sn.example": true, "two@hq.customs-sn.example": true, "three@evil-customs-sn.example": false, "four@customs-sn.example.evil.example": false} {
			draft := w.drafted(a.Code, entry(address, address, "SN"))
			r, err := w.desk.ConfirmAddress(w.ctx, draft)
			r = w.made(r, err)
			if sees(r.PersonID, a) != want {
				t.Errorf("%s: %v", address, !want)
			}
		}
	})
	t.Run("AnotherOrganisation", func(t *testing.T) {
		w.t = t
		counsel := w.person("counsel@holder-a.example", "Counsel", events.Participant, "PHARMA-A")
		a := closed(w.in(events.SelfRegistration, events.Automatic, 9).Code)
		r, err := w.desk.Register(w.ctx, counsel, a.Code, entry("Counsel", "", "ZM"))
		w.made(r, err)
		if sees(counsel.Person, a) {
			t.Error("a right holder who claims a Member sees its closed session")
		}
		// Even a contact point's word makes no Member's officer of somebody known to be another's.
		b := closed(w.meeting(events.CAPMeeting, 9).Code)
		n, err := w.desk.Nominate(w.ctx, w.zambia, b.Code, entry("Counsel", "counsel@holder-a.example", "ZM"))
		n = w.made(n, err)
		if n.PersonID == counsel.Person && sees(counsel.Person, b) {
			t.Error("a nomination moved somebody to another organisation")
		}
	})
}
