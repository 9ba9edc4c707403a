package main_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capportal/views/i18n"
)

// throng is many who claim a seat at the same moment, each until it has a success. Whatever else they are
// answered must say, in their own language, that nothing was lost and that one may try again.
type throng struct {
	t       *testing.T
	portals []*victim
	claims  []*claimed
	lossy   bool // portals end meanwhile, so that some answers never come
	words   map[string]*i18n.Words

	answers atomic.Int64
	mu      sync.Mutex
	others  map[string]int // answers that were no success
	faults  map[string]int
}

// claimed is one claim, and what it was answered with success.
type claimed struct {
	language string
	client   *http.Client
	request  func(origin string) *http.Request
	success  int // the status of one
	body     string
	took     time.Duration
}

func newThrong(t *testing.T, portals ...*victim) *throng {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := &throng{t: t, portals: portals, words: map[string]*i18n.Words{}, others: map[string]int{}, faults: map[string]int{}}
	for _, tag := range languages {
		c.words[tag] = bundle.In(tag)
	}
	return c
}

// languages are those of the people in a throng, by turns.
var languages = []string{"en", "fr", "ar"}

// officers adds n claims by the API, each under an idempotency key of its own.
func (c *throng) officers(code, token string, n int) {
	lines := &http.Transport{MaxIdleConnsPerHost: n, DisableCompression: true}
	client := &http.Client{Transport: lines, Timeout: patience}
	for i := range n {
		language := languages[i%len(languages)]
		body := encoded(object{"person": object{"given_name": "Speaker", "family_name": fmt.Sprint(i), "email": fmt.Sprintf("speaker-%d@visitors.example", i),
			"language": "en"}, "capacity": "speaker", "pool": "onsite"})
		c.claims = append(c.claims, &claimed{language: language, client: client, success: http.StatusCreated, request: func(origin string) *http.Request {
			r := c.post(origin+"/api/v1/activities/"+code+"/registrations", string(body))
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept-Language", language)
			r.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", code, i))
			return r
		}})
	}
}

// strangers adds n claims by the button of the mailed link, by people who have filled in the form before.
func (c *throng) strangers(n int) {
	p := c.portals[0].program
	list := inParallel(c.t, n, 8, func(i int) *stranger { return p.stranger(i) })
	for i, s := range list {
		link := p.postbox(s.email()).next("Please confirm your address").Text
		s.confirm = "/" + languages[i%len(languages)] + strings.TrimPrefix(personalLink.FindStringSubmatch(link)[1], "/en")
	}
	inParallel(c.t, n, 8, func(i int) bool { list[i].prepare(c.t); return true })
	for i, s := range list {
		body, err := s.claim.GetBody()
		if err != nil {
			c.t.Fatal(err)
		}
		form, _ := io.ReadAll(body) // of a string
		path := s.claim.URL.RequestURI()
		c.claims = append(c.claims, &claimed{language: languages[i%len(languages)], client: s.client, success: http.StatusSeeOther, request: func(origin string) *http.Request {
			r := c.post(origin+path, string(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", origin)
			s.mark(r)
			return r
		}})
	}
}

func (c *throng) post(address, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		panic(err) // the addresses are our own
	}
	return r
}

// rush lets all claim at once, spread over the portals. After as many answers something is done to them
// or to their database, once.
func (c *throng) rush(after int, disturb func() error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	start, reached := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	var once sync.Once
	for i, one := range c.claims {
		all.Go(func() {
			<-start
			c.insist(ctx, i, one, func() {
				if c.answers.Add(1) == int64(after) {
					once.Do(func() { close(reached) })
				}
			})
		})
	}
	began := time.Now()
	close(start)
	disturbed := make(chan error, 1)
	go func() {
		select {
		case <-reached:
			disturbed <- disturb()
		case <-ctx.Done():
			disturbed <- ctx.Err()
		}
	}()
	all.Wait()
	took := time.Since(began)
	if err := <-disturbed; err != nil {
		c.t.Errorf("the disturbance failed: %v", err)
	}
	var longest time.Duration
	for _, one := range c.claims {
		longest = max(longest, one.took)
	}
	c.t.Logf("%d claims in %v, the longest answer after %v; answers that were no success: %v", len(c.claims), took.Round(time.Millisecond), longest.Round(time.Millisecond), c.others)
	for fault, n := range c.faults {
		c.t.Errorf("%d times: %s", n, fault)
	}
}

// insist claims until it is answered with success.
func (c *throng) insist(ctx context.Context, i int, one *claimed, answered func()) {
	for try := 0; ; try++ {
		began := time.Now()
		a := c.ask(one, c.portals[(i+try)%len(c.portals)])
		one.took = max(one.took, time.Since(began))
		if a.status == one.success {
			one.body = a.body
			answered()
			return
		}
		c.judge(one, a)
		select {
		case <-ctx.Done():
			c.fault(fmt.Sprintf("a claim was never answered with success; last: %d %.300s", a.status, a.body))
			return
		case <-time.After(time.Duration(50+rand.IntN(100)) * time.Millisecond):
		}
	}
}

// told is an answer with its head.
type told struct {
	status int
	head   http.Header
	body   string
}

func (c *throng) ask(one *claimed, p *victim) told {
	client := *one.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(one.request(p.at()))
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return told{body: "refused: nobody listens"}
	}
	if err != nil {
		return told{body: "broken off: " + err.Error()}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return told{body: "broken off: " + err.Error()}
	}
	return told{answer.StatusCode, answer.Header, string(body)}
}

