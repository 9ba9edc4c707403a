package registrations_test

import (
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// postponed makes a meeting with two seated and two waiting, takes it away, and brings it back at a
// later date.
func (w *world) postponed(lane events.Lane, acceptance events.Acceptance) (a events.Activity, ids []string) {
	w.t.Helper()
	a = w.in(lane, acceptance, 2)
	deadline := at("2026-10-23T21:59:59Z")
	w.edit(a.Code, func(a *events.Activity) { a.Deadlines.Registration = &deadline })
	for _, name := range []string{"D 1", "D 2", "D 3", "D 4"} {
		r, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry(name, address(name, "post.example"), ""))
		ids = append(ids, w.made(r, err).ID)
	}
	if acceptance == events.Decided {
		w.done(ids[0], registrations.Confirm)
		w.done(ids[1], registrations.Confirm)
		w.done(ids[2], registrations.Waitlist)
		w.done(ids[3], registrations.Waitlist)
	}
	w.stands("confirmed confirmed waitlisted waitlisted", ids...)
	return a, ids
}

func (w *world) take(code string, to events.State, edit func(*events.Activity) error) {
	w.t.Helper()
	if _, err := w.programme.Advance(w.ctx, w.officer, code, 0, to, "test", "", edit); err != nil {
		w.t.Fatal(err)
	}
}

// back brings a postponed activity back with new dates and a deadline.
func (w *world) back(code string) {
	w.t.Helper()
	deadline := at("2026-11-23T22:59:59Z")
	w.take(code, events.RegistrationOpen, func(a *events.Activity) error {
		a.Start, a.End = a.Start.AddDate(0, 1, 0), a.End.AddDate(0, 1, 0)
		a.Deadlines.Registration = &deadline
		return nil
	})
}

