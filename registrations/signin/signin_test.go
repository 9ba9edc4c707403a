package signin_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
)

// notice is a sign-in mail as it was put in the outbox.
type notice struct{ to, language, id string }

// world is a sign-in with a clock that the test sets and an outbox that it reads.
type world struct {
	*signin.SignIn
	db      *engine.DB
	now     time.Time
	people  *directory.Directory
	audit   *audit.Audit
	notices []notice
	failing error // of the outbox
}

func open(t *testing.T, db *engine.DB) *world {
	t.Helper()
	w := &world{db: db, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	keys, err := signin.OpenKeys(context.Background(), db.Database(), db.Transact)
	if err != nil {
		t.Fatal(err)
	}
	w.people = directory.New(db.Database(), db.Transact, clock)
	w.audit = audit.New(db.Database(), db.Transact, clock)
	w.SignIn = signin.New(signin.Parts{DB: db.Database(), Transact: db.Transact, Now: clock, Keys: keys, People: w.people, Audit: w.audit,
		Notify: func(_ context.Context, to, language, id string) error {
			if w.failing == nil {
				w.notices = append(w.notices, notice{to, language, id})
			}
			return w.failing
		}})
	return w
}

func (w *world) person(t *testing.T, email, name, language string) directory.Person {
	t.Helper()
	p, err := w.people.AddPerson(context.Background(), directory.ByPortal, directory.Person{Email: email, GivenName: name, Language: language})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) count(t *testing.T, collection string) int {
	t.Helper()
	n, err := w.db.Database().Collection(collection).CountDocuments(context.Background(), bson.M{})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func (w *world) issue(t *testing.T, who string) string {
	t.Helper()
	token, err := w.Issue(context.Background(), who, false)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func wantKey(t *testing.T, what string, err error, code events.Code, key string) {
	t.Helper()
	if !events.Is(err, key) || events.CodeOf(err) != code {
		t.Errorf("%s: got %v; want %s %s", what, err, code, key)
	}
}

func TestSignIn_ByMail(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		delegate := w.person(t, "delegate1.sn@customs-sn.example", "Delegate 1", "fr")
		if err := w.Request(ctx, " Delegate1.SN@customs-sn.example", "192.0.2.1", "en"); err != nil {
			t.Fatal(err)
		}
		if len(w.notices) != 1 || w.notices[0].to != delegate.Email || w.notices[0].language != "fr" {
			t.Fatalf("notices %+v", w.notices)
		}
		token := w.Keys.SignInLink(w.notices[0].id)
		for range 2 { // a mail scanner looks, then the person
			offer, err := w.Look(ctx, token)
			if err != nil || offer.Email != delegate.Email || len(offer.People) != 1 || offer.First || !offer.Expires.Equal(w.now.Add(20*time.Minute)) {
				t.Fatalf("offers %+v, %v", offer, err)
			}
		}
		w.now = w.now.Add(20*time.Minute - time.Second)
		session, raw, err := w.Consume(ctx, token, "")
		if err != nil || session.Person != delegate.ID {
			t.Fatalf("signed in as %+v, %v", session, err)
		}
		if found, err := w.Session(ctx, raw); err != nil || found.Person != delegate.ID || found.ID == raw {
			t.Errorf("the session is %+v, %v", found, err)
		}
		_, _, err = w.Consume(ctx, token, "")
		wantKey(t, "consumed again", err, events.Expired, "link_expired")
		_, err = w.Look(ctx, token)
		wantKey(t, "looked at after use", err, events.Expired, "link_expired")
		_, err = w.Look(ctx, token+"x")
		wantKey(t, "no link of ours", err, events.NotFound, "link_invalid")
		_, err = w.Look(ctx, w.Keys.SignInLink("0123"))
		wantKey(t, "of no row", err, events.NotFound, "link_invalid")
		acts, err := w.audit.List(ctx, w.now, w.now.Add(time.Second))
		if err != nil || len(acts) != 1 || acts[0].By != delegate.ID || acts[0].What != audit.SignIn {
			t.Errorf("acts %+v, %v", acts, err)
		}
	})
}

// TestSignIn_Steady holds that a known and an unknown address are answered equally late.
func TestSignIn_Steady(t *testing.T) {
	ctx, w := context.Background(), open(t, enginetest.Memory(t))
	w.person(t, "delegate1.sn@customs-sn.example", "Delegate 1", "fr")
	w.Steady = 100 * time.Millisecond
	for _, address := range []string{"delegate1.sn@customs-sn.example", "nobody@customs-sn.example"} {
		start := time.Now()
		if err := w.Request(ctx, address, "192.0.2.1", "en"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < w.Steady {
			t.Errorf("%s was answered after %s", address, took)
		}
	}
}

func TestSignIn_LinkRunsOut(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		token := w.issue(t, w.person(t, "d@x.example", "Delegate 1", "en").ID)
		w.now = w.now.Add(signin.LinkLife)
		_, err := w.Look(ctx, token)
		wantKey(t, "looked at", err, events.Expired, "link_expired")
		_, _, err = w.Consume(ctx, token, "")
		wantKey(t, "consumed", err, events.Expired, "link_expired")
	})
}

