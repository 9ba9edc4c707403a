package main

import (
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
	"capportal/cmd/capportal/engine/enginetest"
)

// A backup is taken of a store that nobody has open, and of one on which a portal runs, on either
// engine, and goes into an empty store of the other: tokens and links given out before live on.
func TestBackup(t *testing.T) {
	for _, c := range []struct {
		kind    string
		serving bool
	}{{engine.Embedded, false}, {engine.Embedded, true}, {engine.MongoDB, true}} {
		t.Run(fmt.Sprintf("%s serving %v", c.kind, c.serving), func(t *testing.T) {
			s, other := newShell(t), newShell(t)
			if c.kind == engine.MongoDB {
				s.env = append(s.env, "CAPPORTAL_MONGODB_URI="+enginetest.MongoURI(t))
			} else {
				other.env = append(other.env, "CAPPORTAL_MONGODB_URI="+enginetest.MongoURI(t))
			}
			testBackup(t, s, other, c.serving)
		})
	}
}

func testBackup(t *testing.T, s, other *shell, serving bool) {
	s.must("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "administrator")
	token := s.must("token", "add", "officer@secretariat.example", "--scope", "read")
	link := s.must("signin", "officer@secretariat.example")
	agenda := filepath.Join(s.data(), "documents", "IPR-2026-20", "agenda.pdf")
	if err := os.MkdirAll(filepath.Dir(agenda), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, agenda, "%PDF")
	var portal *running
	if serving {
		portal = s.start("listening on ", "serve")
	}
	file := filepath.Join(t.TempDir(), "backup")
	if got := s.must("backup", file); !strings.HasPrefix(got, "backed up ") || !strings.Contains(got, " and 1 files as of 20") {
		t.Errorf("backup said %q", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	alone(t, file)
	if serving {
		t.Run("ErrRunning", func(t *testing.T) {
			if status, out, errs := s.run("restore", file); status != exitFailed || out != "" || !strings.Contains(errs, "stop it") {
				t.Errorf("%d %q %q", status, out, errs)
			}
		})
		portal.stop()
	}
	if status, _, errs := s.run("restore", file); status != exitFailed || !strings.Contains(errs, "is not empty") {
		t.Errorf("into the store that it was taken of: %d %q", status, errs)
	}
	if got := other.must("restore", file); !strings.HasPrefix(got, "restored ") {
		t.Errorf("restore said %q", got)
	}
	if content, err := os.ReadFile(filepath.Join(other.data(), "documents", "IPR-2026-20", "agenda.pdf")); err != nil || string(content) != "%PDF" {
		t.Errorf("the document: %q %v", content, err)
	}
	origin := other.start("listening on ", "serve").after("listening on ")
	if got := asked(t, origin+"/api/v1/audit?from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z", token); !strings.Contains(got, `"export"`) || !strings.Contains(got, `"backup"`) {
		t.Errorf("the backup is not among the acts: %s", got)
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	if got := asked(t, origin+"/"+path, ""); !strings.Contains(got, "<form") {
		t.Errorf("the sign-in link leads to %.2000s", got)
	}
}

// asked gives what an address answers, which must be well.
func asked(t *testing.T, address, token string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s answered %s, %v: %.500s", address, answer.Status, err, body)
	}
	return string(body)
}

// alone wants nothing beside a file in its folder; without a name, nothing at all.
func alone(t *testing.T, file string) {
	t.Helper()
	there, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != 1 || there[0].Name() != filepath.Base(file) {
		t.Errorf("in its folder lie %v", there)
	}
}

func empty(t *testing.T, folder string) {
	t.Helper()
	if there, err := os.ReadDir(folder); err != nil || len(there) > 0 {
		t.Errorf("left behind: %v %v", there, err)
	}
}

// What cannot be done is refused in a sentence, and leaves everything as it is.
func TestBackup_Refused(t *testing.T) {
	s := newShell(t)
	folder := t.TempDir()
	if status, _, errs := s.run("backup", filepath.Join(folder, "b")); status != exitFailed || !strings.Contains(errs, "CAPPORTAL_DATA") {
		t.Errorf("of no store: %d %q", status, errs)
	}
	if _, err := os.Stat(s.data()); err == nil {
		t.Error("a store was made to be backed up")
	}
	s.must("person", "add", "officer@secretariat.example", "--name", "Officer 1")
	mine := write(t, filepath.Join(folder, "mine"), "precious")
	if status, _, errs := s.run("backup", mine); status != exitFailed || !strings.Contains(errs, "there already") {
		t.Errorf("over a file: %d %q", status, errs)
	}
	if status, _, errs := s.run("backup", filepath.Join(mine, "b")); status != exitFailed || !strings.Contains(errs, "cannot be written") {
		t.Errorf("into no folder: %d %q", status, errs)
	}
	if status, _, errs := s.run("backup"); status != exitUsage || !strings.Contains(errs, "<file>") {
		t.Errorf("into no file: %d %q", status, errs)
	}
	if content, err := os.ReadFile(mine); err != nil || string(content) != "precious" {
		t.Errorf("the file that was there: %q %v", content, err)
	}
	alone(t, mine)

	other := newShell(t)
	if status, _, errs := other.run("restore", mine); status != exitFailed || !strings.Contains(errs, "not a backup") {
		t.Errorf("of something else: %d %q", status, errs)
	}
	if status, _, errs := other.run("restore", mine+"?"); status != exitFailed || !strings.Contains(errs, "mine?") {
		t.Errorf("of nothing: %d %q", status, errs)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	s.must("backup", whole)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, errs := other.run("restore", write(t, whole+".torn", string(content[:len(content)-7]))); status != exitFailed || !strings.Contains(errs, "damaged or was cut off") {
		t.Errorf("of a torn file: %d %q", status, errs)
	}
	if _, err := os.Stat(other.data()); err == nil {
		t.Error("a refused restore has made a data folder")
	}
}

// On MongoDB a portal of another machine is noticed by what it counts in the database.
func TestRestore_PortalElsewhere(t *testing.T) {
	s := newShell(t)
	s.must("person", "add", "officer@secretariat.example", "--name", "Officer 1")
	file := filepath.Join(t.TempDir(), "backup")
	s.must("backup", file)
	uri := "CAPPORTAL_MONGODB_URI=" + enginetest.MongoURI(t)
	far, near := newShell(t, uri), newShell(t, uri)
	far.start("first administrator: ", "serve")
	deadline := time.Now().Add(time.Minute)
	for { // its first look at what falls due is a moment after its first answer
		status, _, errs := near.run("restore", file)
		if status == exitFailed && strings.Contains(errs, "wait two minutes") {
			break
		}
		if status != exitFailed || time.Now().After(deadline) {
			t.Fatalf("%d %q", status, errs)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := near.must("check"); !strings.Contains(got, "no administrator") {
		t.Errorf("afterwards: %q", got)
	}
}

// A portal that dies in the middle of a backup leaves no file, whatever it has sent.
func TestBackup_BrokenOff(t *testing.T) {
	s := newShell(t)
	s.must("person", "add", "officer@secretariat.example", "--name", "Officer 1")
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
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTrailer: Capportal-Answer\r\nTransfer-Encoding: chunked\r\n\r\n"
	says := make(chan string, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(c, head+<-says)
			c.Close()
		}
	}()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"dies":          "5\r\ncappo",
		"says nothing":  "5\r\ncappo\r\n0\r\n\r\n",
		"says nonsense": "5\r\ncappo\r\n0\r\nCapportal-Answer: %zz\r\n\r\n",
	} {
		says <- text
		if status, out, errs := s.run("backup", filepath.Join(folder, "backup")); status != exitFailed || out != "" || !strings.Contains(errs, "broke off") {
			t.Errorf("%s: %d %q %q", name, status, out, errs)
		}
		empty(t, folder)
	}
	// And where it says that all is well, the file is looked at all the same.
	says <- "5\r\ncappo\r\n0\r\nCapportal-Answer: %7B%22status%22:0%7D\r\n\r\n"
	if status, out, errs := s.run("backup", filepath.Join(folder, "backup")); status != exitFailed || out != "" || !strings.Contains(errs, "damaged") {
		t.Errorf("a torn stream: %d %q %q", status, out, errs)
	}
	says <- "0\r\nCapportal-Answer: %7B%22status%22:1,%22error%22:%22the+store+is+gone%22%7D\r\n\r\n"
	if status, _, errs := s.run("backup", filepath.Join(folder, "backup")); status != exitFailed || errs != "the store is gone\n" {
		t.Errorf("a refusal: %d %q", status, errs)
	}
	empty(t, folder)
}
