package registrations

import (
	"context"
	"time"

	"capportal/events"
	"capportal/notify/outbox"
)

// DraftLife is how long a registration waits for its address to be confirmed before it is forgotten.
const DraftLife = 48 * time.Hour

// What a stranger can have mailed to an address is bounded, since it need not be the stranger's own.
const (
	// MailAgain is how long the same mail about the same registration is not sent again to a stranger.
	MailAgain = 10 * time.Minute
	// DraftsPerAddress is how many people of one activity may wait for one address to be confirmed: an
	// office shares one, a flood needs more.
	DraftsPerAddress = 10
)

// draft keeps a stranger's registration until its address is confirmed, and mails the link. One
// that lives already is told so by mail; an older draft of the same person is brought up to date.
// What is past the bounds is dropped in silence, as the stranger learns nothing of the address.
func (d *Desk) draft(ctx context.Context, a *events.Activity, r Registration) error {
	known, err := d.store.atAddress(ctx, a.Code, r.Email)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Living() {
			return d.remind(ctx, a, &k, "already_registered")
		}
	}
	drafts := 0
	for _, k := range known {
		if k.State == Draft {
			drafts++
		}
		if k.State == Draft && k.NameKey == r.NameKey {
			k.Person, k.Organisation, k.Group, k.Capacity, k.Pool, k.Answers = r.Person, r.Organisation, r.Group, r.Capacity, r.Pool, r.Answers
			k.Unendorsed, k.Created = r.Unendorsed, r.Created
			k.again(d.instant())
			if err := d.write(ctx, &k); err != nil {
				return err
			}
			return d.remind(ctx, a, &k, "address_confirmation")
		}
	}
	if drafts >= DraftsPerAddress {
		return nil
	}
	t, err := find("", Register, Self)
	if err != nil {
		return err
	}
	r.State = t.To
	r.note(d.instant(), "self", string(Register), "", Draft, "")
	if err := d.insert(ctx, &r); err != nil {
		return err
	}
	return d.tell(ctx, a, &r, notice{kind: t.Notice})
}

// again notes that a draft was sent once more: of all such times the last, since a stranger may send it for
// ever, and what is stored is written anew each time.
func (r *Registration) again(at time.Time) {
	if last := len(r.History) - 1; last > 0 && r.History[last].What == string(Register) {
		r.History = r.History[:last:last]
	}
	r.note(at, "self", string(Register), r.State, r.State, "")
}

// remind tells a person at a stranger's wish, unless the same has been told within MailAgain.
func (d *Desk) remind(ctx context.Context, a *events.Activity, r *Registration, kind string) error {
	notices, _, err := d.outbox.List(ctx, outbox.Query{Registration: r.ID})
	if err != nil {
		return err
	}
	for _, n := range notices {
		if n.Kind == kind && d.now().Before(n.Queued.Add(MailAgain)) {
			return nil
		}
	}
	return d.tell(ctx, a, r, notice{kind: kind})
}

// ConfirmAddress takes a draft into the activity: the bearer of its link has shown that the address
// is the person's. Opened again, it changes nothing. The registration is one that was read before, and is
// read again in its turn.
func (d *Desk) ConfirmAddress(ctx context.Context, r Registration) (Registration, error) {
	id := r.ID
	err := d.act(ctx, r.Activity, id, func(ctx context.Context) error {
		var err error
		if r, err = d.store.byID(ctx, id); err != nil || r.State != Draft {
			return err
		}
		if d.now().After(r.Expires) {
			return events.E(events.Expired, "draft_expired", "")
		}
		a, err := d.programme.Load(ctx, r.Activity)
		if err != nil {
			return err
		}
		if err := registrationOpen(&a, d.now()); err != nil {
			return err
		}
		person, err := d.known(ctx, r)
		if err != nil {
			return err
		}
		r.PersonID = person.ID
		if err := d.refuseTwin(ctx, &r); err != nil {
			return err
		}
		r, err = d.arrive(ctx, &a, r, ConfirmAddress, person.ID)
		return err
	})
	return r, err
}
