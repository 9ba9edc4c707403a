package events

import (
	"slices"
	"time"
)

// State is where an activity stands in its lifecycle (contract.md 4, domain.md 7.1).
type State string

// The states of an activity.
const (
	Planned            State = "planned"
	Approved           State = "approved"
	InvitationsSent    State = "invitations_sent"
	RegistrationOpen   State = "registration_open"
	RegistrationClosed State = "registration_closed"
	InProgress         State = "in_progress"
	Held               State = "held"
	Reporting          State = "reporting"
	Closed             State = "closed"
	InAnnex            State = "in_annex"
	Postponed          State = "postponed"
	Cancelled          State = "cancelled"
	Merged             State = "merged"
)

// States lists every state, in the order of a life.
func States() []State {
	return []State{Planned, Approved, InvitationsSent, RegistrationOpen, RegistrationClosed, InProgress,
		Held, Reporting, Closed, InAnnex, Postponed, Cancelled, Merged}
}

// Over tells whether nothing more is held in this state: nobody can register, and nothing moves.
func (s State) Over() bool {
	return slices.Contains([]State{Held, Reporting, Closed, InAnnex, Cancelled, Merged}, s)
}

// Off tells whether the activity will not take place as it stands: its calendar entries are withdrawn.
func (s State) Off() bool { return s == Postponed || s == Cancelled || s == Merged }

// Stands tells whether the activity is still to be held, or is being held: people may be invited to it,
// entered, decided about and moved. It is neither over nor off.
func (s State) Stands() bool { return !s.Over() && !s.Off() }

// Gate is a condition for reaching a state. A hard gate refuses; one that only warns is passed by
// an officer with a reason. The key names the sentence that says what is missing.
type Gate struct {
	Key   string
	Field string // where on the activity's form it is mended
	Hard  bool
	open  func(a *Activity, f Now) bool
}

// Now is what the gates are judged by beside the activity itself.
type Now struct {
	Time  time.Time
	Facts Counts
}

// The gates that can be judged from what the portal holds.
var (
	hasObjective = Gate{"gate_objective", "objective.en", true, func(a *Activity, _ Now) bool { return !a.Objective.Empty() }}
	hasOfficer   = Gate{"gate_responsible_officer", "responsible_officer", true, func(a *Activity, _ Now) bool { return a.Responsible != "" }}
	hasDates     = Gate{"gate_dates", "start", true, func(a *Activity, _ Now) bool { return !a.Start.IsZero() && a.End.After(a.Start) }}
	endsLater    = Gate{"gate_dates_passed", "start", true, func(a *Activity, n Now) bool { return a.End.After(n.Time) }}
	hasSeats     = Gate{"gate_seats", "seats", true, func(a *Activity, _ Now) bool { return a.Kind == Operation || a.Seated() }}
	hasInvited   = Gate{"gate_invitations", "invitations", true, func(_ *Activity, n Now) bool { return n.Facts.Invited > 0 }}
	mayNominate  = Gate{"gate_nomination_deadline", "deadlines.nomination", true, func(a *Activity, n Now) bool { return !Passed(a.NominationDeadline(), n.Time) }}
	mayRegister  = Gate{"gate_registration_deadline", "deadlines.registration", true, func(a *Activity, n Now) bool { return !Passed(a.RegistrationDeadline(), n.Time) }}
	hasProgramme = Gate{"gate_programme", "sessions", false, func(a *Activity, _ Now) bool { return a.Kind == Operation || len(a.Sessions) > 0 }}
	hasAttended  = Gate{"gate_attendance", "attendance", false, func(a *Activity, n Now) bool { return a.Kind == Operation || n.Facts.Attended > 0 }}
	hasFigures   = Gate{"gate_figures", "figures", false, func(a *Activity, _ Now) bool { return a.Figures != nil }}
	hasBegun     = Gate{"gate_begun", "start", false, func(a *Activity, n Now) bool { return !n.Time.Before(a.Start.Add(-24 * time.Hour)) }}
	hasEnded     = Gate{"gate_ended", "end", false, func(a *Activity, n Now) bool { return !n.Time.Before(a.End) }}
)

// Step is one transition of the lifecycle: from a state to another, in the lanes it exists in, and
// what must hold. Every step is an officer's or an administrator's.
type Step struct {
	From, To State
	Lanes    []Lane // nil: every lane
	Reason   bool   // a reason must be given
	Gates    []Gate
}

