package portal_test

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/cmd/capportal/portal"
)

// With the database gone, and requests and loops waiting for it, the portal ends within its ten seconds
// all the same.
func TestServe_EndsWithoutDatabase(t *testing.T) {
	uri, err := url.Parse(enginetest.MongoURI(t))
	if err != nil {
		t.Fatal(err)
	}
	way := lineTo(t, uri.Host)
	uri.Host, uri.RawQuery = way.l.Addr().String(), "directConnection=true"
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	p, err := portal.Open(ctx, portal.Options{Settings: portal.Settings{Addr: "127.0.0.1:0", MongoDB: uri.String()}, Log: slog.New(slog.DiscardHandler), Listen: true})
	if err != nil {
		t.Fatal(err)
	}
	served, ready := make(chan error, 1), make(chan struct{})
	go func() { served <- p.Serve(ctx, func() { close(ready) }) }()
	<-ready
	s := started{p, t}
	way.set(true)
	s.becomes(503, "no\n")
	begun, asked := make(chan struct{}), make(chan struct{})
	asking, giveUp := context.WithCancel(context.Background())
	go func() {
		defer close(asked)
		_ = p.DB.Transact(asking, func(ctx context.Context) error {
			select {
			case <-begun:
			default:
				close(begun)
			}
			return p.DB.Database().Collection("settings").FindOne(ctx, struct{}{}).Err()
		})
	}()
	<-begun
	began := time.Now()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	_ = p.Shutdown() // may say that the database did not hear of it
	took := time.Since(began)
	t.Logf("it ended after %v", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("it ended after %v", took)
	}
	giveUp()
	<-asked
}
