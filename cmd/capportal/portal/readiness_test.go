package portal_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/cmd/capportal/portal"
	"capportal/notify/mail"
	"capportal/notify/outbox"
)

// log keeps what a portal wrote; it may be read meanwhile.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// becomes waits until a portal says that it is ready, or not.
func (s started) becomes(status int, body string) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, said := s.ask("GET", portal.OriginOf(s.Settings.Addr)+"/readyz")
		if got == status && said == body {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("/readyz answers %d %q, want %d %q", got, said, status, body)
		}
	}
}

// alive asks whether the program answers, which it does whatever the database does.
func (s started) alive() {
	s.t.Helper()
	if status, body := s.ask("GET", portal.OriginOf(s.Settings.Addr)+"/healthz"); status != http.StatusOK || body != "ok\n" {
		s.t.Errorf("/healthz answers %d %q", status, body)
	}
}

// While the database is gone the portal is alive and not ready, and says so to the log once, to a
// stranger in one word; once it is back, so is the portal.
func TestReady_DatabaseGone(t *testing.T) {
	uri, err := url.Parse(enginetest.MongoURI(t))
	if err != nil {
		t.Fatal(err)
	}
	way := lineTo(t, uri.Host)
	uri.Host, uri.RawQuery = way.l.Addr().String(), "directConnection=true"
	written := &log{}
	s := start(t, func(o *portal.Options) {
		o.Settings.MongoDB = uri.String()
		o.Log = slog.New(slog.NewTextHandler(written, nil))
	})
	s.becomes(http.StatusOK, "yes\n")
	way.set(true)
	s.becomes(http.StatusServiceUnavailable, "no\n")
	s.alive()
	// However many ask at once, the database is asked once.
	began := time.Now()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { s.ask("GET", portal.OriginOf(s.Settings.Addr)+"/readyz") })
	}
	all.Wait()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("fifty at once were answered after %s", took)
	}
	if text := s.figures(); figure(text, "capportal_ready") != "0" || strings.Contains(text, "capportal_collection_documents{") {
		t.Errorf("the figures say ready %s, or speak of documents", figure(text, "capportal_ready"))
	}
	way.set(false)
	s.becomes(http.StatusOK, "yes\n")
	for _, said := range []string{"the portal is not ready", "the portal is ready again"} {
		if n := strings.Count(written.String(), said); n != 1 {
			t.Errorf("the log says %q %d times:\n%s", said, n, written)
		}
	}
}

// A mail server that hangs leaves the outbox stuck: past the bound the portal is not ready, until it is
// worked on again.
func TestReady_OutboxStuck(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	server, err := mail.ParseURL(fmt.Sprintf("smtp://%s?tls=none", silent.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	var now atomic.Int64
	now.Store(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Unix())
	clock := func() time.Time { return time.Unix(now.Load(), 0).UTC() }
	open := func(t *testing.T, smtp *mail.Settings) *portal.Portal {
		p, err := portal.Open(t.Context(), portal.Options{Log: slog.New(slog.DiscardHandler), Now: clock,
			Settings: portal.Settings{SMTP: smtp, From: mail.Address{Name: "Secretariat", Email: "cap@secretariat.example"}}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Shutdown() })
		if err := p.Outbox.Put(t.Context(), outbox.Notice{Kind: "sign_in", To: "delegate@customs.example"}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	// Not served: nobody works on the outbox, as when its worker hangs.
	ready := func(t *testing.T, p *portal.Portal, what string, want bool) {
		t.Helper()
		var err error
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if err = p.Ready(t.Context()); (err == nil) == want {
				return
			}
		}
		t.Errorf("%s: ready %v, want %v: %v", what, err == nil, want, err)
	}
	p, waiting := open(t, &server), open(t, nil)
	ready(t, p, "at first", true)
	now.Add(int64(11 * time.Minute / time.Second))
	ready(t, p, "with a notice due for eleven minutes", false)
	ready(t, waiting, "without a mail server", true)
	leased, err := p.Outbox.Lease(t.Context(), "worker", 1, time.Minute)
	if err != nil || len(leased) != 1 {
		t.Fatal(leased, err)
	}
	ready(t, p, "once it is worked on", true)
}
