package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/cmd/capportal/portal"
	"capportal/notify/mail/sink"
)

// What is wrong is named, with what to do about it, and nothing else is called wrong.
func TestCheck(t *testing.T) {
	sentence := func(t *testing.T, s *shell, status int, says ...string) {
		t.Helper()
		got, out, errs := s.run("check")
		if got != status {
			t.Errorf("status %d, want %d: %s%s", got, status, out, errs)
		}
		if lines := strings.Count(errs, "\n"); status == exitDone && lines != 0 || status != exitDone && lines != 1 {
			t.Errorf("%d sentences: %q", lines, errs)
		}
		for _, what := range says {
			if !strings.Contains(out+errs, what) {
				t.Errorf("it does not say %q: %s%s", what, out, errs)
			}
		}
	}
	t.Run("Fine", func(t *testing.T) {
		s := newShell(t)
		sentence(t, s, exitDone, "none yet", "CAPPORTAL_SMTP_URL", "Europe/Brussels")
		if _, err := os.Stat(s.data()); !os.IsNotExist(err) {
			t.Errorf("it made the data folder: %v", err)
		}
		s.must("person", "add", "a@secretariat.example", "--name", "Administrator", "--role", "administrator")
		sentence(t, s, exitDone, "database: embedded")
	})
	t.Run("MalformedSetting", func(t *testing.T) {
		sentence(t, newShell(t, "CAPPORTAL_TIMEZONE=Mars/Olympus"), exitFailed, "CAPPORTAL_TIMEZONE", "Europe/Brussels", "none yet")
	})
	t.Run("UnwritableDataFolder", func(t *testing.T) {
		s := newShell(t)
		// A folder below a file can be made by nobody, root included.
		s.env[0] = "CAPPORTAL_DATA=" + filepath.Join(write(t, filepath.Join(t.TempDir(), "file"), ""), "data")
		sentence(t, s, exitFailed, "cannot be written", "CAPPORTAL_DATA")
	})
	t.Run("UnwritableForThisUser", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Log("root may write everywhere")
			return
		}
		s := newShell(t)
		if err := os.MkdirAll(s.data(), 0o500); err != nil {
			t.Fatal(err)
		}
		sentence(t, s, exitFailed, "cannot be written", "CAPPORTAL_DATA")
	})
	t.Run("FullDisk", func(t *testing.T) {
		k := &check{process: process{stdout: io.Discard, stderr: new(strings.Builder)}, settings: portal.Settings{Data: t.TempDir()}}
		if k.disk(); k.wrong > 0 {
			t.Errorf("a disk with room: %s", k.stderr)
		}
		if runtime.GOOS != "linux" {
			return
		}
		k.settings.Data = "/proc" // which has room for nothing
		if k.disk(); k.wrong != 1 || !strings.Contains(fmt.Sprint(k.stderr), "/proc has 0.0 KiB left: make room") {
			t.Errorf("%d wrong: %s", k.wrong, k.stderr)
		}
	})
	t.Run("DatabaseUnreachable", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		s := newShell(t, "CAPPORTAL_MONGODB_URI=mongodb://"+addr+"/capportal?replicaSet=rs0&serverSelectionTimeoutMS=500")
		sentence(t, s, exitFailed, addr, "CAPPORTAL_MONGODB_URI")
	})
	t.Run("DatabaseStandalone", func(t *testing.T) {
		s := newShell(t, "CAPPORTAL_MONGODB_URI="+enginetest.Start(t, "").URI("capportal"))
		sentence(t, s, exitFailed, "standalone", "--replSet")
	})
	t.Run("DatabaseFine", func(t *testing.T) {
		sentence(t, newShell(t, "CAPPORTAL_MONGODB_URI="+enginetest.MongoURI(t)), exitDone, "database: mongodb")
	})
	t.Run("MailServer", func(t *testing.T) {
		server, err := sink.Listen(sink.WithAuth("portal", "right-word"))
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		from := "CAPPORTAL_FROM=WCO CAP Secretariat <cap@portal.example>"
		url := "CAPPORTAL_SMTP_URL=" + strings.Replace(server.URL(), "smtp://", "smtp://portal:right-word@", 1)
		sentence(t, newShell(t, from, url), exitDone, "mail: ")
		wrong := newShell(t, from, strings.Replace(url, "right-word", "wrong-word", 1))
		sentence(t, wrong, exitFailed, "mail: ", "password")
		if _, out, errs := wrong.run("check"); strings.Contains(out+errs, "wrong-word") {
			t.Errorf("it repeats the password: %s%s", out, errs)
		}
		server.Close()
		sentence(t, newShell(t, from, url), exitFailed, "mail: ", "nothing listens")
	})
}
