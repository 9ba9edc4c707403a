package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// Set is a replica set of several mongod on loopback.
type Set struct {
	Members []*Mongod
	name    string
}

// StartSet starts a replica set of n members, which ends with the test. Without a mongod
// the test is skipped; with CI set it fails.
func StartSet(t testing.TB, n int) *Set {
	t.Helper()
	path := Program(t)
	var last error
	for range 3 { // a free port may be taken before mongod takes it
		s, err := startSet(path, n)
		if err == nil {
			t.Cleanup(s.kill)
			return s
		}
		last = err
	}
	t.Fatalf("start a replica set: %v", last)
	return nil
}

func startSet(path string, n int) (*Set, error) {
	s := &Set{name: "rs0"}
	for range n {
		m, err := launch(path, s.name)
		if err != nil {
			s.kill()
			return nil, err
		}
		s.Members = append(s.Members, m)
	}
	for i := len(s.Members) - 1; i >= 0; i-- { // the others first: the set is not initiated before they answer
		err := s.Members[i].answers()
		if err == nil && i == 0 {
			err = s.Members[0].await(s.Members)
		}
		if err != nil {
			s.kill()
			return nil, err
		}
	}
	return s, nil
}

func (s *Set) kill() {
	for _, m := range s.Members {
		m.Kill()
	}
}

// URI returns the address of one of its databases, which names every member.
func (s *Set) URI(database string) string {
	hosts := make([]string, len(s.Members))
	for i, m := range s.Members {
		hosts[i] = m.Addr
	}
	return "mongodb://" + strings.Join(hosts, ",") + "/" + database + "?replicaSet=" + s.name
}

// Primary returns the member that takes writes now; an error when none does.
func (s *Set) Primary(ctx context.Context) (*Mongod, error) {
	for _, m := range s.Members {
		if m.writable(ctx) {
			return m, nil
		}
	}
	return nil, errors.New("no member of the set takes writes")
}

// StepDown makes a member that takes writes give that up for as long.
func (m *Mongod) StepDown(ctx context.Context, d time.Duration) error {
	client, err := m.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetStepDown", Value: int(d.Seconds())}, {Key: "force", Value: true}}).Err()
}

// writable tells whether a member takes writes.
func (m *Mongod) writable(ctx context.Context) bool {
	h, err := m.hello(ctx)
	return err == nil && h.Writable
}

// answers waits until a member that has just been started answers.
func (m *Mongod) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	for {
		_, err := m.hello(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer within %s: %w", m.Addr, startWait, err)
		case <-m.done:
			return fmt.Errorf("%s has ended: %w", m.Addr, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hello is what a member says of itself.
type hello struct {
	Writable bool `bson:"isWritablePrimary"`
}

func (m *Mongod) hello(ctx context.Context) (h hello, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client, err := m.connect(ctx)
	if err != nil {
		return h, err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	return h, client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
}
