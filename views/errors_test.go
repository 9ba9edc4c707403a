package views_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/views"
	"capportal/views/page"
)

func TestErrors(t *testing.T) {
	h := open(t, func(o *views.Options) { o.Timeout = 50 * time.Millisecond })
	for _, tt := range []struct {
		name, method, path string
		status             int
		want, not          []string
	}{
		{"Unknown", "GET", "/en/nowhere/<b>", 404, []string{"There is no such page"}, []string{"&lt;b", "<b>", "Cannot GET"}},
		{"Method", "DELETE", "/en/sink", 403, nil, nil}, // not even with a token: no form deletes
		{"Put", "PUT", "/healthz", 403, nil, nil},
		{"Panic", "GET", "/en/fails/panic", 500, []string{"Something went wrong"}, []string{"secret", "goroutine", ".go"}},
		{"Fault", "GET", "/fr/fails/error", 500, []string{`lang="fr"`}, []string{"secret"}},
		{"Slow", "GET", "/en/fails/slow", 503, []string{"Nothing is lost", `href="/en/fails/slow"`}, []string{"deadline"}},
		{"User", "GET", "/en/fails/full", 409, []string{"There is no seat left."}, nil},
		{"Unsaid", "GET", "/en/fails/unsaid", 409, []string{"not possible"}, []string{"no_sentence_for_this", "⟦"}},
		{"Server", "GET", "/en/fails/teapot", 418, nil, []string{"I'm a teapot"}},
		{"UnknownMethod", "BREW", "/en/sink", 501, []string{"<!doctype html>"}, nil},
		{"Head", "HEAD", "/en/sink", 200, nil, nil},
		{"HeadUnknown", "HEAD", "/en/nowhere", 404, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, tt.method, tt.path, nil)
			if got.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", got.StatusCode, tt.status)
			}
			for _, w := range tt.want {
				if !strings.Contains(got.body, w) {
					t.Errorf("the page lacks %q: %s", w, got.body)
				}
			}
			for _, n := range tt.not {
				if strings.Contains(got.body, n) {
					t.Errorf("the page shows %q", n)
				}
			}
		})
	}
	t.Run("LogNamesTheCause", func(t *testing.T) {
		log := h.log.String()
		for _, want := range []string{"secret in a panic", "secret of the database", "error.no_sentence_for_this", "route=/:lang/fails/:how"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %q", want)
			}
		}
		for _, not := range []string{"/en/nowhere", "fails/full"} {
			if strings.Contains(log, not) {
				t.Errorf("the log holds the address %q", not)
			}
		}
	})
	t.Run("ReferenceLeadsToTheLog", func(t *testing.T) {
		reference := regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}`).FindString(h.ask(t, "GET", "/en/fails/error", nil).body)
		if reference == "" || !strings.Contains(h.log.String(), "reference="+reference) {
			t.Errorf("reference %q", reference)
		}
	})
}

func TestErrors_JSON(t *testing.T) {
	h := open(t, nil)
	ask := func(method, path, accept string) (answer, page.ProblemDetails) {
		t.Helper()
		got := h.ask(t, method, path, func(r *http.Request) {
			r.Header.Set("Accept-Language", "fr")
			r.Header.Set("Accept", accept)
		})
		var p page.ProblemDetails
		if got.Header.Get("Content-Type") == page.ProblemMediaType {
			if err := json.Unmarshal([]byte(got.body), &p); err != nil {
				t.Fatal(err)
			}
		}
		return got, p
	}
	_, p := ask("POST", "/api/v1/things", "*/*")
	if p.Status != 422 || p.Key != "end_before_start" || len(p.Errors) != 1 || p.Errors[0].Location != "body.end" || !strings.Contains(p.Errors[0].Message, "fin") {
		t.Errorf("%+v", p)
	}
	if _, p = ask("GET", "/api/v1/nothing", "*/*"); p.Status != 404 || p.Key != "not_found" {
		t.Errorf("%+v", p)
	}
	if _, p = ask("GET", "/en/fails/full", "application/json"); p.Status != 409 || p.Key != "pool_full" {
		t.Errorf("%+v", p)
	}
	if _, p = ask("GET", "/en/fails/error", "application/json"); p.Status != 500 || p.Reference == "" || strings.Contains(p.Detail, "secret") {
		t.Errorf("%+v", p)
	}
	if got, _ := ask("GET", "/en/fails/full", "*/*"); !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("without a wish: %s", got.Header.Get("Content-Type"))
	}
	if got, _ := ask("GET", "/en/fails/full", "text/html,application/xhtml+xml,*/*;q=0.8"); !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a browser: %s", got.Header.Get("Content-Type"))
	}
}
