package page

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/assets"
)

func renderer(t testing.TB, files map[string]string) (*Renderer, error) {
	t.Helper()
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Bundle: bundle(t), Assets: set, Log: slog.New(slog.DiscardHandler)}
	if files != nil {
		source := fstest.MapFS{}
		for name, content := range files {
			source[name] = &fstest.MapFile{Data: []byte(content)}
		}
		o.Sources = map[string]fs.FS{"desk": source}
	}
	return New(o)
}

// Whatever is wrong with a template stops the start.
func TestNew_RefusesFaultyTemplates(t *testing.T) {
	good := `{{define "title"}}x{{end}}{{define "content"}}x{{end}}`
	if _, err := renderer(t, map[string]string{"a.html": good}); err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{
		"Syntax":    `{{define "title"}}x{{end}}{{define "content"}}{{if}}{{end}}`,
		"Function":  `{{define "title"}}x{{end}}{{define "content"}}{{nothing .}}{{end}}`,
		"NoTitle":   `{{define "content"}}x{{end}}`,
		"NoContent": `{{define "title"}}x{{end}}`,
		"Part":      `{{define "title"}}x{{end}}{{define "content"}}{{template "no-such-part" .}}{{end}}`,
		"Escaping":  `{{define "title"}}x{{end}}{{define "content"}}<a href="{{if .Data}}"{{end}}>x</a>{{end}}`,
		"Empty":     ``,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := renderer(t, map[string]string{"a.html": good, "b.html": source}); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

func TestNew_Languages(t *testing.T) {
	o := Options{Bundle: bundle(t), Log: slog.New(slog.DiscardHandler), Languages: []string{"fr", "ar"}}
	var err error
	if o.Assets, err = assets.Load(); err != nil {
		t.Fatal(err)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Languages()) != 2 || r.Offers("en") || !r.Offers("ar") || r.Guess("", "en") == "en" {
		t.Errorf("%v", r.Languages())
	}
	o.Languages = []string{"xx"}
	if _, err := New(o); err == nil {
		t.Error("a portal without a language was taken")
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		key    string
	}{
		{events.E(events.Invalid, "required", "email"), 422, "required"},
		{fmt.Errorf("wrapped: %w", events.E(events.Stale, "stale", "")), 409, "stale"},
		{events.Errors{events.E(events.Denied, "not_allowed", ""), events.E(events.Invalid, "required", "a")}, 403, "not_allowed"},
		{events.E("no such class", "x", ""), 500, "x"},
		{fiber.ErrNotFound, 404, "not_found"},
		{fiber.ErrMethodNotAllowed, 405, "method_not_allowed"},
		{Misdirected, 421, "misdirected"},
		{fiber.ErrBadGateway, 500, "internal"},
		{errors.New("disk"), 500, "internal"},
	} {
		if o := judge(tt.err); o.status != tt.status || o.faults[0].Key != tt.key {
			t.Errorf("%v: %d %s", tt.err, o.status, o.faults[0].Key)
		}
	}
}

// Every sentence that this package itself says has words.
func TestSentences(t *testing.T) {
	w := bundle(t).In("en")
	for status, key := range refusals {
		if !w.Has("error." + key) {
			t.Errorf("%d: no sentence for %q", status, key)
		}
	}
	for code := range statuses {
		key, ok := classSentences[code]
		if !ok && code != events.Internal || ok && !w.Has("error."+key) || !w.Has("fault."+string(code)) {
			t.Errorf("class %q: no sentence or no heading", code)
		}
	}
	for of, words := range tones {
		for word := range words {
			if s := stateWords(w, of, word); strings.Contains(s.Text, "⟦") {
				t.Errorf("%s: %s", of, s.Text)
			}
		}
	}
}

func TestSentence_Values(t *testing.T) {
	w := bundle(t).In("fr")
	at := time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC)
	got := inWords(w, events.Args{"at": at, "zone": "Europe/Brussels", "kind": events.Symposium, "pool": events.RemotePool, "title": events.Text{"en": "Seminar"}, "n": 3, "state": events.Held})
	for name, want := range map[string]any{"at": w.DateTime(at, "Europe/Brussels"), "kind": w.T("kind.symposium"), "pool": w.T("pool.remote"), "title": "Seminar", "n": 3, "state": w.T("activity_state.held"), "zone": "Bruxelles"} {
		if got[name] != want {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
}

func TestTokens(t *testing.T) {
	a, err := NewTokens([]byte(strings.Repeat("a", 32)))
	if err != nil {
		t.Fatal(err)
	}
	token := a.Make("browser", "session")
	if !a.Valid(token, "browser", "session") {
		t.Error("its own token is refused")
	}
	if a.Make("browser", "session") == token {
		t.Error("two tokens are the same")
	}
	for _, wrong := range [][3]string{{token, "browser", ""}, {token, "", "session"}, {token, "browserx", "session"}, {token + "A", "browser", "session"}, {"", "browser", "session"}, {token, "", ""}} {
		if a.Valid(wrong[0], wrong[1], wrong[2]) {
			t.Errorf("%v is taken", wrong)
		}
	}
	if a.Valid(a.Make("", "session"), "", "session") {
		t.Error("a browser without its cookie is taken")
	}
	if _, err := NewTokens([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
}

// The start reads every template; it must stay a small part of the second that a start may take.
func BenchmarkNew(b *testing.B) {
	files := map[string]string{}
	for i := range 40 {
		files[fmt.Sprintf("p%d.html", i)] = `{{define "title"}}x{{end}}{{define "content"}}{{template "faults" .Form}}{{template "field" (field .Form "email")}}{{template "confirmation" (dict "page" . "box" .Data)}}{{end}}`
	}
	for b.Loop() {
		if _, err := renderer(b, files); err != nil {
			b.Fatal(err)
		}
	}
}
