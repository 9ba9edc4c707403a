package registrations_test

import (
	"strconv"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// TestDesk_Deadlines holds deadlines to the second, as the activity's zone counts them.
func TestDesk_Deadlines(t *testing.T) {
	w := ruled(t)
	// Midnight of Brussels on 24 October is 22:00 UTC; the last second of the 23rd counts.
	last := at("2026-10-23T21:59:59Z")
	for _, c := range []struct {
		now  string
		open bool
	}{
		{"2026-10-23T21:59:58Z", true}, {"2026-10-23T21:59:59Z", true}, {"2026-10-23T21:59:59.999Z", true},
		{"2026-10-23T22:00:00Z", false}, {"2026-10-23T23:59:59+02:00", true}, {"2026-10-24T00:00:00+02:00", false},
	} {
		t.Run(c.now, func(t *testing.T) {
			w.t, w.now = t, at("2026-09-01T08:00:00Z")
			nomination, self := w.in(events.Nomination, events.Decided, 5), w.in(events.SelfRegistration, events.Automatic, 5)
			for _, a := range []events.Activity{nomination, self} {
				w.edit(a.Code, func(a *events.Activity) { a.Deadlines = events.Deadlines{Nomination: &last, Registration: &last} })
			}
			sits := w.nominated(nomination.Code, "D 0")
			draft := registrations.Registration{}
			w.now = at("2026-10-23T12:00:00Z")
			draft = w.drafted(self.Code, entry("Late", "late@post.example", ""))
			w.now = at(c.now)
			_, nominate := w.desk.Nominate(w.ctx, w.zambia, nomination.Code, entry("D 1", "d1@customs-zm.example", "ZM"))
			_, register := w.desk.Register(w.ctx, events.Visitor{}, self.Code, entry("X", "x@post.example", ""))
			_, confirm := w.desk.ConfirmAddress(w.ctx, draft)
			_, kept, replace := w.desk.Replace(w.ctx, w.zambia, sits.ID, entry("D 2", "d2@customs-zm.example", "ZM").Person, "")
			_, enter := w.desk.Enter(w.ctx, w.officer, nomination.Code, entry("Guest", "guest@post.example", ""))
			if c.open {
				for what, err := range map[string]error{"nominate": nominate, "register": register, "confirm": confirm, "replace": replace, "enter": enter} {
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
				}
				if kept {
					t.Error("a replacement in time is kept as a request")
				}
				return
			}
			w.is(nominate, events.Conflict, "nomination_deadline_passed")
			w.is(register, events.Conflict, "registration_deadline_passed")
			w.is(confirm, events.Conflict, "registration_deadline_passed")
			w.is(enter, "", "")
			if replace != nil || !kept {
				t.Errorf("a late replacement: %v, %v", kept, replace)
			}
		})
	}
}

// TestDesk_Replace puts another in the place of one.
func TestDesk_Replace(t *testing.T) {
	w := ruled(t)
	second := entry("D 2", "d2@customs-zm.example", "ZM").Person
	replace := func(v events.Visitor, id string) (registrations.Registration, bool) {
		w.t.Helper()
		next, kept, err := w.desk.Replace(w.ctx, v, id, second, "Ill")
		return w.made(next, err), kept
	}
	t.Run("Seated", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r, waits := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 3")
		w.done(r.ID, registrations.Confirm)
		w.done(waits.ID, registrations.Waitlist)
		next, kept := replace(w.zambia, r.ID)
		w.stands("replaced endorsed waitlisted", r.ID, next.ID, waits.ID)
		if kept || next.Seat != events.OnSitePool || w.get(r.ID).Seat != "" || w.get(r.ID).Reason != "Ill" {
			t.Errorf("%v, seat %q", kept, next.Seat)
		}
		w.holding(a.Code, 0, 1)
		w.done(next.ID, registrations.Refuse)
		w.stands("refused confirmed", next.ID, waits.ID)
	})
	t.Run("ByAnOfficer", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Confirm)
		uid := w.get(r.ID).Calendar.UID
		next, _ := replace(w.officer, r.ID)
		w.stands("replaced confirmed", r.ID, next.ID)
		if next.Calendar.UID == "" || next.Calendar.UID == uid {
			t.Error("the next has no entry of its own")
		}
		w.holding(a.Code, 0, 0)
	})
	t.Run("Automatic", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		r := w.nominated(a.Code, "D 1")
		next, _ := replace(w.zambia, r.ID)
		w.stands("replaced confirmed", r.ID, next.ID)
	})
	t.Run("Waiting", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		one, two, three := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 4"), w.nominated(a.Code, "D 3")
		next, _ := replace(w.zambia, two.ID)
		w.stands("confirmed replaced waitlisted waitlisted", one.ID, two.ID, three.ID, next.ID)
		w.holding(a.Code, 0, 2)
		w.done(one.ID, registrations.Withdraw)
		w.stands("waitlisted confirmed", three.ID, next.ID)
	})
	t.Run("ByTheSamePerson", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 2)
		r := w.nominated(a.Code, "D 1")
		w.nominated(a.Code, "D 2")
		_, _, err := w.desk.Replace(w.ctx, w.zambia, r.ID, second, "")
		w.is(err, events.Conflict, "already_registered")
		w.stands("endorsed", r.ID)
	})
	t.Run("Late", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		last := w.now.Add(time.Hour)
		w.edit(a.Code, func(a *events.Activity) { a.Deadlines.Nomination = &last })
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Confirm)
		w.now = w.now.Add(2 * time.Hour)
		same, kept := replace(w.zambia, r.ID)
		if !kept || same.ID != r.ID || same.Request == nil || same.Request.Person.Email != "d2@customs-zm.example" {
			t.Errorf("%v %+v", kept, same)
		}
		w.stands("confirmed", r.ID)
		w.is(w.decide(w.zambia, r.ID, registrations.Dismiss), events.Denied, "not_allowed")
		w.done(r.ID, registrations.Dismiss)
		if w.get(r.ID).Request != nil {
			t.Error("the request is still there")
		}
		w.is(w.decide(w.officer, r.ID, registrations.Dismiss), events.Conflict, "nothing_to_dismiss")
		replace(w.zambia, r.ID)
		next, kept := replace(w.officer, r.ID)
		w.stands("replaced confirmed", r.ID, next.ID)
		if kept || w.get(r.ID).Request != nil {
			t.Error("the request outlived its answer")
		}
	})
}

