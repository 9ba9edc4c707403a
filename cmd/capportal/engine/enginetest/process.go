package enginetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// supervisor runs mongod for as long as its standard input stays open. That is a pipe
// whose other end this process holds and nobody inherits, so that however this
// process ends, mongod ends and its folder goes. Meanwhile it takes orders.
const supervisor = `dir=$1; shift
run() { "$@" </dev/null >/dev/null 2>&1 & pid=$!; }
run "$@"
while read -r order; do
	case $order in
	crash) kill -9 $pid; wait $pid ;;
	revive) run "$@" ;;
	esac
	echo "$order"
done
kill -9 $pid; wait $pid; rm -rf "$dir"`

// launch starts a mongod that nobody has initiated yet.
func launch(path, set string) (*Mongod, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	m := &Mongod{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), set: set, obeyed: make(chan string), done: make(chan struct{})}
	if m.dir, err = os.MkdirTemp("", "capportal-mongod-"); err != nil {
		return nil, err
	}
	args := []string{
		"-c", supervisor, "sh", m.dir, path,
		"--dbpath", m.dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
		"--logpath", filepath.Join(m.dir, "log"), "--logappend", "--wiredTigerCacheSizeGB", "0.25",
		"--setParameter", "diagnosticDataCollectionEnabled=false",
		"--setParameter", "enableTestCommands=1", // for its fail points
	}
	if set != "" {
		args = append(args, "--replSet", set, "--oplogSize", "128")
	}
	cmd := exec.Command("sh", args...)
	detach(cmd)
	if m.orders, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		for s := bufio.NewScanner(answers); s.Scan(); {
			m.obeyed <- s.Text()
		}
		_ = cmd.Wait()
		close(m.done)
	}()
	return m, nil
}

// order has the supervisor do something, and returns once it is done.
func (m *Mongod) order(what string) error {
	if _, err := fmt.Fprintln(m.orders, what); err != nil {
		return err
	}
	select {
	case <-m.obeyed:
		return nil
	case <-m.done:
		return errors.New("its supervisor has ended")
	case <-time.After(startWait):
		return fmt.Errorf("it did not %s within %s", what, startWait)
	}
}

// Crash ends the server at once, as kill -9 does; its data stay. It may be called by a
// goroutine that is not the test's.
func (m *Mongod) Crash() error { return m.order("crash") }

// Revive starts a crashed server on its data and its port. It does not wait until the
// server answers.
func (m *Mongod) Revive() error { return m.order("revive") }

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

// await has the server initiate the set of these members, itself the first, and waits until
// it can be written to.
func (m *Mongod) await(members []*Mongod) error {
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
			err = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: configOf(m.set, members)}}).Err()
			var c mongo.CommandError
			initiated = err == nil || errors.As(err, &c) && c.Code == 23 // already initialized
		} else {
			var h hello
			if err = admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h); err == nil && h.Writable {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it could not be written to within %s: %w; its log ends: %s", startWait, errors.Join(err, ctx.Err()), tail(filepath.Join(m.dir, "log")))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// configOf is a replica set of these members, which elects anew within a second or two: a
// test does not wait for the ten that are usual. The first one is preferred.
func configOf(set string, members []*Mongod) bson.D {
	list := bson.A{}
	for i, m := range members {
		list = append(list, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: m.Addr}})
	}
	return bson.D{{Key: "_id", Value: set}, {Key: "members", Value: list},
		{Key: "settings", Value: bson.D{{Key: "electionTimeoutMillis", Value: 1000}, {Key: "heartbeatIntervalMillis", Value: 250}}}}
}
