//go:build pictures

package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"capportal/cmd/capportal/engine"
)

// Writes pictures of the pages that people look at most, for somebody to look at, into the folder that
// CAPPORTAL_SHOTS names:
//
//	CAPPORTAL_SHOTS=/tmp/pictures go test -tags pictures -run TestPictures ./cmd/capportal
func TestPictures(t *testing.T) {
	folder := fileNamed(t, "CAPPORTAL_SHOTS", "name a folder for the pictures by CAPPORTAL_SHOTS")
	s := newScene(t, engine.Embedded)
	s.p.command("import", "programme", "demo/programme.csv")
	s.furnish()
	s.create()
	for _, step := range []func(){s.approve, s.invite, s.open, s.nominate, s.registerRightHolder, s.subscribe, s.decide} {
		step()
	}
	anybody := s.window("en")
	delegate := s.first.window
	shoot := func(w *window, name, path string) {
		for _, lang := range []string{"en", "fr", "ar"} {
			w.lang = lang
			w.open(path)
			s.pictures(w, folder, name)
		}
		w.lang = "en"
	}
	shoot(anybody, "home", "./")
	shoot(anybody, "month", "./?view=month&month=2031-11")
	shoot(anybody, "activity", "./events/"+s.slug)
	for _, lang := range []string{"en", "fr", "ar"} {
		anybody.lang = lang
		anybody.open("./events/"+s.slug+"/register").unjudged().send("main form[data-guard]", "given_name", "<b>Delegate</b>", "family_name", "4", "email", "nobody@nowhere").is(http.StatusUnprocessableEntity)
		s.pictures(anybody, folder, "form-with-errors")
	}
	// The other languages where words are longest: once.
	for _, lang := range []string{"es", "ru", "pt"} {
		anybody.lang = lang
		anybody.open("./")
		s.pictures(anybody, folder, "home")
		anybody.open("./events/"+s.slug+"/register").unjudged().send("main form[data-guard]", "given_name", "<b>Delegate</b>", "family_name", "4", "email", "nobody@nowhere").is(http.StatusUnprocessableEntity)
		s.pictures(anybody, folder, "form-with-errors")
	}
	anybody.lang = "en"
	shoot(s.officer, "desk", "./desk")
	shoot(s.officer, "desk-activity", "./desk/activities/"+s.code)
	shoot(s.officer, "desk-form", s.activity("edit"))
	shoot(s.officer, "board", s.activity("board"))
	shoot(s.contact, "delegation", "./delegation/ZM")
	shoot(delegate, "my-registrations", "./me")
	shoot(delegate, "my-registration", "./registrations/"+s.first.id)
	shoot(anybody, "sign-in", "./sign-in")
}

// pictures takes the page in two widths, light and dark.
func (s *scene) pictures(w *window, folder, name string) {
	s.t.Helper()
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			w.size(width, 900)
			_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			if err != nil {
				s.t.Fatal(err)
			}
			if over := w.script("document.documentElement.scrollWidth - innerWidth"); over != "0" && over[0] != '-' {
				s.t.Errorf("%s in %s at %d is %s pixels too wide", name, w.lang, width, over)
			}
			// A window as high as the page: what sticks to its foot then covers nothing.
			height, err := strconv.Atoi(w.script("document.documentElement.scrollHeight"))
			if err != nil {
				s.t.Fatal(err)
			}
			w.size(width, int64(height))
			picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				s.t.Fatal(err)
			}
			path := filepath.Join(folder, fmt.Sprintf("%s-%s-%d-%s.png", name, w.lang, width, scheme))
			if err := os.WriteFile(path, picture, 0o600); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	w.size(1280, 900)
}
