package directory_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/directory"
)

var day = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func open(db *engine.DB) *directory.Directory {
	return directory.New(db.Database(), db.Transact, func() time.Time { return day })
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantKey(t *testing.T, err error, code events.Code, key string) {
	t.Helper()
	if !events.Is(err, key) || events.CodeOf(err) != code {
		t.Errorf("got %v; want %s %s", err, code, key)
	}
}

func TestDirectory_Organisations(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		added := must(d.AddOrganisation(ctx, "officer", directory.Organisation{Code: "pharma-a", Group: events.RightHolder,
			Name: events.Text{"en": "Right holder A", "fr": "Titulaire A"}, Country: "be", Domains: []string{"@RightHolder-A.example"}}))(t)
		if added.Code != "PHARMA-A" || added.Country != "BE" || added.Version != 1 || len(added.History) != 1 || added.Domains[0] != "rightholder-a.example" {
			t.Errorf("added %+v", added)
		}
		_, err := d.AddOrganisation(ctx, "officer", directory.Organisation{Code: "PHARMA-A", Group: events.IGO, Name: events.Text{"en": "x"}})
		wantKey(t, err, events.Conflict, "organisation_exists")
		_, err = d.Organisation(ctx, "NOBODY")
		wantKey(t, err, events.NotFound, "organisation_not_found")
		_, err = d.AddOrganisation(ctx, "officer", directory.Organisation{Code: "X", Group: "none"})
		if len(events.Faults(err)) != 3 {
			t.Errorf("three faults expected: %v", err)
		}

		changed := must(d.ChangeOrganisation(ctx, "officer", "PHARMA-A", 1, func(o *directory.Organisation) error {
			o.Name["fr"], o.Code = "Titulaire de droits A", "OTHER"
			return nil
		}))(t)
		if changed.Version != 2 || changed.Code != "PHARMA-A" || changed.History[1].Detail["fields"] != "name.fr" || changed.History[1].By != "officer" {
			t.Errorf("changed %+v", changed)
		}
		same := must(d.ChangeOrganisation(ctx, "officer", "PHARMA-A", 2, func(*directory.Organisation) error { return nil }))(t)
		if same.Version != 2 || len(same.History) != 2 {
			t.Errorf("a change that changes nothing was written: %+v", same)
		}
		_, err = d.ChangeOrganisation(ctx, "officer", "PHARMA-A", 1, func(o *directory.Organisation) error { o.Name["en"] = "late"; return nil })
		wantKey(t, err, events.Stale, "stale_edit")
		refused := errors.New("refused")
		_, err = d.ChangeOrganisation(ctx, "officer", "PHARMA-A", 2, func(o *directory.Organisation) error { o.Name["en"] = "half"; return refused })
		if !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		stored := must(d.Organisation(ctx, "PHARMA-A"))(t)
		if stored.Name["en"] != "Right holder A" || stored.Name["fr"] != "Titulaire de droits A" || !stored.History[1].At.Equal(day) {
			t.Errorf("stored %+v", stored)
		}
	})
}

func TestDirectory_FindsOrganisations(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		importMembers(t, d, directory.MembersCSV)
		must(d.AddOrganisation(ctx, "o", directory.Organisation{Code: "IGO-1", Group: events.IGO, Name: events.Text{"en": "IGO one"}, Region: "EUR"}))(t)
		for name, c := range map[string]struct {
			query directory.Query
			want  []string
		}{
			"by French name without accents": {directory.Query{Q: "senegal"}, []string{"SN"}},
			"by Arabic name":                 {directory.Query{Q: "زامبيا"}, []string{"ZM"}},
			"by group":                       {directory.Query{Group: events.IGO}, []string{"IGO-1"}},
			"by region and words":            {directory.Query{Region: "EUR", Q: "igo"}, []string{"IGO-1"}},
			"nothing":                        {directory.Query{Q: "Atlantis"}, nil},
			"signs of a pattern":             {directory.Query{Q: ".*"}, nil},
		} {
			var codes []string
			for _, o := range must(d.Organisations(ctx, c.query))(t) {
				codes = append(codes, o.Code)
			}
			if !slices.Equal(codes, c.want) {
				t.Errorf("%s: %v, want %v", name, codes, c.want)
			}
		}
		names := must(d.Names(ctx, []string{"SN", "IGO-1", "GONE"}))(t)
		if len(names) != 2 || names["IGO-1"]["en"] != "IGO one" || names["SN"]["fr"] == "" {
			t.Errorf("the names of two, and of one that is gone: %v", names)
		}
	})
}

