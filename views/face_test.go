package views_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
