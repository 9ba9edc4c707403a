package views_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/views/viewstest"
)

// stamped is a database whose stamp the test sets.
type stamped struct {
	*engine.DB
	stamp   uint64
	unknown bool
}

func (s *stamped) Stamp(context.Context, ...string) (uint64, bool) { return s.stamp, !s.unknown }

// programme is a portal with one public activity that is announced.
type programme struct {
	*viewstest.House
	officer, code string
}

func openProgramme(t *testing.T, db viewstest.Database) *programme {
	t.Helper()
	p := &programme{House: viewstest.OpenSite(t, db, true)}
	if _, set := db.(*stamped); set { // what the test says of the stamp is said to the pages alone
		p.Programme.Remember(func(context.Context, ...string) (uint64, bool) { return 0, false })
	}
	p.officer = p.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
	deadline := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	a, err := p.Programme.Create(p.Ctx, p.Visitor(p.officer), events.Activity{Kind: events.Symposium, Slug: "one", Title: events.Text{"en": "First title"},
		Objective: events.Text{"en": "To meet"}, Responsible: "officer.ipr@secretariat.example", Zone: "Europe/Brussels", Mode: events.OnSite,
		Start: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 16, 0, 0, 0, time.UTC), Place: events.Place{City: "Brussels", Country: "BE"},
		Languages: []string{"en"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 30}}, Deadlines: events.Deadlines{Registration: &deadline}})
	p.must(err)
	p.code = a.Code
	p.Advance(p.officer, p.code, events.Approved, events.RegistrationOpen)
	return p
}

func (p *programme) must(err error) {
	p.T.Helper()
	if err != nil {
		p.T.Fatal(err)
	}
}

// retitle changes the activity as its officer does.
func (p *programme) change(change func(*events.Activity)) {
	p.T.Helper()
	a, err := p.Programme.Load(p.Ctx, p.code)
	p.must(err)
	_, err = p.Programme.Change(p.Ctx, p.Visitor(p.officer), p.code, a.Version, "because", func(a *events.Activity) error { change(a); return nil })
	p.must(err)
}

func (p *programme) retitle(title string) {
	p.T.Helper()
	p.change(func(a *events.Activity) { a.Title = events.Text{"en": title} })
}

// told is an answer with its body.
type told struct {
	*http.Response
	body string
}

// ask asks as a stranger does, with heads given in pairs.
func (p *programme) ask(method, path string, heads ...string) told {
	p.T.Helper()
	r := httptest.NewRequest(method, viewstest.BaseURL+path, nil)
	for i := 0; i < len(heads); i += 2 {
		r.Header.Add(heads[i], heads[i+1])
	}
	res, err := p.App.Test(r, -1)
	p.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	p.must(err)
	return told{res, string(body)}
}

// public are the addresses whose answers are kept.
var public = []string{"/en/", "/en/?view=month&month=2026-11", "/en/?q=title", "/fr/?kind=symposium", "/en/events/one", "/calendar.ics", "/calendar.ics?language=fr", "/events/one.ics"}

func (p *programme) says(word string, paths ...string) {
	p.T.Helper()
	for _, path := range paths {
		if a := p.ask("GET", path); a.StatusCode != http.StatusOK || !strings.Contains(a.body, word) {
			p.T.Errorf("%s answers %d without %q", path, a.StatusCode, word)
		}
	}
}

// An answer is given again while its stamp is the same and for the rest of the second, and no longer.
func TestCache_Holds(t *testing.T) {
	db := &stamped{DB: enginetest.Memory(t), stamp: 1}
	p := openProgramme(t, db)
	p.says("First", public...)
	p.retitle("Second title")
	p.says("First", public...)
	db.stamp++
	p.says("Second", public...)
	p.retitle("Third title")
	p.Now = p.Now.Add(900 * time.Millisecond)
	p.says("Second", public...)
	p.Now = p.Now.Add(100 * time.Millisecond)
	p.says("Third", public...)
	p.retitle("Fourth title")
	db.unknown = true
	p.says("Fourth", public...)
	db.unknown = false
	p.says("Third", public...)
}

// What changes shows at once, and what is hidden is gone at once, on every engine.
func TestCache_AtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := openProgramme(t, db)
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, ok := db.Stamp(p.Ctx, "activities"); ok {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the database never had a stamp")
			}
		}
		p.says("First", public...)
		p.retitle("Second title")
		p.says("Second", public...)
		p.says("Second", public...)
		p.change(func(a *events.Activity) { a.Visibility = events.ForInvited })
		for _, path := range public {
			if a := p.ask("GET", path); strings.Contains(a.body, "Second") || strings.Contains(path, "one") && a.StatusCode != http.StatusNotFound {
				t.Errorf("%s answers %d and shows what is hidden:\n%s", path, a.StatusCode, a.body)
			}
		}
	})
}

