package directory_test

import (
	"context"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/directory"
)

func TestDirectory_Vouch(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		importMembers(t, d, directory.MembersCSV)
		p := must(d.EnsurePerson(ctx, person("delegate1.sn@customs-sn.example", "Delegate", "1")))(t)
		for range 2 {
			if err := d.Vouch(ctx, p.ID, "SN"); err != nil {
				t.Fatal(err)
			}
		}
		if p = must(d.Person(ctx, p.ID))(t); p.Organisation != "SN" || p.Version != 2 || len(p.History) != 2 {
			t.Errorf("vouched for: %+v", p)
		}
		if err := d.Vouch(ctx, p.ID, "ZM"); err != nil {
			t.Fatal(err)
		}
		if p = must(d.Person(ctx, p.ID))(t); p.Organisation != "SN" {
			t.Errorf("another organisation took the person over: %+v", p)
		}
		other := must(d.EnsurePerson(ctx, person("x@y.example", "X", "1")))(t)
		wantKey(t, d.Vouch(ctx, other.ID, "XX"), events.Invalid, "organisation_unknown")
	})
}
