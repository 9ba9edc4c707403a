package signin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/signin"
)

func TestSignIn_Sessions(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		p := w.person(t, "d@x.example", "Delegate 1", "en")
		begin := func() string {
			_, raw, err := w.Consume(ctx, w.issue(t, p.ID), "")
			if err != nil {
				t.Fatal(err)
			}
			return raw
		}
		signedOut := func(what, raw string) {
			t.Helper()
			_, err := w.Session(ctx, raw)
			wantKey(t, what, err, events.Anonymous, "signed_out")
		}
		signedOut("no session", "")
		signedOut("an invented one", strings.Repeat("A", 43))

		raw := begin()
		stored, err := w.Session(ctx, raw)
		if err != nil {
			t.Fatal(err)
		}
		signedOut("the id that is stored", stored.ID)
		w.now = w.now.Add(4 * time.Minute)
		if s, err := w.Session(ctx, raw); err != nil || !s.Seen.Equal(stored.Seen) {
			t.Errorf("written again within five minutes: %+v, %v", s, err)
		}
		start := w.now
		for w.now.Sub(start) < 6*24*time.Hour { // kept alive by a request every eleven hours
			w.now = w.now.Add(11 * time.Hour)
			if _, err := w.Session(ctx, raw); err != nil {
				t.Fatalf("after %s: %v", w.now.Sub(start), err)
			}
		}
		w.now = stored.Created.Add(signin.SessionLife)
		signedOut("after seven days", raw)

		raw = begin()
		w.now = w.now.Add(signin.SessionIdle)
		signedOut("after twelve hours idle", raw)

		one, two := begin(), begin()
		if err := w.SignOut(ctx, one); err != nil {
			t.Error(err)
		}
		signedOut("signed out", one)
		if _, err := w.Session(ctx, two); err != nil {
			t.Errorf("the other session: %v", err)
		}
		if err := w.SignOutEverywhere(ctx, p.ID); err != nil {
			t.Error(err)
		}
		signedOut("signed out everywhere", two)
	})
}

func TestSignIn_Tokens(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		p := w.person(t, "d@x.example", "Delegate 1", "en")
		for scope, readOnly := range map[string]bool{signin.ReadScope: true, signin.WriteScope: false} {
			raw, err := w.AddToken(ctx, "portal", p.ID, scope, 30)
			if err != nil {
				t.Fatal(err)
			}
			if who, only, err := w.Token(ctx, raw); err != nil || who != p.ID || only != readOnly {
				t.Errorf("%s: %s, %v, %v", scope, who, only, err)
			}
		}
		list, err := w.Tokens(ctx, p.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, raw := range []string{"", "capportal_", "capportal_" + strings.Repeat("A", 43), list[0].ID, "capportal_" + list[0].ID} {
			_, _, err := w.Token(ctx, raw)
			wantKey(t, raw, err, events.Anonymous, "token_invalid")
		}

		raw, err := w.AddToken(ctx, "portal", p.ID, signin.ReadScope, 1)
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(24 * time.Hour)
		_, _, err = w.Token(ctx, raw)
		wantKey(t, "after its day", err, events.Anonymous, "token_invalid")
		raw, err = w.AddToken(ctx, "portal", p.ID, signin.WriteScope, 0)
		if err != nil {
			t.Fatal(err)
		}
		list, _ = w.Tokens(ctx, p.ID)
		if err := w.RevokeToken(ctx, "somebody else", list[3].ID); err != nil {
			t.Error(err)
		}
		if _, _, err := w.Token(ctx, raw); err != nil {
			t.Errorf("revoked by somebody else: %v", err)
		}
		if err := w.RevokeToken(ctx, p.ID, list[3].ID); err != nil {
			t.Error(err)
		}
		_, _, err = w.Token(ctx, raw)
		wantKey(t, "revoked", err, events.Anonymous, "token_invalid")

		_, err = w.AddToken(ctx, "portal", p.ID, "all", 1)
		wantKey(t, "scope", err, events.Invalid, "scope_unknown")
		_, err = w.AddToken(ctx, "portal", p.ID, signin.ReadScope, -1)
		wantKey(t, "days", err, events.Invalid, "number_range")
		_, err = w.AddToken(ctx, "portal", "nobody", signin.ReadScope, 1)
		wantKey(t, "nobody's", err, events.NotFound, "person_not_found")
	})
}
