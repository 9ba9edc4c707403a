package notify_test

import (
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail/sink"
	"capportal/registrations"
)

// A confirmation reaches the person in its language, with the invitation.
func TestWorker_ThinWay(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(10))
		for _, c := range []struct{ language, subject, line string }{
			{"en", "Seat confirmed: 23rd Meeting of the CAP Group", "Your seat is confirmed."},
			{"fr", "Place confirmée : 23e réunion du Groupe CAP", "Votre place est confirmée."},
		} {
			to := "delegate." + c.language + "@customs-zm.example"
			r := w.nominate(a, to, c.language)
			w.one(to)
			w.decide(r, registrations.Confirm)
			m := w.one(to)
			if m.Subject != c.subject || !strings.HasPrefix(m.Text, c.line) || !strings.Contains(m.HTML, c.line) || m.Language != c.language {
				t.Errorf("%s: %q\n%s", c.language, m.Subject, m.Text)
			}
			e := w.event(m)
			if e.Method != "REQUEST" || e.Sequence != 0 || !e.Start.Equal(a.Start) || !e.End.Equal(a.End) || e.PartStat != "NEEDS-ACTION" {
				t.Errorf("%s: %+v", c.language, e)
			}
		}
	})
}

// saying is what every outlet must agree on.
type saying struct {
	start, end time.Time
	place      string
	sequence   int
	cancelled  bool
}

func said(e calendartest.Event) saying {
	return saying{e.Start, e.End, e.Location, e.Sequence, e.Status == "CANCELLED"}
}

// download is a person's own invitation as a file.
func (w *world) download(id string) calendartest.Event {
	w.t.Helper()
	r := w.registration(id)
	a := w.activity(r.Activity)
	entry, ok := w.entries.Own(&a, &r)
	if !ok {
		w.t.Fatalf("registration %s has no entry", id)
	}
	object, err := calendar.Download(entry)
	if !entry.Cancelled {
		object, err = calendar.Invitation(entry)
	}
	w.must(err)
	calendartest.Check(w.t, object)
	return calendartest.One(w.t, object)
}

// story follows one person's mails and holds each object to the one before.
type story struct {
	w    *world
	to   string
	last []byte
}

// next reads the person's next mail, which must be the only one, and compares it with the download.
func (s *story) next(m sink.Mail, id string) calendartest.Event {
	s.w.t.Helper()
	if m.To.Address != s.to {
		s.w.t.Fatalf("the mail %q went to %s, not to %s", m.Subject, m.To.Address, s.to)
	}
	e := s.w.event(m)
	calendartest.Judge(s.w.t, m.Calendar)
	if s.last != nil {
		for _, problem := range calendartest.Succession(s.last, m.Calendar) {
			s.w.t.Error(problem)
		}
	}
	s.last = m.Calendar
	if got, want := said(s.w.download(id)), said(e); got != want {
		s.w.t.Errorf("%s: the download says %+v, the mail %+v", m.Subject, got, want)
	}
	return e
}

// One seat, two delegates, from the nomination to the end of the meeting.
func TestWorker_WholeStory(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(1))
		one, two := &story{w: w, to: "delegate1@customs-zm.example"}, &story{w: w, to: "delegate2@customs-zm.example"}
		first, second := w.nominate(a, one.to, "en"), w.nominate(a, two.to, "ar")
		if mails := w.mails(); len(mails) != 2 || mails[0].Calendar != nil || mails[1].Calendar != nil {
			t.Fatalf("after the nominations: %v", subjects(mails))
		}
		w.decide(first, registrations.Confirm)
		w.decide(second, registrations.Waitlist)
		mails := w.mails()
		if len(mails) != 2 || mails[1].Calendar != nil || !strings.Contains(mails[1].Text, "المرتبة 1") {
			t.Fatalf("after the decisions: %v\n%s", subjects(mails), mails[1].Text)
		}
		confirmed := one.next(mails[0], first.ID)
		if confirmed.Method != "REQUEST" || confirmed.Sequence != 0 || confirmed.Location != "WCO Headquarters, room A, Brussels, Belgium" {
			t.Errorf("confirmed: %+v", confirmed)
		}

		w.pass(time.Hour)
		a = w.change(a, func(a *events.Activity) {
			a.Start, a.End = a.Start.AddDate(0, 0, 1), a.End.AddDate(0, 0, 1)
			a.Place.Venue = "WCO Headquarters, room B"
		})
		mails = w.mails()
		if len(mails) != 2 {
			t.Fatalf("after the move: %v", subjects(mails))
		}
		moved := one.next(mails[0], first.ID)
		if moved.Sequence != 1 || moved.UID != confirmed.UID || !moved.Start.Equal(a.Start) || !strings.Contains(moved.Location, "room B") || moved.PartStat != "NEEDS-ACTION" {
			t.Errorf("moved: %+v", moved)
		}
		for _, want := range []string{"The date and the place of the activity have changed.", "Before: Tuesday 3", "Now: Wednesday 4", "Place before: WCO Headquarters, room A", "update"} {
			if !strings.Contains(mails[0].Text, want) {
				t.Errorf("the mail of the move lacks %q:\n%s", want, mails[0].Text)
			}
		}
		if mails[1].Calendar != nil || !strings.Contains(mails[1].Text, "الموعد السابق") || !strings.Contains(mails[1].Text, "room A") {
			t.Errorf("who waits is told so:\n%s", mails[1].Text)
		}

		w.pass(time.Hour)
		w.must(withdraw(w, first.ID))
		mails = w.mails()
		if len(mails) != 2 {
			t.Fatalf("after the withdrawal: %v", subjects(mails))
		}
		cancelled := one.next(mails[0], first.ID)
		if cancelled.Method != "CANCEL" || cancelled.Status != "CANCELLED" || cancelled.UID != confirmed.UID || cancelled.Sequence <= moved.Sequence {
			t.Errorf("withdrawn: %+v", cancelled)
		}
		promoted := two.next(mails[1], second.ID)
		if promoted.Method != "REQUEST" || promoted.Sequence != 0 || promoted.UID == confirmed.UID || !promoted.Start.Equal(a.Start) {
			t.Errorf("promoted: %+v", promoted)
		}

		w.pass(time.Hour)
		w.advance(a, events.Cancelled)
		m := w.one(two.to)
		if e := two.next(m, second.ID); e.Method != "CANCEL" || e.Sequence <= promoted.Sequence {
			t.Errorf("cancelled: %+v", e)
		}
		if again := w.mails(); len(again) != 0 {
			t.Errorf("told again: %v", subjects(again))
		}
	})
}

