package page

import (
	"slices"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
)

// Yours says to the person itself how its registration stands: the state in a few words, then in
// sentences what it means, why, and what comes next. Position is the place on the waiting list, 0 when
// it does not wait.
func Yours(w *i18n.Words, r *registrations.Registration, a *events.Activity, position int, now time.Time) (StateWords, []string) {
	state := stateWords(w, "registration", string(r.State))
	say := sentences{w: w, r: r, a: a, position: position}
	switch a.State {
	case events.Cancelled, events.Merged:
		if r.State != registrations.Withdrawn && r.State != registrations.Replaced {
			return stateWords(w, "activity", string(a.State)), []string{w.T("yours.activity_" + string(a.State))}
		}
	case events.Postponed:
		if r.Living() {
			return stateWords(w, "activity", string(a.State)), say.postponed()
		}
	}
	switch r.State {
	case registrations.Submitted:
		if r.AwaitsEndorsement() {
			state.Text = w.T("yours.short.to_endorse")
			say.add("yours.to_endorse")
		} else {
			say.add("yours.submitted")
		}
	case registrations.Endorsed:
		state = say.endorsed(state, now)
	case registrations.Waitlisted:
		say.waiting()
	case registrations.Confirmed:
		say.confirmed(now)
	default:
		say.add("registration_sentence." + string(r.State))
	}
	if r.Reason != "" && slices.Contains([]registrations.State{registrations.Rejected, registrations.Refused}, r.State) {
		say.said = append(say.said, w.T("yours.reason", "reason", r.Reason))
	}
	if r.Request != nil {
		say.add("yours.request")
	}
	return state, say.said
}

// WillCome tells whether the activity is back from a postponement and this person, who held a seat, is
// still to say whether it comes.
func WillCome(r *registrations.Registration, a *events.Activity) bool {
	return r.FormerHolder && a.State.Stands() && !saidYes(r)
}

// saidYes tells whether the person has said since the last postponement that it will come.
func saidYes(r *registrations.Registration) bool {
	for _, c := range slices.Backward(r.History) {
		switch c.What {
		case "will_come":
			return true
		case string(registrations.Postpone):
			return false
		}
	}
	return false
}

// sentences gathers what is to be said.
type sentences struct {
	w        *i18n.Words
	r        *registrations.Registration
	a        *events.Activity
	position int
	said     []string
}

func (s *sentences) add(key string, values ...any) { s.said = append(s.said, s.w.T(key, values...)) }

func (s *sentences) pool(p events.Pool) string { return s.w.T("pool." + string(p)) }

func (s *sentences) postponed() []string {
	s.add("yours.activity_postponed")
	switch {
	case s.r.FormerHolder:
		s.add("yours.postponed.holder")
	case s.r.State == registrations.Waitlisted:
		s.add("yours.postponed.waiting")
	}
	return s.said
}

func (s *sentences) endorsed(state StateWords, now time.Time) StateWords {
	r := s.r
	switch {
	case WillCome(r, s.a):
		state.Text = s.w.T("yours.short.will_you_come")
		s.add("yours.will_you_come", "deadline", s.w.DateTime(s.a.RegistrationDeadline(), s.a.Zone))
		return state
	case r.FormerHolder && saidYes(r):
		s.add("yours.will_come")
		return state
	case r.Seat != "":
		s.add("yours.reconsidered")
		return state
	case r.Capacity == registrations.Alternate:
		s.add("yours.alternate")
		return state
	case r.Via == registrations.ByNomination:
		s.add("yours.nominated", "capacity", s.w.T("capacity."+string(r.Capacity)), "pool", s.pool(r.Pool))
	case r.Via == registrations.ByEntry:
		s.add("yours.entered", "capacity", s.w.T("capacity."+string(r.Capacity)), "pool", s.pool(r.Pool))
	default:
		s.add("yours.endorsed")
	}
	if now.Before(s.a.Start) {
		s.add("yours.you_will_be_told")
	}
	return state
}

// waiting says the place on the list and the rule that put the person there.
func (s *sentences) waiting() {
	r := s.r
	if r.Held {
		s.add("yours.held")
		if r.Reason != "" {
			s.add("yours.reason", "reason", r.Reason)
		}
		return
	}
	if s.position > 0 {
		s.add("yours.waiting_at", "position", s.position, "pool", s.pool(r.Pool))
	}
	if r.WaitReason == "organisation_seats_full" {
		s.add("yours.organisation_seats_full")
		return
	}
	s.add("yours.pool_full")
}

func (s *sentences) confirmed(now time.Time) {
	switch {
	case s.a.State.Over() || !now.Before(s.a.End):
		s.add("yours.was_confirmed")
		return
	case s.r.Seat == events.RemotePool:
		s.add("yours.confirmed_remote")
	default:
		s.add("yours.confirmed_onsite")
	}
	switch s.r.Calendar.Reply {
	case "accepted", "tentative", "declined":
		s.add("yours.reply." + s.r.Calendar.Reply)
	default:
		if s.r.EntryHeld() {
			s.add("yours.entry_mailed")
		}
	}
}
