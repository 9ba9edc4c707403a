package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capportal/registrations/directory"
)

// Every command works on a store that nobody has open, and the same while the portal runs on it.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve bool
	}{{"on the store itself", false}, {"through the running portal", true}} {
		t.Run(c.name, func(t *testing.T) {
			s := newShell(t)
			if c.serve {
				s.start("first administrator: ", "serve")
			}
			testCommands(t, s)
		})
	}
}

func testCommands(t *testing.T, s *shell) {
	members := write(t, filepath.Join(t.TempDir(), "members.csv"), string(directory.MembersCSV))
	if got := s.must("import", "members", members, "--dry-run"); !strings.Contains(got, "188 added") || !strings.Contains(got, "dry run") {
		t.Errorf("a dry run said %q", got)
	}
	if got, want := s.must("import", "members", members), "188 added, 0 changed, 0 unchanged; 187 Members, 1 other"; got != want {
		t.Errorf("import members said %q, want %q", got, want)
	}
	if got, want := s.must("import", "members", members), "0 added, 0 changed, 188 unchanged; 187 Members, 1 other"; got != want {
		t.Errorf("again it said %q, want %q", got, want)
	}
	if got, want := s.must("import", "programme", "demo/programme.csv"), "32 added, 0 changed, 0 unchanged"; got != want {
		t.Errorf("import programme said %q, want %q", got, want)
	}
	if got, want := s.must("import", "programme", "demo/programme.csv"), "0 added, 0 changed, 32 unchanged"; got != want {
		t.Errorf("again it said %q, want %q", got, want)
	}
	people := "email,given_name,family_name,role,organisation\ncontact.zm@customs-zm.example,Contact point,(Zambia),contact_point,ZM\n"
	if status, out, errs := s.feed(strings.NewReader(people), "import", "people", "-"); status != 0 || out != "1 added, 0 changed, 0 unchanged\n" {
		t.Errorf("import people: %d %q %q", status, out, errs)
	}
	if got := s.must("person", "add", "Officer.IPR@secretariat.example", "--name", "Officer (IPR)", "--role", "officer"); got != "added: officer.ipr@secretariat.example, officer" {
		t.Errorf("person add said %q", got)
	}
	if got := s.must("person", "add", "officer.ipr@secretariat.example", "--role", "administrator"); got != "changed: officer.ipr@secretariat.example, administrator" {
		t.Errorf("person add again said %q", got)
	}
	if got := s.must("signin", "officer.ipr@secretariat.example"); !strings.HasPrefix(got, "http://127.0.0.1:") || !strings.Contains(got, "/en/sign-in/") || strings.ContainsAny(got, " \n") {
		t.Errorf("signin said %q, want a link alone", got)
	}
	if got := s.must("token", "add", "officer.ipr@secretariat.example", "--scope", "write", "--days", "7"); !strings.HasPrefix(got, "capportal_") || strings.ContainsAny(got, " \n") {
		t.Errorf("token add said %q, want a token alone", got)
	}
	if got := s.must("check"); !strings.Contains(got, "database: embedded") {
		t.Errorf("check said %q", got)
	}
}

// A refused command says why in sentences on standard error, nothing on standard output, and changes
// nothing.
func TestCommands_Refused(t *testing.T) {
	programme, err := os.ReadFile("demo/programme.csv")
	if err != nil {
		t.Fatal(err)
	}
	bad := write(t, filepath.Join(t.TempDir(), "bad.csv"), strings.Replace(string(programme), "national_workshop", "congress", 1))
	s := newShell(t)
	for _, c := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"nothing", nil, exitUsage, "--help"},
		{"unknown command", []string{"dance"}, exitUsage, "dance"},
		{"unknown flag", []string{"serve", "--fast"}, exitUsage, "--fast"},
		{"no scope", []string{"token", "add", "a@b.example"}, exitUsage, "--scope"},
		{"wrong scope", []string{"token", "add", "a@b.example", "--scope", "all"}, exitUsage, "--scope"},
		{"what to import", []string{"import", "countries", bad}, exitUsage, "countries"},
		{"file missing", []string{"import", "people", "nowhere.csv"}, exitFailed, "nowhere.csv"},
		{"bad row", []string{"import", "programme", bad}, exitFailed, "line 5, column kind: "},
		{"unknown person", []string{"signin", "nobody@nowhere.example"}, exitFailed, "nobody@nowhere.example"},
		{"unknown person's token", []string{"token", "add", "nobody@nowhere.example", "--scope", "read"}, exitFailed, "person add"},
		{"no name", []string{"person", "add", "new@nowhere.example", "--role", "officer"}, exitFailed, "--name"},
		{"wrong role", []string{"person", "add", "new@nowhere.example", "--name", "New", "--role", "king"}, exitFailed, "role: "},
		{"wrong address", []string{"person", "add", "new@", "--name", "New"}, exitFailed, "email: "},
		{"unknown organisation", []string{"person", "add", "new@nowhere.example", "--name", "New", "--organisation", "QQ"}, exitFailed, "organisation: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := s.run(c.args...)
			if status != c.status || !strings.Contains(errs, c.says) || out != "" {
				t.Errorf("status %d, standard output %q, standard error %q; want status %d and %q", status, out, errs, c.status, c.says)
			}
		})
	}
	if got := s.must("import", "programme", "demo/programme.csv", "--dry-run"); !strings.Contains(got, "32 added") {
		t.Errorf("after a refused import: %q", got)
	}
}

