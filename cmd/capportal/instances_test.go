package main_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// Two portals on one database are one portal.
func TestInstances(t *testing.T) {
	if testing.Short() {
		t.Skip("two thousand claims take a while")
	}
	t.Run("Shared", func(t *testing.T) {
		a, b := twins(t)
		a.command("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "officer")
		t.Run("Session", func(t *testing.T) { sharesSessions(t, a, b) })
		t.Run("Limits", func(t *testing.T) { sharesLimits(t, a, b) })
	})
	t.Run("Rush", func(t *testing.T) {
		const people = 2000
		a, b := twins(t)
		desk := a.rushActivity()
		code := desk.list("/activities", nil)[0].text("code")
		c := newThrong(t, a, b)
		c.strangers(80)
		c.officers(code, desk.token, people-len(c.claims))
		c.rush(1, func() error { return nil })
		judgeRush(t, desk, code, people)
		judgeRush(t, &api{b.program, desk.token}, code, people)
		settle(t, desk, a)
		c.judgeStore(a, people)
		if mails := a.mail.Messages(); distinct(mails) != len(mails) {
			t.Errorf("of %d mails %d came twice", len(mails), len(mails)-distinct(mails))
		}
	})
	t.Run("Ended", func(t *testing.T) {
		const people = 600
		a, b := twins(t)
		desk := a.rushActivity()
		code := desk.list("/activities", nil)[0].text("code")
		c := newThrong(t, a, b)
		c.lossy = true
		c.strangers(40)
		c.officers(code, desk.token, people-len(c.claims))
		c.rush(people/6, func() error {
			var both sync.WaitGroup
			for _, v := range []*victim{a, b} {
				both.Go(func() { endInOrder(t, v) })
			}
			both.Wait()
			a.revive()
			b.revive()
			return nil
		})
		judgeRush(t, desk, code, people)
		settle(t, desk, a)
		c.judgeStore(a, people)
		if mails := a.mail.Messages(); distinct(mails) != len(mails) {
			t.Errorf("of %d mails %d came twice", len(mails), len(mails)-distinct(mails))
		}
	})
}

// twins are two portals on one empty database, with one mail server, that end in order.
func twins(t *testing.T) (a, b *victim) {
	t.Helper()
	uri := enginetest.MongoURI(t)
	a = newVictim(t, engine.Embedded, on(uri), behindProxy)
	b = newVictim(t, engine.Embedded, on(uri), behindProxy, func(p *program) { p.env = append(p.env, "CAPPORTAL_SMTP_URL="+a.mail.URL()) })
	b.mail.Close()
	b.mail = a.mail
	for _, v := range []*victim{a, b} {
		v.ending = supervisor
		v.revive()
	}
	t.Cleanup(func() {
		endInOrder(t, a)
		endInOrder(t, b)
		a.mail.Close()
	})
	return a, b
}

// endInOrder sends SIGTERM, and fails unless the portal ends well.
func endInOrder(t *testing.T, v *victim) {
	began := time.Now()
	v.hold.Close()
	if err := <-v.ended; err != nil || time.Since(began) > 2*patience {
		t.Errorf("told to end, the portal ended after %v: %v", time.Since(began), err)
	}
	for _, bad := range []string{"level=ERROR", "panic:"} {
		if strings.Contains(v.log.String(), bad) {
			t.Errorf("the portal wrote %s:\n%s", bad, v.log)
		}
	}
}

// sendTo sends a form to a portal, whichever showed it.
func sendTo(t *testing.T, v *victim, client *http.Client, form filled, stood string) answered {
	t.Helper()
	return sent(t, client, form.request(v.program, stood))
}

func fetch(t *testing.T, v *victim, client *http.Client, path string) answered {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.origin+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sent(t, client, r)
}

func sent(t *testing.T, client *http.Client, r *http.Request) answered {
	t.Helper()
	a := (&stranger{}).send(r, client)
	if a.status == 0 {
		t.Fatal(a.body)
	}
	return a
}

func freshBrowser() *http.Client {
	jar, _ := cookiejar.New(nil) // its error is always nil
	return &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// sharesSessions opens a link on one portal, signs in by it on the other, and is known on both, until it
// signs out on one.
func sharesSessions(t *testing.T, a, b *victim) {
	link := strings.TrimPrefix(a.command("signin", "officer@secretariat.example"), portalName)
	officer := freshBrowser()
	form := formOf(t, parsed(fetch(t, a, officer, link).body), "main form")
	if got := sendTo(t, b, officer, form, link); got.status != http.StatusSeeOther {
		t.Fatalf("signing in on the other portal answered %d: %.500s", got.status, got.body)
	}
	for _, v := range []*victim{a, b} {
		if got := fetch(t, v, officer, "/en/desk"); got.status != http.StatusOK {
			t.Errorf("the session is not known: %d %s", got.status, got.location)
		}
	}
	out := formOf(t, parsed(fetch(t, a, officer, "/en/desk").body), "form[action$=sign-out]")
	sendTo(t, a, officer, out, "")
	for _, v := range []*victim{a, b} {
		if got := fetch(t, v, officer, "/en/desk"); got.status != http.StatusSeeOther {
			t.Errorf("after signing out the desk answered %d", got.status)
		}
	}
}

// sharesLimits asks for sign-in links by turns: together the portals send as many as one would.
func sharesLimits(t *testing.T, a, b *victim) {
	const perAddress = 10 // an hour, of one portal
	allowed := 0
	for i := range 2 * perAddress {
		v := []*victim{a, b}[i%2]
		client := freshBrowser()
		form := formOf(t, parsed(fetch(t, v, client, "/en/sign-in").body), "main form")
		form.values.Set("email", "officer@secretariat.example")
		got := sendTo(t, v, client, form, "/en/sign-in")
		if got.status < 400 {
			allowed++
		}
	}
	if allowed != perAddress {
		t.Errorf("%d sign-in links were sent, not %d", allowed, perAddress)
	}
}
