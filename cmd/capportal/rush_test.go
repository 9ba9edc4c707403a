package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// How many come at once, and for how many seats.
const (
	claims = 1000
	places = 200
)

// A thousand strangers who have filled in the form press the button of the mailed link at the same
// moment: each is answered alike, 200 hold a seat, 800 wait in the order in which they came.
func TestRush(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand claims under the race detector take minutes")
	}
	onEngines(t, func(t *testing.T, kind string) {
		p := serve(t, kind, raced, behindProxy)
		desk := p.rushActivity()
		code := desk.list("/activities", nil)[0].text("code")

		began := time.Now()
		strangers := inParallel(t, claims, 8, func(n int) *stranger { return p.stranger(n) })
		for i, confirm := range p.confirmations(strangers) {
			strangers[i].confirm = confirm
		}
		inParallel(t, claims, 8, func(n int) bool { strangers[n].prepare(t); return true })
		t.Logf("%d forms filled in and %d links opened in %v", claims, claims, time.Since(began).Round(time.Millisecond))

		took, total := claimAtOnce(t, strangers)
		slices.Sort(took)
		t.Logf("%d claims for %d seats in %v: half within %v, 99 of 100 within %v, the last after %v (under the race detector)",
			claims, places, total.Round(time.Millisecond), took[claims/2].Round(time.Millisecond), took[claims*99/100].Round(time.Millisecond), took[claims-1].Round(time.Millisecond))
		judgeRush(t, desk, code, claims)
	})
}

// rushActivity opens a symposium with 200 seats in which a free seat is taken at once.
func (p *program) rushActivity() *api {
	p.t.Helper()
	p.command("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "officer")
	desk := p.api("officer@secretariat.example", "write")
	a := desk.do(http.MethodPost, "/activities", http.StatusCreated, object{"kind": "symposium", "slug": "rush",
		"title": object{"en": "Removing Counterfeits from E-Commerce"}, "objective": object{"en": "To exchange experience."},
		"start": "2031-11-04T08:30:00Z", "end": "2031-11-04T16:30:00Z", "timezone": "Europe/Brussels", "mode": "onsite",
		"responsible_officer": "officer@secretariat.example", "seats": []object{{"pool": "onsite", "capacity": places}},
		"sessions": []object{{"id": "day-1", "title": object{"en": "Opening"}, "start": "2031-11-04T08:30:00Z", "end": "2031-11-04T16:30:00Z",
			"open_to": []string{"public"}}}})
	desk.advance(a.text("code"), "approved", "registration_open")
	return desk
}

// stranger is somebody without an account, with a network address and a browser of its own.
type stranger struct {
	p       *program
	n       int
	client  *http.Client
	confirm string // address of the mailed link
	claim   *http.Request
}

// email is the stranger's address.
func (s *stranger) email() string { return fmt.Sprintf("participant-%d@visitors.example", s.n) }

// newStranger is somebody who has not been here yet.
func (p *program) newStranger(n int) *stranger {
	jar, _ := cookiejar.New(nil) // its error is always nil
	return &stranger{p: p, n: n, client: &http.Client{Jar: jar, Timeout: 5 * time.Minute, Transport: ownLine(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// stranger fills in the form of registration.
func (p *program) stranger(n int) *stranger {
	p.t.Helper()
	s := p.newStranger(n)
	doc := s.get("/en/events/rush/register")
	form := formOf(p.t, doc, "form:has([name=given_name])")
	for name, value := range map[string]string{"given_name": "Participant", "family_name": strconv.Itoa(n), "email": s.email(), "language": "en"} {
		form.values.Set(name, value)
	}
	if form.values.Get("capacity") == "" && form.has["capacity"] {
		form.values.Set("capacity", "right_holder")
	}
	answer := s.send(form.request(p, "/en/events/rush/register"), s.client)
	if answer.status != http.StatusSeeOther && answer.status != http.StatusOK {
		p.t.Fatalf("registering answered %d: %.2000s", answer.status, answer.body)
	}
	return s
}

// prepare opens the mailed link, and makes the request of its button.
func (s *stranger) prepare(t testing.TB) {
	t.Helper()
	form := formOf(t, s.get(s.confirm), "form[action*=confirm]")
	s.claim = form.request(s.p, s.confirm)
	s.mark(s.claim)
}

func ownLine() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}
}

// mark names the stranger's own network address, as a proxy would.
func (s *stranger) mark(r *http.Request) {
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.1", s.n/250, s.n%250))
}

type answered struct {
	status   int
	location string
	body     string
	took     time.Duration
}

func (s *stranger) send(r *http.Request, client *http.Client) answered {
	s.mark(r)
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return answered{body: err.Error(), took: time.Since(began)}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return answered{body: err.Error(), took: time.Since(began)}
	}
	return answered{answer.StatusCode, answer.Header.Get("Location"), string(body), time.Since(began)}
}

func (s *stranger) get(path string) *goquery.Document {
	s.p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.p.origin+path, nil)
	if err != nil {
		s.p.t.Fatal(err)
	}
	answer := s.send(r, s.client)
	if answer.status != http.StatusOK {
		s.p.t.Fatalf("%s answered %d: %.2000s", path, answer.status, answer.body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(answer.body))
	if err != nil {
		s.p.t.Fatal(err)
	}
	return doc
}

// filled is a form as a page showed it, to be sent without a browser.
type filled struct {
	action string
	values url.Values
	has    map[string]bool
}

func formOf(t testing.TB, doc *goquery.Document, selector string) filled {
	t.Helper()
	form := doc.Find(selector).First()
	if form.Length() == 0 {
		t.Fatalf("the page has no form %s; it says: %s", selector, strings.Join(strings.Fields(doc.Find("main").Text()), " "))
	}
	f := filled{form.AttrOr("action", ""), url.Values{}, map[string]bool{}}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		f.has[name] = true
		_, checked := field.Attr("checked")
		switch {
		case goquery.NodeName(field) == "select":
			if chosen := field.Find("option[selected]"); chosen.Length() > 0 {
				f.values.Add(name, chosen.AttrOr("value", ""))
			}
		case (field.AttrOr("type", "") == "checkbox" || field.AttrOr("type", "") == "radio") && !checked:
		default:
			f.values.Add(name, field.AttrOr("value", ""))
		}
	})
	return f
}

