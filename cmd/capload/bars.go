package main

import (
	"context"
	"time"

	"capportal/cmd/capportal/engine"
)

// bar is one bar of design.md 7.
type bar struct {
	name    string
	what    string
	atMost  time.Duration // after which it is given up
	measure func(l *lab, ctx context.Context) ([]row, error)
}

// bars lists them all, in the order of design.md 7. The first to ask for a store waits for it.
func bars() []bar {
	return []bar{
		{"page", "the public page against an empty handler", 3 * time.Minute, (*lab).page},
		{"signed-in", "my registrations, asked for at a steady rate", 5 * time.Minute, (*lab).signedIn},
		{"rush", "everybody at once for a few seats", 8 * time.Minute, (*lab).rush},
		{"mail", "invitations against a bare loop", 6 * time.Minute, (*lab).mail},
		{"scale", "pages of a small and of a large store", 30 * time.Minute, (*lab).scale}, // most of it to fill the large one on a busy machine
		{"start", "start on a filled store", 6 * time.Minute, (*lab).starting},
		{"memory", "memory while serving a filled store", 6 * time.Minute, (*lab).holding},
	}
}

// The bars themselves (design.md 7).
const (
	pageShare   = 0.70  // of an empty handler's requests a second, at least
	signedInP99 = 0.050 // seconds, at most
	mailShare   = 0.80  // of a bare loop's mails a second, at least
	scaleFactor = 1.5   // of what a page of the small store takes, at most
)

// rushP99 is how many seconds a claim may take, with so many registrations stored.
func rushP99(kind string, registrations int) float64 {
	if kind == engine.Embedded && registrations > 2000 {
		return 5
	}
	return 1
}

// startWithin is how many seconds a start may take.
func startWithin(kind string) float64 {
	if kind == engine.Embedded {
		return 1
	}
	return 0.3
}

// residentAtMost is how many MB the portal may hold while it serves.
func residentAtMost(kind string) float64 {
	if kind == engine.Embedded {
		return 400
	}
	return 100
}

// bounds are how much each bar asks for: fixed, so that a run ends and two runs compare.
type bounds struct {
	rounds      int           // of page and empty handler, in turn
	round       time.Duration // of one of them
	connections int

	watched         size // whose signed-in page is asked for
	perSecond, asks int

	rushes  []size // stores for the rush; each has as many drafts as come at once
	invited size   // whose invitations are sent

	small, large size // stores whose pages are compared
	looks        int  // at each page of each

	filled  size // started on, and held in memory
	starts  int
	traffic int // requests before memory is looked at
}

// full is what design.md 7 asks for.
func full() bounds {
	return bounds{
		rounds: 7, round: time.Second, connections: 32,
		watched: size{registrations: 20_000, drafts: 1000, seats: 200}, perSecond: 200, asks: 2000,
		rushes:  []size{{registrations: 2000, drafts: 1000, seats: 200}, {registrations: 20_000, drafts: 1000, seats: 200}},
		invited: size{registrations: 1000, queued: 10_000},
		small:   size{registrations: 1000}, large: size{registrations: 1_000_000}, looks: 100,
		filled: size{registrations: 50_000}, starts: 5, traffic: 1000,
	}
}
