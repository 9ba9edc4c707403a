package portal_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
)

// started is a portal in memory that serves, with its figures.
type started struct {
	*portal.Portal
	t *testing.T
}

func start(t *testing.T, change func(*portal.Options)) started {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	o := portal.Options{Settings: portal.Settings{Addr: "127.0.0.1:0", MetricsAddr: "127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler), Listen: true}
	if change != nil {
		change(&o)
	}
	p, err := portal.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	served, ready := make(chan error, 1), make(chan struct{})
	go func() { served <- p.Serve(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := p.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-served:
		t.Fatal(err)
	}
	return started{p, t}
}

// ask gives an answer of the portal, or of its listener for figures.
func (s started) ask(method, address string) (status int, body string) {
	s.t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func (s started) figures() string {
	s.t.Helper()
	status, text := s.ask("GET", "http://"+s.Settings.MetricsAddr+"/metrics")
	if status != http.StatusOK {
		s.t.Fatalf("the figures answer %d: %s", status, text)
	}
	return text
}

// figure gives one figure by its name and labels as Prometheus writes them; "" when there is none.
func figure(figures, name string) string {
	for line := range strings.Lines(figures) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// The package comment lists every figure with its labels, and no other.
func TestMetrics_AreTheTable(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^//\t(capportal_\w+)(?:\{([\w,]+)\})? `).FindAllStringSubmatch(string(source), -1) {
		listed[row[1]] = row[2]
	}
	s := start(t, func(o *portal.Options) { o.Settings.Data = t.TempDir() })
	s.ask("GET", portal.OriginOf(s.Settings.Addr)+"/en/")
	offered := map[string]string{}
	text := s.figures()
	for _, row := range regexp.MustCompile(`(?m)^# TYPE (capportal_\w+) (\w+)$`).FindAllStringSubmatch(text, -1) {
		name, labels := row[1], []string{}
		sample := regexp.MustCompile(`(?m)^` + name + `(?:_bucket)?\{(.*)\} `).FindStringSubmatch(text)
		if sample != nil {
			for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(sample[1], -1) {
				if label[1] != "le" {
					labels = append(labels, label[1])
				}
			}
		}
		offered[name] = strings.Join(labels, ",")
	}
	for name, labels := range listed {
		got, ok := offered[name]
		gotLabels, wantLabels := strings.Split(got, ","), strings.Split(labels, ",")
		slices.Sort(gotLabels)
		slices.Sort(wantLabels)
		if !ok || !slices.Equal(gotLabels, wantLabels) {
			t.Errorf("%s is listed with %q and offered %v with %q", name, labels, ok, got)
		}
	}
	for name := range offered {
		if _, ok := listed[name]; !ok {
			t.Errorf("%s is offered and not listed", name)
		}
	}
	for _, name := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", "process_open_fds", "go_build_info"} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("there is no %s", name)
		}
	}
}

// What happens is counted, by what it is and never by whom or of which activity.
func TestMetrics_Count(t *testing.T) {
	s := start(t, nil)
	ctx := t.Context()
	officer, err := s.Directory.AddPerson(ctx, directory.ByPortal, directory.Person{Email: "officer.marker@secretariat.example", GivenName: "Officer", FamilyName: "marker",
		Role: events.Officer, Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	by := events.Visitor{Person: officer.ID, Role: events.Officer}
	a := s.open(ctx, by, 2)
	var came []string
	for i := range 3 { // two seats
		r, err := s.Desk.Enter(ctx, by, a.Code, registrations.Entry{Capacity: registrations.Delegate, Pool: events.OnSitePool,
			Person: registrations.Person{GivenName: fmt.Sprint("Delegate ", i), FamilyName: "marker", Email: fmt.Sprintf("delegate%d.marker@customs.example", i), Language: "en"}})
		if err != nil {
			t.Fatal(err)
		}
		came = append(came, r.ID)
	}
	if _, err := s.Desk.Decide(ctx, by, came[2], registrations.Decision{Event: registrations.Confirm}); events.CodeOf(err) != events.Conflict {
		t.Fatalf("a seat past the last: %v", err)
	}
	if _, err := s.Desk.Decide(ctx, by, came[0], registrations.Decision{Event: registrations.Withdraw, Reason: "marker"}); err != nil {
		t.Fatal(err)
	}
	origin := portal.OriginOf(s.Settings.Addr)
	for _, path := range []string{"/en/", "/en/events/" + a.Slug + "?key=marker", "/en/events/marker", "/feeds/marker.ics", "/marker", "/en/marker/marker"} {
		s.ask("GET", origin+path)
	}
	text := s.figures()
	for name, want := range map[string]string{
		`capportal_claims_total{result="confirmed"}`:                                           "2",
		`capportal_claims_total{result="waitlisted"}`:                                          "1",
		`capportal_claims_total{result="promoted"}`:                                            "1",
		`capportal_claims_total{result="refused"}`:                                             "1",
		`capportal_claims_total{result="busy"}`:                                                "0",
		`capportal_http_requests_total{method="GET",route="/:lang/events/:slug",status="2xx"}`: "1",
		`capportal_http_requests_total{method="GET",route="/:lang/events/:slug",status="4xx"}`: "1",
		`capportal_http_requests_total{method="GET",route="none",status="4xx"}`:                "2",
		`capportal_http_request_duration_seconds_count{route="/feeds/*"}`:                      "1",
		`capportal_http_requests_in_flight`:                                                    "0",
		`capportal_queue_waiting_acts`:                                                         "0",
		`capportal_queue_batch_acts_sum`:                                                       "5",
		`capportal_outbox_notices{state="queued"}`:                                             "4",
		`capportal_engine_info{kind="memory"}`:                                                 "1",
		`capportal_collection_documents{collection="registrations"}`:                           "3",
		`capportal_transaction_retries_total`:                                                  "0",
		`capportal_ready`:                                                                      "1",
	} {
		if got := figure(text, name); got != want {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
	if n := figure(text, "capportal_transaction_commit_duration_seconds_count"); n == "" || n == "0" || n != figure(text, `capportal_transactions_total{result="committed"}`) {
		t.Errorf("%s commits were timed of %s", n, figure(text, `capportal_transactions_total{result="committed"}`))
	}
	for _, secret := range []string{"marker", a.Code, a.Slug, officer.ID} {
		if strings.Contains(text, secret) {
			t.Errorf("the figures tell %q", secret)
		}
	}
}

// open plans an activity and opens it, with so many seats.
func (s started) open(ctx context.Context, by events.Visitor, seats int) events.Activity {
	s.t.Helper()
	begins := time.Now().UTC().AddDate(0, 2, 0).Truncate(time.Hour)
	a, err := s.Programme.Create(ctx, by, events.Activity{Kind: events.Symposium, Title: events.Text{"en": "Removing Counterfeits"}, Objective: events.Text{"en": "To exchange."},
		Start: begins, End: begins.Add(8 * time.Hour), Zone: "Europe/Brussels", Mode: events.OnSite, Place: events.Place{City: "Brussels", Country: "BE"},
		Responsible: "officer.marker@secretariat.example", Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: seats}}})
	for _, state := range []events.State{events.Approved, events.RegistrationOpen} {
		if err == nil {
			a, err = s.Programme.Advance(ctx, by, a.Code, a.Version, state, "as planned", "", nil)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// The figures have a listener of their own, which serves nothing else; the portal's own does not serve
// them. A taken address is refused in words.
func TestMetrics_Listener(t *testing.T) {
	s := start(t, nil)
	for address, want := range map[string]int{
		"http://" + s.Settings.MetricsAddr + "/":             http.StatusNotFound,
		"http://" + s.Settings.MetricsAddr + "/healthz":      http.StatusNotFound,
		"http://" + s.Settings.MetricsAddr + "/debug/pprof/": http.StatusNotFound,
		portal.OriginOf(s.Settings.Addr) + "/metrics":        http.StatusNotFound,
	} {
		if status, _ := s.ask("GET", address); status != want {
			t.Errorf("%s answers %d, want %d", address, status, want)
		}
	}
	if status, _ := s.ask("POST", "http://"+s.Settings.MetricsAddr+"/metrics"); status != http.StatusMethodNotAllowed {
		t.Errorf("a POST answers %d", status)
	}
	t.Run("ErrTaken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, err = portal.Open(t.Context(), portal.Options{Listen: true, Log: slog.New(slog.DiscardHandler),
			Settings: portal.Settings{Addr: "127.0.0.1:0", MetricsAddr: l.Addr().String()}})
		if err == nil || !strings.Contains(err.Error(), "CAPPORTAL_METRICS_ADDR") || !strings.Contains(err.Error(), l.Addr().String()) {
			t.Errorf("the portal started, or said %v", err)
		}
	})
	t.Run("Off", func(t *testing.T) {
		s := start(t, func(o *portal.Options) { o.Settings.MetricsAddr = "" })
		if s.Settings.MetricsAddr != "" {
			t.Errorf("it listens on %s", s.Settings.MetricsAddr)
		}
	})
}