// Two people may share an address: another name is another person.
func TestPersonAdd_SharedAddress(t *testing.T) {
	s := newShell(t)
	s.must("person", "add", "office@customs-zm.example", "--name", "Delegate 1 (Zambia)")
	if got := s.must("person", "add", "office@customs-zm.example", "--name", "Delegate 2 (Zambia)"); !strings.HasPrefix(got, "added") {
		t.Errorf("another name: %q", got)
	}
	if got := s.must("person", "add", "office@customs-zm.example", "--name", "delegate 1  (zambia)"); !strings.HasPrefix(got, "unchanged") && !strings.HasPrefix(got, "changed") {
		t.Errorf("the same name otherwise spelled: %q", got)
	}
	if status, _, errs := s.run("person", "add", "office@customs-zm.example", "--role", "officer"); status != exitFailed || !strings.Contains(errs, "--name") {
		t.Errorf("without a name: %d %q", status, errs)
	}
	if status, _, errs := s.run("token", "add", "office@customs-zm.example", "--scope", "read"); status != exitFailed || !strings.Contains(errs, "2 people") {
		t.Errorf("a token for two: %d %q", status, errs)
	}
}

func TestServing(t *testing.T) {
	s := newShell(t)
	r := s.start("first administrator: ", "serve")
	origin := r.after("listening on ")

	t.Run("Answers", func(t *testing.T) {
		answer, err := http.Get(origin + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("/healthz answered %d", answer.StatusCode)
		}
		if link := r.after("first administrator: "); !strings.HasPrefix(link, origin+"/en/first/") {
			t.Errorf("the first administrator's link is %q", link)
		}
		if !strings.Contains(r.errs.String(), "CAPPORTAL_SMTP_URL") {
			t.Errorf("the start does not say that mail waits: %s", r.errs.String())
		}
	})
	t.Run("SocketIsOurs", func(t *testing.T) {
		info, err := os.Stat(filepath.Join(s.data(), socketName))
		if err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
			t.Errorf("the socket: %v %v", info, err)
		}
	})
	t.Run("ErrSecond", func(t *testing.T) {
		status, out, errs := s.run("serve")
		if status != exitFailed || out != "" || !strings.Contains(errs, "in use by process") {
			t.Errorf("a second portal: %d %q %q", status, out, errs)
		}
	})
	t.Run("Ends", func(t *testing.T) {
		// A connection that stays open and says nothing holds the end up no longer than it may.
		idle, err := net.Dial("tcp", strings.TrimPrefix(origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer idle.Close()
		start := time.Now()
		if status := r.stop(); status != exitDone {
			t.Errorf("ended with %d: %s", status, r.errs.String())
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the end took %s", took)
		}
		if _, err := os.Stat(filepath.Join(s.data(), socketName)); !os.IsNotExist(err) {
			t.Errorf("the socket is still there: %v", err)
		}
		if got := s.must("person", "add", "a@secretariat.example", "--name", "Administrator", "--role", "administrator"); !strings.HasPrefix(got, "added") {
			t.Errorf("after the end: %q", got)
		}
	})
	t.Run("NoSecondLink", func(t *testing.T) {
		again := s.start("listening on ", "serve")
		again.stop()
		if strings.Contains(again.out.String(), "first administrator") {
			t.Errorf("with an administrator: %q", again.out.String())
		}
	})
}

// A socket that a killed portal left behind stops neither a command nor the next portal, and a data
// folder may lie deep.
func TestServing_StaleSocket(t *testing.T) {
	s := newShell(t)
	s.env[0] = "CAPPORTAL_DATA=" + filepath.Join(t.TempDir(), strings.Repeat("deep/", 30), "data")
	if err := os.MkdirAll(s.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	at, done, err := reachable(filepath.Join(s.data(), socketName))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	done()
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	s.must("person", "add", "a@secretariat.example", "--name", "Administrator", "--role", "administrator")
	s.start("listening on ", "serve")
	if got := s.must("signin", "a@secretariat.example"); !strings.Contains(got, "/sign-in/") {
		t.Errorf("through the new socket: %q", got)
	}
}

// An address that somebody else has is a sentence with a remedy.
func TestServing_AddressTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newShell(t)
	status, _, errs := s.run("serve", "--addr", l.Addr().String())
	if status != exitFailed || !strings.Contains(errs, l.Addr().String()) || !strings.Contains(errs, "CAPPORTAL_ADDR") {
		t.Errorf("%d %q", status, errs)
	}
}
