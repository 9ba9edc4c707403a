package portal_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/portal"
)

// What has run out is swept while the portal serves: limits count a window each, and without it they
// pile up for ever.
func TestServe_Sweeps(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var now atomic.Int64
	now.Store(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Unix())
	p, err := portal.Open(ctx, portal.Options{Settings: portal.Settings{Addr: "127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler), Listen: true,
		Now: func() time.Time { return time.Unix(now.Load(), 0).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	for _, key := range []string{"one", "another"} {
		if _, err := p.SignIn.Allow(ctx, "test", key, 1, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	now.Add(3600)
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, func() {}) }()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left, err := p.DB.Database().Collection("limits").CountDocuments(ctx, bson.M{"expires": bson.M{"$lt": p.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d limits that ran out an hour ago are still kept", left)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
