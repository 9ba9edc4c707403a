package enginetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// startWait bounds how long a mongod may take until it can be written to.
const startWait = 90 * time.Second

// server is the mongod of this test process: started by the first test that asks,
// ended with the process. One server a process, hence the one global of the package.
var server struct {
	once   sync.Once
	mongod *Mongod
	err    error

	mu   sync.Mutex
	free []string // databases given back empty, migrations applied
}

// MongoURI returns the address of a fresh database on a replica set of one, which
// the first call in a test process starts. Without a mongod the test is skipped; with
// CI set it fails. The database is dropped when the test ends.
func MongoURI(t testing.TB) string {
	t.Helper()
	m := shared(t)
	uri := m.URI("capportal_" + strings.ToLower(rand.Text()))
	t.Cleanup(func() { m.drop(t, uri) })
	return uri
}

// lendDatabase is MongoURI for a test that leaves the indexes alone: its database is
// emptied and lent again, because making one anew takes a second.
func lendDatabase(t testing.TB) string {
	t.Helper()
	m := shared(t)
	server.mu.Lock()
	defer server.mu.Unlock()
	uri := m.URI("capportal_" + strings.ToLower(rand.Text()))
	if n := len(server.free); n > 0 {
		uri, server.free = server.free[n-1], server.free[:n-1]
	}
	t.Cleanup(func() {
		if t.Failed() || m.empty(uri) != nil {
			m.drop(t, uri)
			return
		}
		server.mu.Lock()
		defer server.mu.Unlock()
		server.free = append(server.free, uri)
	})
	return uri
}

func shared(t testing.TB) *Mongod {
	t.Helper()
	path := Program(t)
	server.once.Do(func() { server.mongod, server.err = start(path, "rs0") })
	if server.err != nil {
		t.Fatalf("start %s: %v", path, server.err)
	}
	return server.mongod
}

// Program returns the path of mongod: CAPPORTAL_TEST_MONGOD, or what lies on the
// PATH. Without one the test is skipped, or fails when CI is set.
func Program(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("CAPPORTAL_TEST_MONGOD"); path != "" {
		return path
	}
	path, err := exec.LookPath("mongod")
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal("mongod is missing: install mongod, or set CAPPORTAL_TEST_MONGOD")
	}
	t.Skip("install mongod, or set CAPPORTAL_TEST_MONGOD")
	return ""
}

// Mongod is a mongod that a test started.
type Mongod struct {
	Addr string         // host and port on loopback
	set  string         // name of the replica set; empty for a standalone
	hold io.WriteCloser // the server lives until this is closed
	done chan struct{}  // closed when the server has ended and its folder is gone
}

// Start starts a mongod of the test's own, which ends with the test at the latest:
// a replica set of one by that name, or with an empty name a standalone server.
func Start(t testing.TB, set string) *Mongod {
	t.Helper()
	m, err := start(Program(t), set)
	if err != nil {
		t.Fatalf("start mongod: %v", err)
	}
	t.Cleanup(m.Kill)
	return m
}

// Kill ends the server at once, as kill -9 does, and removes its data.
func (m *Mongod) Kill() {
	m.hold.Close()
	<-m.done
}

// URI returns the address of one of its databases.
func (m *Mongod) URI(database string) string {
	uri := "mongodb://" + m.Addr + "/" + database
	if m.set != "" {
		uri += "?replicaSet=" + m.set
	}
	return uri
}

// script runs mongod for as long as its standard input stays open. That is a pipe
// whose other end this process holds and nobody inherits, so that however this
// process ends, mongod ends and its folder goes.
const script = `dir=$1; shift; "$@" </dev/null & pid=$!; cat >/dev/null; kill -9 $pid; wait $pid; rm -rf "$dir"`

func start(path, set string) (*Mongod, error) {
	var last error
	for range 3 { // the free port may be taken before mongod takes it
		m, err := startOnce(path, set)
		if err == nil {
			return m, nil
		}
		last = err
	}
	return nil, last
}

func startOnce(path, set string) (*Mongod, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "capportal-mongod-")
	if err != nil {
		return nil, err
	}
	m := &Mongod{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), set: set}
	args := []string{
		"-c", script, "sh", dir, path,
		"--dbpath", dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
		"--logpath", filepath.Join(dir, "log"), "--wiredTigerCacheSizeGB", "0.25",
		"--setParameter", "diagnosticDataCollectionEnabled=false",
		"--setParameter", "enableTestCommands=1", // for its fail points
	}
	if set != "" {
		args = append(args, "--replSet", set, "--oplogSize", "128")
	}
	cmd := exec.Command("sh", args...)
	detach(cmd)
	if m.hold, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m.done = make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(m.done)
	}()
	if err := m.await(); err != nil {
		log := tail(filepath.Join(dir, "log"))
		m.Kill()
		return nil, fmt.Errorf("%w; its log ends: %s", err, log)
	}
	return m, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func tail(path string) string {
	b, _ := os.ReadFile(path)
	return string(b[max(0, len(b)-2000):])
}

// await initiates the set and waits until its one member can be written to.
func (m *Mongod) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	client, err := m.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	initiated := m.set == ""
	for {
		if !initiated {
			err = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
				{Key: "_id", Value: m.set},
				{Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: m.Addr}}}},
			}}}).Err()
			var c mongo.CommandError
			initiated = err == nil || errors.As(err, &c) && c.Code == 23 // already initialized
		} else {
			var h struct {
				Writable bool `bson:"isWritablePrimary"`
			}
			if err = admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h); err == nil && h.Writable {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it could not be written to within %s: %w", startWait, errors.Join(err, ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (m *Mongod) connect(ctx context.Context) (*mongo.Client, error) {
	return mongo.Connect(ctx, options.Client().SetHosts([]string{m.Addr}).SetDirect(true).
		SetServerSelectionTimeout(5*time.Second))
}

// on runs fn with a client of its own on the database of an address.
func (m *Mongod) on(uri string, fn func(ctx context.Context, db *mongo.Database) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := m.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	name := strings.TrimPrefix(uri, "mongodb://"+m.Addr+"/")
	name, _, _ = strings.Cut(name, "?")
	return fn(ctx, client.Database(name))
}

// empty removes all documents but the record of the migrations.
func (m *Mongod) empty(uri string) error {
	return m.on(uri, func(ctx context.Context, db *mongo.Database) error {
		names, err := db.ListCollectionNames(ctx, bson.D{})
		if err != nil {
			return err
		}
		for _, name := range names {
			if name == "migrations" {
				continue
			}
			if _, err := db.Collection(name).DeleteMany(ctx, bson.D{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Mongod) drop(t testing.TB, uri string) {
	err := m.on(uri, func(ctx context.Context, db *mongo.Database) error { return db.Drop(ctx) })
	if err != nil {
		t.Logf("drop the database of the test: %v", err)
	}
}
