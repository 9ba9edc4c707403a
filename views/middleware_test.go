package views_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"capportal/views"
)

func TestHost(t *testing.T) {
	h := open(t, nil)
	for _, tt := range []struct {
		host, path string
		status     int
	}{
		{"portal.example", "/en/sink", 200},
		{"PORTAL.example.", "/en/sink", 200},
		{"portal.example:80", "/en/sink", 200},
		{"127.0.0.1:8080", "/en/sink", 200},
		{"localhost:8080", "/en/sink", 200},
		{"[::1]:8080", "/en/sink", 200},
		{"localhost:9090", "/en/sink", 421},
		{"evil.example", "/en/sink", 421},
		{"portal.example.evil.example", "/en/sink", 421},
		{"evil.example", "/healthz", 200},
	} {
		t.Run(tt.host+tt.path, func(t *testing.T) {
			got := h.ask(t, "GET", tt.path, func(r *http.Request) { r.Host = tt.host })
			if got.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", got.StatusCode, tt.status)
			}
			if strings.Contains(got.body, "evil") {
				t.Error("the foreign name stands on the page")
			}
		})
	}
	t.Run("ErrForwardedByStranger", func(t *testing.T) {
		got := h.ask(t, "GET", "/en/sink", func(r *http.Request) {
			r.Host = "evil.example"
			r.Header.Set("X-Forwarded-Host", "portal.example")
		})
		if got.StatusCode != 421 {
			t.Fatalf("status %d", got.StatusCode)
		}
	})
}

func TestHeaders(t *testing.T) {
	secure := open(t, func(o *views.Options) { o.BaseURL = "https://portal.example" })
	for _, path := range []string{"/en/sink", "/en/nowhere", "/de/", "/en/fails/panic", "/api/v1/nothing"} {
		got := secure.ask(t, "GET", path, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy":   "default-src 'none'",
			"Referrer-Policy":           "same-origin",
			"X-Content-Type-Options":    "nosniff",
			"Strict-Transport-Security": "max-age=",
			"Permissions-Policy":        "camera=()",
			"Cache-Control":             "private",
			"X-Request-Id":              "-",
		} {
			if !strings.Contains(got.Header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, got.Header.Get(name))
			}
		}
		if strings.Contains(got.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: the policy has a hole", path)
		}
	}
	signedIn := secure.ask(t, "GET", "/en/desk", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"}) })
	if signedIn.StatusCode != 200 || signedIn.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("signed in: %d, Cache-Control %q", signedIn.StatusCode, signedIn.Header.Get("Cache-Control"))
	}
	for _, c := range secure.ask(t, "GET", "/fr/sink", nil).Cookies() {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s: secure %t, httponly %t, samesite %v", c.Name, c.Secure, c.HttpOnly, c.SameSite)
		}
	}
	if got := open(t, nil).ask(t, "GET", "/en/sink", nil).Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over http: Strict-Transport-Security %q", got)
	}
}

func TestForms(t *testing.T) {
	h := open(t, nil)
	token, cookies := h.visit(t, "officer")
	anonymous, browser := h.visit(t, "")

	t.Run("OK", func(t *testing.T) {
		got := h.ask(t, "POST", "/en/keep", form(cookies, "_csrf", token, "name", "Delegate 1"))
		if got.StatusCode != 303 || len(h.stored) == 0 || h.stored[0] != "Delegate 1" {
			t.Fatalf("%d %v", got.StatusCode, h.stored)
		}
	})
	t.Run("OKAfterRestart", func(t *testing.T) {
		if got := open(t, nil).ask(t, "POST", "/en/keep", form(cookies, "_csrf", token)); got.StatusCode != 303 {
			t.Fatalf("status %d", got.StatusCode)
		}
	})
	for name, pairs := range map[string][]string{
		"ErrWithout":         {"name", "Delegate 1"},
		"ErrOther":           {"_csrf", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "name", "Delegate 1"},
		"ErrOtherSession":    {"_csrf", anonymous, "name", "Delegate 1"},
		"ErrNoToken":         {"_csrf", "", "name", "Delegate 1"},
		"ErrShortenedByHalf": {"_csrf", token[:len(token)/2], "name", "Delegate 1"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(h.stored)
			got := h.ask(t, "POST", "/en/keep", form(cookies, pairs...))
			if got.StatusCode != 403 || len(h.stored) != before {
				t.Fatalf("status %d, stored %v", got.StatusCode, h.stored[before:])
			}
			if strings.Contains(got.body, "Delegate 1") {
				t.Error("what a stranger's form held is offered to be sent")
			}
		})
	}
	t.Run("ErrOtherKey", func(t *testing.T) {
		other := open(t, func(o *views.Options) { o.Key = key(2) })
		if got := other.ask(t, "POST", "/en/keep", form(cookies, "_csrf", token)); got.StatusCode != 403 {
			t.Fatalf("status %d", got.StatusCode)
		}
	})
	for _, from := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		t.Run("ErrFrom "+from[1], func(t *testing.T) {
			got := h.ask(t, "POST", "/en/keep", func(r *http.Request) {
				form(cookies, "_csrf", token, "name", "Delegate 1")(r)
				r.Header.Set(from[0], from[1])
			})
			if got.StatusCode != 403 || strings.Contains(got.body, "Delegate 1") {
				t.Fatalf("status %d", got.StatusCode)
			}
		})
	}
	// The session ended while the form was open: nothing typed is lost, and one button sends it.
	t.Run("KeepsWhatWasTyped", func(t *testing.T) {
		own := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }
		got := h.ask(t, "POST", "/en/keep?q=1", func(r *http.Request) {
			form(browser, "_csrf", token, "name", `Delegate <1> "x"`)(r)
			own(r)
		})
		fresh := tokenInput.FindStringSubmatch(got.body)
		if got.StatusCode != 403 || !strings.Contains(got.body, "Delegate &lt;1&gt; &#34;x&#34;") || fresh == nil {
			t.Fatalf("%d %s", got.StatusCode, got.body)
		}
		if again := h.ask(t, "POST", "/en/keep?q=1", form(browser, "_csrf", fresh[1], "name", "Delegate 1")); again.StatusCode != 303 {
			t.Fatalf("sent again: %d", again.StatusCode)
		}
	})
	t.Run("APINeedsNone", func(t *testing.T) {
		if got := h.ask(t, "POST", "/api/v1/things", nil); got.StatusCode != 422 {
			t.Fatalf("status %d", got.StatusCode)
		}
	})
	t.Run("PagesWithoutFormSetNoCookie", func(t *testing.T) {
		if got := h.ask(t, "GET", "/en/nowhere", nil); len(got.Cookies()) != 0 {
			t.Errorf("%v", got.Cookies())
		}
	})
}

