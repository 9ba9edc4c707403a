package registrations

import (
	"context"

	"capportal/events"
	"capportal/notify/outbox"
)

// Told is one notice of a fan-out, before it is put out.
type Told struct {
	Notice outbox.Notice
	// Registration is whom it tells, as the transaction leaves it.
	Registration *Registration
	// Behind says that an older notice to the same person is still to be sent, which this one must
	// not overtake.
	Behind bool
}

// FanOut gives the notices of a fan-out to the next registrations, `most` of them, and the cursor to
// go on from; done when nobody is left. In the caller's transaction it takes back the entries that the
// change ends; the caller puts the notices out in the same. A person whose last entry already says what
// the activity says now, or whose next REQUEST will, gets none. However many are told, the store is
// asked a handful of times.
func (d *Desk) FanOut(ctx context.Context, n outbox.Notice, most int) (told []Told, cursor string, done bool, err error) {
	a, err := d.programme.Load(ctx, n.Activity)
	if err != nil {
		return nil, "", false, err
	}
	list, err := d.store.after(ctx, n.Activity, n.Cursor, most)
	if err != nil {
		return nil, "", false, err
	}
	cursor = n.Cursor
	f := fanOut{desk: d, activity: &a, notice: n}
	for i := range list {
		cursor = list[i].ID
		if list[i].Stands() {
			f.add(&list[i])
		}
	}
	if err := f.end(ctx); err != nil {
		return nil, "", false, err
	}
	told, err = f.told(ctx)
	return told, cursor, len(list) < most, err
}

// fanOut is one page of a fan-out in the making.
type fanOut struct {
	desk     *Desk
	activity *events.Activity
	notice   outbox.Notice
	people   []*Registration
	tells    []notice // one to each of people
	ended    []*Registration
}

// add tells one person of the change, unless there is nothing to tell.
func (f *fanOut) add(r *Registration) {
	n := notice{kind: f.notice.Kind, data: f.notice.Data}
	switch n.kind {
	case "activity_postponed", "activity_cancelled", "activity_merged":
		if n.kind == "activity_postponed" && r.Seat != "" {
			return // seated anew since: that notice tells it, and the entry stands
		}
		if r.EntryHeld() {
			n.method = r.ending(f.activity, f.desk.now())
			f.ended = append(f.ended, r)
		}
	case "activity_resumed":
		if r.FormerHolder {
			n.kind = "will_you_come"
		}
	case "activity_changed":
		if r.EntryHeld() {
			if r.Calendar.Requested && r.Calendar.Seen >= f.activity.CalendarRevision {
				return
			}
			n.method = "request"
		}
	}
	f.people, f.tells = append(f.people, r), append(f.tells, n)
}

// end stores the entries that the change ends, and takes back the REQUESTs that wait for them.
func (f *fanOut) end(ctx context.Context) error {
	uids := make([]string, len(f.ended))
	for i, r := range f.ended {
		uids[i] = r.Calendar.UID
		r.rise()
	}
	if err := f.desk.outbox.CancelRequests(ctx, uids...); err != nil {
		return err
	}
	return f.desk.store.endEntries(ctx, f.ended)
}

// told gives the notices, but for the updates that a REQUEST still to be composed will carry.
func (f *fanOut) told(ctx context.Context) ([]Told, error) {
	ids := make([]string, len(f.people))
	for i, r := range f.people {
		ids[i] = r.ID
	}
	behind, err := f.desk.outbox.Pending(ctx, ids)
	if err != nil {
		return nil, err
	}
	var uids []string
	for i, r := range f.people {
		if behind[r.ID] && f.update(i) {
			uids = append(uids, r.Calendar.UID)
		}
	}
	carried, err := f.desk.outbox.PendingRequests(ctx, uids)
	if err != nil {
		return nil, err
	}
	var told []Told
	for i, r := range f.people {
		if f.update(i) && carried[r.Calendar.UID] {
			continue
		}
		told = append(told, Told{Notice: f.tells[i].to(f.activity, r), Registration: r, Behind: behind[r.ID]})
	}
	return told, nil
}

// update tells whether what the person of this number is told is nothing but a REQUEST.
func (f *fanOut) update(i int) bool { return f.tells[i].method != "" && updates[f.tells[i].kind] }
