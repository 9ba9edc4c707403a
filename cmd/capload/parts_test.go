package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/mail/sink"
	"capportal/registrations"
)

func TestLoopback(t *testing.T) {
	for address, fine := range map[string]bool{
		"127.0.0.1:80": true, "127.8.9.1:80": true, "[::1]:80": true, "localhost:80": true, "127.0.0.1": true,
		"192.0.2.7:80": false, "10.0.0.1:80": false, "0.0.0.0:80": false, "[::]:80": false, ":80": false, "": false,
		"localhost.example:80": false, "db.example:80": false, "[2001:db8::1]:80": false,
	} {
		if err := loopback(address); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := newLine("192.0.2.7:80"); err == nil {
		t.Error("a client connects elsewhere")
	}
}

func TestJudgeMongoDB(t *testing.T) {
	for _, uri := range []string{"mongodb://db.example:27017/", "mongodb://127.0.0.1:1,192.0.2.7:2/?replicaSet=rs0", "mongodb+srv://127.0.0.1/", "http://127.0.0.1/"} {
		if _, err := judgeMongoDB(context.Background(), uri); err == nil {
			t.Errorf("%s is taken", uri)
		}
	}
	for from, want := range map[string]string{
		"mongodb://127.0.0.1:1":                     "mongodb://127.0.0.1:1/own",
		"mongodb://127.0.0.1:1/other":               "mongodb://127.0.0.1:1/own",
		"mongodb://127.0.0.1:1/other?replicaSet=rs": "mongodb://127.0.0.1:1/own?replicaSet=rs",
		"mongodb://127.0.0.1:1/?replicaSet=rs":      "mongodb://127.0.0.1:1/own?replicaSet=rs",
	} {
		if got := withDatabase(from, "own"); got != want {
			t.Errorf("%s becomes %s", from, got)
		}
	}
}

func TestLatencies(t *testing.T) {
	var took []time.Duration
	for i := 100; i > 0; i-- {
		took = append(took, time.Duration(i)*time.Millisecond)
	}
	l := sorted(took)
	for share, want := range map[float64]time.Duration{0: 1, 0.5: 50, 0.95: 95, 0.99: 99, 0.991: 100, 1: 100} {
		if got := l.at(share); got != want*time.Millisecond {
			t.Errorf("%v of them within %s, want %d ms", share, got, want)
		}
	}
	if l := sorted(nil); l.p50() != 0 || l.p99() != 0 {
		t.Error("none took a time")
	}
	if one := sorted([]time.Duration{7}); one.p50() != 7 || one.p99() != 7 {
		t.Error("one is its own median")
	}
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("the median of 9, 1, 5 is %v", m)
	}
	if !math.IsNaN(median(nil)) {
		t.Error("nothing has a median")
	}
}

func TestPicture(t *testing.T) {
	took := sorted([]time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Second})
	b := picture("A <title> & more", []series{{"one", took}, {"none", nil}, {"the same", latencies{5, 5, 5}}})
	wellFormed(t, b)
	for _, part := range []string{"p50 2ms", "p99 3s", "prefers-color-scheme:dark", ">1ms<", ">10s<", "A &lt;title&gt; &amp; more"} {
		if !bytes.Contains(b, []byte(part)) {
			t.Errorf("the picture lacks %q", part)
		}
	}
	for _, wrong := range []string{"NaN", "Inf"} {
		if bytes.Contains(b, []byte(wrong)) {
			t.Errorf("the picture has %s", wrong)
		}
	}
	wellFormed(t, picture("empty", nil))
}

func TestTable(t *testing.T) {
	var b strings.Builder
	rows := []row{atLeast("page", "rate", 0.65, 0.70, percent), atMost("signed-in", "p99", 0.020, 0.050, seconds), atMost("scale", "home", 2, 1.5, times).told()}
	if err := writeTable(&b, "embedded", "2 cores", rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for i, want := range []string{"scale –", "signed-in yes", "page no"} {
		words := strings.Fields(lines[len(lines)-1-i])
		if got := words[0] + " " + words[len(words)-1]; got != want {
			t.Errorf("the line says %q, want %q", got, want)
		}
	}
}

// A server that stalls once is charged with every request that was due meanwhile.
func TestOpenLoop_NoOmission(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	stall := 200 * time.Millisecond
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		request := make([]byte, 4096)
		for n := 0; ; n++ {
			if _, err := conn.Read(request); err != nil {
				return
			}
			if n == 0 {
				time.Sleep(stall) // what is measured
			}
			if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")); err != nil {
				return
			}
		}
	}()
	addr := listener.Addr().String()
	took, err := openLoop(t.Context(), addr, [][]byte{get(addr, "/")}, 100, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range took {
		if at := stall - time.Duration(i)*10*time.Millisecond; d < at-5*time.Millisecond {
			t.Errorf("request %d took %s, though the server answered nothing for %s after it was due", i+1, d, at)
		}
	}
}

func TestClosedLoop_Refused(t *testing.T) {
	if _, _, err := closedLoop(t.Context(), "127.0.0.1:1", get("127.0.0.1:1", "/"), 0, 2, time.Second); err == nil {
		t.Error("nobody answers, and it is no error")
	}
}

