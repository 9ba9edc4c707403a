package notify

import (
	"strings"

	"capportal/events"
	"capportal/views/i18n"
)

// place says in words where an activity takes place for who sits in a pool; an empty pool means
// everybody. Empty when nobody has said where.
func place(w *i18n.Words, p events.Place, mode events.Mode, pool events.Pool) string {
	online := w.T("mail.place.online")
	if mode == events.Remote || pool == events.RemotePool {
		return online
	}
	var parts []string
	for _, part := range []string{p.Venue, p.City} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if p.Country != "" {
		parts = append(parts, w.Country(p.Country))
	}
	room := strings.Join(parts, w.T("mail.place.comma")+" ")
	switch {
	case mode == events.Hybrid && pool == "" && room != "":
		return w.T("mail.place.hybrid", "place", room)
	case mode == events.Hybrid && pool == "":
		return online
	}
	return room
}

// where is the same in stored words, so that a move can be told from a translation.
func where(p events.Place, mode events.Mode, pool events.Pool) string {
	if mode == events.Remote || pool == events.RemotePool {
		return "online"
	}
	return strings.Join([]string{p.Venue, p.City, p.Country}, "\n")
}

// poolOf is the pool in which somebody sits, or asked to.
func poolOf(seat, asked events.Pool) events.Pool {
	if seat != "" {
		return seat
	}
	return asked
}