// judge holds an answer that is no success.
func (c *throng) judge(one *claimed, a told) {
	w := c.words[one.language]
	calm := strings.Contains(a.body, w.T("error.unavailable")) || strings.Contains(a.body, w.T("error.busy"))
	switch {
	case a.status == 0 && c.lossy:
		how, _, _ := strings.Cut(a.body, ":")
		c.note(how)
	case a.status != http.StatusServiceUnavailable:
		c.fault(fmt.Sprintf("answered %d %.600s", a.status, a.body))
	case a.head.Get("Retry-After") == "" || !calm:
		c.fault(fmt.Sprintf("answered 503, Retry-After %q, in %s: %.3000s", a.head.Get("Retry-After"), one.language, a.body))
	default:
		c.note("503 in " + one.language)
	}
}

func (c *throng) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others[what]++
}

func (c *throng) fault(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[what]++
}

// judgeStore holds what the portals answered against what lies in their store, and that against itself.
func (c *throng) judgeStore(v *victim, people int) {
	c.t.Helper()
	h := hold(c.t, v)
	var b bench
	h.judgeOnce(&b, people)
	h.judgeAcknowledged(&b, c)
	for _, p := range h.pools {
		h.judgeSeats(&b, p)
		h.judgeWaiting(&b, p)
	}
	h.judgeNotices(&b, true)
	h.judgeMails(&b, true)
	for _, f := range b.faults {
		c.t.Error(f)
	}
}

// judgeOnce holds that each of the people came in once.
func (h *holdings) judgeOnce(b *bench, people int) {
	seen := map[string]bool{}
	for _, r := range h.registrations {
		if seen[r.Email] {
			b.fault("%s is registered twice", r.Email)
		}
		seen[r.Email] = true
	}
	if len(seen) != people {
		b.fault("%d people are registered, not %d", len(seen), people)
	}
}

// judgeAcknowledged holds that whoever was told the state of a registration has that registration, in
// that state.
func (h *holdings) judgeAcknowledged(b *bench, c *throng) {
	states := map[string]string{}
	for _, r := range h.registrations {
		states[r.ID] = string(r.State)
	}
	for _, one := range c.claims {
		o := decoded(one.body)
		if id := o.text("id"); id != "" && states[id] != o.text("state") {
			b.fault("the registration %s was answered to be %s, and is %q", id, o.text("state"), states[id])
		}
	}
}
