package registrations

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/256dpi/lungo"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/registrations/seats"
)

// Desk makes, decides and changes registrations and invitations. Every method is one transaction:
// the change, its history, its seat and its notice, or nothing.
type Desk struct {
	store       store
	transact    events.Transact
	queue       *seats.Queue
	now         func() time.Time
	programme   *events.Programme
	directory   *directory.Directory
	invitations *invitations.Store
	seats       *seats.Seats
	outbox      *outbox.Outbox
	languages   []string
	uidDomain   string
}

// Parts are what a Desk is put together from.
type Parts struct {
	Database  lungo.IDatabase
	Transact  events.Transact
	Now       func() time.Time
	Programme *events.Programme
	Directory *directory.Directory
	Outbox    *outbox.Outbox
	Languages []string    // on offer
	UIDDomain string      // behind the @ of every calendar UID; never changed on a running portal
	Watch     seats.Watch // told of what stands in line for seats
}

// NewDesk makes a Desk and attaches it to the programme, whose changes it follows from then on.
func NewDesk(p Parts) *Desk {
	d := &Desk{store: newStore(p.Database), transact: p.Transact, queue: seats.NewQueue(p.Transact), now: p.Now,
		programme: p.Programme, directory: p.Directory, invitations: invitations.New(p.Database), seats: seats.New(p.Database),
		outbox: p.Outbox, languages: p.Languages, uidDomain: p.UIDDomain}
	d.queue.Watch, d.queue.Foresee = p.Watch, d.foresee
	p.Programme.Attach(d.Facts, d.Follow)
	return d
}

// InLine gives how many acts of this process wait for their turn.
func (d *Desk) InLine() int { return d.queue.Waiting() }

// Crowded tells whether more acts of this process wait for their turn than go together in one transaction.
func (d *Desk) Crowded() bool { return d.InLine() > seats.BatchSize }

func (d *Desk) instant() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// newID gives 128 random bits in hexadecimal.
func newID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// Visitor fills what access is judged by, once a request. An unknown person is an anonymous visitor.
func (d *Desk) Visitor(ctx context.Context, person string) (events.Visitor, error) {
	if person == "" {
		return events.Visitor{}, nil
	}
	p, err := d.directory.Person(ctx, person)
	if events.IsGone(err) {
		return events.Visitor{}, nil
	}
	if err != nil {
		return events.Visitor{}, err
	}
	var o directory.Organisation
	if p.Organisation != "" {
		if o, err = d.directory.Organisation(ctx, p.Organisation); err != nil && !events.IsGone(err) {
			return events.Visitor{}, err
		}
	}
	v := events.Visitor{Person: p.ID, Email: p.Email, Name: p.Name(), Language: p.Language, Zone: p.Zone, Role: p.Role,
		Groups: directory.Groups(p, o, d.now()), Organisation: p.Organisation, Region: o.Region}
	if v.Secretariat() {
		return v, nil
	}
	return v, d.fillParts(ctx, &v)
}

// fillParts adds what a visitor outside the Secretariat is invited to, has joined and takes part in.
func (d *Desk) fillParts(ctx context.Context, v *events.Visitor) error {
	if v.Organisation != "" {
		var err error
		if v.Invited, v.Joined, err = d.invitations.Standing(ctx, v.Organisation); err != nil {
			return err
		}
	}
	var err error
	if v.TakesPart, err = d.store.takenPart(ctx, v.Person); err != nil {
		return err
	}
	if v.In(events.Expert) {
		v.Assigned, err = d.programme.AssignedTo(ctx, v.Email)
	}
	return err
}

// who tells in which quality a visitor acts on a registration; nobody in particular is "".
func who(v events.Visitor, r *Registration) Who {
	switch {
	case v.ReadOnly:
		return ""
	case v.Decides():
		return Secretariat
	case v.Speaks(r.Organisation):
		return Speaker
	case v.Person != "" && v.Person == r.PersonID:
		return Self
	}
	return ""
}

// May tells whether a visitor may see a registration: its person, its organisation's contact
// point, the Secretariat. A draft is nobody's but its link's.
func May(v events.Visitor, r *Registration) bool {
	if r.State == Draft {
		return false
	}
	return v.Secretariat() || v.Speaks(r.Organisation) || v.Person != "" && v.Person == r.PersonID
}

var errNoRegistration = events.E(events.NotFound, "no_such_registration", "")

