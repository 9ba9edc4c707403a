package registrations

import (
	"context"
	"crypto/rand"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
)

// Calendar is the identity of a registration's calendar entry (design.md 3.5). It changes when a
// mail is composed, without raising the registration's version: nobody edits it.
type Calendar struct {
	UID       string `bson:"uid,omitempty"`       // of the present entry; a seat taken anew gets a new one
	Requested bool   `bson:"requested,omitempty"` // a REQUEST has been composed
	Cancelled bool   `bson:"cancelled,omitempty"` // it has been taken back, and a CANCEL put out if it was requested
	Base      int    `bson:"base"`                // both revisions when the first REQUEST was composed
	Final     int    `bson:"final,omitempty"`     // SEQUENCE with which it was taken back
	// Stamp is DTSTAMP of the last object composed, UTC, whole seconds.
	Stamp time.Time `bson:"stamp,omitempty"`
	Seen  int       `bson:"seen,omitempty"`  // the activity's revision that the last REQUEST says
	Reply string    `bson:"reply,omitempty"` // none accepted tentative declined
	// Said is what the last REQUEST said, but for its description: a CANCEL says the same
	// (calendar-rules.md 41), and so do download and feed until something changes.
	Said *calendar.Entry `bson:"said,omitempty"`
	// Where is the place that Said names, in the words stored: whether it moved does not hang on
	// the language in which it was told.
	Where string `bson:"where,omitempty"`
}

// Sequence gives the SEQUENCE of the registration's entry now: 0 until the first REQUEST, then what
// both revisions have risen by since; one taken back keeps its last.
func (r *Registration) Sequence(a *events.Activity) int {
	c := &r.Calendar
	switch {
	case c.Cancelled:
		return c.Final
	case !c.Requested:
		return 0
	}
	return a.CalendarRevision + r.Revision - c.Base
}

// EntryHeld tells whether the person has, or is about to get, a calendar entry that stands.
func (r *Registration) EntryHeld() bool { return r.Calendar.UID != "" && !r.Calendar.Cancelled }

// EntryOf gives the present or an earlier entry by its UID; nil when there is none.
func (r *Registration) EntryOf(uid string) *Calendar {
	if uid == "" {
		return nil
	}
	if r.Calendar.UID == uid {
		return &r.Calendar
	}
	for i := range r.Earlier {
		if r.Earlier[i].UID == uid {
			return &r.Earlier[i]
		}
	}
	return nil
}

// NextStamp gives the DTSTAMP of an object composed now after one with the last: the later of now
// and a second after it, so that it rises strictly (RFC 5546 2.1.5).
func NextStamp(last, now time.Time) time.Time {
	now = now.UTC().Truncate(time.Second)
	if next := last.UTC().Truncate(time.Second).Add(time.Second); !last.IsZero() && next.After(now) {
		return next
	}
	return now
}

// Requesting brings the entry to the REQUEST composed now, which says `said`, at the place `where`:
// the first one sets the base, so that it has SEQUENCE 0. A change of time or place makes an answer
// given before void (RFC 5546 3.2.2). It gives the entry with all that the registration decides:
// UID, SEQUENCE, DTSTAMP and the answer. The caller stores it with KeepEntries.
func (r *Registration) Requesting(a *events.Activity, now time.Time, said calendar.Entry, where string) calendar.Entry {
	c := &r.Calendar
	if !c.Requested {
		c.Requested, c.Base = true, a.CalendarRevision+r.Revision
	}
	if c.Moves(said, where) {
		c.Reply = "none"
	}
	c.Stamp, c.Seen, c.Where = NextStamp(c.Stamp, now), a.CalendarRevision, where
	said.UID, said.Sequence, said.Stamp, said.PartStat = c.UID, r.Sequence(a), c.Stamp, c.Reply
	kept := said
	kept.Description, kept.PartStat = "", ""
	c.Said = &kept
	return said
}

// Moves tells whether what the entry is to say differs in time or place from what it said last.
func (c *Calendar) Moves(said calendar.Entry, where string) bool {
	return c.Said != nil && (!c.Said.Start.Equal(said.Start) || !c.Said.End.Equal(said.End) || c.Where != where)
}

