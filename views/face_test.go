package views_test

import (
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var missing = regexp.MustCompile(`⟦[^⟧]*⟧`)

// Every part renders in every language, and no word is missing.
func TestFace_EveryPart(t *testing.T) {
	h := open(t, nil)
	for _, lang := range []string{"en", "fr", "es", "ar", "ru", "pt"} {
		got := h.ask(t, "GET", "/"+lang+"/sink", nil)
		if got.StatusCode != 200 {
			t.Fatalf("%s: %d %s", lang, got.StatusCode, h.log)
		}
		for _, word := range missing.FindAllString(got.body, -1) {
			t.Errorf("%s: %s", lang, word)
		}
	}
}

// Pages in different languages, rendered at the same time from the first request on, do not mix.
func TestFace_SideBySide(t *testing.T) {
	h := open(t, nil)
	var group sync.WaitGroup
	for i := range 120 {
		lang := []string{"en", "fr", "es", "ar", "ru", "pt"}[i%6]
		group.Go(func() {
			req := httptest.NewRequest("GET", "/"+lang+"/sink?wrong=1", nil)
			req.Host = "portal.example"
			res, err := h.app.Test(req, -1)
			if err != nil {
				t.Error(err)
				return
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || !strings.Contains(string(body), `<html lang="`+lang+`"`) || !strings.Contains(string(body), skip[lang]) {
				t.Errorf("%s: %v %.200s", lang, err, body)
			}
		})
	}
	group.Wait()
}

// skip is the first sentence of a page in each language.
var skip = map[string]string{"en": "Go to the content", "fr": "Aller au contenu", "es": "Ir al contenido", "ar": "انتق", "ru": "Перейти к", "pt": "Ir para o"}
