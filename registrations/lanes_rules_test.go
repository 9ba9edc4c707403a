package registrations_test

import (
	"strings"
	"testing"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// TestDesk_Lanes asks in every lane who may put whom down, and where they start.
func TestDesk_Lanes(t *testing.T) {
	w := ruled(t)
	w.organisation("IGO-A", events.IGO, "EUR")
	w.organisation("UNI-A", events.Academia, "EUR")
	w.organisation("PHARMA-B", events.RightHolder, "EUR")
	w.person("contact@holder-b.example", "Contact point (PHARMA-B)", events.ContactPoint, "PHARMA-B")
	who := map[string]events.Visitor{
		"officer":       w.officer,
		"contact point": w.zambia,
		"Member":        w.person("delegate@customs-zm.example", "Delegate", events.Participant, "ZM"),
		"IGO":           w.person("observer@igo-a.example", "Observer", events.Participant, "IGO-A"),
		"right holder":  w.person("counsel@holder-a.example", "Counsel", events.Participant, "PHARMA-A"),
		"spoken for":    w.person("counsel@holder-b.example", "Counsel", events.Participant, "PHARMA-B"),
		"academia":      w.person("professor@uni-a.example", "Professor", events.Participant, "UNI-A"),
		"nobody's":      w.person("somebody@post.example", "Somebody", events.Participant, ""),
		"reader":        {Person: w.officer.Person, Role: events.Officer, ReadOnly: true},
	}
	for _, c := range []struct {
		lane       events.Lane
		acceptance events.Acceptance
		want       map[string]string // state, or key
	}{
		{events.Nomination, events.Decided, map[string]string{"officer": "endorsed", "contact point": "endorsed", "Member": "submitted", "IGO": "submitted",
			"right holder": "submitted", "spoken for": "nomination_needed", "academia": "no_open_session", "nobody's": "organisation_required", "reader": "not_allowed"}},
		{events.Nomination, events.Automatic, map[string]string{"officer": "confirmed", "contact point": "confirmed", "Member": "submitted", "IGO": "confirmed",
			"right holder": "confirmed", "academia": "no_open_session"}},
		{events.SelfRegistration, events.Automatic, map[string]string{"officer": "confirmed", "contact point": "confirmed", "Member": "confirmed", "IGO": "confirmed",
			"right holder": "confirmed", "spoken for": "confirmed", "academia": "confirmed", "nobody's": "confirmed", "reader": "not_allowed"}},
		{events.SelfRegistration, events.Decided, map[string]string{"officer": "endorsed", "nobody's": "submitted"}},
		{events.InvitationOnly, events.Decided, map[string]string{"officer": "endorsed", "contact point": "endorsed", "Member": "lane_closed", "IGO": "lane_closed",
			"right holder": "lane_closed", "nobody's": "lane_closed"}},
		{events.NoLane, events.Decided, map[string]string{"officer": "endorsed", "contact point": "lane_closed", "Member": "lane_closed", "nobody's": "lane_closed"}},
	} {
		for name, want := range c.want {
			t.Run(string(c.lane)+" "+string(c.acceptance)+" "+name, func(t *testing.T) {
				w.t = t
				a := w.in(c.lane, c.acceptance, 5)
				a = w.edit(a.Code, func(a *events.Activity) {
					a.Sessions = []events.Session{{ID: "one", Title: events.Text{"en": "One"}, Start: a.Start, End: a.End,
						OpenTo: []events.Group{events.Member, events.IGO, events.RightHolder}}}
				})
				v := who[name]
				var r registrations.Registration
				var err error
				switch name {
				case "officer", "reader":
					r, err = w.desk.Enter(w.ctx, v, a.Code, entry("Guest", "guest@post.example", ""))
				case "contact point":
					r, err = w.desk.Nominate(w.ctx, v, a.Code, entry("Delegate 1", "d1@customs-zm.example", "ZM"))
				default:
					r, err = w.desk.Register(w.ctx, v, a.Code, entry(name, "", ""))
				}
				got := string(r.State)
				if err != nil {
					got = events.Faults(err)[0].Key
				}
				if got != want {
					t.Errorf("%s, want %s (%v)", got, want, err)
				}
			})
		}
	}
}

// TestDesk_Lanes_Alone takes those who register alone to their seat.
func TestDesk_Lanes_Alone(t *testing.T) {
	w := ruled(t)
	member := w.person("delegate@customs-zm.example", "Delegate", events.Participant, "ZM")
	t.Run("Member", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 5)
		r, err := w.desk.Register(w.ctx, member, a.Code, entry("Delegate", "", ""))
		r = w.made(r, err)
		if !r.Unendorsed {
			t.Error("nobody is asked for the administration's word")
		}
		w.is(w.decide(w.officer, r.ID, registrations.Confirm), events.Conflict, "needs_endorsement")
		w.is(w.decide(member, r.ID, registrations.Endorse), events.Denied, "not_allowed")
		if err := w.decide(w.zambia, r.ID, registrations.Endorse); err != nil {
			t.Fatal(err)
		}
		w.done(r.ID, registrations.Confirm)
		w.stands("confirmed", r.ID)
	})
	t.Run("MemberRejected", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 5)
		r, err := w.desk.Register(w.ctx, member, a.Code, entry("Delegate", "", ""))
		r = w.made(r, err)
		if _, err := w.desk.Decide(w.ctx, w.zambia, r.ID, registrations.Decision{Event: registrations.Reject}); !events.Is(err, "reason_required") {
			t.Errorf("without a reason: %v", err)
		}
		if err := w.decide(w.zambia, r.ID, registrations.Reject); err != nil {
			t.Fatal(err)
		}
		w.stands("rejected", r.ID)
	})
	t.Run("EndorsedIntoASeat", func(t *testing.T) {
		w.t = t
		a := w.in(events.Nomination, events.Automatic, 1)
		first, err := w.desk.Register(w.ctx, member, a.Code, entry("Delegate", "", ""))
		first = w.made(first, err)
		w.holding(a.Code, 1, 0)
		if err := w.decide(w.zambia, first.ID, registrations.Endorse); err != nil {
			t.Fatal(err)
		}
		w.stands("confirmed", first.ID)
		w.holding(a.Code, 0, 0)
	})
	t.Run("EndorsedPastTheSeats", func(t *testing.T) {
		w.t = t
		a := w.meeting(events.CAPMeeting, 5)
		w.share(a.Code, invitations.Seats{Pool: events.OnSitePool, Seats: 1})
		w.nominated(a.Code, "D 1")
		r, err := w.desk.Register(w.ctx, member, a.Code, entry("Delegate", "", ""))
		r = w.made(r, err)
		w.is(w.decide(w.zambia, r.ID, registrations.Endorse), events.Conflict, "organisation_seats_full")
		w.stands("submitted", r.ID)
	})
	t.Run("OrganisationFull", func(t *testing.T) {
		w.t = t
		a := w.in(events.SelfRegistration, events.Automatic, 5)
		w.edit(a.Code, func(a *events.Activity) { a.SeatsEach = 1 })
		first := w.person("one@holder-a.example", "One", events.Participant, "PHARMA-A")
		second := w.person("two@holder-a.example", "Two", events.Participant, "PHARMA-A")
		one, err := w.desk.Register(w.ctx, first, a.Code, entry("One", "", ""))
		one = w.made(one, err)
		two, err := w.desk.Register(w.ctx, second, a.Code, entry("Two", "", ""))
		two = w.made(two, err)
		w.stands("confirmed waitlisted", one.ID, two.ID)
		if two.WaitReason != "organisation_seats_full" {
			t.Errorf("the rule named is %q", two.WaitReason)
		}
		third, err := w.desk.Register(w.ctx, w.person("x@post.example", "X", events.Participant, ""), a.Code, entry("X", "", ""))
		w.stands("waitlisted confirmed", two.ID, w.made(third, err).ID)
		if err := w.decide(first, one.ID, registrations.Withdraw); err != nil {
			t.Fatal(err)
		}
		w.stands("withdrawn confirmed", one.ID, two.ID)
	})
}

