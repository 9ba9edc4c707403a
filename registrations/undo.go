package registrations

import (
	"context"
	"time"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations/seats"
)

// UndoLife is how long the Secretariat may take a decision back.
const UndoLife = 10 * time.Minute

// Undoable is what a registration was before the Secretariat's last decision.
type Undoable struct {
	At         time.Time   `bson:"at"`
	State      State       `bson:"state"`
	Seat       events.Pool `bson:"seat,omitempty"`
	Queue      int64       `bson:"queue,omitempty"`
	Held       bool        `bson:"held,omitempty"`
	WaitReason string      `bson:"wait_reason,omitempty"`
	Unendorsed bool        `bson:"unendorsed,omitempty"`
	Former     bool        `bson:"former_holder,omitempty"`
	Reason     string      `bson:"reason,omitempty"`
}

// remember keeps what a decision by the Secretariat changes, so that it can be taken back.
func (d *Desk) remember(r *Registration, by Who) {
	r.Undo = nil
	if by == Secretariat {
		r.Undo = &Undoable{At: d.instant(), State: r.State, Seat: r.Seat, Queue: r.Queue, Held: r.Held,
			WaitReason: r.WaitReason, Unendorsed: r.Unendorsed, Former: r.FormerHolder, Reason: r.Reason}
	}
}

// undo takes the last decision back: the state before, the seat freed or taken again, what was not
// sent yet never sent. Whoever has been told already is told that it is being decided anew.
func (d *Desk) undo(ctx context.Context, v events.Visitor, a *events.Activity, r *Registration, why string) error {
	if who(v, r) != Secretariat {
		return events.E(events.Denied, "not_allowed", "decision")
	}
	u := r.Undo
	if u == nil || d.now().After(u.At.Add(UndoLife)) || !a.State.Stands() {
		return events.E(events.Conflict, "nothing_to_undo", "decision")
	}
	seat, keeps := r.Seat, u.Seat != "" && r.EntryHeld()
	method, err := d.stepBack(ctx, a, r, u, keeps)
	if err != nil {
		return err
	}
	told, err := d.unsend(ctx, r, u.At)
	if err != nil {
		return err
	}
	from := r.State
	r.FormerHolder = u.Former
	r.State, r.Held, r.WaitReason, r.Unendorsed, r.Reason, r.Undo = u.State, u.Held, u.WaitReason, u.Unendorsed, u.Reason, nil
	if u.State == Waitlisted {
		r.Queue = u.Queue
		if err := d.seats.Return(ctx, a.Code, r.Pool); err != nil {
			return err
		}
	}
	if u.Seat != "" && r.Seat == "" {
		if err := d.sitAgain(ctx, a, r, u.Seat); err != nil {
			return err
		}
	}
	switch {
	case keeps && (seat != r.Seat || told.request):
		r.Revision++
		method = "request"
	case !keeps && r.Seat != "":
		method = d.standAgain(r, told.cancel)
	}
	r.note(d.instant(), v.Person, string(Undo), from, r.State, why)
	if err := d.write(ctx, r); err != nil || !told.reached && method == "" {
		return err
	}
	return d.tell(ctx, a, r, notice{kind: "reconsidered", method: method})
}

// stepBack frees what the decision gave. Who held a seat and an entry before it keeps the entry.
func (d *Desk) stepBack(ctx context.Context, a *events.Activity, r *Registration, u *Undoable, keeps bool) (method string, err error) {
	switch {
	case !keeps:
		return d.leave(ctx, a, r)
	case r.Seat == u.Seat:
		return "", nil
	}
	err = d.seats.Release(ctx, a.Code, r.Seat, r.Organisation)
	r.Seat, r.Overridden = "", false
	return "", err
}

// standAgain gives its calendar entry back to who sits again: the former one where nobody has been
// told of its end, else a new one, which needs a REQUEST.
func (d *Desk) standAgain(r *Registration, untold bool) (method string) {
	if untold {
		r.Calendar.Cancelled, r.Calendar.Final = false, 0
		return ""
	}
	d.newEntry(r)
	return "request"
}

// sitAgain takes the seat again that a decision had freed; somebody else may have it by now.
func (d *Desk) sitAgain(ctx context.Context, a *events.Activity, r *Registration, pool events.Pool) error {
	limit, err := d.limit(ctx, a, r.Organisation, pool)
	if err != nil {
		return err
	}
	outcome, err := d.seats.Claim(ctx, a.Code, pool, r.Organisation, limit, false)
	if err != nil {
		return err
	}
	if outcome != seats.Taken {
		return events.E(events.Conflict, string(outcome), "decision").With("pool", string(pool)).With("name", r.Person.Name())
	}
	r.Seat = pool
	return nil
}

// unsent is what taking back the notices of a decision met.
type unsent struct {
	reached bool // one of them is on its way already
	request bool // a REQUEST for the entry was taken back, with whatever else it would have told
	cancel  bool // the end of the entry was taken back before anybody composed it
}

// unsend takes back the notices put out for a registration since an instant.
func (d *Desk) unsend(ctx context.Context, r *Registration, since time.Time) (u unsent, err error) {
	notices, _, err := d.outbox.List(ctx, outbox.Query{Registration: r.ID, Limit: 200})
	if err != nil {
		return u, err
	}
	for _, n := range notices {
		if n.Queued.Before(since) || n.State == outbox.Cancelled {
			continue
		}
		taken, err := d.outbox.Cancel(ctx, n.ID)
		if err != nil {
			return u, err
		}
		own := taken && n.UID == r.Calendar.UID
		u.reached = u.reached || !taken
		u.request = u.request || own && n.Method == outbox.Request
		u.cancel = u.cancel || own && n.Method == outbox.Cancel && len(n.Snapshot) == 0
	}
	return u, nil
}
