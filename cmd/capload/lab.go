package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
)

// lab is where a run takes place: a folder, the program, one engine, and the stores made so far.
type lab struct {
	bounds
	kind    string // engine.Embedded or engine.MongoDB
	dir     string
	binary  string // capportal
	self    string // capload
	uri     string // of MongoDB, without a database
	server  *mongod
	stores  map[size]*stored
	running []*program
	said    io.Writer // what is going on
	out     string    // folder for pictures; "": none
}

// openLab makes the folder, builds the program unless one is given, and starts MongoDB where it is asked
// for and none is named.
func openLab(ctx context.Context, c runCommand, said io.Writer) (_ *lab, err error) {
	l := &lab{bounds: c.bounds, kind: c.Engine, binary: c.Capportal, stores: map[size]*stored{}, said: said, out: c.Out}
	if l.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if l.dir, err = os.MkdirTemp("", "capload-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.out != "" {
		if err := os.MkdirAll(l.out, 0o755); err != nil {
			return nil, fmt.Errorf("make the folder for the pictures: %w", err)
		}
	}
	if l.binary == "" {
		l.binary = filepath.Join(l.dir, "capportal")
		l.say("building capportal")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", l.binary, "capportal/cmd/capportal").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build capportal (call capload within the module, or name the program with --capportal): %w\n%s", err, out)
		}
	}
	if l.kind != engine.MongoDB {
		return l, nil
	}
	if c.MongodbURI != "" {
		if l.uri, err = judgeMongoDB(ctx, c.MongodbURI); err != nil {
			return nil, err
		}
		return l, nil
	}
	if l.server, err = startMongod(ctx, c.Mongod, filepath.Join(l.dir, "mongod")); err != nil {
		return nil, err
	}
	l.uri = l.server.uri()
	return l, nil
}

func (l *lab) say(format string, args ...any) { fmt.Fprintf(l.said, format+"\n", args...) }

// store gives a store of a size, which is filled when it is first asked for. Whoever changes it asks for
// a size that nobody else does.
func (l *lab) store(ctx context.Context, s size) (*stored, error) {
	if known := l.stores[s]; known != nil {
		return known, nil
	}
	settings := portal.Settings{Addr: "127.0.0.1:0", Data: filepath.Join(l.dir, fmt.Sprint("data-", len(l.stores)))}
	if l.kind == engine.MongoDB {
		settings.MongoDB = withDatabase(l.uri, "capload_"+strings.ToLower(rand.Text()))
	}
	began := time.Now()
	made, err := fill(ctx, s, settings)
	if made != nil {
		l.stores[s] = made // filled half or whole, it is dropped in the end
	}
	if err != nil {
		return nil, err
	}
	l.say("a store of %d registrations filled in %s", s.registrations+s.drafts+s.queued, short(time.Since(began)))
	return made, nil
}

// stopAll ends the programs that still run, between two bars.
func (l *lab) stopAll() {
	for _, p := range l.running {
		p.stop()
	}
	l.running = nil
}

// close ends all that was started and takes all that was made away.
func (l *lab) close() {
	l.stopAll()
	if l.server != nil {
		l.server.stop()
	} else if l.uri != "" {
		l.drop()
	}
	if l.dir != "" {
		_ = os.RemoveAll(l.dir) // what is left lies in the folder for temporary files
	}
}

// drop takes the databases that capload made on somebody else's server away.
func (l *lab) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, s := range l.stores {
		client, err := mongo.Connect(ctx, options.Client().ApplyURI(s.settings.MongoDB))
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(s.settings.MongoDB[strings.LastIndexByte(s.settings.MongoDB, '/')+1:], "?")
		if err := client.Database(name).Drop(ctx); err != nil {
			l.say("the database %s is left behind: %v", name, err)
		}
		_ = client.Disconnect(ctx)
	}
}
