package registrations_test

import (
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// TestDesk_Seats tells when a seat is taken, and when it is given on.
func TestDesk_Seats(t *testing.T) {
	w := ruled(t)
	t.Run("Automatic", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 1)
		draft := w.drafted(a.Code, entry("Stranger", "stranger@post.example", ""))
		w.holding(a.Code, 1, 0)
		first, err := w.desk.ConfirmAddress(w.ctx, draft)
		w.stands("confirmed", w.made(first, err).ID)
		second := w.entered(a.Code, "Guest")
		w.stands("waitlisted", second.ID)
		if second.WaitReason != "pool_full" {
			t.Errorf("the rule named is %q", second.WaitReason)
		}
		w.holding(a.Code, 0, 1)
	})
	t.Run("Decided", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Decided, 1)
		r := w.nominated(a.Code, "D 1")
		w.holding(a.Code, 1, 0)
		w.done(r.ID, registrations.Confirm)
		w.holding(a.Code, 0, 0)
	})
	t.Run("RaisedCapacity", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 1)
		var ids []string
		for _, name := range []string{"A", "B", "C", "D"} {
			ids = append(ids, w.entered(a.Code, name).ID)
		}
		w.edit(a.Code, func(a *events.Activity) { a.Seats[0].Capacity = 3 })
		w.stands("confirmed confirmed confirmed waitlisted", ids...)
		w.holding(a.Code, 0, 1)
		if got := w.notices(a.Code, "promoted"); len(got) != 2 || got[0].Method != "request" {
			t.Errorf("promotions are told by %v", got)
		}
	})
	t.Run("WithdrawnWhileWaiting", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 1)
		one, two, three := w.entered(a.Code, "A"), w.entered(a.Code, "B"), w.entered(a.Code, "C")
		w.done(two.ID, registrations.Withdraw)
		w.holding(a.Code, 0, 1)
		if n, err := w.desk.Position(w.ctx, ptr(w.get(three.ID))); n != 1 || err != nil {
			t.Errorf("position %d, %v", n, err)
		}
		w.done(one.ID, registrations.Withdraw)
		w.stands("withdrawn withdrawn confirmed", one.ID, two.ID, three.ID)
		w.holding(a.Code, 0, 0)
	})
	t.Run("BackAgain", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 2)
		one := w.entered(a.Code, "A")
		w.done(one.ID, registrations.Withdraw)
		again := w.entered(a.Code, "A")
		if again.ID == one.ID || again.Calendar.UID == one.Calendar.UID {
			t.Error("who comes back is no new registration")
		}
		w.stands("withdrawn confirmed", one.ID, again.ID)
	})
	t.Run("Refused", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 1)
		w.entered(a.Code, "A")
		two := w.entered(a.Code, "B")
		w.done(two.ID, registrations.Refuse)
		w.holding(a.Code, 0, 0)
		w.is(w.decide(w.officer, two.ID, registrations.Confirm), events.Conflict, "no_such_decision")
	})
}

func ptr[T any](v T) *T { return &v }

