package main_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// The database goes away in the midst of a rush: its only server is killed and comes back, or in a set
// of three another one takes over. Everybody who insists gets an answer, and it all comes out exactly.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("elections take a while")
	}
	t.Run("Restart", func(t *testing.T) {
		m := enginetest.Start(t, "rs0")
		// Who only reads shall not wait long here, so that the test need not either.
		failover(t, m.URI("capportal")+"&serverSelectionTimeoutMS=500", 1, func(_ context.Context, v *victim) error {
			w := v.latecomer()
			if err := m.Crash(); err != nil {
				return err
			}
			w.isToldToTryAgain(t)
			if err := m.Revive(); err != nil {
				return err
			}
			w.triesAgain(t)
			return nil
		})
	})
	t.Run("StepDown", func(t *testing.T) {
		s := enginetest.StartSet(t, 3)
		failover(t, s.URI("capportal"), 0, func(ctx context.Context, _ *victim) error {
			m, err := s.Primary(ctx)
			if err != nil {
				return err
			}
			return m.StepDown(ctx, 10*time.Second)
		})
	})
	t.Run("PrimaryKilled", func(t *testing.T) {
		s := enginetest.StartSet(t, 3)
		failover(t, s.URI("capportal"), 0, func(ctx context.Context, _ *victim) error {
			m, err := s.Primary(ctx)
			if err != nil {
				return err
			}
			return m.Crash()
		})
	})
}

// failover lets a thousand claim 200 seats on a database, and disturbs it once a tenth has been answered.
// The disturbance brings as many people more.
func failover(t *testing.T, uri string, more int, disturb func(context.Context, *victim) error) {
	v := newVictim(t, engine.Embedded, on(uri), behindProxy)
	defer v.mail.Close()
	v.revive()
	desk := v.rushActivity()
	code := desk.list("/activities", nil)[0].text("code")
	c := newThrong(t, v)
	c.strangers(120)
	c.officers(code, desk.token, claims-len(c.claims))
	c.rush(claims/10, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return disturb(ctx, v)
	})
	judgeRush(t, desk, code, claims)
	settle(t, desk, v)
	c.judgeStore(v, claims+more)
	v.hold.Close()
	<-v.ended
	if t.Failed() {
		t.Logf("what the portal wrote:\n%s", v.log)
	}
}

// settle waits until all mail has been sent. What a worker held when it lost the database comes back
// after two minutes: they are let pass.
func settle(t *testing.T, desk *api, v *victim) {
	t.Helper()
	aged := time.Now()
	within(t, "all mail has been sent", func() error {
		if time.Since(aged) > 10*time.Second {
			inStore(t, v, func(ctx context.Context, db *engine.DB) { age(t, ctx, db) })
			aged = time.Now()
		}
		for _, state := range []string{"queued", "sending", "deferred"} {
			if left := desk.list("/notices", map[string][]string{"state": {state}}); len(left) > 0 {
				return fmt.Errorf("%d notices are still %s", len(left), state)
			}
		}
		return nil
	})
}

// latecomer fills in the form of registration while the database goes.
type latecomer struct {
	*stranger
	form filled
}

func (v *victim) latecomer() *latecomer {
	jar, _ := cookiejar.New(nil) // its error is always nil
	w := &latecomer{stranger: &stranger{p: v.program, n: claims, client: &http.Client{Jar: jar, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}}
	w.form = formOf(v.t, w.get("/fr/events/rush/register"), "form:has([name=given_name])")
	for name, value := range map[string]string{"given_name": "Participant", "family_name": "en retard", "email": w.email(), "language": "fr", "capacity": "right_holder"} {
		w.form.values.Set(name, value)
	}
	return w
}

// isToldToTryAgain asks for what needs the database while there is none. The form that could not be
// taken comes back with what was typed.
func (w *latecomer) isToldToTryAgain(t *testing.T) {
	for path, want := range map[string][]string{"/healthz": {"200"}, "/readyz": {"503"}, "/fr/events/unheard-of": {"503", "Rien n’est perdu"},
		"/ar/events/unheard-of": {"503", "لم يُفقد شيء"}} {
		r, err := http.NewRequest(http.MethodGet, w.p.origin+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		a := w.send(r, w.client)
		for i, text := range want {
			if i == 0 && strconv.Itoa(a.status) != text || i > 0 && !strings.Contains(a.body, text) {
				t.Errorf("without a database %s answered %d, want %q: %.300s", path, a.status, want, a.body)
			}
		}
	}
	a := w.send(w.form.request(w.p, "/fr/events/rush/register"), w.client)
	doc := parsed(a.body)
	if a.status != http.StatusServiceUnavailable || doc.Find("main form:has([name=given_name])").Length() != 1 {
		t.Errorf("without a database the form answered %d: %.2000s", a.status, a.body)
		return
	}
	w.form = formOf(t, doc, "main form:has([name=given_name])")
}

// triesAgain presses the button of the page that gave the form back, until it is taken.
func (w *latecomer) triesAgain(t *testing.T) {
	within(t, "the form is taken", func() error {
		a := w.send(w.form.request(w.p, "/fr/events/rush/register"), w.client)
		if a.status == http.StatusSeeOther {
			return nil
		}
		if a.status != http.StatusServiceUnavailable {
			t.Errorf("sent again, the form answered %d: %.1000s", a.status, a.body)
			return nil
		}
		return fmt.Errorf("answered %d", a.status)
	})
}