func TestInOrder(t *testing.T) {
	at := func(second int) time.Time { return time.Date(2026, 11, 4, 8, 0, second, 0, time.UTC) }
	for name, c := range map[string]struct {
		positions map[int]time.Time
		n         int
		fine      bool
	}{
		"nobody waits":   {nil, 0, true},
		"in order":       {map[int]time.Time{1: at(1), 2: at(1), 3: at(5)}, 3, true},
		"overtaken":      {map[int]time.Time{1: at(2), 2: at(1)}, 2, false},
		"a gap":          {map[int]time.Time{1: at(1), 3: at(2)}, 2, false},
		"somebody twice": {map[int]time.Time{1: at(1)}, 2, false},
		"too many":       {map[int]time.Time{1: at(1), 2: at(2)}, 1, false},
	} {
		if got := inOrder(c.positions, c.n); (got == "") != c.fine {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTally(t *testing.T) {
	var y tally
	for _, to := range []string{"a@x.example", "b@x.example", "a@x.example"} {
		y.take(sink.Event{Stage: sink.StageSender, To: to})
		y.take(sink.Event{Stage: sink.StageContent, To: to})
	}
	if len(y.seen) != 2 || y.again != 1 {
		t.Errorf("%d recipients, %d mails again", len(y.seen), y.again)
	}
	if err := y.wait(t.Context(), 2); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := y.wait(ended, 3); err == nil {
		t.Error("waits for a third for ever")
	}
}

// The world has exactly what its size says, and what no store would take twice is there once.
func TestWorld(t *testing.T) {
	w := newWorld(size{registrations: 3000, drafts: 5, seats: 2}, time.Date(2026, 11, 4, 8, 0, 0, 0, time.UTC))
	total, board, addresses, seats := 0, 0, map[string]bool{}, map[string]bool{}
	for p := range w.parts() {
		if addresses[p.person.Email] {
			t.Fatalf("two people at %s", p.person.Email)
		}
		addresses[p.person.Email] = true
		for _, a := range p.in {
			key := a.Code + p.person.Email
			if seats[key] {
				t.Fatalf("%s stands twice in %s", p.person.Email, a.Code)
			}
			seats[key] = true
			total++
			if a.Code == w.board().Code {
				board++
			}
			r := w.registration(p.person, a)
			if r.Email != p.person.Email || !r.Living() || !r.EntryHeld() {
				t.Fatalf("%+v", r)
			}
		}
	}
	if total != 3000 || board != boardRows {
		t.Errorf("%d registrations, %d of them on the board", total, board)
	}
	if d := w.draft(1); d.State != registrations.Draft || d.Seat != "" || d.EntryHeld() {
		t.Errorf("%+v", d)
	}
	slugs := map[string]bool{}
	for i := range w.made {
		a := &w.made[i]
		if slugs[a.Slug] {
			t.Errorf("%s stands twice", a.Slug)
		}
		slugs[a.Slug] = true
		if a.Code != w.rushing().Code && a.Code != w.mails().Code {
			if err := events.Validate(a); err != nil {
				t.Errorf("%s: %v", a.Code, err)
			}
		}
	}
}

// A client that keeps nothing of an answer still receives it whole: what comes next on the connection is
// the next answer, and one that breaks off, has no length or is none that was asked for is an error.
func TestLine_Skim(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nDate: now\r\ncontent-length: 5\r\nX: y\r\n\r\nHTTP\n"
	for _, tt := range []struct {
		name, said string
		lengths    []int // of the answers that are received
		fault      string
	}{
		{"Two", ok + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", []int{5, 0}, "EOF"},
		{"BrokenBody", ok[:len(ok)-1], nil, "broke off after 4"},
		{"BrokenHead", ok[:40], nil, "EOF"},
		{"NotFound", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", nil, "404"},
		{"NoLength", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", nil, "how long"},
		{"Nonsense", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", nil, "many"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.WriteString(theirs, tt.said); theirs.Close() }()
			l := &line{conn: ours, reader: bufio.NewReader(ours)}
			var got []int
			for {
				length, err := l.receive()
				if err != nil {
					if !strings.Contains(err.Error(), tt.fault) {
						t.Errorf("the fault is %v, want %q", err, tt.fault)
					}
					break
				}
				got = append(got, length)
			}
			if !slices.Equal(got, tt.lengths) {
				t.Errorf("answers of %v bytes came, want %v", got, tt.lengths)
			}
		})
	}
}

// A page that becomes another while it is measured ends the measuring, and one that never was the page
// is not measured at all.
func TestClosedLoop_AnotherAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "four") }))
	defer s.Close()
	addr := s.Listener.Addr().String()
	if n, _, err := closedLoop(t.Context(), addr, get(addr, "/"), 4, 2, 20*time.Millisecond); err != nil || n == 0 {
		t.Errorf("%d answers of the right length: %v", n, err)
	}
	if _, _, err := closedLoop(t.Context(), addr, get(addr, "/"), 5, 2, time.Minute); err == nil || !strings.Contains(err.Error(), "4 bytes and not 5") {
		t.Errorf("answers of another length are taken: %v", err)
	}
	if length, err := look(&program{addr: addr}, "/", "our"); err != nil || length != 4 {
		t.Errorf("the page has %d bytes: %v", length, err)
	}
	if _, err := look(&program{addr: addr}, "/", "five"); err == nil || !strings.Contains(err.Error(), `"five"`) {
		t.Errorf("another page is taken: %v", err)
	}
}