// Steps is the lifecycle of an activity: the table is the documentation, and the tests read it.
func Steps() []Step {
	invited := []Lane{Nomination, InvitationOnly}
	steps := []Step{
		{From: Planned, To: Approved, Gates: []Gate{hasDates, hasOfficer, hasObjective}},
		{From: Approved, To: Planned, Reason: true},
		{From: Approved, To: InvitationsSent, Lanes: invited, Gates: []Gate{hasInvited, hasSeats, mayNominate, hasProgramme}},
		{From: Approved, To: RegistrationOpen, Lanes: []Lane{SelfRegistration}, Gates: []Gate{hasSeats, mayRegister}},
		{From: Approved, To: InProgress, Lanes: []Lane{NoLane}, Gates: []Gate{hasBegun}},
		{From: InvitationsSent, To: RegistrationOpen, Lanes: invited, Gates: []Gate{hasSeats, mayRegister}},
		{From: RegistrationOpen, To: RegistrationClosed},
		{From: RegistrationClosed, To: RegistrationOpen, Reason: true, Gates: []Gate{mayRegister}},
		{From: RegistrationClosed, To: InProgress, Gates: []Gate{hasBegun}},
		{From: InProgress, To: Held, Gates: []Gate{hasEnded, hasAttended}},
		{From: Held, To: Reporting},
		{From: Reporting, To: Closed, Gates: []Gate{hasFigures}},
		{From: Closed, To: Reporting, Reason: true},
		{From: Closed, To: InAnnex},
	}
	for _, from := range []State{Planned, Approved, InvitationsSent, RegistrationOpen, RegistrationClosed, InProgress} {
		for _, to := range []State{Postponed, Cancelled, Merged} {
			if from != Planned || to != Postponed {
				// Into what it is merged is reason enough (contract.md 5).
				steps = append(steps, Step{From: from, To: to, Reason: to != Merged})
			}
		}
	}
	return append(steps,
		Step{From: Postponed, To: Cancelled, Reason: true},
		Step{From: Postponed, To: Merged},
		Step{From: Postponed, To: Approved, Gates: []Gate{hasDates, endsLater}},
		Step{From: Postponed, To: InvitationsSent, Lanes: invited, Gates: []Gate{hasDates, endsLater, mayNominate}},
		Step{From: Postponed, To: RegistrationOpen, Lanes: []Lane{Nomination, InvitationOnly, SelfRegistration}, Gates: []Gate{hasDates, endsLater, hasSeats, mayRegister}},
		Step{From: Postponed, To: RegistrationClosed, Gates: []Gate{hasDates, endsLater}},
	)
}

// open tells whether an activity can take the step from where it stands, gates aside. A postponed
// activity returns to `approved` or to the state it left, and to no other.
func (s Step) open(a *Activity) bool {
	if s.From != a.State || s.Lanes != nil && !slices.Contains(s.Lanes, a.Lane) {
		return false
	}
	return s.From != Postponed || s.To.Off() || s.To == Approved || s.To == a.Left
}

// FindStep gives the step of an activity to a state, or an error saying that there is none.
func FindStep(a *Activity, to State) (Step, error) {
	for _, s := range Steps() {
		if s.To == to && s.open(a) {
			return s, nil
		}
	}
	return Step{}, E(Conflict, "no_such_step", "to").With("from", string(a.State)).With("to", string(to))
}

// Next lists the steps an activity can take from where it stands, judged or not.
func Next(a *Activity) []Step {
	return slices.DeleteFunc(Steps(), func(s Step) bool { return !s.open(a) })
}

// Judgement is what stands between an activity and a state.
type Judgement struct {
	Refused []Gate // hard gates that are shut
	Warned  []Gate // shut, but passed by an officer with a reason
}

// Judge asks a step's gates.
func Judge(s Step, a *Activity, n Now) Judgement {
	var j Judgement
	for _, g := range s.Gates {
		switch {
		case g.open(a, n):
		case g.Hard:
			j.Refused = append(j.Refused, g)
		default:
			j.Warned = append(j.Warned, g)
		}
	}
	return j
}

// Err puts a judgement into an error: the hard gates one by one; the warnings only when no reason
// is given.
func (j Judgement) Err(s Step, reason string) error {
	var faults Errors
	for _, g := range j.Refused {
		faults.Add(E(Conflict, g.Key, g.Field))
	}
	if len(faults) == 0 && reason == "" {
		for _, g := range j.Warned {
			faults.Add(E(Conflict, g.Key, g.Field).With("passable", true))
		}
		if s.Reason || len(j.Warned) > 0 {
			faults.Add(E(Invalid, "reason_required", "reason"))
		}
	}
	return faults.Or()
}

// Seated tells whether a pool of the activity has a seat.
func (a *Activity) Seated() bool {
	return slices.ContainsFunc(a.Seats, func(s Seats) bool { return s.Capacity > 0 })
}

// Passed tells whether a deadline lies behind an instant: the whole of its own second still counts.
func Passed(deadline, now time.Time) bool { return now.Truncate(time.Second).After(deadline) }

// NominationDeadline gives the last second in which a contact point may nominate: the deadline, or
// that of registration when none is set.
func (a *Activity) NominationDeadline() time.Time {
	if a.Deadlines.Nomination != nil {
		return *a.Deadlines.Nomination
	}
	return a.RegistrationDeadline()
}

// RegistrationDeadline gives the last second in which somebody may register: the deadline, or the
// last second before the activity ends when none is set.
func (a *Activity) RegistrationDeadline() time.Time {
	if a.Deadlines.Registration != nil {
		return *a.Deadlines.Registration
	}
	return a.End.Add(-time.Second)
}
