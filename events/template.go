package events

import (
	"slices"
	"time"
)

// Template is what is usual for a kind of activity; it fills in what nobody said.
type Template struct {
	Visibility Visibility
	Lane       Lane
	Acceptance Acceptance
	Mode       Mode
	Each       int           // seats per organisation and pool; 0: no limit
	Days       int           // how long it usually takes
	OpenTo     []Group       // who sees its sessions, unless said otherwise
	Nominate   time.Duration // how long before the start nominations close
	Register   time.Duration // how long before the start registration closes
}

const week = 7 * 24 * time.Hour

// TemplateOf gives the template of a kind (domain.md 7.4, 7.5, 13; lanes by contract.md 1).
func TemplateOf(k Kind) Template {
	t := Template{Visibility: Public, Lane: Nomination, Acceptance: Decided, Mode: OnSite, Each: 2, Days: 4, Nominate: 4 * week, Register: 10 * 24 * time.Hour}
	closed := []Group{Member, RegionalEntity, IGO, Expert}
	switch k {
	case CAPMeeting:
		t.Mode, t.Each, t.Days, t.OpenTo = Hybrid, 4, 2, closed
	case ConsultativeMeeting:
		t.Mode, t.Each, t.Days, t.OpenTo = Hybrid, 0, 1, []Group{Member, RegionalEntity, IGO, Expert, RightHolder}
	case Symposium:
		t.Mode, t.Lane, t.Acceptance, t.Each, t.Days, t.OpenTo, t.Register = Hybrid, SelfRegistration, Automatic, 0, 1, Groups(), 24*time.Hour
	case NationalWorkshop:
		t.Each = 45
	case Operation:
		t.Visibility, t.Lane, t.Mode, t.Each, t.Days = ForOperation, InvitationOnly, Remote, 0, 14
	case PreOperationTraining:
		t.Visibility, t.Mode, t.Each, t.Days = ForOperation, Remote, 3, 1
	case Debriefing:
		t.Visibility, t.Lane, t.Mode, t.Days = ForOperation, InvitationOnly, Hybrid, 2
	case AccreditationWorkshop:
		t.Each, t.Days, t.OpenTo = 1, 5, []Group{Member, Expert}
	case ExpertRefresher:
		t.Mode, t.Each, t.Days, t.OpenTo = Remote, 0, 1, []Group{IGO, Expert}
	case DiagnosticMission:
		t.Visibility, t.Lane, t.Each = ForInvited, InvitationOnly, 0
	case ELearningCohort:
		t.Mode, t.Each, t.Days = Remote, 4, 40
	}
	return t
}

// Fill puts the template's usual values where nothing was said.
func (t Template) Fill(a *Activity) {
	set(&a.Visibility, t.Visibility)
	set(&a.Lane, t.Lane)
	if a.Acceptance == "" {
		a.Acceptance = Decided
		if a.Lane == SelfRegistration {
			a.Acceptance = Automatic
		}
	}
	set(&a.Mode, t.Mode)
	for i := range a.Sessions {
		if a.Sessions[i].OpenTo == nil {
			a.Sessions[i].OpenTo = slices.Clone(t.OpenTo)
		}
	}
}

func set[T comparable](field *T, usual T) {
	var zero T
	if *field == zero {
		*field = usual
	}
}

// Copy makes the next edition of an activity: the same in everything but its dates, which move so
// that it starts on the day given (same time of day in its zone), and whatever belongs to that
// edition alone (state, report, figures, experts, history). Days and deadlines keep their distance
// in calendar days, so a change of summer time between them moves no clock.
func Copy(a Activity, start time.Time) Activity {
	zone := a.Location()
	from := a.Start.In(zone)
	to := start.In(zone)
	days := int(midnight(to).Sub(midnight(from)).Hours()/24 + 0.5)
	shift := func(t time.Time) time.Time { return t.In(zone).AddDate(0, 0, days).UTC() }
	next := Activity{Kind: a.Kind, State: Planned, Title: a.Title, Description: a.Description, Objective: a.Objective,
		ExpectedResults: a.ExpectedResults, Start: shift(a.Start), End: shift(a.End), Zone: a.Zone, AllDay: a.AllDay, Mode: a.Mode,
		Place: a.Place, Host: a.Host, Funding: a.Funding, Responsible: a.Responsible, Regions: a.Regions, Languages: a.Languages,
		Interpretation: a.Interpretation, Visibility: a.Visibility, Lane: a.Lane, Acceptance: a.Acceptance,
		Seats: slices.Clone(a.Seats), SeatsEach: a.SeatsEach, PreviousEdition: a.Code}
	for _, s := range a.Sessions {
		s.Start, s.End = shift(s.Start), shift(s.End)
		next.Sessions = append(next.Sessions, s)
	}
	if d := a.Deadlines.Nomination; d != nil {
		moved := shift(*d)
		next.Deadlines.Nomination = &moved
	}
	if d := a.Deadlines.Registration; d != nil {
		moved := shift(*d)
		next.Deadlines.Registration = &moved
	}
	return next
}

// Move takes an activity to other times. Its sessions keep their distance in calendar days from the
// start, at the same time of day in its zone. Deadlines stand as they were announced, unless one
// would lie behind the new end: it moves along.
func Move(a *Activity, start, end time.Time) {
	zone := a.Location()
	days := int(midnight(start.In(zone)).Sub(midnight(a.Start.In(zone))).Hours() / 24)
	shift := func(t time.Time) time.Time { return t.In(zone).AddDate(0, 0, days).UTC() }
	a.Start, a.End = start, end
	for i := range a.Sessions {
		a.Sessions[i].Start, a.Sessions[i].End = shift(a.Sessions[i].Start), shift(a.Sessions[i].End)
	}
	for _, d := range []**time.Time{&a.Deadlines.Nomination, &a.Deadlines.Registration} {
		if *d != nil && (*d).After(end) {
			at := shift(**d)
			*d = &at
		}
	}
}

// midnight counts a local day as a UTC one, so that days can be subtracted.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
