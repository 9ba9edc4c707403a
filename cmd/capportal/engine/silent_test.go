package engine_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// A server that falls silent without a word, as one that has lost its power, is soon taken for gone: who
// waits for its answer is told to try again.
func TestDB_SilentServer(t *testing.T) {
	t.Parallel() // it waits
	m := enginetest.Start(t, "rs0")
	addr, silence := passedOn(t, m.Addr)
	// Heartbeats come faster than usual, for the test's sake; how long one may fail to come is what counts.
	db, err := engine.Open(t.Context(), engine.Options{URI: "mongodb://" + addr + "/capportal?directConnection=true&heartbeatFrequencyMS=500&serverSelectionTimeoutMS=500"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.Background()) }()
	silence()
	began := time.Now()
	err = db.Ping(t.Context()) // which the driver asks once; it looks every ten seconds for what to break off
	if took := time.Since(began); !engine.Away(err) || took > 20*time.Second {
		t.Errorf("after %s: %v", took, err)
	}
}

// passedOn is an address behind which a server lies, until it is silenced: then nothing passes any more, and
// no connection ends.
func passedOn(t *testing.T, to string) (addr string, silence func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var silent sync.RWMutex // held while nothing passes
	over := make(chan struct{})
	t.Cleanup(func() { close(over); l.Close() })
	pass := func(from, to net.Conn) {
		b := make([]byte, 32<<10)
		for {
			n, err := from.Read(b)
			if err != nil {
				to.Close()
				return
			}
			silent.RLock()
			_, err = to.Write(b[:n])
			silent.RUnlock()
			if err != nil && err != io.EOF {
				return
			}
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			go pass(near, far)
			go pass(far, near)
			go func() { <-over; near.Close(); far.Close() }()
		}
	}()
	return l.Addr().String(), sync.OnceFunc(func() {
		silent.Lock()
		t.Cleanup(silent.Unlock)
	})
}
