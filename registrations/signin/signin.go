package signin

import (
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"

	"capportal/events"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
)

// How long links live.
const (
	LinkLife     = 20 * time.Minute    // of a sign-in link, from the request
	FirstLife    = 24 * time.Hour      // of the first administrator's link; each start prints another
	ReusableLife = 30 * 24 * time.Hour // of a demo's role link
)

// linkPurpose is the purpose of sign-in links; their subject is the row, their version always 1,
// since a row is used up rather than revoked.
const linkPurpose = "signin"

// Parts is what a SignIn is made of.
type Parts struct {
	DB       lungo.IDatabase
	Transact Transact
	Now      func() time.Time
	Keys     Keys
	People   *directory.Directory
	Audit    *audit.Audit
	// Notify puts the notice of kind "sign_in" in the outbox, in the transaction of its context.
	// The mail's link carries Keys.SignInLink of the id; `to` is a normalised address.
	Notify func(ctx context.Context, to, language, signinID string) error
}

// SignIn lets people in. Its methods may be called by many at once.
type SignIn struct {
	// PerAddress and PerIP are how many sign-in links may be asked for within an hour, for one
	// address and from one network. Set before use.
	PerAddress, PerIP int
	// Steady is how long a request for a link takes at least, so that its time does not tell whether
	// the address is known: a known one is written a mail. Set before use; 0 waits for nothing.
	Steady time.Duration

	Parts
	store store
}

// New makes a SignIn that sends at most 10 links an hour to an address, and takes 100 requests an
// hour from a network, since an office shares one.
func New(parts Parts) *SignIn {
	return &SignIn{PerAddress: 10, PerIP: 100, Parts: parts, store: newStore(parts.DB)}
}

// SignInLink gives the token of a sign-in link by the id of its row.
func (k Keys) SignInLink(id string) string { return k.Link(linkPurpose, id, 1) }

// row is a sign-in link's expiry and single use.
type row struct {
	ID       string    `bson:"_id"` // 128 random bits
	Email    string    `bson:"email,omitempty"`
	Person   string    `bson:"person,omitempty"` // set when it is for one person, whoever shares the address
	First    bool      `bson:"first,omitempty"`  // for the first administrator
	Reusable bool      `bson:"reusable,omitempty"`
	Created  time.Time `bson:"created"`
	Expires  time.Time `bson:"expires"`
	Used     bool      `bson:"used"`
}

// Offer is what a sign-in link opens before anything is consumed.
type Offer struct {
	Email   string
	People  []directory.Person // who may sign in by it; several when they share the address
	First   bool               // it makes the first administrator: ask for name and address
	Expires time.Time          // UTC
}

// Request sends a sign-in link to an address. Its answer tells nobody whether the address is known:
// nil, or the fault of an address that is none, or TooMany, key `signin_too_often` (with `minutes`),
// counted alike for known and unknown. IP is the asker's, in text.
func (s *SignIn) Request(ctx context.Context, email, ip, language string) error {
	address, fault := directory.NormalAddress(email)
	if fault != nil {
		return fault
	}
	steady := time.NewTimer(s.Steady)
	defer steady.Stop()
	for _, limit := range []struct {
		kind, key string
		n         int
	}{{"signin_ip", network(ip), s.PerIP}, {"signin_address", address, s.PerAddress}} {
		ok, err := s.Allow(ctx, limit.kind, limit.key, limit.n, time.Hour)
		if err != nil {
			return err
		}
		if !ok {
			now := s.Now()
			wait := now.Truncate(time.Hour).Add(time.Hour).Sub(now)
			return events.E(events.TooMany, "signin_too_often", "").With("minutes", int((wait+time.Minute-1)/time.Minute))
		}
	}
	err := s.Transact(ctx, func(ctx context.Context) error {
		people, err := s.People.PeopleAt(ctx, address)
		if err != nil {
			return err
		}
		// The row is written for an unknown address too, so that both answers take as long.
		r := s.row(LinkLife)
		r.Email = address
		if err := s.store.addRow(ctx, r); err != nil || len(people) == 0 {
			return err
		}
		if len(people) == 1 {
			language = people[0].Language
		}
		return s.Notify(ctx, address, language, r.ID)
	})
	select {
	case <-steady.C:
	case <-ctx.Done():
	}
	return err
}

