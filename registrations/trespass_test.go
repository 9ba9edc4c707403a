package registrations_test

import (
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// TestDesk_Answer_Hidden holds that answering an invitation that one does not have tells nothing of an
// activity that one may not see.
func TestDesk_Answer_Hidden(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	operation := w.meeting(events.CAPMeeting, 1)
	operation, err := w.programme.Change(w.ctx, w.officer, operation.Code, operation.Version, "", func(a *events.Activity) error {
		a.Visibility = events.ForOperation
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.organisation("WS", events.Member, "AP") // after the invitations went out
	samoa := w.person("contact.ws@customs-ws.example", "Contact point (Samoa)", events.ContactPoint, "WS")
	_, hidden := w.desk.Answer(w.ctx, samoa, operation.Code, "WS", invitations.Declined, "")
	_, none := w.desk.Answer(w.ctx, samoa, "IPR-2026-ZZZZ", "WS", invitations.Declined, "")
	if hidden == nil || none == nil || hidden.Error() != none.Error() {
		t.Errorf("of a hidden activity: %v; of none: %v", hidden, none)
	}
	public := w.meeting(events.CAPMeeting, 1)
	w.organisation("FJ", events.Member, "AP")
	fiji := w.person("contact.fj@customs-fj.example", "Contact point (Fiji)", events.ContactPoint, "FJ")
	if _, err := w.desk.Answer(w.ctx, fiji, public.Code, "FJ", invitations.Declined, ""); !events.Is(err, "not_invited") {
		t.Errorf("of a public activity: %v", err)
	}
}

// TestDesk_Strangers holds that the Desk itself tells nothing to whom it does not concern, whichever
// page or operation forgot to ask.
func TestDesk_Strangers(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	hidden := w.meeting(events.CAPMeeting, 5)
	hidden = w.change(hidden.Code, func(a *events.Activity) error { a.Visibility = events.ForOperation; return nil })
	r, err := w.desk.Nominate(w.ctx, w.zambia, hidden.Code, entry("Delegate 1", "delegate1@customs-zm.example", "ZM"))
	if err != nil {
		t.Fatal(err)
	}
	w.organisation("WS", events.Member, "AP") // after the invitations went out
	samoa := w.person("contact.ws@customs-ws.example", "Contact point (Samoa)", events.ContactPoint, "WS")
	for name, v := range map[string]events.Visitor{"nobody": {}, "a contact point elsewhere": samoa} {
		asked := map[string]error{"may register": w.desk.MayRegisterAlone(v, &hidden)}
		_, asked["register"] = w.desk.Register(w.ctx, v, hidden.Code, entry("Delegate 2", "delegate2@customs-ws.example", "WS"))
		_, asked["board"] = w.desk.Board(w.ctx, v, hidden.Code, registrations.BoardQuery{})
		_, asked["delegation"] = w.desk.Delegation(w.ctx, v, "ZM")
		_, asked["share"] = w.desk.ShareOf(w.ctx, v, "ZM", hidden.Code)
		_, asked["invitations"] = w.desk.Invitations(w.ctx, v, hidden.Code)
		_, asked["invitation"] = w.desk.Invitation(w.ctx, v, hidden.Code, "ZM")
		_, asked["registration"] = w.desk.Registration(w.ctx, v, r.ID)
		for what, err := range asked {
			if !events.IsGone(err) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		rows, err := w.desk.Coming(w.ctx, v, hidden.Code, registrations.BoardQuery{})
		if len(rows) > 0 || err != nil && !events.IsGone(err) {
			t.Errorf("%s, coming: %d rows, %v", name, len(rows), err)
		}
	}
}

// TestDesk_Share_Entry holds that a contact point invited to an operation that it has not joined finds
// its entry beside the invitation, not what is in it; so does who was refused.
func TestDesk_Share_Entry(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	a := w.meeting(events.CAPMeeting, 5)
	a = w.change(a.Code, func(a *events.Activity) error {
		a.Visibility, a.Description = events.ForOperation, events.Text{"en": "How it goes"}
		return nil
	})
	for _, nominated := range []bool{false, true} {
		if nominated {
			if _, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("Delegate 1", "delegate1@customs-zm.example", "ZM")); err != nil {
				t.Fatal(err)
			}
		}
		share, err := w.desk.ShareOf(w.ctx, w.visitor(w.zambia.Person), "ZM", a.Code)
		if err != nil {
			t.Fatal(err)
		}
		if shown := share.Activity; shown.Title["en"] == "" || shown.Description != nil || shown.Objective != nil || shown.Seats != nil {
			t.Errorf("nominated %v: the activity shows %+v", nominated, shown)
		}
	}
}

// TestDesk_Amend_Alternate holds that an alternate does not take a seat past the organisation's by
// changing the own capacity.
func TestDesk_Amend_Alternate(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	a := w.meeting(events.CAPMeeting, 5)
	a = w.change(a.Code, func(a *events.Activity) error { a.SeatsEach = 1; return nil })
	if _, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, entry("Delegate 1", "delegate1@customs-zm.example", "ZM")); err != nil {
		t.Fatal(err)
	}
	second := entry("Delegate 2", "delegate2@customs-zm.example", "ZM")
	second.Capacity = registrations.Alternate
	r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, second)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.desk.Amend(w.ctx, w.visitor(r.PersonID), r.ID, 0, func(e *registrations.Entry) error {
		e.Capacity = registrations.Delegate
		return nil
	})
	if !events.Is(err, "organisation_seats_full") {
		t.Errorf("an alternate made itself a delegate: %v", err)
	}
}

// TestDesk_ControlCharacters holds that what is told on in mails and tables is text, by whatever way it
// came in.
func TestDesk_ControlCharacters(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	a := w.meeting(events.CAPMeeting, 5)
	first := entry("Delegate 1", "delegate1@customs-zm.example", "ZM")
	first.Answers = map[string]string{"post": "Officer\x1b[2J"}
	if _, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, first); !events.Is(err, "control_characters") {
		t.Errorf("an answer: %v", err)
	}
	first.Answers = nil
	r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, first)
	if err != nil {
		t.Fatal(err)
	}
	const why = "No\x00reason"
	_, refused := w.desk.Decide(w.ctx, w.officer, r.ID, registrations.Decision{Event: registrations.Refuse, Reason: why})
	_, _, replaced := w.desk.Replace(w.ctx, w.zambia, r.ID, entry("Delegate 2", "delegate2@customs-zm.example", "ZM").Person, why)
	_, answered := w.desk.Answer(w.ctx, w.zambia, a.Code, "ZM", invitations.Declined, why)
	_, edited := w.programme.Change(w.ctx, w.officer, a.Code, 0, why, func(a *events.Activity) error { a.Host = "WCO"; return nil })
	for what, err := range map[string]error{"refused": refused, "replaced": replaced, "answered": answered, "edited": edited} {
		if !events.Is(err, "control_characters") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := w.state(r.ID); got != registrations.Endorsed {
		t.Errorf("it is %s", got)
	}
}
