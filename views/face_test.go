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
	for _, shot := range [][]string{{"en", "1280"}, {"en", "360"}, {"ar", "1280"}, {"ar", "360"}} {
		out := filepath.Join(folder, shot[0]+"-"+shot[1]+".png")
		cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size="+shot[1]+",6000",
			"--screenshot="+out, "http://"+addr+"/"+shot[0]+"/sink")
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
