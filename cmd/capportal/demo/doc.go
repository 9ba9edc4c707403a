// Package demo owns one fictitious world: a year of the programme around today, the organisations and
// people in it, and what they have done so far. The demo shows it, and tests and screenshots use it.
//
// People are roles (domain.md 12.1), never invented persons. Everything that is still going on has
// been lived through: the clock is moved step by step and each step is taken by whoever may take it,
// through Programme, Desk and Directory, with the mails sent on the way. Nothing is written past them.
//
// The package holds no page and opens no store: it is handed a portal.
package demo