// Registration gives a registration to whoever may see it; to others it does not exist.
func (d *Desk) Registration(ctx context.Context, v events.Visitor, id string) (Registration, error) {
	r, err := d.store.byID(ctx, id)
	if err != nil {
		return r, err
	}
	if !May(v, &r) {
		return Registration{}, errNoRegistration
	}
	return r, nil
}

// Linked gives the registration that a personal link names, whatever its state. The link has been
// verified by who calls, against the version the registration carries.
func (d *Desk) Linked(ctx context.Context, id string) (Registration, error) {
	return d.store.byID(ctx, id)
}

// Bearer is the visitor that a verified personal link makes of its bearer: the registration's
// person, for this registration and its activity alone.
func Bearer(r *Registration) events.Visitor {
	v := events.Visitor{Person: r.PersonID, Email: r.Email, Name: r.Person.Name(), Language: r.Person.Language, Role: events.Participant}
	if v.Person == "" {
		v.Person = "link:" + r.ID
	}
	if r.TakesPart() {
		v.TakesPart = []string{r.Activity}
	}
	return v
}

// Act runs what a caller composes of several calls on one activity, an idempotency key with the act
// it is for, as one act in its turn: all of it or nothing.
func (d *Desk) Act(ctx context.Context, activity string, do func(context.Context) error) error {
	return d.act(ctx, activity, "", do)
}

// act runs an act on an activity in its turn. Registration is the id of the one that it is about; empty for
// a new one, or for several.
func (d *Desk) act(ctx context.Context, activity, registration string, do func(context.Context) error) error {
	return d.queue.Do(ctx, activity, registration, do)
}

// foresee asks at once what each act of a batch on registrations will ask: for the registration, for others
// of the same person, and for a person of that address and name. A transaction remembers what it has been
// told, so that none of it goes to the database again.
func (d *Desk) foresee(ctx context.Context, ids []string) error {
	list, err := d.store.byIDs(ctx, ids)
	if err != nil {
		return err
	}
	var drafts []directory.Person
	var keys []string
	for i := range list {
		if r := &list[i]; r.State == Draft {
			keys = append(keys, r.key())
			drafts = append(drafts, r.asPerson())
		}
	}
	if len(drafts) == 0 {
		return nil
	}
	if _, err := d.store.withKeys(ctx, list[0].Activity, keys); err != nil {
		return err
	}
	return d.directory.Foresee(ctx, drafts)
}

// write stores a registration over the version it was read in.
func (d *Desk) write(ctx context.Context, r *Registration) error {
	r.rise()
	return d.store.replace(ctx, *r)
}

// rise brings a registration to its next version, as it is stored.
func (r *Registration) rise() {
	r.Version++
	r.Duplicate, r.Expires = "", time.Time{}
	if r.Living() {
		r.Duplicate = r.key()
	}
	if r.State == Draft {
		r.Expires = r.Created.Add(DraftLife)
	}
}

// limit gives how many seats of a pool an organisation may take.
func (d *Desk) limit(ctx context.Context, a *events.Activity, organisation string, pool events.Pool) (int, error) {
	if organisation == "" {
		return invitations.NoLimit, nil
	}
	i, err := d.invitations.Find(ctx, a.Code, organisation)
	if events.IsGone(err) {
		return invitations.Limit(nil, a, pool), nil
	}
	if err != nil {
		return 0, err
	}
	return invitations.Limit(&i, a, pool), nil
}

// organisation gives the organisation named by a code; none for an empty code.
func (d *Desk) organisation(ctx context.Context, code string) (directory.Organisation, error) {
	if code == "" {
		return directory.Organisation{Group: events.PublicGroup}, nil
	}
	o, err := d.directory.Organisation(ctx, code)
	if events.IsGone(err) {
		return o, events.E(events.Invalid, "organisation_unknown", "organisation").With("code", code)
	}
	if err != nil {
		return o, fmt.Errorf("reading an organisation: %w", err)
	}
	return o, nil
}

// opens tells whether a session of the activity is open to a group; an activity without sessions
// is open to whom its template would open one.
func opens(a *events.Activity, g events.Group) bool {
	if len(a.Sessions) == 0 {
		return slices.Contains((events.Session{OpenTo: events.TemplateOf(a.Kind).OpenTo}).Groups(), g)
	}
	return slices.ContainsFunc(a.Sessions, func(s events.Session) bool { return slices.Contains(s.Groups(), g) })
}
