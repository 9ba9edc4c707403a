package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
)

// TestMain lets the test's own program be the empty handler and the bare loop, as capload is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "empty" || os.Args[1] == "loop") {
		main()
		return
	}
	os.Exit(m.Run())
}

// tiny asks for as little as shows that each bar measures what it says.
func tiny() bounds {
	return bounds{
		rounds: 1, round: 100 * time.Millisecond, connections: 4,
		watched: size{registrations: 600, drafts: 40, seats: 15}, perSecond: 200, asks: 40,
		rushes:  []size{{registrations: 600, drafts: 40, seats: 15}},
		invited: size{registrations: 500, queued: 30},
		small:   size{registrations: 500}, large: size{registrations: 700}, looks: 6,
		filled: size{registrations: 500}, starts: 1, traffic: 60,
	}
}

// Every bar measures what it says on both engines: nobody is overbooked, each mail comes once, and each
// bar gives its rows and its picture. Whether a bar holds is not judged here: a test's machine is busy.
func TestBars(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "capportal")
	if out, err := exec.Command("go", "build", "-o", binary, "capportal/cmd/capportal").CombinedOutput(); err != nil {
		t.Fatalf("build capportal: %v\n%s", err, out)
	}
	for _, kind := range []string{engine.Embedded, engine.MongoDB} {
		t.Run(kind, func(t *testing.T) {
			if kind == engine.MongoDB {
				needMongod(t)
			}
			var table, said bytes.Buffer
			c := runCommand{Engine: kind, Capportal: binary, Out: filepath.Join(t.TempDir(), "pictures"), JSON: true, bounds: tiny()}
			if err := c.Run(process{t.Context(), &table, &said}); err != nil && !errors.Is(err, errMissed) {
				t.Fatalf("%v\n%s", err, &said)
			}
			var rows []row
			if err := json.Unmarshal(table.Bytes(), &rows); err != nil {
				t.Fatal(err)
			}
			judgeRows(t, rows)
			for _, name := range []string{"signed-in", "rush", "scale", "start"} {
				b, err := os.ReadFile(filepath.Join(c.Out, name+"-"+kind+".svg"))
				if err != nil {
					t.Fatal(err)
				}
				wellFormed(t, b)
			}
			if t.Failed() {
				t.Logf("%s\n%s", &table, &said)
			}
		})
	}
}

func judgeRows(t *testing.T, rows []row) {
	t.Helper()
	for _, b := range bars() {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.Bar == b.name }) {
			t.Errorf("the bar %s has no row", b.name)
		}
	}
	exact := 0
	for _, r := range rows {
		if strings.Contains(r.What, "exact") || strings.Contains(r.What, "each once") {
			exact++
			if !r.Holds {
				t.Errorf("%s: %s", r.What, r.Measured)
			}
		}
		if strings.Contains(r.What, "could not be measured") {
			t.Errorf("%s could not be measured", r.Bar)
		}
		if r.Ratio <= 0 || r.Bar == "" || r.Measured == "" || r.Bound == "" {
			t.Errorf("a row says nothing: %+v", r)
		}
	}
	if exact != 2 {
		t.Errorf("%d rows tell whether all is exact, want 2", exact)
	}
}

func needMongod(t *testing.T) {
	t.Helper()
	if os.Getenv("CAPPORTAL_TEST_MONGOD") != "" {
		return
	}
	if _, err := exec.LookPath("mongod"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("mongod is missing: install mongod, or set CAPPORTAL_TEST_MONGOD")
	}
	t.Skip("install mongod, or set CAPPORTAL_TEST_MONGOD")
}

// A command line that asks for what does not exist ends with status 2 before anything is started.
func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{{"--bar", "speed"}, {"--engine", "memory"}, {"--nonsense"}, {"page"}} {
		var said bytes.Buffer
		if status := run(process{context.Background(), io.Discard, &said}, args); status != exitUsage || said.Len() == 0 {
			t.Errorf("%v ended with %d: %s", args, status, &said)
		}
	}
}

// Load for another machine ends with status 1 and a sentence.
func TestRun_Elsewhere(t *testing.T) {
	for _, uri := range []string{"mongodb://192.0.2.7:27017/?replicaSet=rs0", "mongodb+srv://db.example/"} {
		var said bytes.Buffer
		args := []string{"--engine", "mongodb", "--mongodb-uri", uri, "--capportal", "/bin/true"}
		if status := run(process{context.Background(), io.Discard, &said}, args); status != exitMissed || !strings.Contains(said.String(), "loopback") {
			t.Errorf("%s ended with %d: %s", uri, status, &said)
		}
	}
}

func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, b)
		}
	}
}
