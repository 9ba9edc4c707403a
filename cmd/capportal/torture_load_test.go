package main_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"capportal/notify/mail/sink"
)

// burden is the mixed load on one store, and the book in which stands what was asked of the portal and
// what it answered.
type burden struct {
	v                  *victim
	token              string
	officer            *http.Client
	automatic, decided string // codes: one activity gives its seats by rule, in the other an officer does
	lines              *http.Transport
	actors             []*actor
	director           *director

	mu                       sync.Mutex
	links                    map[string]string // personal links that were mailed, by address
	faults                   []string
	successes, refused, lost int
}

// newLoad furnishes an empty store that a living portal serves.
func newLoad(v *victim, seed uint64) *burden {
	v.t.Helper()
	l := &burden{v: v, links: map[string]string{}, lines: &http.Transport{MaxIdleConnsPerHost: 2 * actors, DisableCompression: true}}
	v.mail.Script(l.post)
	v.command("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "officer")
	desk := v.api("officer@secretariat.example", "write")
	l.token, l.officer = desk.token, l.browser()
	for code, acceptance := range map[*string]string{&l.automatic: "automatic", &l.decided: "decided"} {
		a := desk.do(http.MethodPost, "/activities", http.StatusCreated, object{"kind": "symposium", "slug": acceptance, "acceptance": acceptance,
			"title": object{"en": "Removing Counterfeits from E-Commerce"}, "objective": object{"en": "To exchange experience."},
			"start": "2031-11-04T08:30:00Z", "end": "2031-11-04T16:30:00Z", "timezone": "Europe/Brussels", "mode": "onsite",
			"place": object{"city": "Brussels", "country": "BE", "venue": "Room 0"}, "responsible_officer": "officer@secretariat.example",
			"seats": []object{{"pool": "onsite", "capacity": 6}},
			"sessions": []object{{"id": "day-1", "title": object{"en": "Opening"}, "start": "2031-11-04T08:30:00Z", "end": "2031-11-04T16:30:00Z",
				"open_to": []string{"public"}}}})
		*code = a.text("code")
		desk.advance(*code, "approved", "registration_open")
	}
	l.signIn(v.command("signin", "officer@secretariat.example"))
	for n := range actors {
		l.actors = append(l.actors, &actor{l: l, n: n, chance: rand.New(rand.NewPCG(seed, uint64(n)))})
	}
	l.director = &director{l: l, chance: rand.New(rand.NewPCG(seed, actors)), capacity: agreed{6, 6}}
	return l
}

// signIn lets the officer in by the one-time link; the session outlives every kill.
func (l *burden) signIn(link string) {
	l.v.t.Helper()
	path := strings.TrimPrefix(link, portalName)
	form := formOf(l.v.t, parsed(l.get(l.officer, path).body), "main form")
	if a := l.send(l.officer, form.request(l.v.program, path)); a.status != http.StatusSeeOther {
		l.v.t.Fatalf("signing in answered %d: %.500s", a.status, a.body)
	}
}

func (l *burden) browser() *http.Client {
	jar, _ := cookiejar.New(nil) // its error is always nil
	return &http.Client{Jar: jar, Timeout: patience, Transport: l.lines,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

var personalLink = regexp.MustCompile(regexp.QuoteMeta(portalName) + `(/[a-z]{2}/registrations/\S+)`)

// post reads the mails as they come, and finds the personal links in them.
func (l *burden) post(e sink.Event) sink.Answer {
	if e.Stage != sink.StageContent {
		return sink.Answer{}
	}
	m, err := sink.Parse(e.Data)
	if err != nil {
		l.blame(fmt.Sprintf("a mail to %s cannot be read: %v", e.To, err))
		return sink.Answer{}
	}
	if found := personalLink.FindStringSubmatch(m.Text); found != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.links[e.To] = found[1]
	}
	return sink.Answer{}
}

func (l *burden) linkOf(address string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.links[address]
}

// send sends one request. Status 0 says that no answer came, or not the whole of it; a fault of the
// portal's own is written down.
func (l *burden) send(client *http.Client, r *http.Request) answered {
	answer, err := client.Do(r)
	if err != nil {
		return answered{body: err.Error()}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return answered{body: err.Error()}
	}
	if answer.StatusCode >= 500 {
		l.blame(fmt.Sprintf("%s %s answered %d: %.500s", r.Method, r.URL.Path, answer.StatusCode, strings.Join(strings.Fields(string(body)), " ")))
	}
	return answered{status: answer.StatusCode, location: answer.Header.Get("Location"), body: string(body)}
}

func (l *burden) get(client *http.Client, path string) answered {
	r, err := http.NewRequest(http.MethodGet, l.v.origin+path, nil)
	if err != nil {
		return answered{body: err.Error()}
	}
	return l.send(client, r)
}

// call makes a request of the API, with an idempotency key unless it is empty.
func (l *burden) call(method, path, key string, body []byte) *http.Request {
	r, err := http.NewRequest(method, l.v.origin+"/api/v1"+path, strings.NewReader(string(body)))
	if err != nil {
		panic(err) // the addresses are our own
	}
	r.Header.Set("Authorization", "Bearer "+l.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return r
}

// run lets everybody act for a while, and kills the portal in the midst of it.
func (l *burden) run(d time.Duration) {
	var over atomic.Bool
	var all sync.WaitGroup
	for _, a := range l.actors {
		all.Go(func() { a.run(&over) })
	}
	all.Go(func() { l.director.run(&over, d) })
	time.Sleep(d)
	faults := l.v.kill()
	over.Store(true)
	all.Wait()
	l.lines.CloseIdleConnections()
	l.blame(faults...)
}

// resume asks again for everything to which no answer came, on a living portal.
func (l *burden) resume() {
	var all sync.WaitGroup
	for _, a := range l.actors {
		all.Go(func() { a.resume() })
	}
	all.Wait()
	for _, x := range l.everybody() {
		if x.unanswered != nil {
			l.blame(fmt.Sprintf("%s of %s is not answered by a living portal", x.unanswered.name, x.email))
		}
	}
}

// rest waits until every mail has been sent, and kills the portal.
func (l *burden) rest() {
	l.v.t.Helper()
	desk := &api{l.v.program, l.token}
	within(l.v.t, "all mail has been sent", func() error {
		for _, state := range []string{"queued", "sending", "deferred"} {
			if left := desk.get("/notices?" + url.Values{"state": {state}, "limit": {"1"}}.Encode()).objects("items"); len(left) > 0 {
				return fmt.Errorf("a notice is still %s: %v", state, left[0])
			}
		}
		return nil
	})
	l.blame(l.v.kill()...)
}

func (l *burden) everybody() []*applicant {
	var all []*applicant
	for _, a := range l.actors {
		all = append(all, a.people...)
	}
	return all
}

// blame writes faults down.
func (l *burden) blame(faults ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, faults...)
}

func (l *burden) faultsSoFar() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.faults...)
}
