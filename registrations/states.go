package registrations

import (
	"slices"

	"capportal/events"
)

// State is where a registration stands (contract.md 4, domain.md 7.2).
type State string

// The states of a registration.
const (
	Draft      State = "draft" // its address is not confirmed: on no board, in no list
	Submitted  State = "submitted"
	Endorsed   State = "endorsed"
	Rejected   State = "rejected"
	Confirmed  State = "confirmed"
	Waitlisted State = "waitlisted"
	Refused    State = "refused"
	Withdrawn  State = "withdrawn"
	Replaced   State = "replaced"
	Attended   State = "attended"
	Absent     State = "absent"
)

// States lists every state, in the order of a life.
func States() []State {
	return []State{Draft, Submitted, Endorsed, Rejected, Confirmed, Waitlisted, Refused, Withdrawn, Replaced, Attended, Absent}
}

// Event is what happens to a registration.
type Event string

// The events. The words of decisions are those of the API.
const (
	Register       Event = "register"        // a person fills in the form; its address is not known yet
	ConfirmAddress Event = "confirm_address" // and opens the link that was mailed
	Apply          Event = "apply"           // a signed-in person fills in the form
	Nominate       Event = "nominate"
	Enter          Event = "enter" // an officer puts somebody down
	Endorse        Event = "endorse"
	Reject         Event = "reject"
	Confirm        Event = "confirm"
	Waitlist       Event = "waitlist"
	Refuse         Event = "refuse"
	Withdraw       Event = "withdraw"
	Replace        Event = "replace"
	Dismiss        Event = "dismiss"    // a contact point's request for a replacement
	Undo           Event = "undo"       // the Secretariat's last decision, within UndoLife
	Promote        Event = "promote"    // a seat fell free
	Reconsider     Event = "reconsider" // name, capacity or seat changed after confirmation
	Postpone       Event = "postpone"   // the activity was
	Miss           Event = "miss"       // the activity was held, and the person in none of it
)

// Who causes an event.
type Who string

// Those who may.
const (
	Self        Who = "self"          // the person, signed in or by a personal link
	Speaker     Who = "contact_point" // of the registration's organisation
	Secretariat Who = "secretariat"   // officers and administrators
	Portal      Who = "portal"        // by rule
)

// Transition is one line of the table.
type Transition struct {
	From   []State // none: there was no registration
	Event  Event
	Who    []Who
	To     State
	Notice string // the kind of notice that tells the person; empty: nobody is told
}

// Transitions is the life of a registration. Withdrawing and the like are possible as long as the
// activity is not over; that, the deadlines and the seats are judged by the Desk.
func Transitions() []Transition {
	return []Transition{
		{nil, Register, []Who{Self}, Draft, "address_confirmation"},
		{[]State{Draft}, ConfirmAddress, []Who{Self}, Submitted, "received"},
		{nil, Apply, []Who{Self}, Submitted, "received"},
		{nil, Nominate, []Who{Speaker}, Endorsed, "nominated"},
		{nil, Enter, []Who{Secretariat}, Endorsed, "nominated"},
		{[]State{Submitted}, Endorse, []Who{Speaker, Secretariat}, Endorsed, "endorsed"},
		{[]State{Submitted}, Reject, []Who{Speaker, Secretariat}, Rejected, "rejected"},
		{[]State{Submitted, Endorsed}, Confirm, []Who{Secretariat, Portal}, Confirmed, "confirmed"},
		{[]State{Waitlisted}, Confirm, []Who{Secretariat}, Confirmed, "promoted"},
		{[]State{Waitlisted}, Promote, []Who{Portal}, Confirmed, "promoted"},
		{[]State{Submitted, Endorsed}, Waitlist, []Who{Secretariat, Portal}, Waitlisted, "waitlisted"},
		{[]State{Submitted, Endorsed, Waitlisted}, Refuse, []Who{Secretariat}, Refused, "refused"},
		{[]State{Draft, Submitted, Endorsed, Waitlisted, Confirmed}, Withdraw, []Who{Self, Speaker, Secretariat}, Withdrawn, "withdrawn"},
		{[]State{Submitted, Endorsed, Waitlisted, Confirmed}, Replace, []Who{Speaker, Secretariat}, Replaced, "replaced"},
		{[]State{Confirmed}, Reconsider, []Who{Portal}, Endorsed, "reconsidered"},
		{[]State{Confirmed}, Postpone, []Who{Portal}, Endorsed, ""},
		{[]State{Confirmed}, Miss, []Who{Portal}, Absent, ""},
	}
}

// find gives the line of the table for an event; who may not cause it, or from where it does not
// lead anywhere, is refused.
func find(from State, event Event, who Who) (Transition, error) {
	var known bool
	for _, t := range Transitions() {
		if t.Event != event || !slices.Contains(t.From, from) && !(from == "" && t.From == nil) {
			continue
		}
		known = true
		if slices.Contains(t.Who, who) {
			return t, nil
		}
	}
	if known {
		return Transition{}, events.E(events.Denied, "not_allowed", "")
	}
	return Transition{}, events.E(events.Conflict, "no_such_decision", "decision").With("state", string(from)).With("decision", string(event))
}

// Possible lists what somebody may do with a registration where it stands, seats and deadlines aside.
func Possible(from State, who Who) []Event {
	var list []Event
	for _, t := range Transitions() {
		if slices.Contains(t.From, from) && slices.Contains(t.Who, who) && !slices.Contains(list, t.Event) {
			list = append(list, t.Event)
		}
	}
	return list
}