// request is the form's request; a form without action is sent to where it stood.
func (f filled) request(p *program, stood string) *http.Request {
	p.t.Helper()
	if f.action == "" {
		f.action = stood
	}
	r, err := http.NewRequest(http.MethodPost, p.origin+f.action, strings.NewReader(f.values.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.origin)
	return r
}

// confirmations gives the addresses of the links that were mailed, in the order of the strangers.
func (p *program) confirmations(strangers []*stranger) []string {
	p.t.Helper()
	box := map[string]*postbox{}
	links := make([]string, len(strangers))
	for i, s := range strangers {
		box[s.email()] = p.postbox(s.email())
		links[i] = box[s.email()].next("Please confirm your address").link(p)
	}
	return links
}

// claimAtOnce sends all claims at the same moment, and fails unless each is answered with the same
// redirect to the stranger's own page.
func claimAtOnce(t *testing.T, strangers []*stranger) (took []time.Duration, total time.Duration) {
	t.Helper()
	start := make(chan struct{})
	answers := make([]answered, len(strangers))
	var all sync.WaitGroup
	for i, s := range strangers {
		all.Go(func() {
			<-start
			answers[i] = s.send(s.claim, s.client)
		})
	}
	began := time.Now()
	close(start)
	all.Wait()
	total = time.Since(began)
	others := map[string]int{}
	for i, a := range answers {
		took = append(took, a.took)
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, strings.TrimSuffix(strings.SplitN(strangers[i].confirm, "?", 2)[0], "/confirm")) {
			others[fmt.Sprintf("%d to %q: %.300s", a.status, a.location, a.body)]++
		}
	}
	for other, n := range others {
		t.Errorf("%d claims were answered otherwise: %s", n, other)
	}
	return took, total
}

// judgeRush asks the API how so many claims came out.
func judgeRush(t *testing.T, desk *api, code string, claims int) {
	t.Helper()
	states := map[string]int{}
	waiting := map[int]object{}
	for _, r := range desk.list("/activities/"+code+"/registrations", nil) {
		states[r.text("state")]++
		if position := r.text("waiting_position"); position != "" {
			n, err := strconv.Atoi(position)
			if err != nil || waiting[n] != nil {
				t.Errorf("position %q stands twice or is no number", position)
			}
			waiting[n] = r
		}
	}
	if states["confirmed"] != places || states["waitlisted"] != claims-places || len(states) != 2 {
		t.Errorf("the registrations are %v", states)
	}
	var before time.Time
	for n := 1; n <= claims-places; n++ {
		r := waiting[n]
		if r == nil {
			t.Errorf("nobody has position %d of the waiting list", n)
			continue
		}
		history := r.objects("history")
		at := instant(t, history[len(history)-1].text("at"))
		if at.Before(before) {
			t.Errorf("position %d came before the position in front of it", n)
		}
		before = at
	}
	pool := desk.get("/activities/" + code).objects("seats")[0]
	if pool.text("confirmed") != strconv.Itoa(places) || pool.text("waiting") != strconv.Itoa(claims-places) {
		t.Errorf("the pool says %v", pool)
	}
}

// inParallel makes n things with some hands at once; one that fails ends the test.
func inParallel[T any](t testing.TB, n, hands int, make1 func(n int) T) []T {
	t.Helper()
	made := make([]T, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range hands {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				made[i] = make1(i)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return made
}
