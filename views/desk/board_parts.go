package desk

import (
	"cmp"
	"net/url"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// tallyOf counts everybody on the board, whatever the filters show: the first number is the sum of
// all others.
func tallyOf(s *page.State, b *registrations.Board, address string, q url.Values) []tallied {
	w, now := s.Words, q.Get("state")
	item := func(n int, words, state string) tallied {
		return tallied{Number: n, Words: words, Here: now == state, Href: withQuery(address, with(with(url.Values{}, "sort", q.Get("sort")), "state", state))}
	}
	list := []tallied{item(b.Total, w.N("board.tally.all", b.Total), ""), item(b.ToDecide, w.T("board.tally.to_decide"), toDecide)}
	if b.ToEndorse > 0 {
		list = append(list, item(b.ToEndorse, w.T("board.tally.to_endorse"), toEndorse))
	}
	for _, state := range boardStates() {
		switch state {
		case registrations.Submitted, registrations.Endorsed: // to decide, or to endorse
		default:
			if n := b.Tally[state]; n > 0 || state == registrations.Confirmed {
				list = append(list, item(n, w.N("board.tally."+string(state), n), string(state)))
			}
		}
	}
	return list
}

// poolsOf says how the seats of each pool stand.
func poolsOf(w *i18n.Words, b *registrations.Board) []poolView {
	var list []poolView
	for _, pool := range b.Activity.Mode.Pools() {
		count, known := b.Seats[pool]
		if !known || count.Capacity == 0 && count.Confirmed() == 0 && count.Waiting == 0 {
			continue
		}
		words := w.T("board.seats.taken", "taken", count.Confirmed(), "capacity", count.Capacity) + " · " + leftWords(w, count.Left)
		if count.Waiting > 0 {
			words += " · " + w.N("part.waiting", count.Waiting)
		}
		list = append(list, poolView{Name: w.T("pool." + string(pool)), Words: words, Left: leftWords(w, count.Left), Meter: page.NewMeter(count.Confirmed(), count.Capacity, words)})
	}
	return list
}

// leftWords says how many seats are left, or by how many the seats are overrun.
func leftWords(w *i18n.Words, left int) string {
	if left < 0 {
		return w.N("board.seats.over", -left)
	}
	return w.N("part.seats_left", left)
}

// filtersOf makes the choices of the filter bar, filled with what is chosen.
func filtersOf(s *page.State, b *registrations.Board, q url.Values, names map[string]string) boardFilters {
	w := s.Words
	f := boardFilters{Form: page.FormOf(w, q)}
	f.States = []page.Option{{Value: toDecide, Label: w.T("board.tally.to_decide")}}
	if b.ToEndorse > 0 || q.Get("state") == toEndorse {
		f.States = append(f.States, page.Option{Value: toEndorse, Label: w.T("board.tally.to_endorse")})
	}
	for _, state := range boardStates() {
		if b.Tally[state] > 0 || q.Get("state") == string(state) {
			f.States = append(f.States, page.Option{Value: string(state), Label: w.T("registration_state." + string(state))})
		}
	}
	for code := range b.Organisations {
		if code != "" {
			f.Organisations = append(f.Organisations, page.Option{Value: code, Label: cmp.Or(names[code], code)})
		}
	}
	i18n.SortBy(w, f.Organisations, func(o page.Option) string { return o.Label })
	for _, pool := range b.Activity.Mode.Pools() {
		f.Pools = append(f.Pools, page.Option{Value: string(pool), Label: w.T("pool." + string(pool))})
	}
	for _, capacity := range registrations.Capacities() {
		f.Caps = append(f.Caps, page.Option{Value: string(capacity), Label: w.T("capacity." + string(capacity))})
	}
	for _, order := range boardOrders() {
		f.Orders = append(f.Orders, page.Option{Value: order, Label: w.T("board.sort." + order), Chosen: order == "organisation"})
	}
	return f
}

// headsOf are the columns of the board.
func headsOf(s *page.State, address string, q url.Values) []boardHead {
	w, by := s.Words, cmp.Or(q.Get("sort"), "organisation")
	sorts := func(words, order string) boardHead {
		return boardHead{Words: words, Href: withQuery(address, with(q, "sort", order)), Sorted: by == order}
	}
	return []boardHead{sorts(w.T("field.name"), "name"), sorts(w.T("filter.organisation"), "organisation"), {Words: w.T("filter.capacity")},
		{Words: w.T("filter.seat")}, sorts(w.T("filter.state"), "state"), {Words: w.T("board.to_note")}}
}

// rowsOf makes the rows of the board; those chosen in a form that came back stay chosen.
func rowsOf(s *page.State, rows []registrations.Row, names map[string]string, form *page.Form) []boardRow {
	w := s.Words
	list := make([]boardRow, 0, len(rows))
	for _, r := range rows {
		row := boardRow{ID: r.ID, Name: r.Person.Name(), Post: r.Answers["post"], Organisation: cmp.Or(names[r.Organisation], r.Organisation),
			Href: s.Link("desk", "registrations", r.ID), Capacity: w.T("capacity." + string(r.Capacity)), Seat: w.T("pool." + string(r.Pool)),
			State: page.StandingShort(w, &r.Registration, r.Position), Chosen: form.Is("registration", r.ID), Notes: notesOn(w, &r.Registration)}
		if r.Notice != nil {
			row.Notice = newNoticeWords(w, r.Notice)
		}
		list = append(list, row)
	}
	return list
}

// notesOn says what an officer should know of a registration beyond its state.
func notesOn(w *i18n.Words, r *registrations.Registration) []string {
	var notes []string
	if r.State == registrations.Waitlisted && r.WaitReason != "" {
		notes = append(notes, w.T("wait_reason."+r.WaitReason))
	}
	if r.State == registrations.Endorsed && r.Seat != "" {
		notes = append(notes, w.T("board.note.reconsidered"))
	}
	if r.Seat != "" && r.Seat != r.Pool {
		notes = append(notes, w.T("board.note.other_pool", "pool", w.T("pool."+string(r.Seat))))
	}
	if r.Overridden {
		notes = append(notes, w.T("board.note.overridden"))
	}
	if r.FormerHolder {
		notes = append(notes, w.T("board.note.former_holder"))
	}
	if r.Request != nil {
		notes = append(notes, w.T("board.note.request", "name", r.Request.Person.Name()))
	}
	if r.Organisation == "" && r.Group == events.PublicGroup {
		notes = append(notes, w.T("board.note.no_organisation"))
	}
	if r.EntryHeld() && r.Calendar.Reply != "" && r.Calendar.Reply != "none" {
		notes = append(notes, w.T("reply."+r.Calendar.Reply))
	}
	return notes
}
