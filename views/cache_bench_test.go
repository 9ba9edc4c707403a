package views_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/views/viewstest"
)

// BenchmarkCache is what the program does for one request, without the network: a kept page, the same
// page made anew, what passes through the middlewares alone, and an empty handler. Log lines are
// made and written nowhere.
func BenchmarkCache(b *testing.B) {
	h := viewstest.OpenSiteLogging(b, enginetest.Memory(b), true, slog.New(slog.NewTextHandler(io.Discard, nil)))
	officer := h.Visitor(h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, ""))
	for i := range 20 {
		a, err := h.Programme.Create(h.Ctx, officer, events.Activity{Kind: events.Symposium, Slug: fmt.Sprint("symposium-", i), Title: events.Text{"en": fmt.Sprint("Symposium ", i)},
			Objective: events.Text{"en": "To meet"}, Responsible: officer.Email, Zone: "Europe/Brussels", Mode: events.Remote,
			Start: h.Now.AddDate(0, 0, i+1), End: h.Now.AddDate(0, 0, i+2), Languages: []string{"en"}, Seats: []events.Seats{{Pool: events.RemotePool, Capacity: 30}}})
		if err != nil {
			b.Fatal(err)
		}
		h.Advance(officer.Person, a.Code, events.Approved)
	}
	empty := fiber.New(fiber.Config{DisableStartupMessage: true})
	empty.Get("/*", func(*fiber.Ctx) error { return nil })
	serve := func(handler fasthttp.RequestHandler, path string, heads ...string) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			var rc fasthttp.RequestCtx
			rc.Init(&fasthttp.Request{}, nil, nil)
			for b.Loop() {
				rc.Request.Reset()
				rc.Response.Reset()
				rc.Request.SetRequestURI(path)
				rc.Request.Header.SetHost("portal.example")
				rc.Request.Header.Set("Accept-Encoding", "gzip, br")
				for i := 0; i < len(heads); i += 2 {
					rc.Request.Header.Set(heads[i], heads[i+1])
				}
				handler(&rc)
			}
			if status := rc.Response.StatusCode(); status != 200 {
				b.Fatal(status)
			}
		}
	}
	h.App.Handler() // builds the routes, which listening does otherwise
	app := h.App.Server().Handler
	b.Run("Empty", serve(empty.Handler(), "/en/"))
	b.Run("Kept", serve(app, "/en/"))
	b.Run("KeptForBrowser", serve(app, "/en/", "Accept-Language", "fr-CA,fr;q=0.8,en;q=0.5", "Cookie", "language=en; zone=Europe/Brussels"))
	b.Run("Middlewares", serve(app, "/healthz"))
	b.Run("Made", serve(app, "/en/?nothing=kept"))
}