// Issue makes a sign-in link without mail and gives its token: for a person by id, or for whoever is
// at an address. A reusable one, for the demo's roles alone, signs in again and again. NotFound, key
// `person_not_found`, for whom the directory does not have.
func (s *SignIn) Issue(ctx context.Context, who string, reusable bool) (string, error) {
	r := s.row(LinkLife)
	if reusable {
		r.Reusable, r.Expires = true, r.Created.Add(ReusableLife)
	}
	err := s.Transact(ctx, func(ctx context.Context) error {
		r.Person, r.Email = "", ""
		people, err := s.People.PeopleAt(ctx, who)
		if err != nil {
			return err
		}
		if len(people) > 0 {
			r.Email = people[0].Email
			return s.store.addRow(ctx, r)
		}
		p, err := s.People.Person(ctx, who)
		if err != nil {
			return err
		}
		r.Person, r.Email = p.ID, p.Email
		return s.store.addRow(ctx, r)
	})
	return s.Keys.SignInLink(r.ID), err
}

// Look tells what a sign-in link opens and consumes nothing, because mail scanners open links.
// Errors: NotFound `link_invalid`; Expired `link_expired` when it has been used or has run out.
func (s *SignIn) Look(ctx context.Context, token string) (Offer, error) {
	r, err := s.open(ctx, token)
	if err != nil {
		return Offer{}, err
	}
	people, err := s.offered(ctx, r)
	return Offer{Email: r.Email, People: people, First: r.First, Expires: r.Expires}, err
}

// Consume signs in by a link, once: of two at the same moment one is let in, the other gets Expired
// `link_expired`. PersonID says who of several at a shared address; without it they get Invalid
// `signin_who`, and the link stays good. The raw value is the session's secret, given here alone.
func (s *SignIn) Consume(ctx context.Context, token, personID string) (session Session, raw string, err error) {
	err = s.Transact(ctx, func(ctx context.Context) error {
		r, err := s.open(ctx, token)
		if err != nil {
			return err
		}
		if r.First {
			return events.E(events.NotFound, "link_invalid", "")
		}
		people, err := s.offered(ctx, r)
		if err != nil {
			return err
		}
		who, err := choose(people, personID)
		if err != nil {
			return err
		}
		if err := s.use(ctx, r); err != nil {
			return err
		}
		session, raw, err = s.begin(ctx, who)
		return err
	})
	return session, raw, err
}

// choose finds who signs in.
func choose(people []directory.Person, id string) (string, error) {
	switch {
	case len(people) == 0: // gone since the link was made
		return "", events.E(events.Expired, "link_expired", "")
	case len(people) == 1 && id == "":
		return people[0].ID, nil
	case slices.ContainsFunc(people, func(p directory.Person) bool { return p.ID == id }):
		return id, nil
	}
	return "", events.E(events.Invalid, "signin_who", "person")
}

// open finds the row of a link that is still good.
func (s *SignIn) open(ctx context.Context, token string) (row, error) {
	var r row
	_, err := s.Keys.Open(ctx, linkPurpose, token, func(ctx context.Context, id string) (int, error) {
		var err error
		r, err = s.store.row(ctx, id)
		return 1, err
	})
	if err != nil {
		return row{}, err
	}
	if r.Used || !s.Now().Before(r.Expires) {
		return row{}, events.E(events.Expired, "link_expired", "")
	}
	if r.First {
		exists, err := s.People.AdministratorExists(ctx)
		if err != nil {
			return row{}, err
		}
		if exists {
			return row{}, events.E(events.Expired, "link_expired", "")
		}
	}
	return r, nil
}

// offered lists who may sign in by a link.
func (s *SignIn) offered(ctx context.Context, r row) ([]directory.Person, error) {
	switch {
	case r.First:
		return nil, nil
	case r.Person == "":
		return s.People.PeopleAt(ctx, r.Email)
	}
	p, err := s.People.Person(ctx, r.Person)
	if err != nil && events.CodeOf(err) == events.NotFound {
		return nil, nil
	}
	return []directory.Person{p}, err
}

// use uses a link up, unless it is reusable or somebody was faster.
func (s *SignIn) use(ctx context.Context, r row) error {
	if r.Reusable {
		return nil
	}
	used, err := s.store.useRow(ctx, r.ID)
	if err != nil {
		return err
	}
	if !used {
		return events.E(events.Expired, "link_expired", "")
	}
	return nil
}

func (s *SignIn) row(life time.Duration) row {
	now := s.instant()
	return row{ID: randomID(16), Created: now, Expires: now.Add(life)}
}

// instant is now as the store keeps it: UTC, to the millisecond.
func (s *SignIn) instant() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }
