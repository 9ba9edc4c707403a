package main

import (
	"iter"

	"capportal/events"
	"capportal/registrations/directory"
)

// Who looks: the people whose pages are asked for, by known ids.
const (
	officerID      = "00000000000000000000000000000001"
	officerAddress = "officer@secretariat.example"
	contactID      = "00000000000000000000000000000002"
)

func watcherID(i int) string { return "0000000000000000000000000001" + fourDigits(i) }

func fourDigits(i int) string {
	return string([]byte{'0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)})
}

// known are the officer, the contact point and the watchers.
func (w *world) known() []directory.Person {
	officer := w.person(officerID, "officer", 1, events.Officer, "")
	officer.Email = officerAddress
	officer.Twin = officer.Email + " " + officer.NameKey
	list := []directory.Person{officer, w.person(contactID, "contact", 1, events.ContactPoint, organisationCode(0))}
	for i := range watchers {
		list = append(list, w.person(watcherID(i), "watcher", i, events.Participant, organisationCode(1+i%(organisations-1))))
	}
	return list
}

// part is a person who takes part in activities.
type part struct {
	person directory.Person
	in     []*events.Activity
	known  bool // the person is one of the known
}

// parts gives everybody who takes part, until there are as many registrations as the size says: the
// watchers, the people on the board, then the others, four activities each.
func (w *world) parts() iter.Seq[part] {
	return func(yield func(part) bool) {
		left := w.registrations
		give := func(p part) bool {
			p.in = p.in[:min(len(p.in), left)]
			left -= len(p.in)
			return yield(p) && left > 0
		}
		for i, p := range w.known()[2:] {
			in := make([]*events.Activity, each)
			for n := range in {
				in[n] = &w.made[3+(i+n*4)%(upcoming-3)]
			}
			if !give(part{p, in, true}) {
				return
			}
		}
		for i := range boardRows {
			code := organisationCode(0)
			if i >= delegates {
				code = organisationCode(1 + i%(organisations-1))
			}
			if !give(part{person: w.person(w.id(), "delegate", i, events.Participant, code), in: []*events.Activity{w.board()}}) {
				return
			}
		}
		others := w.made[3:]
		for i := 0; ; i++ {
			in := make([]*events.Activity, 4)
			for n := range in {
				in[n] = &others[(i+n*29)%len(others)]
			}
			if !give(part{person: w.person(w.id(), "person", i, events.Participant, organisationCode(1+i%(organisations-1))), in: in}) {
				return
			}
		}
	}
}
