package calendartest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// python is Debian's own interpreter: the binding of libical is installed for no other.
const python = "/usr/bin/python3"

// judgeTimeout bounds one verdict, on a busy machine too.
const judgeTimeout = 30 * time.Second

// judgeScript answers every object, sent as its length on a line and then its bytes, with
// one line of JSON: "" for an object that keeps the RFC 5546 tables, else what is wrong.
const judgeScript = `
import sys, json
try:
    import gi
    gi.require_version('ICalGLib', '3.0')
    from gi.repository import ICalGLib as I
except Exception as e:
    print(json.dumps('missing: %s' % e), flush=True)
    sys.exit(0)
print(json.dumps('ready'), flush=True)
inp = sys.stdin.buffer
while True:
    head = inp.readline()
    if not head:
        break
    data = inp.read(int(head))
    try:
        c = I.Component.new_from_string(data.decode('utf-8'))
        if c is None:
            out = 'libical reads no component'
        elif c.count_errors() != 0:
            out = 'libical finds errors:\n' + c.as_ical_string()
        elif not I.restriction_check(c):
            out = 'libical finds the restrictions of RFC 5546 broken:\n' + c.as_ical_string()
        else:
            out = ''
    except Exception as e:
        out = 'libical cannot judge: %r' % e
    print(json.dumps(out), flush=True)
`

// ErrNoLibical says that the judge is not installed, and what to install.
var ErrNoLibical = errors.New("libical's judge is not installed; on Debian: apt-get install gir1.2-ical-3.0 python3-gi")

// Judge fails the test when libical finds that the object breaks a restriction of RFC
// 5546 (rule 12). Without libical it skips the test; with CI set it fails it. A test that
// has more to do than this asks Libical first.
func Judge(t testing.TB, ics []byte) {
	t.Helper()
	verdict, err := Libical(ics)
	switch {
	case errors.Is(err, ErrNoLibical) && os.Getenv("CI") == "":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	case verdict != "":
		t.Errorf("rule 12: %s\nof\n%s", verdict, ics)
	}
}

// Libical is libical's verdict on an object: empty when it keeps the tables of RFC 5546.
// The error is ErrNoLibical where the judge is not installed.
func Libical(ics []byte) (verdict string, err error) {
	return libical.ask(ics)
}

// libical is the one judge of the test process. Starting Python takes longer than a
// hundred verdicts; it ends with the test process, when its input closes.
var libical judge

// judge is a running Python that judges one object after the other.
type judge struct {
	mu      sync.Mutex
	started bool
	broken  error
	in      io.Writer
	answers chan string
}

func (j *judge) ask(ics []byte) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.started {
		j.started = true
		j.broken = j.start()
	}
	if j.broken != nil {
		return "", j.broken
	}
	if _, err := j.in.Write(append(fmt.Appendf(nil, "%d\n", len(ics)), ics...)); err != nil {
		j.broken = fmt.Errorf("libical's judge ended: %w", err)
		return "", j.broken
	}
	return j.answer()
}

// start runs Python and waits for its first word.
func (j *judge) start() error {
	if _, err := os.Stat(python); err != nil {
		return ErrNoLibical
	}
	cmd := exec.Command(python, "-c", judgeScript)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting libical's judge: %w", err)
	}
	j.in, j.answers = in, make(chan string)
	go func() {
		defer close(j.answers)
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			var answer string
			if json.Unmarshal(bytes.TrimSpace(line), &answer) == nil {
				j.answers <- answer
			}
		}
	}()
	first, err := j.answer()
	if err != nil {
		return err
	}
	if first != "ready" {
		return fmt.Errorf("%w (%s)", ErrNoLibical, first)
	}
	return nil
}

// answer waits for the next line of JSON.
func (j *judge) answer() (string, error) {
	select {
	case answer, ok := <-j.answers:
		if !ok {
			j.broken = errors.New("libical's judge ended without an answer")
			return "", j.broken
		}
		return answer, nil
	case <-time.After(judgeTimeout):
		j.broken = fmt.Errorf("libical's judge gave no answer in %v", judgeTimeout)
		return "", j.broken
	}
}
