package main_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/events"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/seats"
)

// holdings are what lies in a store, as it stands, and what the mail server got.
type holdings struct {
	registrations []registrations.Registration
	pools         []pool
	activities    map[string]events.Activity
	notices       []outbox.Notice
	people        []struct {
		Email string `bson:"email"`
	}
	mails []sink.Received
}

// pool is what the store counts of an activity's seats.
type pool struct {
	Activity    string `bson:"activity"`
	seats.Count `bson:",inline"`
}

// hold opens the store of a portal that is dead and reads it whole.
func hold(t testing.TB, v *victim) holdings {
	t.Helper()
	h := holdings{activities: map[string]events.Activity{}, mails: v.mail.Messages()}
	within := func(ctx context.Context, db *engine.DB) {
		var activities []events.Activity
		for name, into := range map[string]any{"registrations": &h.registrations, "seats": &h.pools, "activities": &activities, "notices": &h.notices, "people": &h.people} {
			cursor, err := db.Database().Collection(name).Find(ctx, bson.M{})
			if err == nil {
				err = cursor.All(ctx, into)
			}
			if err != nil {
				t.Fatalf("reading %s of a store whose portal was killed: %v", name, err)
			}
		}
		for _, a := range activities {
			h.activities[a.Code] = a
		}
		if db.Kind() == engine.MongoDB {
			age(t, ctx, db)
		}
	}
	inStore(t, v, within)
	return h
}

// inStore opens a victim's store for a moment.
func inStore(t testing.TB, v *victim, do func(context.Context, *engine.DB)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	o := engine.Options{URI: v.setting("CAPPORTAL_MONGODB_URI")}
	if o.URI == "" {
		o.Dir = v.setting("CAPPORTAL_DATA")
	}
	db, err := engine.Open(ctx, o)
	if err != nil {
		t.Fatalf("the store of a portal that was killed does not open: %v", err)
	}
	defer func() {
		if err := db.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}()
	do(ctx, db)
}

// age lets the two minutes pass after which what a dead worker had leased is taken up by another; on the
// embedded engine the next start takes it up at once.
func age(t testing.TB, ctx context.Context, db *engine.DB) {
	t.Helper()
	err := db.Transact(ctx, func(ctx context.Context) error {
		_, err := db.Database().Collection("notices").UpdateMany(ctx, bson.M{"state": outbox.Sending}, bson.M{"$set": bson.M{"lease_until": time.Now().UTC()}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// setting gives what the program's environment says.
func (p *program) setting(name string) string {
	for _, line := range p.env {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return value
		}
	}
	return ""
}

// of gives the registrations of an activity.
func (h *holdings) of(code string) []registrations.Registration {
	var list []registrations.Registration
	for _, r := range h.registrations {
		if r.Activity == code {
			list = append(list, r)
		}
	}
	return list
}
