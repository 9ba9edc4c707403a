package letters

import (
	"strings"
	"time"
)

// rows writes the facts that are there, in one order for all letters. Past says that the date is
// the one that was planned.
func (p *pen) rows(past bool) {
	f := p.f
	p.row(p.T("mail.row.participant"), p.Isolate(oneLine(f.Person)))
	p.row(p.T("mail.row.organisation"), p.Isolate(oneLine(f.Organisation)))
	if f.Was != nil {
		p.span(p.T("mail.row.before"), f.Was.Start, f.Was.End, f.Was.Zone, f.Was.AllDay)
	}
	p.row(p.T("mail.row.place_before"), p.Isolate(oneLine(f.WasPlace)))
	if !f.Start.IsZero() {
		label := p.T("mail.row.when")
		switch {
		case past:
			label = p.T("mail.row.planned")
		case f.Was != nil:
			label = p.T("mail.row.now")
		}
		p.span(label, f.Start, f.End, f.Zone, f.AllDay)
		if !f.AllDay && !past && p.elsewhere(f.Start, f.Zone, f.ReaderZone) {
			p.span(p.T("mail.row.your_time"), f.Start, f.End, f.ReaderZone, false)
		}
	}
	if !past {
		p.row(p.T("mail.row.where"), p.Isolate(oneLine(f.Place)))
	}
	p.registration()
	p.invitation()
	p.row(p.T("mail.row.reason"), p.paragraphs(f.Reason)...)
	p.row(p.T("mail.row.reference"), p.Isolate(f.Code))
}

// registration writes what is known of the person's part.
func (p *pen) registration() {
	f := p.f
	if f.Capacity != "" {
		p.row(p.T("mail.row.capacity"), p.T("capacity."+f.Capacity))
	}
	if f.Pool != "" {
		p.row(p.T("mail.row.seat"), p.T("pool."+f.Pool))
	}
	if f.State != "" {
		p.row(p.T("mail.row.state"), p.T("registration_state."+f.State))
	}
	if f.Position > 0 {
		p.row(p.T("mail.row.position"), p.Number(f.Position))
	}
}

// invitation writes what an organisation is invited to, and until when.
func (p *pen) invitation() {
	f := p.f
	var seats []string
	for _, s := range f.Seats {
		pool := p.T("pool." + s.Pool)
		if s.Seats < 0 {
			seats = append(seats, p.T("mail.seats_open", "pool", pool))
		} else {
			seats = append(seats, p.N("mail.seats", s.Seats, "pool", pool))
		}
	}
	p.row(p.T("mail.row.seats"), seats...)
	if f.Funded > 0 {
		p.row(p.T("mail.row.funded"), p.Number(f.Funded))
	}
	if !f.Deadline.IsZero() {
		p.row(p.T("mail.row.deadline"), p.deadline()...)
	}
}

// span says from when to when, and by which clock.
func (p *pen) span(label string, start, end time.Time, zone string, allDay bool) {
	row := Row{Label: label, Value: []string{p.Capital(p.LongDateRange(start, end, zone, true))}}
	if !allDay {
		row.Value, row.Aside = []string{p.Capital(p.DateTimeRange(start, end, zone)), p.Zone(zone, start)}, true
	}
	p.letter.Rows = append(p.letter.Rows, row)
}

// deadline says the deadline in the Secretariat's zone, and in the reader's, else the activity's.
func (p *pen) deadline() []string {
	local := p.f.ReaderZone
	if local == "" {
		local = p.f.Zone
	}
	at := func(zone string) string {
		return p.T("mail.at_zone", "time", p.Capital(p.DateTime(p.f.Deadline, zone)), "zone", p.Zone(zone, p.f.Deadline))
	}
	lines := []string{at(p.f.HomeZone)}
	if p.elsewhere(p.f.Deadline, p.f.HomeZone, local) {
		lines = append(lines, at(local))
	}
	return lines
}

// elsewhere tells whether clocks in another zone show another time.
func (p *pen) elsewhere(t time.Time, zone, other string) bool {
	if other == "" || other == zone {
		return false
	}
	here, err := time.LoadLocation(zone)
	if err != nil {
		return true
	}
	there, err := time.LoadLocation(other)
	if err != nil {
		return false
	}
	_, a := t.In(here).Zone()
	_, b := t.In(there).Zone()
	return a != b
}

// paragraphs splits what somebody wrote into its lines.
func (p *pen) paragraphs(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line = oneLine(line); line != "" {
			lines = append(lines, p.Isolate(line))
		}
	}
	return lines
}

// foot says who writes, quietly.
func (p *pen) foot() {
	p.letter.Foot = []string{p.T("mail.foot.sender", "portal", p.T("portal.name")), p.T("mail.foot.reply")}
}
