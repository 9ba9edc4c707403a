package main

import (
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// CAPPORTAL_METRICS_ADDR opens a listener for figures, whose address is logged; one that is taken keeps
// the portal from starting.
func TestServe_Metrics(t *testing.T) {
	s := newShell(t)
	r := s.start("listening on ", "serve", "--metrics-addr", "127.0.0.1:0")
	logged := regexp.MustCompile(`address=(http://127\.0\.0\.1:\d+/metrics)`)
	deadline := time.Now().Add(time.Minute)
	for logged.FindString(r.errs.String()) == "" {
		if time.Now().After(deadline) {
			t.Fatalf("no address is logged: %s", r.errs.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	address := logged.FindStringSubmatch(r.errs.String())[1]
	if status, text := visit(t, http.DefaultClient, address); status != http.StatusOK || !strings.Contains(text, `capportal_engine_info{kind="embedded"} 1`) {
		t.Errorf("%s answers %d: %.300s", address, status, text)
	}
	if strings.Contains(r.errs.String(), "does nothing") {
		t.Errorf("the setting is said to do nothing: %s", r.errs.String())
	}
	r.stop()
	if _, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/metrics")); err == nil {
		t.Error("the listener outlives the portal")
	}
	t.Run("ErrTaken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		status, _, errs := s.run("serve", "--metrics-addr", l.Addr().String())
		if status != exitFailed || !strings.Contains(errs, "CAPPORTAL_METRICS_ADDR") || strings.Count(errs, "cannot listen") != 1 {
			t.Errorf("status %d: %s", status, errs)
		}
	})
}
