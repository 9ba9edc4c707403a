package views_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"capportal/cmd/capportal/engine/enginetest"
)

// Each encoding is the same answer, with a tag of its own; who has it gets 304, from the first on.
func TestCache_Encodings(t *testing.T) {
	p := openProgramme(t, &stamped{DB: enginetest.Memory(t)})
	for _, path := range []string{"/en/events/one", "/calendar.ics"} {
		plain := p.ask("GET", path)
		tags := map[string]bool{plain.Header.Get("Etag"): true}
		for _, tt := range []struct{ accept, encoding string }{{"gzip, deflate, br", "br"}, {"gzip", "gzip"}, {"br;q=0", ""}, {"identity", ""}} {
			a := p.ask("GET", path, "Accept-Encoding", tt.accept)
			if got := a.Header.Get("Content-Encoding"); got != tt.encoding {
				t.Errorf("%s for %q is encoded as %q", path, tt.accept, got)
			}
			if body := unpack(t, a); body != plain.body {
				t.Errorf("%s for %q is another answer", path, tt.accept)
			}
			if !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s varies by %q", path, a.Header.Get("Vary"))
			}
			tags[a.Header.Get("Etag")] = true
			if again := p.ask("GET", path, "Accept-Encoding", tt.accept, "If-None-Match", a.Header.Get("Etag")); again.StatusCode != http.StatusNotModified || again.body != "" {
				t.Errorf("%s for %q again is %d", path, tt.accept, again.StatusCode)
			}
		}
		if len(tags) != 3 {
			t.Errorf("%s has the tags %v", path, tags)
		}
		p.Now = p.Now.Add(time.Second)
		if a := p.ask("GET", path, "If-None-Match", plain.Header.Get("Etag")); a.StatusCode != http.StatusNotModified {
			t.Errorf("%s a second later is %d", path, a.StatusCode)
		}
	}
}

func unpack(t *testing.T, a told) string {
	t.Helper()
	var r io.Reader = strings.NewReader(a.body)
	switch a.Header.Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
