package main

import "fmt"

// scarce is how much room the embedded store's disk should have, in bytes: a store of some tens of
// thousands of registrations takes a few times as much.
const scarce = 64 << 20

// disk looks at the room that the embedded store has to grow: one that has none refuses every change.
func (k *check) disk() {
	if k.settings.MongoDB != "" || k.accused("CAPPORTAL_DATA") {
		return
	}
	free, known := room(k.settings.Data)
	if known && free < scarce {
		k.bad("%s", cramped(k.settings.Data, free))
	}
}

func cramped(dir string, free int64) string {
	return fmt.Sprintf("disk: the disk of %s has %s left: make room, for a store that cannot grow refuses every change", dir, amount(free))
}
