package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
)

func TestSignIn_FirstAdministrator(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		one, err := w.FirstAdministrator(ctx)
		if err != nil {
			t.Fatal(err)
		}
		two, err := w.FirstAdministrator(ctx) // printed by another start
		if err != nil || one == two {
			t.Fatal(err)
		}
		if offer, err := w.Look(ctx, one); err != nil || !offer.First || len(offer.People) != 0 {
			t.Errorf("offers %+v, %v", offer, err)
		}
		_, _, err = w.Consume(ctx, one, "")
		wantKey(t, "consumed as an ordinary link", err, events.NotFound, "link_invalid")
		_, _, err = w.ConsumeFirst(ctx, one, directory.Person{Email: "no address", GivenName: "Administrator"})
		wantKey(t, "with a bad address", err, events.Invalid, "email_no_domain")
		ordinary := w.issue(t, w.person(t, "d@x.example", "Delegate 1", "en").ID)
		_, _, err = w.ConsumeFirst(ctx, ordinary, directory.Person{Email: "d@x.example", GivenName: "Administrator"})
		wantKey(t, "by an ordinary link", err, events.NotFound, "link_invalid")

		session, raw, err := w.ConsumeFirst(ctx, one, directory.Person{Email: "Admin@Secretariat.example", GivenName: "Administrator", FamilyName: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := w.people.Person(ctx, session.Person); err != nil || p.Role != events.Administrator || p.Email != "admin@secretariat.example" {
			t.Errorf("the administrator is %+v, %v", p, err)
		}
		if _, err := w.Session(ctx, raw); err != nil {
			t.Error(err)
		}
		for name, token := range map[string]string{"the link used": one, "the other start's link": two} {
			_, _, err := w.ConsumeFirst(ctx, token, directory.Person{Email: "intruder@x.example", GivenName: "Intruder"})
			wantKey(t, name, err, events.Expired, "link_expired")
		}
		if token, err := w.FirstAdministrator(ctx); err != nil || token != "" {
			t.Errorf("another link %q, %v", token, err)
		}
	})
}

// Two links of two starts, consumed at once, make one administrator.
func TestSignIn_OneFirstAdministrator(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		var wg sync.WaitGroup
		var in atomic.Int32
		tokens := map[string]string{}
		for _, who := range []string{"a@x.example", "b@x.example", "c@x.example"} {
			token, err := w.FirstAdministrator(ctx)
			if err != nil {
				t.Fatal(err)
			}
			tokens[who] = token
		}
		for who, token := range tokens {
			wg.Go(func() {
				if _, _, err := w.ConsumeFirst(ctx, token, directory.Person{Email: who, GivenName: "Administrator"}); err == nil {
					in.Add(1)
				} else if !events.Is(err, "link_expired") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		admins, _, err := w.people.People(ctx, directory.PeopleQuery{Role: events.Administrator})
		if err != nil || len(admins) != 1 || in.Load() != 1 {
			t.Errorf("%d administrators, %d let in, %v", len(admins), in.Load(), err)
		}
	})
}

// Two instances that start at once on an empty store sign with one key.
func TestOpenKeys_AtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		var wg sync.WaitGroup
		links := make([]string, 6)
		for i := range links {
			wg.Go(func() {
				keys, err := signin.OpenKeys(context.Background(), db.Database(), db.Transact)
				if err != nil {
					t.Error(err)
				}
				links[i] = keys.Link("p", "s", 1)
			})
		}
		wg.Wait()
		for _, link := range links {
			if link != links[0] {
				t.Errorf("two keys: %v", links)
			}
		}
	})
}