// TestDesk_Limits meets the limits of a pool and an organisation, and passes them in words.
func TestDesk_Limits(t *testing.T) {
	w := ruled(t)
	t.Run("Pool", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		one, two := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
		w.done(one.ID, registrations.Confirm)
		w.is(w.decide(w.officer, two.ID, registrations.Confirm), events.Conflict, "pool_full")
		_, err := w.desk.Decide(w.ctx, w.officer, two.ID, registrations.Decision{Event: registrations.Confirm, Override: true})
		w.is(err, events.Invalid, "reason_required")
		_, err = w.desk.Decide(w.ctx, w.zambia, two.ID, registrations.Decision{Event: registrations.Withdraw, Override: true})
		w.is(err, "", "")
		three := w.nominated(a.Code, "D 3")
		w.forced(three.ID, registrations.Confirm)
		r := w.get(three.ID)
		if last := r.History[len(r.History)-1]; !r.Overridden || last.What != "confirm" || last.Why != "test" || last.By != w.officer.Person {
			t.Errorf("the override is recorded as %+v", last)
		}
		w.holding(a.Code, -1, 0)
		// Nobody moves up into a seat that is not there.
		four := w.nominated(a.Code, "D 4")
		w.done(four.ID, registrations.Waitlist)
		w.done(one.ID, registrations.Withdraw)
		w.stands("withdrawn confirmed waitlisted", one.ID, three.ID, four.ID)
		w.done(three.ID, registrations.Withdraw)
		w.stands("withdrawn confirmed", three.ID, four.ID)
	})
	t.Run("Organisation", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 5)
		w.share(a.Code, invitations.Seats{Pool: events.OnSitePool, Seats: 1})
		one := w.nominated(a.Code, "D 1")
		_, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("D 2", "d2@customs-zm.example", "ZM"))
		w.is(err, events.Conflict, "organisation_seats_full")
		remote := entry("D 2", "d2@customs-zm.example", "ZM")
		remote.Pool = events.RemotePool
		_, err = w.desk.Nominate(w.ctx, w.zambia, a.Code, remote)
		w.is(err, events.Conflict, "organisation_seats_full") // its seats name one pool, and so none of the other
		alternate := entry("D 3", "d3@customs-zm.example", "ZM")
		alternate.Capacity = registrations.Alternate
		three, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, alternate)
		three = w.made(three, err)
		w.done(one.ID, registrations.Confirm)
		w.is(w.decide(w.officer, three.ID, registrations.Confirm), events.Conflict, "organisation_seats_full")
		w.forced(three.ID, registrations.Confirm)
		two, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry("D 4", "d4@customs-zm.example", "ZM"))
		w.is(w.decide(w.officer, w.made(two, err).ID, registrations.Confirm), events.Conflict, "organisation_seats_full")
	})
	t.Run("PerPool", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 5)
		w.edit(a.Code, func(a *events.Activity) { a.SeatsEach = 1 })
		w.nominated(a.Code, "D 1")
		remote := entry("D 2", "d2@customs-zm.example", "ZM")
		remote.Pool = events.RemotePool
		_, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, remote)
		w.is(err, "", "")
		// The invitation's own seats override the activity's.
		w.share(a.Code, invitations.Seats{Pool: events.OnSitePool, Seats: 2}, invitations.Seats{Pool: events.RemotePool, Seats: 1})
		w.nominated(a.Code, "D 3")
	})
	t.Run("MoreSeatsForOne", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 5)
		w.edit(a.Code, func(a *events.Activity) { a.SeatsEach = 1 })
		if _, err := w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{Organisations: []string{"SN"}}); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, name := range []string{"A", "B", "C"} {
			r, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry(name, address(name, "customs-sn.example"), "SN"))
			ids = append(ids, w.made(r, err).ID)
		}
		w.stands("confirmed waitlisted waitlisted", ids...)
		_, err := w.desk.ChangeInvitation(w.ctx, w.officer, a.Code, "SN", 0, func(i *invitations.Invitation) error {
			i.Seats = []invitations.Seats{{Pool: events.OnSitePool, Seats: 3}}
			return nil
		})
		w.is(err, "", "")
		w.stands("confirmed confirmed confirmed", ids...)
	})
	t.Run("PassedOver", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 2)
		w.edit(a.Code, func(a *events.Activity) { a.SeatsEach = 1 })
		enter := func(name, organisation string) registrations.Registration {
			r, err := w.desk.Enter(w.ctx, w.officer, a.Code, entry(name, address(name, "post.example"), organisation))
			return w.made(r, err)
		}
		one, two, three, four := enter("A", "SN"), enter("B", ""), enter("C", "SN"), enter("D", "ZM")
		w.stands("confirmed confirmed waitlisted waitlisted", one.ID, two.ID, three.ID, four.ID)
		w.done(two.ID, registrations.Withdraw)
		w.stands("confirmed waitlisted confirmed", one.ID, three.ID, four.ID)
		if got := w.get(three.ID).WaitReason; got != "organisation_seats_full" {
			t.Errorf("passed over because of %q", got)
		}
	})
}

// TestDesk_Held_Back keeps somebody waiting though there is a seat.
func TestDesk_Held_Back(t *testing.T) {
	w := ruled(t)
	a := w.meeting(events.CAPMeeting, 2)
	one, two := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
	w.is(w.decide(w.officer, one.ID, registrations.Waitlist), events.Conflict, "seats_left")
	_, err := w.desk.Decide(w.ctx, w.officer, one.ID, registrations.Decision{Event: registrations.Waitlist, Override: true})
	w.is(err, events.Invalid, "reason_required")
	w.forced(one.ID, registrations.Waitlist)
	r := w.get(one.ID)
	if !r.Held || r.WaitReason != "held_by_secretariat" || r.Reason != "test" {
		t.Errorf("held as %+v", r)
	}
	w.done(two.ID, registrations.Confirm, registrations.Withdraw)
	w.edit(a.Code, func(a *events.Activity) { a.Seats[0].Capacity = 9 })
	w.stands("waitlisted", one.ID)
	// Whoever comes after is not held up by it.
	three := w.nominated(a.Code, "D 3")
	w.done(three.ID, registrations.Confirm)
	w.done(one.ID, registrations.Confirm)
	if r := w.get(one.ID); r.State != registrations.Confirmed || r.Held || r.WaitReason != "" {
		t.Errorf("confirmed as %+v", r)
	}
	w.holding(a.Code, 7, 0)
}

