package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/mail/sink"
)

// patience bounds every wait for something that the program does by itself, on a busy machine too.
const patience = 60 * time.Second

// The program is built once for a test process, and one Chromium serves all its windows: hence the
// globals, which TestMain clears away.
var (
	programs builder
	chromium browser
)

func TestMain(m *testing.M) {
	status := m.Run()
	chromium.close()
	programs.close()
	os.Exit(status)
}

// builder builds the program, plain and under the race detector, each at most once.
type builder struct {
	mu   sync.Mutex
	dir  string
	made map[bool]string
}

// path builds the program unless it is built. Under the race detector it needs a C compiler: without
// one the test is skipped, with CI set it fails.
func (b *builder) path(t testing.TB, race bool) string {
	t.Helper()
	if _, err := exec.LookPath("gcc"); race && err != nil {
		missing(t, "a C compiler is missing for the race detector: apt-get install gcc libc6-dev")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if path := b.made[race]; path != "" {
		return path
	}
	var err error
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "capportal-built-"); err != nil {
			t.Fatal(err)
		}
		b.made = map[bool]string{}
	}
	path := filepath.Join(b.dir, "capportal")
	args := []string{"build", "-o", path, "."}
	if race {
		path += "-race"
		args = []string{"build", "-race", "-o", path, "."}
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	b.made[race] = path
	return path
}

func (b *builder) close() {
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}

// missing skips a test whose tools are not installed; with CI set it fails it.
func missing(t testing.TB, remedy string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(remedy)
	}
	t.Skip(remedy)
}

// program is a portal that serves, as an operator started it: a process of its own, with an engine
// and a mail server.
type program struct {
	t      testing.TB
	path   string
	env    []string
	mail   *sink.Sink
	origin string // where it answers, without a slash at its end
	first  string // the first administrator's link, on an empty store
	log    *record
	hold   io.WriteCloser // it serves until this is closed
	ended  chan error
}

// option changes how a program is started.
type option func(*program)

// raced starts the program as it is built under the race detector.
func raced(p *program) { p.path = programs.path(p.t, true) }

// behindProxy lets each request name its own client, as a proxy on this machine would.
func behindProxy(p *program) { p.env = append(p.env, "CAPPORTAL_TRUSTED_PROXIES=127.0.0.1") }

// onEngines runs a test once on the embedded file and once on a real mongod.
func onEngines(t *testing.T, test func(t *testing.T, kind string)) {
	for _, kind := range []string{engine.Embedded, engine.MongoDB} {
		t.Run(kind, func(t *testing.T) { test(t, kind) })
	}
}

// serve starts `capportal serve` on an empty store of an engine. When the test ends the program is
// told to end, as by SIGTERM; it must do so with status 0, and must not have met a fault of its own.
func serve(t testing.TB, kind string, options ...option) *program {
	t.Helper()
	p := prepare(t, kind, options...)
	p.start()
	t.Cleanup(p.end)
	return p
}

// prepare makes a program on an empty store of an engine, with a mail server, without starting it.
func prepare(t testing.TB, kind string, options ...option) *program {
	t.Helper()
	box, err := sink.Listen()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, mail: box, log: &record{}, ended: make(chan error, 1)}
	p.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"CAPPORTAL_ADDR=127.0.0.1:0", "CAPPORTAL_DATA=" + filepath.Join(t.TempDir(), "data"),
		"CAPPORTAL_SMTP_URL=" + box.URL(), "CAPPORTAL_FROM=WCO CAP Secretariat <cap@portal.example>"}
	if kind == engine.MongoDB {
		p.env = append(p.env, "CAPPORTAL_MONGODB_URI="+enginetest.MongoURI(t))
	}
	for _, o := range options {
		o(p)
	}
	if p.path == "" {
		p.path = programs.path(t, false)
	}
	return p
}

// supervisor runs the program for as long as its own standard input stays open, which this process
// alone holds: however the tests end, the program is told to end, and is killed when it does not.
const supervisor = `"$@" </dev/null & pid=$!
exec >/dev/null 2>&1
cat >/dev/null
kill -TERM $pid
(i=0; while [ $i -lt 200 ] && kill -0 $pid; do sleep 0.1; i=$((i+1)); done; kill -9 $pid) &
wait $pid`

func (p *program) start() {
	p.t.Helper()
	cmd := exec.Command("sh", "-c", supervisor, "sh", p.path, "serve")
	cmd.Env, cmd.Stderr = p.env, p.log
	hold, err := cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.hold = hold
	lines := make(chan string, 16)
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
		close(lines)
		p.ended <- cmd.Wait()
	}()
	p.origin = p.said(lines, "listening on ")
	p.first = p.said(lines, "first administrator: ")
	go func() {
		for line := range lines {
			fmt.Fprintln(p.log, "standard output:", line)
		}
	}()
}

// said waits for the next line on standard output, which must begin as announced.
func (p *program) said(lines <-chan string, announced string) string {
	p.t.Helper()
	select {
	case line, ok := <-lines:
		if rest, found := strings.CutPrefix(line, announced); found {
			return rest
		}
		p.hold.Close()
		if !ok {
			p.t.Fatalf("the program ended before it said %q: %v\n%s", announced, <-p.ended, p.log)
		}
		p.t.Fatalf("the program said %q, want %q", line, announced)
	case <-time.After(patience):
		p.hold.Close()
		p.t.Fatalf("the program never said %q\n%s", announced, p.log)
	}
	return ""
}

// stop tells the program to end, as SIGTERM does, and waits until it has; its status may be asked for
// again.
func (p *program) stop() error {
	p.hold.Close()
	err := <-p.ended
	p.ended <- err
	return err
}

func (p *program) end() {
	defer p.mail.Close()
	if p.t.Failed() {
		defer func() { p.t.Logf("what the program wrote:\n%s", p.log) }()
	}
	if err := p.stop(); err != nil {
		p.t.Errorf("the program did not end in order: %v", err)
	}
	for _, bad := range []string{"level=ERROR", "panic:", "DATA RACE"} {
		if strings.Contains(p.log.String(), bad) {
			p.t.Errorf("the program wrote %q:\n%s", bad, p.log)
		}
	}
}

// command runs a command as an operator types it beside the running program, and gives what it
// printed. It fails the test unless the command succeeds.
func (p *program) command(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Env = p.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("capportal %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

// fetch asks for an address of the portal as a calendar program does, and gives its body; any other
// status than 200 ends the test.
func (p *program) fetch(address string) []byte {
	p.t.Helper()
	return p.fetchAs("", address, http.StatusOK)
}

// fetchAs asks with a token, when there is one, for an answer of a status.
func (p *program) fetchAs(token, address string, status int) []byte {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.origin + address
	}
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		p.t.Fatalf("%s answered %s, want %d, %v: %.300s", address, answer.Status, status, err, body)
	}
	return body
}

// within waits until a condition holds; what it says at last, when it never does, ends the test.
func within(t testing.TB, what string, holds func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waiting until %s: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// The program starts, answers, takes commands beside itself, and ends in order, on both engines.
func TestServe(t *testing.T) {
	onEngines(t, func(t *testing.T, kind string) {
		p := serve(t, kind)
		if !strings.HasPrefix(p.first, p.origin+"/en/first/") {
			t.Errorf("the first administrator's link is %q, on a portal at %q", p.first, p.origin)
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			p.fetch(path)
		}
		p.command("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "officer")
		if link := p.command("signin", "officer@secretariat.example"); !strings.HasPrefix(link, p.origin+"/en/sign-in/") {
			t.Errorf("signin printed %q", link)
		}
	})
}