func TestSignIn_SameAnswer(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		w.person(t, "known@x.example", "Delegate 1", "en")
		w.PerAddress, w.PerIP = 3, 8
		for _, address := range []string{"known@x.example", "unknown@x.example"} {
			before := w.count(t, "signins")
			for range 3 {
				if err := w.Request(ctx, address, "192.0.2.1", "en"); err != nil {
					t.Errorf("%s: %v", address, err)
				}
			}
			if w.count(t, "signins") != before+3 {
				t.Errorf("%s: as many rows are not written", address)
			}
			wantKey(t, address, w.Request(ctx, address, "192.0.2.1", "en"), events.TooMany, "signin_too_often")
		}
		if len(w.notices) != 3 {
			t.Errorf("%d notices for 3 requests of a known address", len(w.notices))
		}
		wantKey(t, "a ninth request from the network", w.Request(ctx, "third@x.example", "192.0.2.1", "en"), events.TooMany, "signin_too_often")
		if err := w.Request(ctx, "third@x.example", "192.0.2.2", "en"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		wantKey(t, "no address", w.Request(ctx, "x@y.example\r\nBcc: z@y.example", "192.0.2.1", "en"), events.Invalid, "email_control")
		w.now = w.now.Add(time.Hour)
		if err := w.Request(ctx, "known@x.example", "192.0.2.1", "en"); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestSignIn_NothingHalfWritten(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := open(t, db)
		w.person(t, "known@x.example", "Delegate 1", "en")
		w.failing = errors.New("the outbox fails")
		if err := w.Request(context.Background(), "known@x.example", "192.0.2.1", "en"); !errors.Is(err, w.failing) {
			t.Errorf("got %v", err)
		}
		if n := w.count(t, "signins"); n != 0 {
			t.Errorf("%d rows without a notice", n)
		}
	})
}

func TestSignIn_SharedAddressAsksWho(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		one, two := w.person(t, "office@x.example", "Delegate 1", "fr"), w.person(t, "office@x.example", "Delegate 2", "fr")
		stranger := w.person(t, "stranger@x.example", "Stranger", "en")
		if err := w.Request(ctx, "office@x.example", "192.0.2.1", "es"); err != nil || w.notices[0].language != "es" {
			t.Fatalf("%+v, %v", w.notices, err)
		}
		token := w.Keys.SignInLink(w.notices[0].id)
		if offer, err := w.Look(ctx, token); err != nil || len(offer.People) != 2 || offer.People[0].ID != one.ID {
			t.Errorf("offers %+v, %v", offer, err)
		}
		_, _, err := w.Consume(ctx, token, "")
		wantKey(t, "without saying who", err, events.Invalid, "signin_who")
		_, _, err = w.Consume(ctx, token, stranger.ID)
		wantKey(t, "as somebody else", err, events.Invalid, "signin_who")
		if session, _, err := w.Consume(ctx, token, two.ID); err != nil || session.Person != two.ID {
			t.Errorf("signed in as %+v, %v", session, err)
		}
	})
}

// Of many who press the button at once, one is let in.
func TestSignIn_SingleUseAtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		token := w.issue(t, w.person(t, "d@x.example", "Delegate 1", "en").ID)
		var in atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, _, err := w.Consume(ctx, token, "")
				if err == nil {
					in.Add(1)
				} else if !events.Is(err, "link_expired") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 || w.count(t, "signin_sessions") != 1 {
			t.Errorf("%d were let in, %d sessions", in.Load(), w.count(t, "signin_sessions"))
		}
	})
}

func TestSignIn_Issue(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		p := w.person(t, "d@x.example", "Delegate 1", "en")
		for _, who := range []string{p.ID, " D@X.example"} {
			if session, _, err := w.Consume(ctx, w.issue(t, who), ""); err != nil || session.Person != p.ID {
				t.Errorf("%s: %+v, %v", who, session, err)
			}
		}
		for _, who := range []string{"nobody@x.example", "nobody", ""} {
			_, err := w.Issue(ctx, who, false)
			wantKey(t, who, err, events.NotFound, "person_not_found")
		}
		token, err := w.Issue(ctx, p.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.now = w.now.Add(24 * time.Hour)
			if _, _, err := w.Consume(ctx, token, ""); err != nil {
				t.Errorf("a reusable link: %v", err)
			}
		}
	})
}
