package registrations

import (
	"context"

	"capportal/events"
	"capportal/notify/outbox"
)

// Facts tells the programme who takes part in an activity, for its gates.
func (d *Desk) Facts(ctx context.Context, code string) (events.Counts, error) {
	c := events.Counts{Confirmed: map[events.Pool]int{}, Waiting: map[events.Pool]int{}}
	invited, err := d.invitations.OfActivity(ctx, code)
	if err != nil {
		return c, err
	}
	c.Invited = len(invited)
	pools, err := d.seats.Counts(ctx, code)
	if err != nil {
		return c, err
	}
	for pool, count := range pools {
		c.Confirmed[pool], c.Waiting[pool] = count.Confirmed(), count.Waiting
	}
	states, err := d.store.counts(ctx, code)
	if err != nil {
		return c, err
	}
	for state, n := range states {
		if (&Registration{State: state}).Living() {
			c.Living += n
		}
	}
	c.Attended = states[Attended]
	return c, nil
}

// Follow carries a change of an activity over to those who take part, in the transaction of the
// change: seats resized and given on, invitations sent, everybody told.
func (d *Desk) Follow(ctx context.Context, before, after events.Activity) error {
	if err := d.resize(ctx, &before, &after); err != nil {
		return err
	}
	if before.Code == "" {
		return nil
	}
	if before.State != after.State {
		if err := d.followState(ctx, &before, &after); err != nil {
			return err
		}
	}
	if err := d.settle(ctx, &after); err != nil {
		return err
	}
	if kind := told(&before, &after); kind != "" {
		return d.outbox.Put(ctx, outbox.Notice{Kind: kind, Activity: after.Code, Fanout: true, Data: changeData(kind, &before, &after)})
	}
	return nil
}

// told gives the kind of notice that a change of an activity fans out to those who take part;
// empty when nobody needs to know.
func told(before, after *events.Activity) string {
	switch {
	case after.State == events.Postponed && before.State != events.Postponed:
		return "activity_postponed"
	case after.State == events.Cancelled && before.State != events.Cancelled:
		return "activity_cancelled"
	case after.State == events.Merged && before.State != events.Merged:
		return "activity_merged"
	case before.State == events.Postponed && after.State != events.Postponed:
		return "activity_resumed"
	case after.CalendarRevision > before.CalendarRevision && !after.State.Off():
		return "activity_changed"
	}
	return ""
}

// resize gives every pool of the activity its capacity; a pool it no longer has gets none.
func (d *Desk) resize(ctx context.Context, before, after *events.Activity) error {
	for _, pool := range []events.Pool{events.OnSitePool, events.RemotePool} {
		had, has := pooled(before, pool), pooled(after, pool)
		if (had || has) && (before.Code == "" || had != has || before.Capacity(pool) != after.Capacity(pool)) {
			if err := d.seats.Open(ctx, after.Code, pool, after.Capacity(pool)); err != nil {
				return err
			}
		}
	}
	return nil
}

func pooled(a *events.Activity, pool events.Pool) bool {
	if a.Code == "" {
		return false
	}
	return events.Valid(pool, a.Mode.Pools())
}

func (d *Desk) followState(ctx context.Context, before, after *events.Activity) error {
	switch after.State {
	case events.InvitationsSent, events.RegistrationOpen:
		return d.sendInvitations(ctx, after)
	case events.Postponed:
		return d.vacate(ctx, after)
	case events.Held:
		return d.missed(ctx, after)
	}
	return nil
}

// vacate frees every seat of a postponed activity. Who held one stands first when it comes back.
func (d *Desk) vacate(ctx context.Context, a *events.Activity) error {
	list, err := d.store.board(ctx, a.Code)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Seat == "" {
			continue
		}
		from := r.State
		if from == Confirmed {
			t, err := find(from, Postpone, Portal)
			if err != nil {
				return err
			}
			r.State = t.To
		}
		if err := d.seats.Release(ctx, a.Code, r.Seat, r.Organisation); err != nil {
			return err
		}
		r.Seat, r.FormerHolder, r.Overridden = "", true, false
		r.note(d.instant(), "portal", string(Postpone), from, r.State, "")
		if err := d.write(ctx, &r); err != nil {
			return err
		}
	}
	return nil
}

// missed marks who was confirmed and attended nothing.
func (d *Desk) missed(ctx context.Context, a *events.Activity) error {
	list, err := d.store.board(ctx, a.Code)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.State != Confirmed {
			continue
		}
		t, err := find(r.State, Miss, Portal)
		if err != nil {
			return err
		}
		r.note(d.instant(), "portal", string(Miss), r.State, t.To, "")
		r.State = t.To
		if err := d.write(ctx, &r); err != nil {
			return err
		}
	}
	return nil
}

// Audience counts whom a change of an activity would tell, for the preview of the change.
type Audience struct {
	Kind          string // the kind of notice; empty: nobody is told
	Mails         int    // to people who take part
	Updates       int    // of them with a calendar update or cancellation
	ContactPoints int    // who would get an invitation
	Unreachable   int    // invited organisations without a contact point
	SeatsFreed    int
}

// Audience tells whom a change would tell, without writing anything.
func (d *Desk) Audience(ctx context.Context, before, after events.Activity) (Audience, error) {
	changed := events.Differences(before, after)
	if before.Announced && events.MovesCalendar(&before, &after, changed) {
		after.CalendarRevision = before.CalendarRevision + 1
	}
	u := Audience{Kind: told(&before, &after)}
	list, err := d.store.board(ctx, before.Code)
	if err != nil {
		return u, err
	}
	for _, r := range list {
		if u.Kind == "" || !r.Stands() {
			continue
		}
		u.Mails++
		if r.EntryHeld() {
			u.Updates++
		}
		if r.Seat != "" && after.State == events.Postponed {
			u.SeatsFreed++
		}
	}
	if before.State != after.State && sends(after.State) {
		u.ContactPoints, u.Unreachable, err = d.countInvited(ctx, after.Code)
	}
	return u, err
}
