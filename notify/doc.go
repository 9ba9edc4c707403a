// Package notify owns what people are told: what a registration's calendar entry says, what the
// mail of a notice says, and the worker that sends what waits in the outbox.
//
// When a notice is first leased it takes a snapshot of the truth: the calendar entry with SEQUENCE
// and DTSTAMP, the letter in the reader's words, the envelope. From then on its mail is composed
// from the snapshot alone, so that a repetition after a crash is the same bytes (design.md 3).
//
// It never decides that somebody is to be told: the Desk and the sign-in put notices into the
// outbox. It changes nothing of a registration but the identity of its calendar entry, and only by
// the rules in registrations/calendar.go.
package notify