func withdraw(w *world, id string) error {
	_, err := w.desk.Decide(w.ctx, w.zambia, id, registrations.Decision{Event: registrations.Withdraw})
	return err
}

// Postponed and back: the entry is taken back, who held it is asked, and comes under a new UID.
func TestWorker_PostponedAndBack(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		s := &story{w: w, to: to}
		r := w.nominate(a, to, "en")
		w.one(to)
		w.decide(r, registrations.Confirm)
		before := s.next(w.one(to), r.ID)

		w.pass(time.Hour)
		a = w.advance(a, events.Postponed)
		m := w.one(to)
		if e := s.next(m, r.ID); e.Method != "CANCEL" || e.UID != before.UID || e.Sequence <= before.Sequence {
			t.Errorf("postponed: %+v", e)
		}
		for _, want := range []string{"has been postponed", "you will be asked first", "Was planned for: Tuesday 3 November"} {
			if !strings.Contains(strings.Join(strings.Fields(m.Text), " "), want) {
				t.Errorf("the mail lacks %q:\n%s", want, m.Text)
			}
		}

		w.pass(time.Hour)
		a, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, a.Left, "", "", func(a *events.Activity) error {
			a.Start, a.End = a.Start.AddDate(0, 1, 0), a.End.AddDate(0, 1, 0)
			return nil
		})
		w.must(err)
		m = w.one(to)
		if m.Calendar != nil || !strings.Contains(m.Subject, "Will you come?") || !strings.Contains(m.Text, "December 2026") || !strings.Contains(m.Text, "Deadline: ") {
			t.Errorf("asked: %s\n%s", m.Subject, m.Text)
		}

		if _, err := w.desk.Come(w.ctx, registrations.Bearer(&r), r.ID, true); err == nil {
			w.decide(r, registrations.Confirm)
		} else {
			t.Fatal(err)
		}
		s.last = nil // another entry
		after := s.next(w.one(to), r.ID)
		if after.Method != "REQUEST" || after.Sequence != 0 || after.UID == before.UID || !after.Start.Equal(a.Start) {
			t.Errorf("back: %+v", after)
		}
		earlier := w.registration(r.ID)
		activity := w.activity(a.Code)
		if list := w.entries.Earlier(&activity, &earlier); len(list) != 1 || list[0].UID != before.UID || !list[0].Cancelled {
			t.Errorf("the former entry in the feed: %+v", list)
		}
	})
}

// A postponement that is told only after the person was seated anew takes nothing back.
func TestWorker_ToldLate(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.one(to)
		w.decide(r, registrations.Confirm)
		before := w.event(w.one(to))

		a = w.advance(a, events.Postponed)
		a, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, a.Left, "", "", func(a *events.Activity) error {
			a.Start, a.End = a.Start.AddDate(0, 1, 0), a.End.AddDate(0, 1, 0)
			return nil
		})
		w.must(err)
		w.decide(r, registrations.Confirm)
		w.pass(time.Minute)
		var last calendartest.Event
		for _, m := range w.mails() {
			if m.Calendar != nil {
				last = w.event(m)
			}
		}
		if last.Method != "REQUEST" || last.UID != before.UID || last.Sequence <= before.Sequence || !last.Start.Equal(a.Start) {
			t.Errorf("at the end the calendar says %+v", last)
		}
	})
}

