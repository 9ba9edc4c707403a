package events

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
