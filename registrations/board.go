package registrations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations/invitations"
	"capportal/registrations/seats"
)

// Row is one line of a board.
type Row struct {
	Registration
	Position int            // on the waiting list, from 1; 0: does not wait
	Notice   *outbox.Notice // the last one to the person
}

// Board is an activity's registrations as the Secretariat sees them.
type Board struct {
	Activity events.Activity
	Rows     []Row
	Total    int           // before the query narrowed it
	Found    int           // after it
	Tally    map[State]int // of all
	Seats    map[events.Pool]seats.Count
	ToDecide int
	// ToEndorse counts those who wait for their organisation's word.
	ToEndorse int
	// Organisations counts everybody by the code of the organisation; "" is nobody's.
	Organisations map[string]int
}

// Undecided tells whether the Secretariat is to decide about a registration now.
func (r *Registration) Undecided() bool {
	return r.State == Endorsed || r.State == Submitted && !r.Unendorsed
}

// AwaitsEndorsement tells whether the person's organisation is to say yes or no first.
func (r *Registration) AwaitsEndorsement() bool { return r.State == Submitted && r.Unendorsed }

// Board shows an activity's registrations to the Secretariat.
func (d *Desk) Board(ctx context.Context, v events.Visitor, code string, q BoardQuery) (Board, error) {
	b := Board{Tally: map[State]int{}, Organisations: map[string]int{}}
	if !v.Secretariat() {
		return b, events.E(events.NotFound, "no_such_activity", "")
	}
	var err error
	if b.Activity, err = d.programme.Load(ctx, code); err != nil {
		return b, err
	}
	list, err := d.store.board(ctx, code)
	if err != nil {
		return b, err
	}
	if b.Seats, err = d.seats.Counts(ctx, code); err != nil {
		return b, err
	}
	b.Total = len(list)
	positions := positions(list)
	keeps, err := d.search(ctx, q.Q)
	if err != nil {
		return b, err
	}
	for _, r := range list {
		b.Tally[r.State]++
		b.Organisations[r.Organisation]++
		if r.Undecided() {
			b.ToDecide++
		}
		if r.AwaitsEndorsement() {
			b.ToEndorse++
		}
		if q.keeps(&r) && keeps(&r) {
			b.Rows = append(b.Rows, Row{Registration: r, Position: positions[r.ID]})
		}
	}
	b.Found = len(b.Rows)
	if q.Arrange != nil {
		q.Arrange(b.Rows)
	} else {
		slices.SortFunc(b.Rows, q.order)
	}
	b.Rows = b.Rows[min(max(q.Offset, 0), len(b.Rows)):]
	if q.Limit > 0 && len(b.Rows) > q.Limit {
		b.Rows = b.Rows[:q.Limit]
	}
	return b, d.addNotices(ctx, b.Rows)
}

// addNotices puts the last notice beside each row.
func (d *Desk) addNotices(ctx context.Context, rows []Row) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	latest, err := d.outbox.Latest(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading notices: %w", err)
	}
	for i := range rows {
		if n, ok := latest[rows[i].ID]; ok {
			rows[i].Notice = &n
		}
	}
	return nil
}

// positions counts the waiting list of each pool from 1.
func positions(list []Registration) map[string]int {
	waiting := slices.Clone(list)
	waiting = slices.DeleteFunc(waiting, func(r Registration) bool { return r.State != Waitlisted })
	slices.SortFunc(waiting, func(x, y Registration) int { return cmp.Compare(x.Queue, y.Queue) })
	place, numbers := map[events.Pool]int{}, map[string]int{}
	for _, r := range waiting {
		place[r.Pool]++
		numbers[r.ID] = place[r.Pool]
	}
	return numbers
}

// Position gives somebody's place on the waiting list, from 1; 0 when it does not wait.
func (d *Desk) Position(ctx context.Context, r *Registration) (int, error) {
	if r.State != Waitlisted {
		return 0, nil
	}
	n, err := d.store.ahead(ctx, r.Activity, r.Pool, r.Queue)
	return n + 1, err
}

// Part is one registration beside its activity, as its person may see it.
type Part struct {
	Registration Registration
	Activity     events.Activity
	Position     int
}

// Mine lists what a person takes, or took, part in, the next one first.
func (d *Desk) Mine(ctx context.Context, v events.Visitor) ([]Part, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	list, err := d.store.ofPerson(ctx, v.Person)
	if err != nil {
		return nil, err
	}
	parts := make([]Part, 0, len(list))
	for _, r := range list {
		p, err := d.Part(ctx, v, r)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(x, y Part) int {
		return cmp.Or(x.Activity.Start.Compare(y.Activity.Start), strings.Compare(x.Registration.ID, y.Registration.ID))
	})
	return parts, nil
}

// Part puts a registration beside its activity. Who has been refused for something that may no
// longer be seen keeps its dates and title: they were told them.
func (d *Desk) Part(ctx context.Context, v events.Visitor, r Registration) (Part, error) {
	a, err := d.programme.Load(ctx, r.Activity)
	if err != nil {
		return Part{}, err
	}
	shown, ok := events.Shown(v, a, d.now())
	if !ok {
		shown = events.Activity{Code: a.Code, Title: a.Title, Start: a.Start, End: a.End, Zone: a.Zone, AllDay: a.AllDay, Kind: a.Kind, State: a.State, Visibility: a.Visibility}
	}
	p := Part{Registration: r, Activity: shown}
	p.Position, err = d.Position(ctx, &r)
	return p, err
}

// Invitations lists an activity's invitations: all to the Secretariat, its own to a contact point.
func (d *Desk) Invitations(ctx context.Context, v events.Visitor, code string) ([]invitations.Invitation, error) {
	if v.Secretariat() {
		return d.invitations.OfActivity(ctx, code)
	}
	i, err := d.invitations.Find(ctx, code, v.Organisation)
	if v.Role != events.ContactPoint || err != nil || i.Sent == nil {
		return nil, events.E(events.NotFound, "no_such_activity", "")
	}
	return []invitations.Invitation{i}, nil
}

// Seats gives the pools of an activity as they stand.
func (d *Desk) Seats(ctx context.Context, code string) (map[events.Pool]seats.Count, error) {
	return d.seats.Counts(ctx, code)
}

// SeatsOf gives the pools of several activities as they stand, by code.
func (d *Desk) SeatsOf(ctx context.Context, codes []string) (map[string]map[events.Pool]seats.Count, error) {
	return d.seats.CountsOf(ctx, codes)
}
