package registrations

import (
	"context"
	"slices"

	"capportal/events"
)

// Coming lists an activity's registrations for whoever may know of them: all to the Secretariat, to
// a contact point its own organisation's. To others there is no such list.
func (d *Desk) Coming(ctx context.Context, v events.Visitor, code string, q BoardQuery) ([]Row, error) {
	if !v.Secretariat() {
		if v.Role != events.ContactPoint || v.Organisation == "" {
			return nil, events.E(events.NotFound, "not_found", "")
		}
		q.Organisation = v.Organisation
	}
	list, err := d.store.board(ctx, code)
	if err != nil {
		return nil, err
	}
	keeps, err := d.search(ctx, q.Q)
	if err != nil {
		return nil, err
	}
	var rows []Row
	places := positions(list)
	for _, r := range list {
		if q.keeps(&r) && keeps(&r) {
			rows = append(rows, Row{Registration: r, Position: places[r.ID]})
		}
	}
	slices.SortFunc(rows, q.order)
	return rows, nil
}
