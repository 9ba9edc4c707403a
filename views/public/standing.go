package public

import (
	"time"

	"capportal/events"
	"capportal/registrations/seats"
	"capportal/views/i18n"
	"capportal/views/page"
)

// The tones of a state.
const good, wait, stop, idle = "good", "wait", "stop", "idle"

// pools is how the seats of an activity stand, by pool.
type pools map[events.Pool]seats.Count

// full tells whether a pool has no seat left for somebody new.
func (p pools) full(a *events.Activity, pool events.Pool) bool {
	count, known := p[pool]
	if !known {
		return a.Capacity(pool) == 0
	}
	return count.Left <= 0 || count.Waiting > 0
}

// standing says in a few words how an activity stands for somebody who thinks of taking part.
func standing(w *i18n.Words, a *events.Activity, p pools, now time.Time) page.StateWords {
	say := func(tone, key string, values ...any) page.StateWords {
		return page.StateWords{Class: tone, Text: w.T(key, values...)}
	}
	switch a.State {
	case events.Postponed, events.Cancelled, events.Merged, events.InProgress, events.Planned:
		return page.StateOf(w, "activity", string(a.State))
	case events.Held, events.Reporting, events.Closed, events.InAnnex:
		return say(idle, "activity_state.held")
	}
	if !now.Before(a.End) {
		return say(idle, "standing_public.past")
	}
	switch {
	case a.Lane == events.NoLane:
		return say(idle, "standing_public.announced")
	case a.State == events.RegistrationClosed, a.State == events.RegistrationOpen && events.Passed(a.RegistrationDeadline(), now):
		return say(idle, "activity_state.registration_closed")
	case a.State == events.RegistrationOpen:
		return open(w, a, p, now)
	case a.State == events.InvitationsSent && !events.Passed(a.NominationDeadline(), now):
		return say(wait, "standing_public.nominations_until", "deadline", deadline(w, a.NominationDeadline(), a.Zone, now))
	}
	return say(wait, "standing_public.opens_later")
}

// open says until when one can register, and where seats are gone.
func open(w *i18n.Words, a *events.Activity, p pools, now time.Time) page.StateWords {
	var gone, left []events.Pool
	waiting := 0
	for _, pool := range a.Mode.Pools() {
		switch {
		case len(p) > 0 && p.full(a, pool):
			gone = append(gone, pool)
			waiting += p[pool].Waiting
		default:
			left = append(left, pool)
		}
	}
	until := w.T("standing_public.open_until", "deadline", deadline(w, a.RegistrationDeadline(), a.Zone, now))
	switch {
	case len(gone) == 0:
		return page.StateWords{Class: good, Text: until}
	case len(left) == 0:
		return page.StateWords{Class: wait, Text: counted(w, "standing_public.full", waiting)}
	case gone[0] == events.OnSitePool:
		return page.StateWords{Class: wait, Text: counted(w, "standing_public.full_onsite", waiting)}
	}
	return page.StateWords{Class: wait, Text: counted(w, "standing_public.full_remote", waiting)}
}

// counted says how many wait, where somebody does.
func counted(w *i18n.Words, key string, waiting int) string {
	if waiting == 0 {
		return w.T(key)
	}
	return w.N(key+".waiting", waiting)
}

// deadline writes a last moment by the day, and by the minute when it is near.
func deadline(w *i18n.Words, t time.Time, zone string, now time.Time) string {
	if t.Sub(now) < 48*time.Hour {
		return w.ShortDateTime(t, zone)
	}
	return w.ShortDate(t, zone)
}
