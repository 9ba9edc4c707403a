package views_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"capportal/views"
)

// Whoever watches hears of each request once, by its route's pattern: nothing of an address or a query,
// which may be a link's secret, comes to it, nor to the log.
func TestWatch(t *testing.T) {
	var mu sync.Mutex
	began, ended := 0, []views.Request{}
	h := open(t, func(o *views.Options) {
		o.Watch = views.Watch{
			Began: func() { mu.Lock(); defer mu.Unlock(); began++ },
			Ended: func(r views.Request) { mu.Lock(); defer mu.Unlock(); ended = append(ended, r) },
		}
	})
	tests := []struct {
		method, path string
		host         string
		want         views.Request
	}{
		{"GET", "/en/sink?key=marker", "", views.Request{Route: "/:lang/sink", Method: "GET", Status: 200}},
		{"HEAD", "/en/sink", "", views.Request{Route: "/:lang/sink", Method: "HEAD", Status: 200}},
		{"GET", "/en/fails/full", "", views.Request{Route: "/:lang/fails/:how", Method: "GET", Status: 409}},
		{"GET", "/en/fails/panic", "", views.Request{Route: "/:lang/fails/:how", Method: "GET", Status: 500}},
		{"GET", "/en/marker", "", views.Request{Route: "none", Method: "GET", Status: 404}},
		{"GET", "/assets/marker", "", views.Request{Route: "none", Method: "GET", Status: 404}},
		{"POST", "/en/sink?key=marker", "", views.Request{Route: "none", Method: "POST", Status: 403}},
		{"GET", "/en/marker", "marker.example", views.Request{Route: "none", Method: "GET", Status: 421}},
		{"BREW", "/en/marker?key=marker", "", views.Request{Route: "none", Method: "OTHER", Status: 501}},
	}
	for _, tt := range tests {
		h.ask(t, tt.method, tt.path, func(r *http.Request) {
			if tt.host != "" {
				r.Host = tt.host
			}
		})
	}
	mu.Lock()
	defer mu.Unlock()
	if began != len(tests) || len(ended) != len(tests) {
		t.Fatalf("%d began and %d ended of %d", began, len(ended), len(tests))
	}
	for i, tt := range tests {
		got := ended[i]
		if got.Took <= 0 {
			t.Errorf("%s %s took %s", tt.method, tt.path, got.Took)
		}
		if got.Took = 0; got != tt.want {
			t.Errorf("%s %s: %+v, want %+v", tt.method, tt.path, got, tt.want)
		}
	}
	if strings.Contains(h.log.String(), "marker") {
		t.Errorf("the log tells of an address:\n%s", h.log)
	}
}
