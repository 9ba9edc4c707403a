package main_test

import (
	"fmt"
	"strconv"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// judge lists what is wrong with a store whose portal was killed: with what was answered, and in
// itself. At rest everything has been asked again until it was answered, and all mail been sent.
func (h *holdings) judge(l *burden, atRest bool) []string {
	var b bench
	h.judgeAnswers(&b, l, atRest)
	h.judgeActivities(&b, l)
	for _, p := range h.pools {
		h.judgeSeats(&b, p)
		h.judgeWaiting(&b, p)
	}
	h.judgeNotices(&b, atRest)
	h.judgeMails(&b, atRest)
	return b.faults
}

// bench collects faults.
type bench struct{ faults []string }

func (b *bench) fault(format string, args ...any) {
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// judgeAnswers holds each registration against what was asked of it and answered: there is one for each
// person, it has come as far as the portal said, and no farther than was asked.
func (h *holdings) judgeAnswers(b *bench, l *burden, atRest bool) {
	byAddress := map[string][]registrations.Registration{}
	for _, r := range h.registrations {
		byAddress[r.Email] = append(byAddress[r.Email], r)
	}
	for _, x := range l.everybody() {
		found := byAddress[x.email]
		delete(byAddress, x.email)
		switch {
		case len(found) > 1:
			b.fault("%s has %d registrations", x.email, len(found))
		case len(found) == 1:
			x.judge(b, &found[0], atRest)
		case x.acked > unknown:
			b.fault("lost: the registration of %s, which the portal answered to be at stage %d", x.email, x.acked)
		}
	}
	for address := range byAddress {
		b.fault("%s has a registration that nobody asked for", address)
	}
	seen := map[string]bool{}
	for _, p := range h.people {
		if seen[p.Email] {
			b.fault("%s stands twice in the directory", p.Email)
		}
		seen[p.Email] = true
	}
}

// reached says how far each state is.
var reached = map[registrations.State]stage{registrations.Draft: draft, registrations.Submitted: arrived, registrations.Endorsed: arrived,
	registrations.Confirmed: settled, registrations.Waitlisted: settled, registrations.Withdrawn: gone}

func (x *applicant) judge(b *bench, r *registrations.Registration, atRest bool) {
	at := reached[r.State]
	if at < x.acked || at > x.asked {
		b.fault("%s is %s, stage %d: %d was answered, %d asked for", x.email, r.State, at, x.acked, x.asked)
	}
	if atRest && x.acked == arrived && at == arrived && x.code == x.l.automatic {
		b.fault("%s is %s where free seats are given by rule", x.email, r.State)
	}
	if x.seated && r.State == registrations.Waitlisted {
		b.fault("%s was told to hold a seat and waits", x.email)
	}
	if x.id != "" && x.id != r.ID {
		b.fault("%s had the registration %s and has %s", x.email, x.id, r.ID)
	}
	remark, _ := strconv.Atoi(r.Answers["remark"]) // none is 0
	if remark < x.remark.acked || remark > x.remark.asked {
		b.fault("%s says remark %d: %d was answered, %d asked for", x.email, remark, x.remark.acked, x.remark.asked)
	}
}

// judgeActivities holds what the director changed against what was answered.
func (h *holdings) judgeActivities(b *bench, l *burden) {
	var room int
	if _, err := fmt.Sscanf(h.activities[l.automatic].Place.Venue, "Room %d", &room); err != nil {
		b.fault("the room is %q", h.activities[l.automatic].Place.Venue)
	}
	for what, n := range map[string]struct {
		agreed
		is int
	}{"room": {l.director.room, room}, "capacity": {l.director.capacity, capacityOf(h.activities[l.decided])}} {
		if n.is < n.acked || n.is > n.asked {
			b.fault("the %s is %d: %d was answered, %d asked for", what, n.is, n.acked, n.asked)
		}
	}
}

func capacityOf(a events.Activity) int {
	if len(a.Seats) != 1 {
		return -1
	}
	return a.Seats[0].Capacity
}

// judgeSeats holds the counts of a pool against the rows they count.
func (h *holdings) judgeSeats(b *bench, p pool) {
	seated, waiting, last := map[string]int{}, 0, int64(0)
	numbers := map[int64]bool{}
	total := 0
	for _, r := range h.of(p.Activity) {
		if (r.Seat != "") != (r.State == registrations.Confirmed) {
			b.fault("%s is %s with the seat %q", r.Email, r.State, r.Seat)
		}
		if r.Seat != "" {
			seated["-"]++
			total++
		}
		if r.State == registrations.Waitlisted {
			waiting++
			if numbers[r.Queue] || r.Queue < 1 {
				b.fault("%s waits under the number %d, which is taken or none", r.Email, r.Queue)
			}
			numbers[r.Queue] = true
			last = max(last, r.Queue)
		}
	}
	if p.Capacity != capacityOf(h.activities[p.Activity]) {
		b.fault("%s has %d seats, its pool %d", p.Activity, capacityOf(h.activities[p.Activity]), p.Capacity)
	}
	if p.Left != p.Capacity-total || p.Left < 0 || p.Taken["-"] != total {
		b.fault("%s counts %d of %d seats left and %d taken; %d hold one", p.Activity, p.Left, p.Capacity, p.Taken["-"], total)
	}
	if p.Waiting != waiting || p.Next <= last {
		b.fault("%s counts %d waiting, the next number %d; %d wait, up to the number %d", p.Activity, p.Waiting, p.Next, waiting, last)
	}
	if p.Left > 0 && waiting > 0 {
		b.fault("%s has %d free seats while %d wait", p.Activity, p.Left, waiting)
	}
}

// judgeWaiting holds the order of promotion: who was put on the list earlier was promoted earlier, unless
// it left.
func (h *holdings) judgeWaiting(b *bench, p pool) {
	type wait struct {
		email      string
		from, till time.Time // till is zero for who waits still
		promoted   bool
	}
	var waits []wait
	for _, r := range h.of(p.Activity) {
		var w *wait
		for _, c := range r.History {
			switch {
			case c.To == string(registrations.Waitlisted):
				w = &wait{email: r.Email, from: c.At}
			case w != nil && c.From == string(registrations.Waitlisted):
				w.till, w.promoted = c.At, c.What == string(registrations.Promote)
				waits, w = append(waits, *w), nil
			}
		}
		if w != nil {
			waits = append(waits, *w)
		}
	}
	for _, early := range waits {
		for _, late := range waits {
			if late.promoted && early.from.Before(late.from) && (early.till.IsZero() || early.till.After(late.till)) {
				b.fault("%s, waiting since %v, was passed over by %s, waiting since %v", early.email, early.from, late.email, late.from)
			}
		}
	}
}