// Nobody gets what was made for a person, and a person gets nothing that was made for strangers.
func TestCache_Persons(t *testing.T) {
	db := &stamped{DB: enginetest.Memory(t)}
	p := openProgramme(t, db)
	p.says("First", "/en/", "/en/events/one")
	p.retitle("Second title") // without a new stamp: what is kept says First
	officer := p.As(p.officer)
	session := "session=" + officer.Session()
	for _, path := range []string{"/en/", "/en/events/one", "/en/?past=1"} {
		for range 2 {
			a := p.ask("GET", path, "Cookie", session)
			if !strings.Contains(a.body, "Officer 1") || a.Header.Get("Cache-Control") != "private, no-store" || a.Header.Get("Etag") != "" {
				t.Errorf("%s as an officer is not the officer's page: %v", path, a.Header)
			}
			if a := p.ask("GET", path); strings.Contains(a.body, "Officer 1") || strings.Contains(a.body, "_csrf") {
				t.Errorf("%s as nobody is the officer's page", path)
			}
		}
	}
	p.says("First", "/en/", "/en/events/one")
	// A session that is over is none, but who holds it is told nothing from what is kept.
	if a := p.ask("GET", "/en/", "Cookie", "session=over"); !strings.Contains(a.body, "Second") {
		t.Error("who holds a session gets what is kept")
	}
	if a := p.ask("GET", "/en/", "Cookie", "told=signed_out"); !strings.Contains(a.body, `role="status"`) || len(a.Header["Set-Cookie"]) == 0 {
		t.Error("nothing is told")
	}
	if a := p.ask("GET", "/en/"); strings.Contains(a.body, `role="status"`) || len(a.Header["Set-Cookie"]) != 0 {
		t.Error("everybody is told")
	}
	// A form is bound to its browser.
	one, two := p.ask("GET", "/en/sign-in"), p.ask("GET", "/en/sign-in")
	if one.body == two.body || one.Header.Get("Etag") != "" || one.Header.Get("Set-Cookie") == two.Header.Get("Set-Cookie") {
		t.Error("a form is kept")
	}
	for _, path := range []string{"/en/events/none", "/en/?unknown=1", "/en/me", "/", "/xx/"} {
		if a := p.ask("GET", path); a.Header.Get("Etag") != "" {
			t.Errorf("%s is kept", path)
		}
	}
}

// An answer depends on the reader's zone and language, and the cookie of the language is one's own.
func TestCache_Readers(t *testing.T) {
	p := openProgramme(t, &stamped{DB: enginetest.Memory(t)})
	for range 2 {
		plain, tokyo, unknown := p.ask("GET", "/en/events/one"), p.ask("GET", "/en/events/one", "Cookie", "zone=Asia/Tokyo"), p.ask("GET", "/en/events/one", "Cookie", "zone=Nowhere")
		if !strings.Contains(tokyo.body, "Tokyo") || strings.Contains(plain.body, "Tokyo") || unknown.body != plain.body {
			t.Error("the zone is not the reader's")
		}
		if a := p.ask("GET", "/calendar.ics", "Accept-Language", "fr"); !strings.Contains(a.body, "LANGUAGE=en") && a.body == p.ask("GET", "/calendar.ics").body {
			t.Errorf("the feed's language is not the reader's:\n%s", a.body)
		}
		for _, tt := range []struct {
			heads []string
			set   bool
		}{{nil, true}, {[]string{"Cookie", "language=fr"}, false}, {[]string{"Accept-Language", "fr-CA,en;q=0.5"}, false}, {[]string{"Cookie", "language=ru"}, true}} {
			a := p.ask("GET", "/fr/", tt.heads...)
			if got := strings.Contains(a.Header.Get("Set-Cookie"), "language=fr"); got != tt.set {
				t.Errorf("with %v the language's cookie is %q", tt.heads, a.Header["Set-Cookie"])
			}
		}
		if a := p.ask("HEAD", "/fr/"); a.Header.Get("Set-Cookie") != "" {
			t.Error("HEAD sets a cookie")
		}
	}
}

// A kept answer has the head of a new one, and a number of its own.
func TestCache_Head(t *testing.T) {
	db := &stamped{DB: enginetest.Memory(t)}
	p := openProgramme(t, db)
	for _, path := range public {
		db.unknown = true
		fresh := p.ask("GET", path)
		db.unknown = false
		first, again, head := p.ask("GET", path), p.ask("GET", path), p.ask("HEAD", path)
		if again.body != fresh.body || first.body != fresh.body || head.body != "" {
			t.Errorf("%s: what is kept is another answer", path)
		}
		numbers := map[string]bool{}
		want := fresh.Header.Clone()
		for _, a := range []told{fresh, first, again, head} {
			numbers[a.Header.Get("X-Request-Id")] = true
			got := a.Header.Clone()
			for _, h := range []http.Header{got, want} {
				for _, own := range []string{"X-Request-Id", "Etag", "Vary", "Date"} {
					h.Del(own)
				}
			}
			if a.Request = nil; a.Response == head.Response {
				got.Del("Set-Cookie")
				want.Del("Set-Cookie")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the heads differ:\n%s", path, diff)
			}
		}
		if len(numbers) != 4 {
			t.Errorf("%s: %d numbers for 4 requests", path, len(numbers))
		}
		if first.Header.Get("Etag") == "" || first.Header.Get("Etag") != again.Header.Get("Etag") {
			t.Errorf("%s: the tag is %q and %q", path, first.Header.Get("Etag"), again.Header.Get("Etag"))
		}
	}
	if a := p.ask("GET", "/en/", "Host", "evil.example"); a.StatusCode != http.StatusOK {
		t.Fatal(a.Status) // net/http takes the host from elsewhere
	}
	r := httptest.NewRequest("GET", "/en/", nil)
	r.Host = "evil.example"
	if a, err := p.App.Test(r, -1); err != nil || a.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a foreign host is answered from what is kept: %v, %v", a, err)
	}
}