func TestDirectory_People(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		must(d.AddOrganisation(ctx, "portal", directory.Organisation{Code: "ZM", Group: events.Member, Status: directory.StatusMember, Name: events.Text{"en": "Zambia"}}))(t)
		for what, exists := range map[string]func(context.Context) (bool, error){"administrator": d.AdministratorExists, "officer": d.OfficerExists} {
			if must(exists(ctx))(t) {
				t.Errorf("an %s exists in an empty directory", what)
			}
		}
		admin := must(d.AddPerson(ctx, directory.ByPortal, person("admin@secretariat.example", "Administrator", "1", func(p *directory.Person) { p.Role = events.Administrator })))(t)
		officer := must(d.AddPerson(ctx, admin.ID, person("Officer.IPR@secretariat.example", "Officer", "IPR", func(p *directory.Person) { p.Role = events.Officer })))(t)
		contact := must(d.AddPerson(ctx, officer.ID, person("office@customs-zm.example", "Contact point", "Zambia", func(p *directory.Person) {
			p.Role, p.Organisation, p.Language = events.ContactPoint, "zm", "fr"
		})))(t)
		if len(contact.ID) != 32 || contact.Organisation != "ZM" || contact.Version != 1 || contact.LinkVersion != 1 || !contact.Created.Equal(day) {
			t.Errorf("added %+v", contact)
		}
		if stored := must(d.Person(ctx, contact.ID))(t); stored.NameKey != "contact point zambia" || !stored.Created.Equal(day) || stored.Email != "office@customs-zm.example" {
			t.Errorf("stored %+v", stored)
		}
		if !must(d.HasContactPoint(ctx, "ZM"))(t) || must(d.HasContactPoint(ctx, "SN"))(t) || !must(d.AdministratorExists(ctx))(t) || !must(d.OfficerExists(ctx))(t) {
			t.Error("who exists is not known")
		}
		if points := must(d.ContactPoints(ctx, "ZM"))(t); len(points) != 1 || points[0].ID != contact.ID {
			t.Errorf("contact points %+v", points)
		}

		t.Run("AnOfficeSharesAnAddress", func(t *testing.T) {
			must(d.EnsurePerson(ctx, person("Office@customs-zm.example ", "Delegate", "1")))(t)
			again := must(d.EnsurePerson(ctx, person("office@Customs-ZM.example", "DELEGATE", " 1", func(p *directory.Person) { p.Language = "fr" })))(t)
			at := must(d.PeopleAt(ctx, "OFFICE@customs-zm.example"))(t)
			if len(at) != 2 || at[0].Name() != "Contact point Zambia" || at[1].ID != again.ID || again.GivenName != "Delegate" || again.Language != "en" || again.Version != 1 {
				t.Errorf("at the address %+v, again %+v", at, again)
			}
			known := must(d.EnsurePerson(ctx, person("office@customs-zm.example", "Contact Point", "Zambia", func(p *directory.Person) { p.Role = events.Administrator })))(t)
			if known.ID != contact.ID || known.Role != events.ContactPoint {
				t.Errorf("who is known was not found as known: %+v", known)
			}
			if nobody := must(d.PeopleAt(ctx, "no address"))(t); len(nobody) != 0 {
				t.Errorf("at no address: %+v", nobody)
			}
		})
		t.Run("ErrTwice", func(t *testing.T) {
			_, err := d.AddPerson(ctx, officer.ID, person("OFFICE@customs-zm.example", "contact", "POINT  zambia"))
			wantKey(t, err, events.Conflict, "person_exists")
			delegate := must(d.PeopleAt(ctx, contact.Email))(t)[1]
			_, err = d.ChangePerson(ctx, officer.ID, delegate.ID, delegate.Version, func(p *directory.Person) error {
				p.GivenName, p.FamilyName = "Contact point", "Zambia"
				return nil
			})
			wantKey(t, err, events.Conflict, "person_exists")
		})
		t.Run("ErrUnknownOrganisation", func(t *testing.T) {
			_, err := d.AddPerson(ctx, officer.ID, person("x@y.example", "X", "Y", func(p *directory.Person) { p.Organisation = "XX" }))
			wantKey(t, err, events.Invalid, "organisation_unknown")
			_, err = d.EnsurePerson(ctx, person("x@y.example", "X", "Y", func(p *directory.Person) { p.Organisation = "XX" }))
			wantKey(t, err, events.Invalid, "organisation_unknown")
		})
		t.Run("ErrRole", func(t *testing.T) {
			_, err := d.AddPerson(ctx, officer.ID, person("x@y.example", "X", "Y", func(p *directory.Person) { p.Role = events.Officer }))
			wantKey(t, err, events.Denied, "role_not_yours_to_give")
			_, err = d.ChangePerson(ctx, admin.ID, admin.ID, admin.Version, func(p *directory.Person) error { p.Role = events.Officer; return nil })
			wantKey(t, err, events.Conflict, "last_administrator")
		})
		t.Run("Changes", func(t *testing.T) {
			changed := must(d.ChangePerson(ctx, admin.ID, officer.ID, officer.Version, func(p *directory.Person) error {
				p.Role, p.Zone, p.ID = events.Management, "Europe/Brussels", "other"
				return nil
			}))(t)
			entry := changed.History[len(changed.History)-1]
			if changed.ID != officer.ID || changed.Version != 2 || entry.What != "role" || entry.From != "officer" || entry.To != "management" || entry.Detail["fields"] != "timezone role" {
				t.Errorf("changed %+v", changed)
			}
			_, err := d.ChangePerson(ctx, admin.ID, officer.ID, officer.Version, func(p *directory.Person) error { p.Post = "late"; return nil })
			wantKey(t, err, events.Stale, "stale_edit")
			_, err = d.ChangePerson(ctx, admin.ID, "nobody", 1, func(*directory.Person) error { return nil })
			wantKey(t, err, events.NotFound, "person_not_found")
		})
	})
}