// TestDesk_Change changes what was entered.
func TestDesk_Change(t *testing.T) {
	w := ruled(t)
	amend := func(v events.Visitor, id string, edit func(*registrations.Entry)) error {
		_, err := w.desk.Amend(w.ctx, v, id, 0, func(e *registrations.Entry) error { edit(e); return nil })
		return err
	}
	rename := func(e *registrations.Entry) { e.Person.GivenName = "Another" }
	toRemote := func(e *registrations.Entry) { e.Pool = events.RemotePool }
	t.Run("NameUnderDecided", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Confirm)
		uid := w.get(r.ID).Calendar.UID
		w.is(amend(w.zambia, r.ID, rename), "", "")
		after := w.get(r.ID)
		if after.State != registrations.Endorsed || after.Seat != events.OnSitePool || after.Calendar.UID != uid || after.Calendar.Cancelled {
			t.Errorf("%s with seat %q", after.State, after.Seat)
		}
		w.holding(a.Code, 0, 0)
		w.done(r.ID, registrations.Confirm)
		if after := w.get(r.ID); after.Calendar.UID != uid || after.State != registrations.Confirmed {
			t.Errorf("confirmed anew with another entry: %+v", after)
		}
		w.holding(a.Code, 0, 0)
	})
	t.Run("RefusedAnew", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r, next := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
		w.done(r.ID, registrations.Confirm)
		w.done(next.ID, registrations.Waitlist)
		w.is(amend(w.zambia, r.ID, func(e *registrations.Entry) { e.Capacity = "adviser" }), "", "")
		w.stands("endorsed waitlisted", r.ID, next.ID)
		w.done(r.ID, registrations.Refuse)
		w.stands("refused confirmed", r.ID, next.ID)
	})
	t.Run("AnswersAlone", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Confirm)
		w.is(amend(w.zambia, r.ID, func(e *registrations.Entry) { e.Answers["diet"] = "None"; e.Person.Language = "fr" }), "", "")
		w.stands("confirmed", r.ID)
	})
	t.Run("NameUnderAutomatic", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		r := w.nominated(a.Code, "D 1")
		w.is(amend(w.zambia, r.ID, rename), "", "")
		w.stands("confirmed", r.ID)
	})
	t.Run("PoolUnderAutomatic", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		w.edit(a.Code, func(a *events.Activity) { a.Seats[1].Capacity = 1 })
		r, next := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
		w.stands("confirmed waitlisted", r.ID, next.ID)
		w.is(amend(w.zambia, r.ID, toRemote), "", "")
		w.stands("confirmed confirmed", r.ID, next.ID)
		if got := w.get(r.ID).Seat; got != events.RemotePool {
			t.Errorf("seated %q", got)
		}
		w.is(amend(w.zambia, next.ID, toRemote), events.Conflict, "pool_full")
		if got := w.get(next.ID); got.Seat != events.OnSitePool || got.Pool != events.OnSitePool {
			t.Errorf("the old seat was not kept: %+v", got)
		}
		w.holding(a.Code, 0, 0)
	})
	t.Run("PoolUnderDecided", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r, next := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
		w.done(r.ID, registrations.Confirm)
		w.done(next.ID, registrations.Waitlist)
		w.is(amend(w.zambia, r.ID, toRemote), "", "")
		w.stands("endorsed waitlisted", r.ID, next.ID)
		w.done(r.ID, registrations.Confirm)
		w.stands("confirmed confirmed", r.ID, next.ID)
		if got := w.get(r.ID).Seat; got != events.RemotePool {
			t.Errorf("seated %q", got)
		}
	})
	t.Run("PoolWhileWaiting", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		one, two, three := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2"), w.nominated(a.Code, "D 3")
		w.is(amend(w.zambia, two.ID, toRemote), "", "")
		w.stands("confirmed confirmed waitlisted", one.ID, two.ID, three.ID)
		w.holding(a.Code, 0, 1)
	})
	t.Run("Address", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "Wrong")
		w.done(r.ID, registrations.Confirm)
		before := w.get(r.ID)
		w.is(amend(w.zambia, r.ID, func(e *registrations.Entry) { e.Person.Email = "right@customs-zm.example" }), events.Denied, "email_fixed")
		w.is(amend(w.officer, r.ID, func(e *registrations.Entry) { e.Person.Email = "right@customs-zm.example" }), "", "")
		after := w.get(r.ID)
		if after.Link == before.Link || after.Email != "right@customs-zm.example" {
			t.Errorf("links mailed to the wrong address still open it: %+v", after)
		}
		// Whoever has the wrong address is no longer the person who takes part.
		if wrong := w.visitor(before.PersonID); len(wrong.TakesPart) != 0 || registrations.May(wrong, &after) {
			t.Error("who was written to by mistake still sees the registration")
		}
		if right := w.visitor(after.PersonID); right.Email != "right@customs-zm.example" || !registrations.May(right, &after) {
			t.Errorf("the person is %+v", right)
		}
	})
	t.Run("Stale", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "D 1")
		w.is(amend(w.zambia, r.ID, rename), "", "")
		_, err := w.desk.Amend(w.ctx, w.zambia, r.ID, r.Version, func(e *registrations.Entry) error { rename(e); return nil })
		w.is(err, events.Stale, "stale_edit")
	})
	t.Run("Ended", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Withdraw)
		w.is(amend(w.zambia, r.ID, rename), events.Conflict, "registration_ended")
	})
}

