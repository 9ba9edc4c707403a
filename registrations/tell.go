package registrations

import (
	"context"

	"capportal/events"
	"capportal/notify/outbox"
)

// notice is what a change tells the person it is about.
type notice struct {
	kind   string
	method string            // "request", "cancel", or "" for a mail without a calendar part
	data   map[string]string // what only this notice knows
}

// updates are the kinds that say nothing but what a REQUEST not yet composed will say anyway.
var updates = map[string]bool{"activity_changed": true, "seat_changed": true}

// tell puts a notice to a registration's person into the outbox, in the transaction of the change.
// An update is not added to a REQUEST that still waits to be composed: that one will carry the
// newest truth.
func (d *Desk) tell(ctx context.Context, a *events.Activity, r *Registration, n notice) error {
	o := outbox.Notice{Kind: n.kind, Activity: a.Code, Registration: r.ID, Person: r.PersonID, Organisation: r.Organisation,
		To: r.Email, Language: r.Person.Language, Method: n.method, Data: n.data, Urgent: n.kind == "address_confirmation"}
	if n.method != "" {
		o.UID = r.Calendar.UID
		if updates[n.kind] {
			pending, err := d.outbox.PendingRequest(ctx, o.UID)
			if err != nil || pending {
				return err
			}
		}
	}
	return d.outbox.Put(ctx, o)
}
