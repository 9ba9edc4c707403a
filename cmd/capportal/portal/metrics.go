package portal

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"capportal/cmd/capportal/engine"
	"capportal/events"
	"capportal/notify"
	"capportal/registrations"
	"capportal/registrations/seats"
	"capportal/views"
)

// How claims for seats come out, as capportal_claims_total names it.
const (
	claimConfirmed  = "confirmed"
	claimPromoted   = "promoted"   // from the waiting list
	claimWaitlisted = "waitlisted" // no seat was left, or a rule kept it
	claimRefused    = "refused"    // past a limit that nobody may pass unasked
	claimBusy       = "busy"       // the line was too long, or the wait
)

// metrics counts what happens in a portal; what it is is in the package comment.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	claims    *prometheus.CounterVec
	batches   prometheus.Histogram
	outcomes  *prometheus.CounterVec
	retries   prometheus.Counter
	conflicts prometheus.Counter
	commits   prometheus.Histogram
	mails     *prometheus.CounterVec
}

// newMetrics makes the counters, each at zero where its labels are known, so that a first failure
// shows as a rise.
func newMetrics() *metrics {
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		requests:  prometheus.NewCounterVec(counter("http_requests_total", "Requests answered, by the route's pattern."), []string{"route", "method", "status"}),
		durations: prometheus.NewHistogramVec(histogram("http_request_duration_seconds", "How long requests took.", prometheus.DefBuckets), []string{"route"}),
		inFlight:  prometheus.NewGauge(gauge("http_requests_in_flight", "Requests being answered.")),
		claims:    prometheus.NewCounterVec(counter("claims_total", "Claims for seats, by how they came out."), []string{"result"}),
		batches: prometheus.NewHistogram(histogram("queue_batch_acts", "Acts that went together in one transaction.",
			prometheus.ExponentialBuckets(1, 2, 7))), // 1 to seats.BatchSize
		outcomes:  prometheus.NewCounterVec(counter("transactions_total", "Transactions, by what became of them."), []string{"result"}),
		retries:   prometheus.NewCounter(counter("transaction_retries_total", "Further runs of transactions.")),
		conflicts: prometheus.NewCounter(counter("transaction_conflicts_total", "Runs of transactions that met another writer.")),
		commits: prometheus.NewHistogram(histogram("transaction_commit_duration_seconds", "From the end of a transaction's work until it is durable.",
			prometheus.ExponentialBuckets(0.0005, 2, 15))), // 0.5 ms to 8 s
		mails: prometheus.NewCounterVec(counter("mails_total", "Mails tried, by what became of them."), []string{"result"}),
	}
	for _, result := range []string{claimConfirmed, claimPromoted, claimWaitlisted, claimRefused, claimBusy} {
		m.claims.WithLabelValues(result)
	}
	for _, result := range engine.Results() {
		m.outcomes.WithLabelValues(result)
	}
	for _, result := range notify.Outcomes() {
		m.mails.WithLabelValues(result)
	}
	m.registry.MustRegister(m.requests, m.durations, m.inFlight, m.claims, m.batches, m.outcomes, m.retries, m.conflicts, m.commits, m.mails,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

func counter(name, help string) prometheus.CounterOpts {
	return prometheus.CounterOpts{Namespace: "capportal", Name: name, Help: help}
}

func gauge(name, help string) prometheus.GaugeOpts {
	return prometheus.GaugeOpts{Namespace: "capportal", Name: name, Help: help}
}

func histogram(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{Namespace: "capportal", Name: name, Help: help, Buckets: buckets}
}

// classes are those of statuses, by their first digit.
var classes = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

// watchRequests is what the pages tell of requests.
func (m *metrics) watchRequests() views.Watch {
	return views.Watch{Began: m.inFlight.Inc, Ended: func(r views.Request) {
		m.inFlight.Dec()
		m.requests.WithLabelValues(r.Route, r.Method, classes[r.Status/100%len(classes)]).Inc()
		m.durations.WithLabelValues(r.Route).Observe(r.Took.Seconds())
	}}
}

// watchQueue is what the line for seats tells.
func (m *metrics) watchQueue() seats.Watch {
	return seats.Watch{Batch: func(acts int) { m.batches.Observe(float64(acts)) }, Done: func(err error) {
		var fault *events.Error
		switch {
		case !errors.As(err, &fault):
		case fault.Code == events.Unavailable:
			m.claims.WithLabelValues(claimBusy).Inc()
		case fault.Code == events.Conflict && (fault.Key == "pool_full" || fault.Key == "organisation_seats_full"):
			m.claims.WithLabelValues(claimRefused).Inc()
		}
	}}
}

// watchClaims counts the claims of a transaction that is committed.
func (m *metrics) watchClaims(c registrations.Claims) {
	for result, n := range map[string]int{claimConfirmed: c.Confirmed, claimPromoted: c.Promoted, claimWaitlisted: c.Waitlisted} {
		if n > 0 {
			m.claims.WithLabelValues(result).Add(float64(n))
		}
	}
}

// watchTransaction is what the database tells.
func (m *metrics) watchTransaction(t engine.Transaction) {
	m.outcomes.WithLabelValues(t.Result).Inc()
	m.retries.Add(float64(max(0, t.Runs-1)))
	m.conflicts.Add(float64(t.Conflicts))
	if t.Result == engine.Committed {
		m.commits.Observe(t.Commit.Seconds())
	}
}

// watchMails is what the worker tells.
func (m *metrics) watchMails(outcome string, mails int) {
	m.mails.WithLabelValues(outcome).Add(float64(mails))
}
