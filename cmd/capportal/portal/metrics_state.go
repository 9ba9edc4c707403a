package portal

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"capportal/cmd/capportal/engine"
)

const (
	// standingKept is how long what was read from the database is shown again: however many ask, the
	// database is asked no more often.
	standingKept = 5 * time.Second
	// standingWait is how long the database may take to answer.
	standingWait = 3 * time.Second
)

// standing gives the figures of how things stand, read when they are asked for.
type standing struct {
	portal                                                 *Portal
	engine, documents, bytes, notices, oldest, ready, acts *prometheus.Desc

	mu    sync.Mutex
	read  time.Time // on this machine's clock
	known []prometheus.Metric
}

func newStanding(p *Portal) *standing {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("capportal_"+name, help, labels, nil)
	}
	return &standing{portal: p,
		engine:    describe("engine_info", "The database engine.", "kind"),
		documents: describe("collection_documents", "Documents that are stored.", "collection"),
		bytes:     describe("store_file_bytes", "Size of the embedded file."),
		notices:   describe("outbox_notices", "Notices that are not sent.", "state"),
		oldest:    describe("outbox_oldest_due_age_seconds", "Since when the next notice could have been sent."),
		ready:     describe("ready", "1 while the portal calls itself ready."),
		acts:      describe("queue_waiting_acts", "Acts that stand in line for their activity."),
	}
}

// Describe is for prometheus.Collector.
func (s *standing) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.engine, s.documents, s.bytes, s.notices, s.oldest, s.ready, s.acts} {
		to <- d
	}
}

// Collect is for prometheus.Collector.
func (s *standing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), standingWait)
	defer cancel()
	to <- one(s.engine, 1, s.portal.DB.Kind())
	to <- one(s.acts, float64(s.portal.Desk.InLine()))
	to <- one(s.ready, map[bool]float64{true: 1}[s.portal.Ready(ctx) == nil])
	for _, m := range s.stored(ctx) {
		to <- m
	}
}

func one(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// stored gives what the database was asked for; nothing of what it does not answer.
func (s *standing) stored(ctx context.Context) []prometheus.Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.read.IsZero() && time.Since(s.read) < standingKept {
		return s.known
	}
	s.known = nil
	p := s.portal
	if sizes, err := p.DB.Sizes(ctx); err == nil {
		for name, n := range sizes {
			s.known = append(s.known, one(s.documents, float64(n), name))
		}
	}
	if depth, err := p.Outbox.Depth(ctx); err == nil {
		for state, n := range depth.States {
			s.known = append(s.known, one(s.notices, float64(n), string(state)))
		}
		late := time.Duration(0)
		if !depth.Oldest.IsZero() {
			late = p.Now().Sub(depth.Oldest)
		}
		s.known = append(s.known, one(s.oldest, late.Seconds()))
	}
	if p.DB.Kind() == engine.Embedded {
		if bytes, err := engine.FileSize(p.Settings.Data); err == nil {
			s.known = append(s.known, one(s.bytes, float64(bytes)))
		}
	}
	s.read = time.Now()
	return s.known
}
