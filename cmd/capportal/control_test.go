package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
)

// A command runs in the portal of its data folder on either engine, but never in one on another
// database than the one it was told.
func TestControl(t *testing.T) {
	s := newShell(t)
	one, other := enginetest.MongoURI(t), enginetest.MongoURI(t)
	r := s.start("listening on ", "serve", "--mongodb-uri", one)

	s.must("person", "add", "a@secretariat.example", "--name", "Administrator", "--role", "administrator")
	if got := s.must("signin", "a@secretariat.example"); !strings.HasPrefix(got, r.after("listening on ")) {
		t.Errorf("without the database's address: %q", got)
	}
	if got := s.must("signin", "a@secretariat.example", "--mongodb-uri", one); !strings.HasPrefix(got, r.after("listening on ")) {
		t.Errorf("with the database's address: %q", got)
	}
	if status, _, errs := s.run("signin", "a@secretariat.example", "--mongodb-uri", other); status != exitFailed || !strings.Contains(errs, "nobody") {
		t.Errorf("with the address of another database: %d %q", status, errs)
	}

	t.Run("SecondInstance", func(t *testing.T) {
		second := s.start("listening on ", "serve", "--mongodb-uri", one)
		second.stop()
		if got := s.must("signin", "a@secretariat.example"); !strings.HasPrefix(got, r.after("listening on ")) {
			t.Errorf("after a second instance came and went: %q", got)
		}
	})
}

// A running portal that does not understand a command says so, and nothing is done.
func TestControl_OtherVersion(t *testing.T) {
	s := newShell(t)
	s.start("listening on ", "serve")
	settings, _, err := readSettings(flags{}, s.env)
	if err != nil {
		t.Fatal(err)
	}
	var out output
	p := process{ctx: t.Context(), env: s.env, stdout: &out, stderr: &out}
	for name, a := range map[string]act{"dance": new(signinAct), "signin": &importAct{What: "people"}} {
		answered, err := p.performThere(settings, name, a)
		if !answered || err == nil || !strings.Contains(err.Error(), "another version") {
			t.Errorf("%s: %v %v", name, answered, err)
		}
	}
}

// A portal that dies in the middle of a command leaves the command with a sentence.
func TestControl_BrokenOff(t *testing.T) {
	s := newShell(t)
	if err := os.MkdirAll(s.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	at, done, err := reachable(filepath.Join(s.data(), socketName))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	l, err := net.Listen("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	if status, out, errs := s.run("signin", "a@secretariat.example"); status != exitFailed || out != "" || !strings.Contains(errs, "broke off") {
		t.Errorf("%d %q %q", status, out, errs)
	}
}
