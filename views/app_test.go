package views_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views"
	"capportal/views/assets"
	"capportal/views/i18n"
	"capportal/views/page"
)

// house is the app with a few routes that do what real pages do.
type house struct {
	app    *fiber.App
	log    *bytes.Buffer
	stored []string
}

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func open(t *testing.T, change func(*views.Options)) *house {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	everybody := func(key string, parts ...string) page.NavItem {
		return page.NavItem{Key: key, Path: func(events.Visitor) []string { return parts }}
	}
	r, err := page.New(page.Options{Bundle: bundle, Assets: set, BaseURL: "http://portal.example", Demo: true, Log: log, Fault: away,
		Nav:     []page.NavItem{everybody("calendar"), everybody("me", "me"), everybody("delegation", "delegation")},
		Sources: map[string]fs.FS{"sink": os.DirFS("testdata/sink")}})
	if err != nil {
		t.Fatal(err)
	}
	o := views.Options{Renderer: r, Assets: set, Log: log, BaseURL: "http://portal.example", Addr: "127.0.0.1:8080", Key: key(1),
		Visitor: func(_ context.Context, session string) (events.Visitor, error) {
			if session == "officer" {
				return events.Visitor{Person: "p1", Name: "Officer 1", Role: events.Officer}, nil
			}
			return events.Visitor{}, nil
		}}
	if change != nil {
		change(&o)
	}
	h.app, err = views.NewApp(o)
	if err != nil {
		t.Fatal(err)
	}
	h.routes(r)
	return h
}

func (h *house) routes(r *page.Renderer) {
	h.app.Get("/:lang/sink", func(c *fiber.Ctx) error {
		f := page.NewForm(c)
		if c.Query("wrong") != "" {
			f.Set("email", "delegate1@")
			f.Set("title.es", "Reunión")
			f.Required("given_name", "family_name", "pool", "title.fr")
			f.Refuse("email", "email_no_domain")
		}
		return r.Render(c, "sink/all", sink(c, f))
	})
	h.app.Post("/:lang/sink", func(c *fiber.Ctx) error {
		f, err := page.Parse(c)
		if err != nil {
			return err
		}
		f.Required("given_name", "family_name", "pool")
		f.LineByLanguage("title", 300)
		f.LocalTime("start", "Europe/Brussels")
		if fault := f.Fault(events.E(events.Invalid, "email_no_domain", "email")); fault != nil {
			return fault
		}
		return r.Render(c, "sink/all", sink(c, f))
	})
	h.app.Post("/:lang/keep", func(c *fiber.Ctx) error {
		f, err := page.Parse(c)
		if err != nil {
			return err
		}
		h.stored = append(h.stored, f.Line("name", 200), c.FormValue("name"), c.Query("q"))
		page.Tell(c, "saved")
		return c.Redirect(page.Of(c).Link("sink"), http.StatusSeeOther)
	})
	h.app.Get("/:lang/desk", views.Only(events.Visitor.Secretariat), func(c *fiber.Ctx) error { return c.SendString("desk") })
	h.app.Get("/:lang/fails/:how", func(c *fiber.Ctx) error {
		switch c.Params("how") {
		case "panic":
			panic("secret in a panic")
		case "error":
			return errors.New("secret of the database")
		case "slow":
			<-c.UserContext().Done()
			return c.UserContext().Err()
		case "full":
			return events.E(events.Conflict, "pool_full", "pool")
		case "unsaid":
			return events.E(events.Conflict, "no_sentence_for_this", "")
		}
		return fiber.ErrTeapot
	})
	h.app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	h.app.Post("/api/v1/things", func(c *fiber.Ctx) error { return events.E(events.Invalid, "end_before_start", "end") })
}

func sink(c *fiber.Ctx, f *page.Form) page.View {
	w := page.Of(c).Words
	at := time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)
	return page.View{Form: f, Active: "calendar", Data: map[string]any{
		"Title": events.Text{"en": "23rd Meeting of the Counterfeiting and Piracy (CAP) Group", "ar": "الاجتماع الثالث والعشرون لفريق مكافحة التقليد والقرصنة"},
		"Text":  events.Text{"en": "The Group exchanges information, experience & best practice.\n\nRight holders join on the second day."},
		"Kinds": events.Kinds(), "Regions": events.Regions(), "Groups": events.Groups(), "Start": at, "End": at.Add(33 * time.Hour),
		"Pager": page.Pager{Summary: "51–100 / 223", Previous: "?page=1", Next: "?page=3"},
		"Steps": page.Steps(1, "Your details", "How you take part", "Look over and send"),
		"Pools": []page.Option{{Value: "onsite", Label: w.T("pool.onsite"), Note: "41"}, {Value: "remote", Label: w.T("pool.remote")}},
		"Box": page.Confirmation{Action: "#", Lead: "Move the meeting by one day?", Does: []string{"87 calendar entries move."},
			Tells: []string{"87 people get a mail."}, Reason: "reason", Forced: true, Button: "Move it", Grave: true, Back: "#"},
	}}
}

type answer struct {
	*http.Response
	body string
}

func (h *house) ask(t *testing.T, method, path string, change func(*http.Request)) answer {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	req.Host = "portal.example"
	if change != nil {
		change(req)
	}
	res, err := h.app.Test(req, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, string(body)}
}

var tokenInput = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// visit opens the page of a form and gives its token and the browser's cookie.
func (h *house) visit(t *testing.T, session string) (token string, cookies []*http.Cookie) {
	t.Helper()
	got := h.ask(t, "GET", "/en/sink", func(r *http.Request) {
		if session != "" {
			r.AddCookie(&http.Cookie{Name: "session", Value: session})
		}
	})
	found := tokenInput.FindStringSubmatch(got.body)
	if found == nil {
		t.Fatalf("no token on the page: %d %.300s", got.StatusCode, got.body)
	}
	cookies = got.Cookies()
	if session != "" {
		cookies = append(cookies, &http.Cookie{Name: "session", Value: session})
	}
	return found[1], cookies
}

// form fills a request with a form.
func form(cookies []*http.Cookie, pairs ...string) func(*http.Request) {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(v.Encode()))
		r.ContentLength = int64(len(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			r.AddCookie(c)
		}
	}
}

// listen opens a port of its own, and serve answers on it until the test is over.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (h *house) serve(t *testing.T, l net.Listener) {
	t.Helper()
	go func() { _ = h.app.Listener(l) }()
	t.Cleanup(func() { _ = h.app.ShutdownWithTimeout(time.Second) })
}