func TestDirectory_ListsPeople(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		for _, name := range []string{"Éva", "adam", "Carl", "Dora", "Bert"} {
			must(d.AddPerson(ctx, directory.ByPortal, person(name[len(name)-1:]+"@x.example", name, "Delegate")))(t)
		}
		var names []string
		cursor := ""
		for pages := 1; ; pages++ {
			people, next, err := d.People(ctx, directory.PeopleQuery{Limit: 2, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range people {
				names = append(names, p.GivenName)
			}
			if cursor = next; cursor == "" {
				if pages != 3 {
					t.Errorf("%d pages of 2 for 5 people", pages)
				}
				break
			}
		}
		if want := []string{"adam", "Bert", "Carl", "Dora", "Éva"}; !slices.Equal(names, want) {
			t.Errorf("listed %v, want %v", names, want)
		}
		people, _, err := d.People(ctx, directory.PeopleQuery{Q: "eva deleg", Role: events.Participant})
		if err != nil || len(people) != 1 || people[0].GivenName != "Éva" {
			t.Errorf("found %v, %v", people, err)
		}
		people, _, err = d.People(ctx, directory.PeopleQuery{Role: events.Officer})
		if err != nil || len(people) != 0 {
			t.Errorf("found %v, %v", people, err)
		}
	})
}

// The same stranger at once from several sides is one person.
func TestDirectory_EnsuresOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := d.EnsurePerson(ctx, person("stranger@x.example", "Stranger", "1")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if at := must(d.PeopleAt(ctx, "stranger@x.example"))(t); len(at) != 1 {
			t.Errorf("%d people", len(at))
		}
	})
}

// What joins a caller's transaction goes when that is undone.
func TestDirectory_EnsurePersonJoins(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		undone := errors.New("undone")
		err := db.Transact(ctx, func(ctx context.Context) error {
			if _, err := d.EnsurePerson(ctx, person("stranger@x.example", "Stranger", "1")); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if at := must(d.PeopleAt(ctx, "stranger@x.example"))(t); len(at) != 0 {
			t.Errorf("%d people after the transaction was undone", len(at))
		}
	})
}

func person(email, given, family string, change ...func(*directory.Person)) directory.Person {
	p := directory.Person{Email: email, GivenName: given, FamilyName: family}
	for _, c := range change {
		c(&p)
	}
	return p
}
