package portal

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metricsServer offers the figures, and nothing else.
func (p *Portal) metricsServer() *http.Server {
	log := slog.NewLogLogger(p.Log.Handler(), slog.LevelWarn)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.metrics.registry, promhttp.HandlerOpts{ErrorLog: log,
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 2 * standingWait}))
	return &http.Server{Handler: mux, ErrorLog: log, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
}

// offerMetrics serves the figures where a listener was asked for; done ends it.
func (p *Portal) offerMetrics() (done func()) {
	if p.metricsListener == nil {
		return func() {}
	}
	server := p.metricsServer()
	go func() {
		if err := server.Serve(p.metricsListener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.Log.Error("the listener for figures broke off; start the portal again", "error", err)
		}
	}()
	p.Log.Info("figures for monitoring are offered", "address", OriginOf(p.Settings.MetricsAddr)+"/metrics")
	return func() { _ = server.Close() }
}
