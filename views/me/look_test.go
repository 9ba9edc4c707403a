package me_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"capportal/events"
	"capportal/registrations"
)

func TestLook(t *testing.T) {
	if os.Getenv("LOOK") == "" {
		t.Skip()
	}
	h := openHouse(t)
	meeting, symposium := h.open(events.CAPMeeting, 5), h.open(events.Symposium, 1)
	id := h.nominate(meeting)
	h.decide(id, registrations.Confirm, "")
	h.register(h.pharma, symposium)
	waits := h.register(h.registration(id).PersonID, symposium)
	draft := h.stranger(symposium, "visitor")
	h.Signin.Keys.Link("a", "b", 1)
	ln, _ := net.Listen("tcp", "127.0.0.1:0")
	go h.App.Listener(ln)
	target, _ := url.Parse("http://" + ln.Addr().String())
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error { r.Header.Del("Content-Security-Policy"); return nil }
	person := h.registration(id).PersonID
	mux := http.NewServeMux()
	mux.HandleFunc("/frame", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!doctype html><body style="margin:0"><iframe src="%s" style="border:0;width:%spx;height:%spx"></iframe>`, r.URL.Query().Get("u"), r.URL.Query().Get("w"), r.URL.Query().Get("h"))
	})
	anonymous := false
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		r.Host = "portal.example"
		r.Header.Set("Cookie", "zone=Africa/Lusaka")
		if !anonymous {
			r.Header.Set("Cookie", "zone=Africa/Lusaka; session="+person)
		}
		proxy.ServeHTTP(w, r)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	os.MkdirAll("/tmp/lookme", 0o755)
	shots := map[string]string{"mine": "/me", "reg": "/registrations/" + id, "wait": "/registrations/" + waits, "edit": "/registrations/" + id + "/edit", "withdraw": "/registrations/" + id + "/withdraw",
		"draft": "/registrations/" + draft + "?key=" + h.key(draft), "profile": "/me/profile", "signin": "/sign-in", "sent": "/sign-in?sent=1"}
	for _, line := range strings.Split(os.Getenv("LOOK"), ";") { // page lang width height theme
		f := strings.Fields(line)
		anonymous = f[0] == "draft" || f[0] == "signin" || f[0] == "sent"
		scheme := "1"
		if f[4] == "dark" {
			scheme = "0"
		}
		u := s.URL + "/frame?w=" + f[2] + "&h=" + f[3] + "&u=" + url.QueryEscape("/"+f[1]+shots[f[0]])
		out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--blink-settings=preferredColorScheme="+scheme,
			"--window-size="+f[2]+","+f[3], fmt.Sprintf("--screenshot=/tmp/lookme/%s-%s-%s-%s.png", f[0], f[1], f[2], f[4]), u).CombinedOutput()
		if err != nil {
			t.Fatal(err, string(out))
		}
	}
}