// Cancelling brings an entry taken back to the CANCEL composed now: what the last REQUEST said, with
// a higher SEQUENCE. False when no REQUEST has been composed, so that there is nothing to cancel.
func (c *Calendar) Cancelling(now time.Time) (calendar.Entry, bool) {
	if !c.Requested || !c.Cancelled || c.Said == nil {
		return calendar.Entry{}, false
	}
	c.Stamp = NextStamp(c.Stamp, now)
	e := *c.Said
	e.Sequence, e.Stamp = c.Final, c.Stamp
	return e, true
}

// newEntry gives a registration a new calendar entry; one that people were told of is remembered.
func (d *Desk) newEntry(r *Registration) {
	if r.Calendar.Requested {
		r.Earlier = append(r.Earlier[:len(r.Earlier):len(r.Earlier)], r.Calendar)
	}
	r.Calendar = Calendar{UID: calendar.NewUID(func(b []byte) { rand.Read(b) }, d.uidDomain), Reply: "none"}
}

// endEntry withdraws a registration's calendar entry: "cancel" when a REQUEST has been composed,
// otherwise the REQUEST that still waits is taken back, and nothing is to be cancelled.
func (d *Desk) endEntry(ctx context.Context, a *events.Activity, r *Registration) (method string, err error) {
	if !r.EntryHeld() {
		return "", nil
	}
	if err := d.outbox.CancelRequests(ctx, r.Calendar.UID); err != nil {
		return "", err
	}
	return r.ending(a, d.now()), nil
}

// ending is what endEntry makes of the registration itself, whose entry is held.
func (r *Registration) ending(a *events.Activity, now time.Time) (method string) {
	c := &r.Calendar
	if !c.Requested {
		c.Cancelled = true
		return ""
	}
	// An activity that is off has said so by a revision of its own. When nothing else has changed since
	// the last mail, calendar files show that very thing by now, and the CANCEL tells of it: then its
	// SEQUENCE is the last one + 1 (calendar-rules.md 40). Anything else needs one of the registration's.
	if !a.State.Off() || c.Said == nil || r.Sequence(a) != c.Said.Sequence+1 {
		r.Revision++
	}
	c.Final, c.Stamp = r.Sequence(a), NextStamp(c.Stamp, now)
	c.Cancelled = true
	return "cancel"
}

// moveEntry follows a change of address: the entry is taken back where it lies, and given anew at
// the new address under a new UID; links mailed to the old one open nothing any more.
func (d *Desk) moveEntry(ctx context.Context, a *events.Activity, r *Registration, old Person) error {
	r.Link++
	if !r.EntryHeld() {
		return d.write(ctx, r)
	}
	method, err := d.endEntry(ctx, a, r)
	if err != nil {
		return err
	}
	before := *r
	d.newEntry(r)
	if err := d.write(ctx, r); err != nil {
		return err
	}
	if method != "" {
		before.Person, before.Email = old, old.Email
		if err := d.tell(ctx, a, &before, notice{kind: "entry_withdrawn", method: method}); err != nil {
			return err
		}
	}
	return d.tell(ctx, a, r, notice{kind: "seat_changed", method: "request"})
}

// KeepEntries stores the calendar identities of registrations, and nothing else of them, in the
// caller's transaction, in which they have been read.
func (d *Desk) KeepEntries(ctx context.Context, list ...*Registration) error {
	return d.store.keepEntries(ctx, list)
}

// Several gives those of an activity's registrations that still exist, by id, drafts too.
func (d *Desk) Several(ctx context.Context, activity string, ids []string) (map[string]*Registration, error) {
	list, err := d.store.several(ctx, activity, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*Registration, len(list))
	for i := range list {
		found[list[i].ID] = &list[i]
	}
	return found, nil
}

// Positions gives the place of everybody who waits for a seat in an activity, from 1, by the
// registration's id.
func (d *Desk) Positions(ctx context.Context, activity string) (map[string]int, error) {
	list, err := d.store.allWaiting(ctx, activity)
	if err != nil {
		return nil, err
	}
	return positions(list), nil
}
