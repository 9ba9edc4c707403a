package views_test

import (
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/views"
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

// With CAPPORTAL_SHOTS naming a folder, pictures of every part are left there to be looked at.
func TestFace_Pictures(t *testing.T) {
	folder := os.Getenv("CAPPORTAL_SHOTS")
	if folder == "" {
		t.Skip("set CAPPORTAL_SHOTS to a folder to have pictures of the parts taken (needs chromium)")
	}
	l := listen(t)
	addr := l.Addr().String()
	open(t, func(o *views.Options) { o.Addr = addr }).serve(t, l)
	for _, shot := range []struct{ name, lang, width, query, scheme string }{
		{"light", "en", "1280", "", "1"}, {"phone", "en", "360", "", "1"}, {"wrong", "fr", "1280", "?wrong=1", "1"},
		{"light", "ar", "1280", "", "1"}, {"wrong-phone", "ar", "360", "?wrong=1", "1"}, {"dark", "en", "1280", "?wrong=1", "0"}, {"dark-phone", "ar", "360", "", "0"},
		{"zoomed", "en", "320", "", "1"},
	} {
		out := filepath.Join(folder, shot.lang+"-"+shot.name+".png")
		cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size="+shot.width+",6000",
			"--blink-settings=preferredColorScheme="+shot.scheme, "--screenshot="+out, "http://"+addr+"/"+shot.lang+"/sink"+shot.query)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err != nil {
			t.Fatal(err)
		}
	}
}