func TestWorker_Merged(t *testing.T) {
	for _, c := range []struct {
		visibility events.Visibility
		named      bool
	}{{events.Public, true}, {events.ForInvited, false}} {
		onMemory(t, func(t *testing.T, w *world) {
			other := meeting(5)
			other.Title = events.Text{"en": "The other meeting"}
			other.Visibility = c.visibility
			other = w.open(other)
			a := w.open(meeting(2))
			to := "delegate1@customs-zm.example"
			r := w.nominate(a, to, "en")
			w.one(to)
			w.decide(r, registrations.Confirm)
			before := w.event(w.one(to))
			w.pass(time.Hour)
			w.advanceInto(a, events.Merged, other.Code)
			m := w.one(to)
			if e := w.event(m); e.Method != "CANCEL" || e.UID != before.UID {
				t.Errorf("merged: %+v", e)
			}
			if named := strings.Contains(m.Text+m.HTML+m.Subject, "The other meeting"); named != c.named {
				t.Errorf("%s: named %v, want %v:\n%s", c.visibility, named, c.named, m.Text)
			}
		})
	}
}

// A correction of the address takes the entry back where it lies and gives a new one.
func TestWorker_AddressCorrected(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		old, corrected := "delegat1@customs-zm.example", "delegate1@customs-zm.example"
		r := w.nominate(a, old, "en")
		w.one(old)
		w.decide(r, registrations.Confirm)
		first := w.event(w.one(old))
		_, err := w.desk.Amend(w.ctx, w.officer, r.ID, 0, func(e *registrations.Entry) error { e.Person.Email = corrected; return nil })
		w.must(err)
		mails := w.mails()
		if len(mails) != 2 {
			t.Fatalf("want two mails, got %v", subjects(mails))
		}
		gone, fresh := w.event(mails[0]), w.event(mails[1])
		if gone.Attendee != old {
			gone, fresh = fresh, gone
			mails[0], mails[1] = mails[1], mails[0]
		}
		if gone.Method != "CANCEL" || gone.UID != first.UID || gone.Attendee != old || gone.Sequence <= first.Sequence {
			t.Errorf("at the old address: %+v", gone)
		}
		if fresh.Method != "REQUEST" || fresh.UID == first.UID || fresh.Attendee != corrected || fresh.Sequence != 0 {
			t.Errorf("at the new address: %+v", fresh)
		}
		if strings.Contains(mails[0].Text, "key=") || !strings.Contains(mails[1].Text, "key=") {
			t.Error("the personal link goes to the registration's address alone")
		}
	})
}

// A decision taken back before or after its mails went out: whoever holds a seat in the end holds
// one entry that stands.
func TestWorker_DecisionTakenBack(t *testing.T) {
	for _, c := range []struct {
		name     string
		decision registrations.Decision
		sent     bool // the decision's mails went out before it was taken back
		methods  string
		same     bool // the entry is the one from before
	}{
		{"a refusal, at once", registrations.Decision{Event: registrations.Refuse, Reason: "by mistake"}, false, "", true},
		{"a refusal, too late", registrations.Decision{Event: registrations.Refuse, Reason: "by mistake"}, true, "CANCEL REQUEST", false},
		{"a confirmation, at once", registrations.Decision{Event: registrations.Confirm}, false, "REQUEST", true},
		{"a confirmation, too late", registrations.Decision{Event: registrations.Confirm}, true, "REQUEST", true},
		{"kept waiting, at once", registrations.Decision{Event: registrations.Waitlist, Override: true, Reason: "by mistake"}, false, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, w *world) {
				a := meeting(3)
				a.Acceptance = events.Decided
				a = w.open(a)
				to := "delegate1@customs-zm.example"
				r := w.nominate(a, to, "en")
				w.mails()
				w.decide(r, registrations.Confirm)
				first := w.event(w.one(to))
				amend(w, r.ID) // endorsed again, with seat and entry kept
				w.mails()
				_, err := w.desk.Decide(w.ctx, w.officer, r.ID, c.decision)
				w.must(err)
				var methods []string
				last := first
				read := func() {
					for _, m := range w.mails() {
						if m.Calendar != nil {
							last = w.event(m)
							methods = append(methods, last.Method)
						}
					}
				}
				if c.sent {
					read()
				}
				w.pass(time.Minute)
				_, err = w.desk.Decide(w.ctx, w.officer, r.ID, registrations.Decision{Event: registrations.Undo})
				w.must(err)
				read()
				after := w.registration(r.ID)
				if after.State != registrations.Endorsed || after.Seat == "" || !after.EntryHeld() {
					t.Fatalf("%s with seat %q, entry held: %v", after.State, after.Seat, after.EntryHeld())
				}
				if got := strings.Join(methods, " "); got != c.methods {
					t.Errorf("mails %q, want %q", got, c.methods)
				}
				if same := after.Calendar.UID == first.UID; same != c.same || last.UID != after.Calendar.UID || last.Method != "REQUEST" {
					t.Errorf("the person's calendar: %s %s; the registration: %s, at first %s", last.Method, last.UID, after.Calendar.UID, first.UID)
				}
			})
		})
	}
}
