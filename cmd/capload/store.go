package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"golang.org/x/sync/errgroup"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/calendar"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/registrations/seats"
	"capportal/registrations/signin"
)

// nowhere is the database of who only makes ids.
type nowhere struct{ lungo.IDatabase }

func (nowhere) Collection(string, ...*options.CollectionOptions) lungo.ICollection { return nil }

// stored is a store that has been filled, closed again and ready to be served.
type stored struct {
	*world
	settings portal.Settings
	links    []link // one for each draft, with the secret of its mailed link
}

// link is a personal link, as it would have been mailed.
type link struct{ id, key string }

// secret is the session's cookie of a known person.
func secret(person string) string { return "session-of-" + person }

// token is the officer's API token.
const token = "capportal_of-the-officer"

func hashed(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(sum[:])
}

// fill puts a world into an empty store: the documents have the shape that the houses write, by the
// houses' own types, but many go in one write. Nothing is sent and no rule is asked.
func fill(ctx context.Context, s size, to portal.Settings) (*stored, error) {
	p, err := portal.Open(ctx, portal.Options{Settings: to, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("open a store to fill it: %w", err)
	}
	f := filling{world: newWorld(s, time.Now()), ctx: ctx, portal: p, waiting: map[string][]any{}}
	out := &stored{world: f.world, settings: to}
	if to.MongoDB == "" {
		err = f.all(out)
	} else {
		err = f.onMongoDB(to.MongoDB, out)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if closed := p.Close(end); err == nil && closed != nil {
		err = fmt.Errorf("close a store that was filled: %w", closed)
	}
	return out, err
}

// filling gathers documents and writes many at once.
type filling struct {
	*world
	ctx     context.Context
	portal  *portal.Portal
	waiting map[string][]any
	base    *mongo.Database // nil: the embedded engine
	hands   *errgroup.Group
}

// atOnce is how many documents go in one write.
const atOnce = 2000

func (f *filling) put(collection string, document any) error {
	f.waiting[collection] = append(f.waiting[collection], document)
	if len(f.waiting[collection]) < atOnce {
		return nil
	}
	if err := f.ctx.Err(); err != nil {
		return err
	}
	return f.flush(collection)
}

func (f *filling) flush(collection string) error {
	documents := f.waiting[collection]
	f.waiting[collection] = nil
	if len(documents) == 0 {
		return nil
	}
	if f.base != nil {
		f.hands.Go(func() error {
			_, err := f.base.Collection(collection).InsertMany(f.ctx, documents, options.InsertMany().SetOrdered(false))
			return named(collection, err)
		})
		return nil
	}
	return named(collection, f.portal.DB.Transact(f.ctx, func(ctx context.Context) error {
		_, err := f.portal.DB.Database().Collection(collection).InsertMany(ctx, documents)
		return err
	}))
}

func named(collection string, err error) error {
	if err != nil {
		return fmt.Errorf("fill %s: %w", collection, err)
	}
	return nil
}

// all writes the whole world.
func (f *filling) all(out *stored) error {
	for _, step := range []func() error{f.directory, f.sessions, f.takingPart, func() error { return f.drafting(out) }, f.mailing, f.programme} {
		if err := step(); err != nil {
			return err
		}
	}
	for collection := range f.waiting {
		if err := f.flush(collection); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) directory() error {
	for i := range organisations {
		if err := f.put("organisations", f.organisation(i)); err != nil {
			return err
		}
	}
	for _, p := range f.known() {
		if err := f.put("people", p); err != nil {
			return err
		}
	}
	return nil
}

// sessions signs the known people in.
func (f *filling) sessions() error {
	for _, p := range f.known() {
		s := signin.Session{ID: hashed(secret(p.ID)), Person: p.ID, Created: f.now, Seen: f.now.Add(30 * time.Minute), Expires: f.now.Add(signin.SessionIdle)}
		if err := f.put("signin_sessions", s); err != nil {
			return err
		}
	}
	return f.put("tokens", signin.Token{ID: hashed(token), Person: officerID, Scope: signin.ReadScope, Created: f.now, Expires: f.now.AddDate(0, 0, 30)})
}

func (f *filling) takingPart() error {
	for p := range f.parts() {
		if !p.known {
			if err := f.put("people", p.person); err != nil {
				return err
			}
		}
		for _, a := range p.in {
			r := f.registration(p.person, a)
			f.taken[a.Code]++
			if err := f.put("registrations", r); err != nil {
				return err
			}
			n, err := f.sent(&r)
			if err != nil {
				return err
			}
			if err := f.put("notices", n); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry is what the invitation of a registration says.
func (w *world) entry(r *registrations.Registration, a *events.Activity) calendar.Entry {
	return calendar.Entry{UID: r.Calendar.UID, Stamp: r.Calendar.Stamp, Start: a.Start, End: a.End, Zone: a.Zone, Summary: a.Title["en"],
		Location: "WCO Headquarters, Brussels, Belgium", URL: "http://127.0.0.1/en/registrations/" + r.ID, Language: "en",
		Organizer: calendar.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"},
		Attendee:  calendar.Address{Name: r.Person.Name(), Email: r.Email}}
}

// notice tells a registration that it is confirmed.
func (w *world) notice(r *registrations.Registration, at time.Time) outbox.Notice {
	return outbox.Notice{ID: w.ids.NewID(), Kind: "confirmed", Activity: r.Activity, Registration: r.ID, Person: r.PersonID, Organisation: r.Organisation,
		To: r.Email, Language: "en", Method: outbox.Request, UID: r.Calendar.UID, State: outbox.Queued, Queued: at, Due: at}
}

// sent is such a notice after its mail went out: envelope and entry are kept.
func (w *world) sent(r *registrations.Registration) (outbox.Notice, error) {
	n := w.notice(r, r.Created)
	n.State, n.Sent, n.Attempts, n.MessageID = outbox.Sent, r.Created, 1, n.ID+"@portal.example"
	var err error
	snapshot := notify.Snapshot{Stamp: r.Created, Method: "REQUEST", Entry: r.Calendar.Said}
	snapshot.From.Email, snapshot.To.Name, snapshot.To.Email = "cap@portal.example", r.Person.Name(), r.Email
	n.Snapshot, err = bson.Marshal(snapshot)
	return n, err
}

// drafting puts down the drafts, with the links that they would have been mailed.
func (f *filling) drafting(out *stored) error {
	for i := range f.drafts {
		r := f.draft(i)
		out.links = append(out.links, link{r.ID, f.portal.Keys.Link("registration", r.ID, r.Link)})
		if err := f.put("registrations", r); err != nil {
			return err
		}
	}
	return nil
}

// mailing puts down people who have just been confirmed, and their notices.
func (f *filling) mailing() error {
	for i := range f.queued {
		p := f.person(f.id(), "invited", i, events.Participant, organisationCode(1+i%(organisations-1)))
		r := f.registration(p, f.mails())
		r.Calendar = registrations.Calendar{UID: r.Calendar.UID, Reply: "none"}
		f.taken[r.Activity]++
		for collection, document := range map[string]any{"people": p, "registrations": r, "notices": f.notice(&r, f.now)} {
			if err := f.put(collection, document); err != nil {
				return err
			}
		}
	}
	return nil
}

// programme comes last: only then is it known how many seats are taken.
func (f *filling) programme() error {
	for i := range f.made {
		a := &f.made[i]
		count := f.count(a)
		a.Seats[0].Capacity = count.Capacity
		if err := f.put("activities", *a); err != nil {
			return err
		}
		document := struct {
			ID          string `bson:"_id"`
			Activity    string `bson:"activity"`
			seats.Count `bson:",inline"`
		}{a.Code + "/" + string(count.Pool), a.Code, count}
		if err := f.put("seats", document); err != nil {
			return err
		}
	}
	var list []invitations.Invitation
	for i := range 40 {
		list = append(list, f.invitation(f.board(), organisationCode(i)))
	}
	for i := range 10 {
		list = append(list, f.invitation(&f.made[3+i], organisationCode(0)))
	}
	for _, i := range list {
		if err := f.put("invitations", i); err != nil {
			return err
		}
	}
	return nil
}
