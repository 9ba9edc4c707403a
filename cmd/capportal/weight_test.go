package main_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"capportal/cmd/capportal/engine"
)

// heaviest is what a public page may weigh with everything it loads, in bytes, uncompressed too.
const heaviest = 60_000

// Public pages are light on a slow line, and load nothing from elsewhere.
func TestWeight(t *testing.T) {
	p := serve(t, engine.Embedded)
	p.publicWorld()
	for _, lang := range []string{"en", "ar", "ru"} {
		w := p.window(lang)
		if _, err := chromedp.Call(w.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
			t.Fatal(err)
		}
		for _, path := range publicPages() {
			weigh(t, w, w.open(path))
		}
		weigh(t, w, w.open("./events/open-symposium/register").unjudged().send("main form[data-guard]", "given_name", "", "email", "nobody").is(http.StatusUnprocessableEntity))
		weigh(t, w, w.open("./sign-in").send("main form", "email", "nobody@visitors.example"))
	}
}

// publicPages are the addresses that everybody may open.
func publicPages() []string {
	return []string{"./", "./?past=1", "./?view=month&month=2031-11", "./?kind=symposium&region=EUR&language=fr&q=counterfeits", "./events/open-symposium",
		"./events/open-symposium/register", "./sign-in", "./no-such-page"}
}

// weigh adds up what a page loaded.
func weigh(t *testing.T, w *window, s *sheet) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	plain, compressed := 0, 0
	for _, l := range w.loads {
		plain, compressed = plain+l.plain, compressed+l.compressed
		at, err := url.Parse(l.address)
		if err != nil || at.Scheme+"://"+at.Host != w.p.origin && at.Scheme != "data" {
			t.Errorf("%s loads %s from elsewhere", s.path, l.address)
		}
	}
	t.Logf("%s: %d requests, %d bytes, %d over the line", s.path, len(w.loads), plain, compressed)
	if plain == 0 || compressed == 0 || plain > heaviest || compressed > heaviest {
		t.Errorf("%s weighs %d bytes, %d over the line, want at most %d", s.path, plain, compressed, heaviest)
	}
}

// publicWorld opens a symposium among a year's programme, and fills the directory.
func (p *program) publicWorld() {
	p.t.Helper()
	p.command("import", "members", "../../registrations/directory/members.csv")
	p.command("import", "programme", "demo/programme.csv")
	p.command("person", "add", officerAddress, "--name", "Officer 1", "--role", "officer")
	desk := p.api(officerAddress, "write")
	a := desk.do(http.MethodPost, "/activities", http.StatusCreated, object{"kind": "symposium", "slug": "open-symposium",
		"title":     object{"en": "Removing Counterfeits from E-Commerce", "ar": "إزالة السلع المقلدة من التجارة الإلكترونية"},
		"objective": object{"en": "To exchange experience between administrations, platforms and right holders."},
		"start":     "2031-11-04T08:30:00Z", "end": "2031-11-05T16:30:00Z", "timezone": "Europe/Brussels", "mode": "hybrid",
		"place":               object{"city": "Brussels", "country": "BE", "venue": firstRoom},
		"responsible_officer": officerAddress, "regions": []string{"all"}, "languages": []string{"en", "fr"},
		"seats": []object{{"pool": "onsite", "capacity": 100}, {"pool": "remote", "capacity": 400}},
		"sessions": []object{{"id": "day-1", "title": object{"en": "Opening"}, "start": "2031-11-04T08:30:00Z", "end": "2031-11-04T16:30:00Z", "open_to": []string{"public"}},
			{"id": "day-2", "title": object{"en": "Closed session"}, "start": "2031-11-05T08:30:00Z", "end": "2031-11-05T16:30:00Z", "open_to": []string{"member"}}}})
	desk.advance(a.text("code"), "approved", "registration_open")
}
