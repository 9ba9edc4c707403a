//go:build pictures

package views_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"capportal/views"
)

// go test -tags pictures -run Pictures ./views
// With CAPPORTAL_SHOTS naming a folder, pictures of every part are left there to be looked at.
func TestFace_Pictures(t *testing.T) {
	folder := os.Getenv("CAPPORTAL_SHOTS")
	if folder == "" {
		t.Fatal("set CAPPORTAL_SHOTS to a folder for the pictures")
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
