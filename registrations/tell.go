package registrations

import (
	"context"
	"maps"
	"slices"
	"time"

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
	o := n.to(a, r)
	if o.Method != "" && updates[n.kind] {
		pending, err := d.outbox.PendingRequest(ctx, o.UID)
		if err != nil || pending {
			return err
		}
	}
	return d.outbox.Put(ctx, o)
}

// to addresses a notice to a registration's person.
func (n notice) to(a *events.Activity, r *Registration) outbox.Notice {
	o := outbox.Notice{Kind: n.kind, Activity: a.Code, Registration: r.ID, Person: r.PersonID, Organisation: r.Organisation,
		To: r.Email, Language: r.Person.Language, Method: n.method, Data: n.data, Urgent: n.kind == "address_confirmation"}
	if n.method != "" {
		o.UID = r.Calendar.UID
	}
	return o
}

// NoticeKinds lists every kind of notice that the Desk puts out; each needs its letter.
func NoticeKinds() []string {
	kinds := []string{"already_registered", "entry_withdrawn", "seat_changed", "invitation", "activity_changed",
		"activity_postponed", "activity_cancelled", "activity_merged", "activity_resumed", "will_you_come"}
	for _, t := range Transitions() {
		if t.Notice != "" && !slices.Contains(kinds, t.Notice) {
			kinds = append(kinds, t.Notice)
		}
	}
	return kinds
}

// changeData is what a fan-out tells besides what the activity itself says: why, and of a new date
// or place what it was before.
func changeData(kind string, before, after *events.Activity) map[string]string {
	data := map[string]string{}
	if n := len(after.History); n > 0 && after.History[n-1].Why != "" {
		data["why"] = after.History[n-1].Why
	}
	if kind != "activity_changed" {
		return data
	}
	if !before.Start.Equal(after.Start) || !before.End.Equal(after.End) || before.Zone != after.Zone || before.AllDay != after.AllDay {
		data["was_start"], data["was_end"] = before.Start.Format(time.RFC3339), before.End.Format(time.RFC3339)
		data["was_zone"] = before.Zone
		if before.AllDay {
			data["was_all_day"] = "true"
		}
	}
	if before.Place != after.Place || before.Mode != after.Mode {
		data["was_place"] = before.Place.Venue + "\n" + before.Place.City + "\n" + before.Place.Country + "\n" + string(before.Mode)
	}
	if !maps.Equal(before.Title, after.Title) {
		data["title"] = "changed"
	}
	return data
}