// TestDesk_Drafts forgets whoever does not open the mailed link.
func TestDesk_Drafts(t *testing.T) {
	w := ruled(t)
	a := w.in(events.SelfRegistration, events.Automatic, 1)
	t.Run("OnNoBoard", func(t *testing.T) {
		w.t = t
		draft := w.drafted(a.Code, entry("Draft", "draft@post.example", ""))
		b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{})
		if err != nil || b.Total != 0 || len(b.Rows) != 0 {
			t.Errorf("on the board: %d, %v", b.Total, err)
		}
		if _, err := w.desk.Registration(w.ctx, w.officer, draft.ID); !events.IsGone(err) {
			t.Errorf("found: %v", err)
		}
		w.holding(a.Code, 1, 0)
	})
	t.Run("InTime", func(t *testing.T) {
		w.t = t
		draft := w.drafted(a.Code, entry("One", "one@post.example", ""))
		w.now = w.now.Add(registrations.DraftLife)
		r, err := w.desk.ConfirmAddress(w.ctx, draft)
		w.stands("confirmed", w.made(r, err).ID)
		again, err := w.desk.ConfirmAddress(w.ctx, draft)
		if again = w.made(again, err); again.Version != r.Version {
			t.Error("opened again, the link changes something")
		}
	})
	t.Run("TooLate", func(t *testing.T) {
		w.t = t
		draft := w.drafted(a.Code, entry("Two", "two@post.example", ""))
		w.now = w.now.Add(registrations.DraftLife + time.Second)
		_, err := w.desk.ConfirmAddress(w.ctx, draft)
		w.is(err, events.Expired, "draft_expired")
		if err := w.desk.Tend(w.ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Linked(w.ctx, draft.ID); !events.IsGone(err) {
			t.Errorf("it is not forgotten: %v", err)
		}
	})
	t.Run("Again", func(t *testing.T) {
		w.t = t
		first := w.drafted(a.Code, entry("Three", "three@post.example", ""))
		w.now = w.now.Add(registrations.DraftLife - time.Hour)
		second := w.drafted(a.Code, entry("THREE", " Three@Post.example", ""))
		if second.ID != first.ID || second.Person.GivenName != "THREE" {
			t.Errorf("a second draft of one person: %+v", second)
		}
		w.now = w.now.Add(2 * time.Hour) // its 48 hours begin anew with the second form
		r, err := w.desk.ConfirmAddress(w.ctx, first)
		w.stands("waitlisted", w.made(r, err).ID)
	})
	t.Run("HistoryBounded", func(t *testing.T) {
		w.t = t
		for range 5 {
			w.now = w.now.Add(time.Minute)
			w.drafted(a.Code, entry("Six", "six@post.example", ""))
		}
		draft := w.drafted(a.Code, entry("Six", "six@post.example", ""))
		if h := draft.History; len(h) != 2 || !h[1].At.Equal(w.now) || !h[0].At.Equal(w.now.Add(-4*time.Minute)) {
			t.Errorf("a draft that is sent again and again remembers %d times: %v", len(h), h)
		}
	})
	t.Run("MailsBounded", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 1)
		ask := func(name string) {
			t.Helper()
			if made, err := w.desk.Register(w.ctx, events.Visitor{}, a.Code, entry(name, "victim@post.example", "")); err != nil || made.ID != "" {
				t.Fatalf("a stranger is answered %+v, %v", made, err)
			}
		}
		told := func(kind string, n int) {
			t.Helper()
			if got := w.notices(a.Code, kind); len(got) != n {
				t.Errorf("%d mails of %s, not %d", len(got), kind, n)
			}
		}
		ask("Draft")
		ask("Draft")
		told("address_confirmation", 1)
		w.now = w.now.Add(registrations.MailAgain)
		ask("Draft")
		told("address_confirmation", 2)
		for i := range 2 * registrations.DraftsPerAddress {
			ask("Draft " + strconv.Itoa(i))
		}
		told("address_confirmation", 1+registrations.DraftsPerAddress)
		living := w.made(w.desk.ConfirmAddress(w.ctx, w.made(w.desk.Linked(w.ctx, w.notices(a.Code, "address_confirmation")[0].Registration))))
		for range 3 {
			ask(living.Person.GivenName)
		}
		told("already_registered", 1)
	})
	t.Run("EnteredMeanwhile", func(t *testing.T) {
		w.t = t
		draft := w.drafted(a.Code, entry("Four", "four@post.example", ""))
		r, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry("Four", "four@post.example", ""))
		w.made(r, err)
		if _, err := w.desk.Linked(w.ctx, draft.ID); !events.IsGone(err) {
			t.Errorf("the draft stands beside the entry: %v", err)
		}
	})
	t.Run("Withdrawn", func(t *testing.T) {
		w.t = t
		draft := w.drafted(a.Code, entry("Five", "five@post.example", ""))
		_, err := w.desk.Decide(w.ctx, registrations.Bearer(&draft), draft.ID, registrations.Decision{Event: registrations.Withdraw})
		if err == nil {
			w.stands("withdrawn", draft.ID)
		}
		r, err := w.desk.ConfirmAddress(w.ctx, draft)
		if err == nil && r.State == registrations.Confirmed {
			t.Error("a withdrawn draft came to life")
		}
	})
}
