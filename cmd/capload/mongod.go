package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// mongod is a server that capload started for itself: a replica set of one, on loopback.
type mongod struct {
	addr string
	hold io.WriteCloser // it lives until this is closed, by whatever end
	done chan struct{}
}

// whileHeld runs a command for as long as its standard input stays open, which this process alone
// holds: however it ends, the server ends too.
const whileHeld = `"$@" </dev/null & pid=$!; cat >/dev/null; kill -9 $pid; wait $pid`

// startMongod starts a server with its data in a folder.
func startMongod(ctx context.Context, path, dir string) (*mongod, error) {
	if path == "" {
		path = os.Getenv("CAPPORTAL_TEST_MONGOD")
	}
	if path == "" {
		found, err := exec.LookPath("mongod")
		if err != nil {
			return nil, errors.New("no mongod on the path: install MongoDB, name one with --mongod, or a running replica set on loopback with --mongodb-uri")
		}
		path = found
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	m := &mongod{addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), done: make(chan struct{})}
	cmd := exec.Command("sh", "-c", whileHeld, "sh", path, "--dbpath", dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
		"--logpath", filepath.Join(dir, "log"), "--replSet", "rs0", "--oplogSize", "1024", "--wiredTigerCacheSizeGB", "2",
		"--setParameter", "diagnosticDataCollectionEnabled=false")
	if m.hold, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() { _ = cmd.Wait(); close(m.done) }()
	if err := m.initiate(ctx); err != nil {
		m.stop()
		return nil, fmt.Errorf("%s could not be written to: %w", path, err)
	}
	return m, nil
}

func (m *mongod) uri() string { return "mongodb://" + m.addr + "/?replicaSet=rs0" }

func (m *mongod) stop() {
	m.hold.Close()
	<-m.done
}

// initiate makes the server a replica set and waits until it can be written to.
func (m *mongod) initiate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().SetHosts([]string{m.addr}).SetDirect(true).SetServerSelectionTimeout(5*time.Second))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	for {
		member := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: m.addr}}
		_ = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{{Key: "_id", Value: "rs0"}, {Key: "members", Value: bson.A{member}}}}}).Err()
		var hello struct {
			Writable bool `bson:"isWritablePrimary"`
		}
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		if err == nil && hello.Writable {
			return nil
		}
		select {
		case <-m.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
