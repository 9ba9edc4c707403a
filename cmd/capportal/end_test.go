package main_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
)

// What is open when the portal is told to end.
const (
	idle    = 400 // connections that were answered once and are kept
	silent  = 40  // connections that have said nothing, as browsers open in advance
	letters = 24  // mails that wait for a slow mail server
)

// enough is how long a service manager waits before it kills.
const enough = 10 * time.Second

// Told to end, the portal finishes what it is asked, refuses what is new, closes the connections that
// nobody uses, stops sending between two mails, and leaves socket and lock behind for nobody.
func TestServe_Ends(t *testing.T) {
	onEngines(t, func(t *testing.T, kind string) {
		p := serve(t, kind, behindProxy)
		p.mail.Script(func(e sink.Event) sink.Answer {
			if e.Stage == sink.StageContent {
				time.Sleep(250 * time.Millisecond) // a server that scans what it takes
			}
			return sink.Answer{}
		})
		p.rushActivity()
		kept := p.keptOpen(t)
		slow := p.slowly(t)
		inParallel(t, letters, 4, func(n int) *stranger { return p.stranger(n) })

		began := time.Now()
		p.hold.Close() // as SIGTERM
		within(t, "a new connection is refused", func() error {
			c, err := net.Dial("tcp", strings.TrimPrefix(p.origin, "http://"))
			if err == nil {
				c.Close()
				return fmt.Errorf("it is taken")
			}
			return nil
		})
		for _, c := range kept {
			_ = c.SetReadDeadline(time.Now().Add(enough))
			if _, err := c.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
				t.Error("a connection that nobody uses is still open")
				break
			}
		}
		if answer := slow.rest(t); answer.StatusCode != http.StatusSeeOther || !answer.Close {
			t.Errorf("what was asked before answered %d, and that the connection ends: %v", answer.StatusCode, answer.Close)
		}
		err := p.stop()
		took := time.Since(began)
		t.Logf("it ended in %v, with %d idle connections, %d silent ones, one request under way and %d mails waiting", took.Round(time.Millisecond), idle, silent, letters)
		if err != nil || took >= enough {
			t.Errorf("it ended after %v with %v, want within %v with status 0", took, err, enough)
		}
		if said := p.log.String(); strings.Contains(said, "broken off") || strings.Contains(said, "did not end in time") {
			t.Errorf("it broke something off:\n%s", said)
		}
		p.leftInOrder(t, kind)
	})
}

// keptOpen opens connections: each of most asks once and is kept, the others say nothing.
func (p *program) keptOpen(t *testing.T) []net.Conn {
	t.Helper()
	return inParallel(t, idle+silent, 8, func(n int) net.Conn {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.origin, "http://"))
		if err != nil {
			t.Error(err)
			return nil
		}
		t.Cleanup(func() { c.Close() })
		if n >= idle {
			return c
		}
		_, _ = fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusOK || answer.Close {
			t.Errorf("a connection is not kept: %v", err)
			return c
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		return c
	})
}

// slowRequest is one whose body comes in two parts.
type slowRequest struct {
	net.Conn
	left string
}

// slowly asks for a sign-in link, and holds back the end of what it says.
func (p *program) slowly(t *testing.T) *slowRequest {
	t.Helper()
	s := p.newStranger(letters)
	form := formOf(t, s.get("/en/sign-in"), "main form:has([name=email])")
	form.values.Set("email", "nobody@visitors.example")
	body := form.values.Encode()
	r := form.request(p, "/en/sign-in")
	for _, cookie := range s.client.Jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	r.Body = io.NopCloser(strings.NewReader(""))
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.URL.RequestURI(), r.URL.Host, len(body))
	_ = r.Header.Write(&head)
	c, err := net.Dial("tcp", r.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := fmt.Fprintf(c, "%s\r\n%s", &head, body[:len(body)/2]); err != nil {
		t.Fatal(err)
	}
	return &slowRequest{c, body[len(body)/2:]}
}

// rest says the rest and gives the answer.
func (s *slowRequest) rest(t *testing.T) *http.Response {
	t.Helper()
	if _, err := io.WriteString(s, s.left); err != nil {
		t.Fatal(err)
	}
	_ = s.SetReadDeadline(time.Now().Add(patience))
	answer, err := http.ReadResponse(bufio.NewReader(s), nil)
	if err != nil {
		t.Fatalf("what was asked before the end was not answered: %v", err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatalf("what was asked before the end was answered in part: %v", err)
	}
	return answer
}

// leftInOrder looks at what the program left: no socket, no lock, and each mail either sent or still to
// be sent, not something between.
func (p *program) leftInOrder(t *testing.T, kind string) {
	t.Helper()
	o := engine.Options{}
	for _, set := range p.env {
		if data, ok := strings.CutPrefix(set, "CAPPORTAL_DATA="); ok {
			o.Dir = data
		}
		if uri, ok := strings.CutPrefix(set, "CAPPORTAL_MONGODB_URI="); ok {
			o.URI = uri
		}
	}
	if _, err := os.Lstat(filepath.Join(o.Dir, "control.sock")); !os.IsNotExist(err) {
		t.Errorf("the control socket is left: %v", err)
	}
	if kind == engine.MongoDB {
		o.Dir = ""
	}
	db, err := engine.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("the store is not left to the next: %v", err)
	}
	defer db.Close(context.Background())
	states := map[outbox.State]int{}
	list, _, err := outbox.New(db.Database(), db.Transact, time.Now).List(t.Context(), outbox.Query{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range list {
		states[n.State]++
	}
	if sent := len(p.mail.Messages()); states[outbox.Sent] != sent || states[outbox.Sent]+states[outbox.Queued] != letters || states[outbox.Queued] == 0 {
		t.Errorf("the notices are %v, and %d mails arrived: want as many sent, and the rest queued", states, sent)
	}
}
