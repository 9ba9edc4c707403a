package views_test

import (
	"errors"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
)

var (
	errAway    = errors.New("secret: no primary")
	errUnknown = errors.New("secret: the commit was not answered")
)

// away makes readers' errors of those two, as the program does of its database's.
func away(err error) error {
	switch {
	case errors.Is(err, errAway):
		return events.E(events.Unavailable, "unavailable", "").Because(err)
	case errors.Is(err, errUnknown):
		return events.E(events.Unavailable, "outcome_unknown", "").Because(err)
	}
	return err
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// A database that is away is no fault of ours: whoever asked is told, in the own language, that nothing
// was lost, and can send what was typed again as it was.
func TestAway(t *testing.T) {
	h := open(t, nil)
	var err error
	h.app.Get("/:lang/away", func(*fiber.Ctx) error { return err })
	h.app.Post("/:lang/away", func(*fiber.Ctx) error { return err })
	h.app.Post("/api/v1/away", func(*fiber.Ctx) error { return err })
	says := func(t *testing.T, got answer, texts ...string) {
		t.Helper()
		if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("status %d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
		}
		for _, text := range texts {
			if !strings.Contains(got.body, text) {
				t.Errorf("the answer lacks %q: %s", text, got.body)
			}
		}
		if strings.Contains(got.body, "secret") {
			t.Error("the answer tells the cause")
		}
	}
	token, cookies := h.visit(t, "")
	typed := form(cookies, "_csrf", token, "given_name", "<Participant>", "note", "first", "note", "second")
	err = errAway
	t.Run("Page", func(t *testing.T) {
		says(t, h.ask(t, "GET", "/fr/away", nil), "Rien n’est perdu", `href="/fr/away"`)
	})
	t.Run("Form", func(t *testing.T) {
		got := h.ask(t, "POST", "/fr/away", typed)
		says(t, got, "Rien n’est perdu", `<form method="post" action="/fr/away">`, "Envoyer de nouveau")
		again := map[string][]string{}
		for _, m := range hiddenInput.FindAllStringSubmatch(got.body, -1) {
			again[m[1]] = append(again[m[1]], html.UnescapeString(m[2]))
		}
		if len(again) != 3 || again["_csrf"][0] != token || again["given_name"][0] != "<Participant>" || strings.Join(again["note"], " ") != "first second" {
			t.Errorf("the form that can be sent again carries %q", again)
		}
	})
	t.Run("API", func(t *testing.T) {
		says(t, h.ask(t, "POST", "/api/v1/away", nil), `"key":"unavailable"`)
	})
	err = errUnknown
	t.Run("OutcomeUnknown", func(t *testing.T) {
		got := h.ask(t, "POST", "/en/away", typed)
		says(t, got, "does not know whether the change was made", `href="/en/away"`)
		if strings.Contains(got.body, "<form") {
			t.Error("one is led to send again what may have been done")
		}
	})
	err = errors.New("secret of ours")
	if got := h.ask(t, "POST", "/en/away", typed); got.StatusCode != http.StatusInternalServerError {
		t.Errorf("a fault of ours answered %d", got.StatusCode)
	}
}