// TestDesk_Invited holds a nomination to the invitation: sent, not declined, joined.
func TestDesk_Invited(t *testing.T) {
	w := ruled(t)
	a := w.meeting(events.CAPMeeting, 5)
	w.organisation("WS", events.Member, "AP") // after the invitations went out
	samoa := w.person("contact@customs-ws.example", "Contact point (Samoa)", events.ContactPoint, "WS")
	nominate := func(v events.Visitor) error {
		_, err := w.desk.Nominate(w.ctx, v, a.Code, entry("D", "d@customs-"+strings.ToLower(v.Organisation)+".example", v.Organisation))
		return err
	}
	if err := nominate(samoa); err == nil {
		t.Error("who is not invited nominates")
	}
	if _, err := w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{Organisations: []string{"WS"}}); err != nil {
		t.Fatal(err)
	}
	if got := w.notices(a.Code, "invitation"); len(got) != 2 || got[0].To != samoa.Email {
		t.Errorf("an invitation added late is not sent at once: %v", got)
	}
	if err := nominate(samoa); err != nil {
		t.Error(err)
	}
	if _, err := w.desk.Answer(w.ctx, w.zambia, a.Code, "ZM", invitations.Declined, "No budget"); err != nil {
		t.Fatal(err)
	}
	w.is(nominate(w.zambia), events.Conflict, "invitation_declined")
	if _, err := w.desk.Answer(w.ctx, w.zambia, a.Code, "ZM", invitations.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	if err := nominate(w.zambia); err != nil {
		t.Error(err)
	}
	operation := w.meeting(events.Operation, 5)
	e := entry("D", "d@customs-zm.example", "ZM")
	e.Pool = events.RemotePool
	_, err := w.desk.Nominate(w.ctx, w.zambia, operation.Code, e)
	w.is(err, events.Conflict, "not_joined")
	if _, err := w.desk.Answer(w.ctx, w.zambia, operation.Code, "ZM", invitations.Joined, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.desk.Nominate(w.ctx, w.zambia, operation.Code, e)
	w.is(err, "", "")
}

// TestDesk_Gates asks the programme's gates with what the Desk knows.
func TestDesk_Gates(t *testing.T) {
	w := ruled(t)
	a, err := w.programme.Create(w.ctx, w.officer, events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "T"}, Objective: events.Text{"en": "O"},
		Responsible: "officer.ipr@secretariat.example", Start: at("2026-11-03T08:30:00Z"), End: at("2026-11-04T16:30:00Z"), Zone: "Europe/Brussels",
		Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	advance := func(to events.State) error {
		_, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, to, "test", "", nil)
		return err
	}
	w.is(advance(events.Approved), "", "")
	w.is(advance(events.InvitationsSent), events.Conflict, "gate_invitations")
	if _, err := w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{Organisations: []string{"ZM", "SN"}}); err != nil {
		t.Fatal(err)
	}
	if got := w.notices(a.Code, ""); len(got) != 0 {
		t.Errorf("told before the invitations are sent: %v", got)
	}
	w.is(advance(events.InvitationsSent), "", "")
	if got := w.notices(a.Code, "invitation"); len(got) != 1 || got[0].To != w.zambia.Email {
		t.Errorf("invitations: %v", got)
	}
	list, err := w.desk.Invitations(w.ctx, w.officer, a.Code)
	if err != nil || len(list) != 2 || (list[0].Sent == nil) == (list[1].Sent == nil) {
		t.Errorf("an organisation that nobody speaks for: %+v, %v", list, err)
	}
	w.is(advance(events.RegistrationOpen), "", "")
	r := w.nominated(a.Code, "D 1")
	w.done(r.ID, registrations.Confirm)
	facts, err := w.desk.Facts(w.ctx, a.Code)
	if err != nil || facts.Invited != 2 || facts.Confirmed[events.OnSitePool] != 1 || facts.Living != 1 {
		t.Errorf("facts %+v, %v", facts, err)
	}
	_, err = w.programme.Change(w.ctx, w.officer, a.Code, 0, "", func(a *events.Activity) error { a.Seats[0].Capacity = 0; return nil })
	w.is(err, events.Conflict, "capacity_below_confirmed")
	w.done(w.nominated(a.Code, "D 2").ID, registrations.Confirm)
	_, err = w.programme.Change(w.ctx, w.officer, a.Code, 0, "", func(a *events.Activity) error { a.Seats[0].Capacity = 1; return nil })
	w.is(err, events.Conflict, "capacity_below_confirmed")
	w.holding(a.Code, 0, 0)
}

// TestDesk_Held marks who was confirmed and attended nothing.
func TestDesk_Held(t *testing.T) {
	w := ruled(t)
	a := w.meeting(events.CAPMeeting, 2)
	one, two := w.nominated(a.Code, "D 1"), w.nominated(a.Code, "D 2")
	w.done(one.ID, registrations.Confirm)
	waits := w.nominated(a.Code, "D 3")
	w.now = at("2026-11-05T08:00:00Z")
	for _, to := range []events.State{events.RegistrationClosed, events.InProgress, events.Held} {
		if _, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, to, "test", "", nil); err != nil {
			t.Fatal(err)
		}
	}
	w.stands("absent endorsed endorsed", one.ID, two.ID, waits.ID)
	w.is(w.decide(w.officer, two.ID, registrations.Confirm), events.Conflict, "activity_over")
	w.is(w.decide(w.zambia, two.ID, registrations.Withdraw), events.Conflict, "activity_over")
	_, err := w.desk.Amend(w.ctx, w.zambia, two.ID, 0, func(e *registrations.Entry) error { e.Pool = events.RemotePool; return nil })
	w.is(err, events.Conflict, "activity_over")
}
