package enginetest

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
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
	Addr   string         // host and port on loopback
	set    string         // name of the replica set; empty for a standalone
	dir    string         // its data and its log
	orders io.WriteCloser // to its supervisor; the server lives until this is closed
	obeyed chan string    // the supervisor's answers
	done   chan struct{}  // closed when the server has ended and its folder is gone
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
	m.orders.Close()
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

func start(path, set string) (*Mongod, error) {
	var last error
	for range 3 { // the free port may be taken before mongod takes it
		m, err := launch(path, set)
		if err == nil {
			if err = m.await([]*Mongod{m}); err == nil {
				return m, nil
			}
			m.Kill()
		}
		last = err
	}
	return nil, last
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
