package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"capportal/events"
)

// errNoVersion refuses a PATCH that does not say which version it was made from.
var errNoVersion = events.E(events.Invalid, "version_required", "version")

// located says of each fault in an error where in the request it stands: the domain names its own
// fields, which in JSON may lie deeper.
func located(err error, where func(field string) string) error {
	faults := events.Faults(err)
	if len(faults) == 0 {
		return err
	}
	moved := make(events.Errors, len(faults))
	for i, e := range faults {
		c := *e
		c.Field = where(e.Field)
		moved[i] = &c
	}
	return moved.Or()
}

// ofPerson puts the fields of a person below the one that holds them.
func ofPerson(holder string) func(string) string {
	return func(field string) string {
		switch field {
		case "given_name", "family_name", "email", "language":
			return holder + "." + field
		}
		return field
	}
}

// ofSeats finds a pool's seats ("seats.onsite") by their place in the list that was sent.
func ofSeats(seats []events.Seats) func(string) string {
	return func(field string) string {
		pool, ok := strings.CutPrefix(field, "seats.")
		for i, s := range seats {
			if ok && string(s.Pool) == pool {
				return "seats." + strconv.Itoa(i) + ".capacity"
			}
		}
		return field
	}
}

// ofSessions finds a session ("sessions.1.start") by its place in the list that was sent: the domain
// counts them in the order of their times.
func ofSessions(sent []sessionFields) func(string) string {
	order := make([]int, len(sent))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return sent[x].Start.Truncate(time.Second).Compare(sent[y].Start.Truncate(time.Second))
	})
	return func(field string) string {
		if n, rest, ok := numbered(field, "sessions."); ok && n < len(order) {
			return "sessions." + strconv.Itoa(order[n]) + "." + rest
		}
		return field
	}
}

// ofSession takes the faults of the one session that was sent for the body's own.
func ofSession(among *events.Activity, id string) func(string) string {
	return func(field string) string {
		n, rest, ok := numbered(field, "sessions.")
		if ok && among != nil && n < len(among.Sessions) && among.Sessions[n].ID == id {
			return rest
		}
		return field
	}
}

// numbered cuts a field such as "sessions.1.start" into its number and the rest.
func numbered(field, list string) (n int, rest string, ok bool) {
	after, ok := strings.CutPrefix(field, list)
	if !ok {
		return 0, "", false
	}
	number, rest, ok := strings.Cut(after, ".")
	n, err := strconv.Atoi(number)
	return n, rest, ok && err == nil && n >= 0
}

// header places faults of an idempotency key.
func header(string) string { return "header.Idempotency-Key" }
