package main_test

import (
	"bufio"
	"cmp"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// victim is a portal whose end by SIGKILL, at any moment, is part of the test. Its store and its mail
// server outlive it, and its own name does, so that a mail sent again can be the same bytes.
type victim struct {
	*program
	took   time.Duration // how long its last start took
	moving sync.Mutex    // held while its origin changes
	ending string        // the script that runs it, and ends it when it is told to; empty: executioner
}

const portalName = "http://portal.example"

func newVictim(t testing.TB, kind string, options ...option) *victim {
	t.Helper()
	named := func(p *program) { p.env = append(p.env, "CAPPORTAL_BASE_URL="+portalName) }
	return &victim{program: prepare(t, kind, append(options, named)...)}
}

// on puts a program on a database that the test has started.
func on(uri string) option {
	return func(p *program) { p.env = append(p.env, "CAPPORTAL_MONGODB_URI="+uri) }
}

// executioner kills the program as soon as its own standard input is closed, which this process alone
// holds: however the tests end, the program ends. Its status is the program's.
const executioner = `"$@" </dev/null & pid=$!
exec >/dev/null 2>&1
cat >/dev/null
kill -9 $pid
wait $pid`

// begin starts the program without waiting until it answers; what it says comes by lines, which end
// with it.
func (v *victim) begin() (lines <-chan string) {
	v.t.Helper()
	cmd := exec.Command("sh", "-c", cmp.Or(v.ending, executioner), "sh", v.path, "serve")
	v.log = &record{}
	cmd.Env, cmd.Stderr = v.env, v.log
	hold, err := cmd.StdinPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.hold = hold
	said := make(chan string, 16)
	ended := make(chan error, 1)
	v.ended = ended
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			said <- s.Text()
		}
		close(said)
		ended <- cmd.Wait()
	}()
	return said
}

// revive starts the program on what the last one left, and waits until it answers.
func (v *victim) revive() {
	v.t.Helper()
	began := time.Now()
	lines := v.begin()
	select {
	case line, ok := <-lines:
		origin, announced := strings.CutPrefix(line, "listening on ")
		if !ok || !announced {
			v.hold.Close()
			v.t.Fatalf("the portal does not come back: it said %q, %v\n%s", line, <-v.ended, v.log)
		}
		v.moving.Lock()
		v.origin = origin
		v.moving.Unlock()
	case <-time.After(patience):
		v.hold.Close()
		v.t.Fatalf("the portal does not come back within %v\n%s", patience, v.log)
	}
	v.took = time.Since(began)
}

// at is where it answers now: a portal that is started again gets another port.
func (v *victim) at() string {
	v.moving.Lock()
	defer v.moving.Unlock()
	return v.origin
}

// kill ends the program by SIGKILL and gives what is wrong with how it lived: it must not have ended
// before by itself, nor met a fault of its own.
func (v *victim) kill() (faults []string) {
	v.hold.Close()
	var status *exec.ExitError
	if err := <-v.ended; !errors.As(err, &status) || status.ExitCode() != 128+9 {
		faults = append(faults, "the portal ended by itself before it was killed")
	}
	for _, bad := range []string{"level=ERROR", "panic:", "fatal error:"} {
		if strings.Contains(v.log.String(), bad) {
			faults = append(faults, "the portal wrote "+bad)
		}
	}
	if len(faults) > 0 {
		faults = append(faults, v.log.String())
	}
	return faults
}