// fannedOut lets a change reach everybody, as the worker does.
func (w *world) fannedOut(code, kind string) {
	w.t.Helper()
	n := w.notices(code, kind)[0]
	told, _, done, err := w.desk.FanOut(w.ctx, n, 100)
	if err != nil || !done {
		w.t.Fatalf("%v, %v", done, err)
	}
	for _, one := range told {
		if err := w.outbox.Put(w.ctx, one.Notice); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) come(id string, yes bool) error {
	r := w.get(id)
	_, err := w.desk.Come(w.ctx, registrations.Bearer(&r), id, yes)
	return err
}

// TestDesk_Postponed frees the seats, keeps the order, promotes nobody, and lets the former holders
// answer first.
func TestDesk_Postponed(t *testing.T) {
	w := ruled(t)
	t.Run("Automatic", func(t *testing.T) {
		w.t = t
		a, ids := w.postponed(events.SelfRegistration, events.Automatic)
		uid := w.get(ids[0]).Calendar.UID
		w.is(w.come(ids[0], true), events.Conflict, "nothing_asked")
		w.take(a.Code, events.Postponed, nil)
		w.stands("endorsed endorsed waitlisted waitlisted", ids...)
		w.fannedOut(a.Code, "activity_postponed")
		w.holding(a.Code, 2, 2)
		w.done(ids[1], registrations.Withdraw) // of those who had a seat, and nobody moves up meanwhile
		w.stands("endorsed withdrawn waitlisted waitlisted", ids...)
		w.is(w.come(ids[0], true), events.Conflict, "nothing_asked")
		_, err := w.desk.Register(w.ctx, events.Visitor{}, a.Code, entry("X", "x@post.example", ""))
		w.is(err, events.Conflict, "registration_not_open")
		w.back(a.Code)
		// One seat is kept for the one who held it; the other goes to the first who waits.
		w.stands("endorsed withdrawn confirmed waitlisted", ids...)
		late := w.entered(a.Code, "D 5")
		w.stands("waitlisted", late.ID)
		w.is(w.come(ids[0], true), "", "")
		w.stands("confirmed withdrawn confirmed waitlisted", ids...)
		if got := w.get(ids[0]).Calendar.UID; got == "" || got == uid {
			t.Error("the seat taken anew has no entry of its own")
		}
		w.is(w.come(ids[0], true), events.Conflict, "nothing_asked")
		w.holding(a.Code, 0, 2)
	})
	t.Run("No", func(t *testing.T) {
		w.t = t
		a, ids := w.postponed(events.SelfRegistration, events.Automatic)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		w.stands("endorsed endorsed waitlisted waitlisted", ids...)
		w.is(w.come(ids[1], false), "", "")
		w.stands("endorsed withdrawn confirmed waitlisted", ids...)
	})
	t.Run("NoAnswer", func(t *testing.T) {
		w.t = t
		defer func(now time.Time) { w.now = now }(w.now)
		a, ids := w.postponed(events.SelfRegistration, events.Automatic)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		w.is(w.come(ids[0], true), "", "")
		w.now = at("2026-11-23T22:59:59Z")
		if err := w.desk.Tend(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.stands("confirmed endorsed waitlisted waitlisted", ids...)
		w.now = at("2026-11-23T23:00:00Z")
		// Whoever is entered first after the deadline does not pass those who have waited.
		late := w.entered(a.Code, "D 6")
		w.stands("confirmed endorsed confirmed waitlisted waitlisted", append(ids, late.ID)...)
		if err := w.desk.Tend(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.stands("confirmed endorsed confirmed waitlisted waitlisted", append(ids, late.ID)...)
		w.holding(a.Code, 0, 2)
	})
	t.Run("Tend", func(t *testing.T) {
		w.t = t
		defer func(now time.Time) { w.now = now }(w.now)
		a, ids := w.postponed(events.SelfRegistration, events.Automatic)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		w.now = at("2026-11-23T23:00:00Z")
		if err := w.desk.Tend(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.stands("endorsed endorsed confirmed confirmed", ids...)
	})
	t.Run("Decided", func(t *testing.T) {
		w.t = t
		a, ids := w.postponed(events.Nomination, events.Decided)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		w.is(w.come(ids[0], true), "", "")
		w.stands("endorsed endorsed waitlisted waitlisted", ids...)
		w.is(w.decide(w.officer, ids[2], registrations.Confirm), events.Conflict, "pool_full")
		w.done(ids[0], registrations.Confirm)
		w.stands("confirmed endorsed waitlisted waitlisted", ids...)
		w.is(w.come(ids[1], false), "", "")
		w.stands("confirmed withdrawn confirmed waitlisted", ids...)
	})
	t.Run("Undone", func(t *testing.T) {
		w.t = t
		a, ids := w.postponed(events.Nomination, events.Decided)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		w.done(ids[0], registrations.Confirm)
		w.done(ids[0], registrations.Undo)
		// The seat is kept for the one who held it, as if nothing had been decided.
		w.stands("endorsed endorsed waitlisted waitlisted", ids...)
		w.holding(a.Code, 2, 2)
		w.is(w.come(ids[0], true), "", "")
		w.done(ids[1], registrations.Refuse) // which gives the seat on
		w.done(ids[1], registrations.Undo)
		w.stands("endorsed endorsed confirmed waitlisted", ids...)
		w.is(w.come(ids[1], true), "", "")
	})
	t.Run("Told", func(t *testing.T) {
		w.t = t
		a, _ := w.postponed(events.SelfRegistration, events.Automatic)
		w.take(a.Code, events.Postponed, nil)
		w.back(a.Code)
		for _, kind := range []string{"activity_postponed", "activity_resumed"} {
			if got := w.notices(a.Code, kind); len(got) != 1 || !got[0].Fanout {
				t.Errorf("%s: %v", kind, got)
			}
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		w.t = t
		a, ids := w.postponed(events.SelfRegistration, events.Automatic)
		w.take(a.Code, events.Cancelled, nil)
		w.stands("confirmed confirmed waitlisted waitlisted", ids...)
		if got := w.notices(a.Code, "activity_cancelled"); len(got) != 1 {
			t.Errorf("told by %v", got)
		}
		w.is(w.decide(w.officer, ids[2], registrations.Confirm), events.Conflict, "activity_over")
		_, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry("X", "x@post.example", ""))
		w.is(err, events.Conflict, "registration_not_open")
	})
}