// TestDesk_Undo takes decisions back within ten minutes.
func TestDesk_Undo(t *testing.T) {
	w := ruled(t)
	for _, c := range []struct {
		name string
		do   func(a events.Activity, id string)
		want string
	}{
		{"Confirm", func(_ events.Activity, id string) { w.done(id, registrations.Confirm) }, "endorsed"},
		{"Refuse", func(_ events.Activity, id string) { w.done(id, registrations.Refuse) }, "endorsed"},
		{"Waitlist", func(_ events.Activity, id string) { w.forced(id, registrations.Waitlist) }, "endorsed"},
		{"ConfirmOfWaiting", func(_ events.Activity, id string) {
			w.forced(id, registrations.Waitlist)
			w.done(id, registrations.Confirm)
		}, "waitlisted"},
		{"Override", func(a events.Activity, id string) {
			w.edit(a.Code, func(a *events.Activity) { a.Seats[0].Capacity = 0 })
			w.forced(id, registrations.Confirm)
			w.edit(a.Code, func(a *events.Activity) { a.Seats[0].Capacity = 3 })
		}, "endorsed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			a := w.meeting(events.CAPMeeting, 3)
			r := w.nominated(a.Code, "D 1")
			c.do(a, r.ID)
			w.now = w.now.Add(registrations.UndoLife)
			w.is(w.decide(w.zambia, r.ID, registrations.Undo), events.Denied, "not_allowed")
			w.done(r.ID, registrations.Undo)
			w.stands(c.want, r.ID)
			if left, _ := w.seats(a.Code, events.OnSitePool); left != 3 {
				t.Errorf("%d seats left", left)
			}
			for _, n := range w.notices(a.Code, "") {
				if n.Kind == "confirmed" || n.Kind == "refused" {
					if n.State != "cancelled" {
						t.Errorf("%s is %s", n.Kind, n.State)
					}
				}
			}
			w.is(w.decide(w.officer, r.ID, registrations.Undo), events.Conflict, "nothing_to_undo")
		})
	}
	t.Run("TooLate", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 3)
		r := w.nominated(a.Code, "D 1")
		w.done(r.ID, registrations.Confirm)
		w.now = w.now.Add(registrations.UndoLife + time.Second)
		w.is(w.decide(w.officer, r.ID, registrations.Undo), events.Conflict, "nothing_to_undo")
		w.stands("confirmed", r.ID)
	})
	t.Run("SeatGoneOn", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 1)
		r, next := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
		w.done(r.ID, registrations.Confirm)
		w.done(next.ID, registrations.Waitlist)
		w.is(amendName(w, r.ID), "", "")
		w.done(r.ID, registrations.Refuse) // its seat goes to the next
		w.stands("refused confirmed", r.ID, next.ID)
		w.is(w.decide(w.officer, r.ID, registrations.Undo), events.Conflict, "pool_full")
		w.stands("refused confirmed", r.ID, next.ID)
		w.holding(a.Code, 0, 0)
	})
}

func amendName(w *world, id string) error {
	_, err := w.desk.Amend(w.ctx, w.zambia, id, 0, func(e *registrations.Entry) error { e.Person.GivenName = "Another"; return nil })
	return err
}
