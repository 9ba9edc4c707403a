package registrations

import (
	"capportal/events"
)

// Judge gives every fault of what somebody typed to register alone, each beside its field; nil when
// there is none. It changes nothing, and says nothing of seats, deadlines and who is known already:
// those are judged by Register, in its transaction.
func (d *Desk) Judge(v events.Visitor, a *events.Activity, e Entry) error {
	e = e.clone()
	d.fillSelf(v, &e)
	var faults events.Errors
	if err := e.check(a, OwnCapacities(), d.languages); err != nil {
		faults = events.Faults(err)
	}
	if a.Lane == events.Nomination && e.Organisation == "" {
		faults.Add(events.E(events.Invalid, "organisation_required", "organisation"))
	}
	return faults.Or()
}
