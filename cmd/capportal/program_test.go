package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is where a command writes, readable while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// shell runs commands on one data folder as an operator would, each with its own exit status.
type shell struct {
	t   *testing.T
	env []string
}

func newShell(t *testing.T, env ...string) *shell {
	t.Helper()
	return &shell{t, append([]string{"CAPPORTAL_DATA=" + filepath.Join(t.TempDir(), "data"), "CAPPORTAL_ADDR=127.0.0.1:0"}, env...)}
}

func (s *shell) data() string { return environment(s.env).get("CAPPORTAL_DATA") }

// run carries one command line out and gives what it said.
func (s *shell) run(args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	return s.feed(nil, args...)
}

func (s *shell) feed(stdin io.Reader, args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	var out, errs output
	status = run(process{ctx: s.t.Context(), env: s.env, stdin: stdin, stdout: &out, stderr: &errs}, args)
	return status, out.String(), errs.String()
}

// must is run for a command that has to succeed; it gives standard output without its last line end.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	status, out, errs := s.run(args...)
	if status != exitDone || errs != "" {
		s.t.Fatalf("%v: status %d, %s", args, status, errs)
	}
	return strings.TrimSuffix(out, "\n")
}

// running is a command that goes on until it is ended.
type running struct {
	t           *testing.T
	out, errs   output
	end         context.CancelFunc
	ended       chan struct{}
	status      int
	description string
}

// start begins a command and waits until it has said the text on standard output.
func (s *shell) start(until string, args ...string) *running {
	s.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	r := &running{t: s.t, end: end, ended: make(chan struct{}), description: strings.Join(args, " ")}
	go func() {
		defer close(r.ended)
		r.status = run(process{ctx: ctx, env: s.env, stdout: &r.out, stderr: &r.errs}, args)
	}()
	s.t.Cleanup(func() { r.stop() })
	deadline := time.After(time.Minute)
	for !strings.Contains(r.out.String(), until) {
		select {
		case <-r.ended:
			s.t.Fatalf("%s ended with status %d: %s", r.description, r.status, r.errs.String())
		case <-deadline:
			s.t.Fatalf("%s did not say %q: %s%s", r.description, until, r.out.String(), r.errs.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return r
}

// stop ends the command as SIGTERM does and gives its status.
func (r *running) stop() int {
	r.t.Helper()
	r.end()
	select {
	case <-r.ended:
	case <-time.After(15 * time.Second):
		r.t.Errorf("%s did not end", r.description)
	}
	return r.status
}

// after gives the rest of the line of standard output that begins with the text.
func (r *running) after(begins string) string {
	r.t.Helper()
	for line := range strings.Lines(r.out.String()) {
		if rest, ok := strings.CutPrefix(line, begins); ok {
			return strings.TrimSpace(rest)
		}
	}
	r.t.Fatalf("%s never said %q: %s", r.description, begins, r.out.String())
	return ""
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
