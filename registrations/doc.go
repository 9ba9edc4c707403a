// Package registrations owns who takes part: the registration of one person in one activity, its
// states, and the Desk, the one way to make, decide and change a registration.
//
// Filling in a form confirms nothing. A registration is made by the person (and is a draft until
// its address is confirmed), by a contact point (a nomination) or by an officer; it is endorsed by
// the organisation, decided by the Secretariat, or accepted automatically where the activity says
// so. Whoever holds a seat holds a calendar entry with it. The table in states.go says which event
// leads from where to where, who may cause it, and which notice tells of it.
//
// The Desk composes the rooms below it (directory, invitations, seats) and writes each change with
// its history, its seat and its notice in one transaction. It follows the Programme's changes and
// fills the Visitor that access is judged by. It never renders, and never sends: it puts notices
// into the outbox.
package registrations
