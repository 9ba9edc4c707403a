package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"capportal/notify/mail/sink"
)

// program is a process of this machine that says where it listens: the portal, or the empty handler.
type program struct {
	cmd     *exec.Cmd
	addr    string // host:port, on loopback
	started time.Time
	ended   chan error
	log     string // a file
}

// answers bounds how long a program may take until it listens.
const answers = 2 * time.Minute

// start runs a program until stop, and waits until it prints where it listens.
func (l *lab) start(ctx context.Context, env []string, path string, args ...string) (*program, error) {
	log, err := os.CreateTemp(l.dir, "log-")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &program{cmd: exec.Command(path, args...), ended: make(chan error, 1), log: log.Name()}
	p.cmd.Env, p.cmd.Stderr = append(env, "PATH="+os.Getenv("PATH"), "HOME="+os.Getenv("HOME"), "TMPDIR="+os.TempDir()), log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	l.running = append(l.running, p)
	listening := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "listening on http://"); ok {
				listening <- at
			}
		}
		_, _ = io.Copy(io.Discard, out)
		p.ended <- p.cmd.Wait()
	}()
	select {
	case p.addr = <-listening:
		return p, loopback(p.addr)
	case err := <-p.ended:
		p.ended <- err
		return nil, fmt.Errorf("%s ended before it listened (%v): %s", filepath.Base(path), err, p.tail())
	case <-time.After(answers):
		return nil, fmt.Errorf("%s did not listen within %s: %s", filepath.Base(path), answers, p.tail())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stop ends the program as an operator does, and by force when that takes too long.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // one that has ended needs none
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		err := <-p.ended
		p.ended <- err
	}
}

// tail is the end of what the program said.
func (p *program) tail() string {
	b, _ := os.ReadFile(p.log)
	var kept [][]byte
	for _, line := range bytes.Split(b, []byte("\n")) {
		if !bytes.Contains(line, []byte("level=INFO")) {
			kept = append(kept, line)
		}
	}
	said := bytes.TrimSpace(bytes.Join(kept, []byte("\n")))
	return string(said[max(0, len(said)-1500):])
}

// serve starts the portal on a store. Its mail goes to the sink, if there is one; the clients name
// their own addresses, as a proxy on this machine would.
func (l *lab) serve(ctx context.Context, s *stored, mails *sink.Sink) (*program, error) {
	env := []string{"CAPPORTAL_ADDR=127.0.0.1:0", "CAPPORTAL_TRUSTED_PROXIES=127.0.0.1", "CAPPORTAL_DATA=" + s.settings.Data}
	if s.settings.MongoDB != "" {
		env = append(env, "CAPPORTAL_MONGODB_URI="+s.settings.MongoDB)
	}
	if mails != nil {
		env = append(env, "CAPPORTAL_SMTP_URL="+mails.URL(), "CAPPORTAL_FROM=WCO CAP Secretariat <cap@portal.example>")
	}
	return l.start(ctx, env, l.binary, "serve")
}

// ready waits until a program says that it is ready, and gives the time since it was started.
func (p *program) ready(ctx context.Context) (time.Duration, error) {
	l, err := newLine(p.addr)
	if err != nil {
		return 0, err
	}
	defer l.close()
	request := get(p.addr, "/readyz")
	for {
		err := l.ask(request, 200)
		if err == nil {
			return time.Since(p.started), nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("it never became ready: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// work gives how long the program has used processors so far, to a hundredth of a second; 0 where /proc
// does not tell.
func (p *program) work() time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(b), ") ") // behind the name, which may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	ticks := 0
	for _, field := range fields[11:13] { // utime and stime, proc(5), in hundredths
		n, _ := strconv.Atoi(field)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory reads from /proc how much of the machine's memory the program holds, in MB (10^6 bytes): all of
// it, and the part that is no file's (the heap, not the mapped database).
func (p *program) memory() (resident, own float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read how much memory the portal holds, which works on Linux alone: %w", err)
	}
	read := func(name string) float64 {
		_, rest, _ := strings.Cut(string(b), name+":")
		kilobytes, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
		return kilobytes * 1024 / 1e6
	}
	return read("VmRSS"), read("RssAnon"), nil
}
