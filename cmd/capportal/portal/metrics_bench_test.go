package portal

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"capportal/views"
)

// What counting a request costs, beside its line in the log.
func BenchmarkMetrics_Request(b *testing.B) {
	watch := newMetrics().watchRequests()
	for b.Loop() {
		watch.Began()
		watch.Ended(views.Request{Route: "/:lang/events/:slug", Method: "GET", Status: 200, Took: time.Millisecond})
	}
}

// What looking through a request's line costs, and writing it.
func BenchmarkDiscreet_Request(b *testing.B) {
	for name, h := range map[string]slog.Handler{"Bare": slog.NewTextHandler(io.Discard, nil), "Discreet": discreet{slog.NewTextHandler(io.Discard, nil)}} {
		b.Run(name, func(b *testing.B) {
			log := slog.New(h)
			for b.Loop() {
				log.LogAttrs(b.Context(), slog.LevelInfo, "request", slog.String("reference", "ABCD-EFGH"), slog.String("method", "GET"),
					slog.String("route", "/:lang/events/:slug"), slog.Int("status", 200), slog.Int("bytes", 4000), slog.Duration("took", time.Millisecond))
			}
		})
	}
}