func TestForms_FaultsKeepWhatWasTyped(t *testing.T) {
	h := open(t, nil)
	token, cookies := h.visit(t, "")
	name := strings.Repeat("ش", 150) + `<script>alert("x")</script>`
	got := h.ask(t, "POST", "/ar/sink", form(cookies, "_csrf", token, "given_name", name, "email", "delegate1@", "pool", "remote",
		"start", "2026-03-29T02:30", "title.fr", "Réunion"))
	if got.StatusCode != 422 {
		t.Fatalf("status %d", got.StatusCode)
	}
	for _, want := range []string{
		strings.Repeat("ش", 150) + "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;", `value="delegate1@"`, `value="2026-03-29T02:30"`, `value="Réunion"`,
		`value="remote" checked`, `href="#f-family_name"`, `href="#f-email"`, `href="#f-start"`, `aria-describedby="f-email-error"`, `aria-invalid="true"`,
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(got.body, "<script>alert") {
		t.Error("markup got through")
	}
}

func TestLanguage(t *testing.T) {
	h := open(t, nil)
	for _, tt := range []struct{ name, path, cookie, accept, want string }{
		{"Address", "/fr/nowhere", "ar", "ru", `lang="fr"`},
		{"Cookie", "/nowhere", "ar", "ru", `lang="ar"`},
		{"Browser", "/nowhere", "", "pt-BR, en;q=0.5", `lang="pt"`},
		{"Unknown", "/nowhere", "xx", "uk", `lang="en"`},
		{"NotOffered", "/de/", "", "es", `lang="es"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, "GET", tt.path, func(r *http.Request) {
				r.Header.Set("Accept-Language", tt.accept)
				if tt.cookie != "" {
					r.AddCookie(&http.Cookie{Name: "language", Value: tt.cookie})
				}
			})
			if got.StatusCode != 404 || !strings.Contains(got.body, tt.want) {
				t.Errorf("%d %.100s", got.StatusCode, got.body)
			}
		})
	}
	t.Run("SamePageInTheOthers", func(t *testing.T) {
		got := h.ask(t, "GET", "/en/sink?q=a%26b&kind=x", nil)
		if !strings.Contains(got.body, `href="/ar/sink?q=a%26b&amp;kind=x"`) {
			t.Error("the link to the Arabic page is wrong")
		}
	})
}

func TestTold(t *testing.T) {
	h := open(t, nil)
	show := func(value string) answer {
		return h.ask(t, "GET", "/en/sink", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "told", Value: value}) })
	}
	got := show("saved")
	if !strings.Contains(got.body, `role="status"><p>Saved.</p>`) {
		t.Error("the notice is not shown")
	}
	gone := false
	for _, c := range got.Cookies() {
		gone = gone || c.Name == "told" && c.Expires.Before(time.Now())
	}
	if !gone {
		t.Error("the notice would be shown again")
	}
	for _, forged := range []string{"no_such_key", "<b>x</b>", "saved:-1", strings.Repeat("a", 5000)} {
		if strings.Contains(show(forged).body, "told\" role") {
			t.Errorf("%.20q is shown", forged)
		}
	}
}

func TestOnly(t *testing.T) {
	h := open(t, nil)
	got := h.ask(t, "GET", "/ar/desk?x=1", nil)
	if got.StatusCode != 303 || got.Header.Get("Location") != "/ar/sign-in?next=%2Far%2Fdesk%3Fx%3D1" {
		t.Errorf("anonymous: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	got = h.ask(t, "GET", "/en/desk", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "session", Value: "officer"}) })
	if got.StatusCode != 200 {
		t.Errorf("officer: %d", got.StatusCode)
	}
}
