package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"capportal/cmd/capportal/engine"

	"go.mongodb.org/mongo-driver/bson"
)

// limitFile lets no file of this process grow beyond a size: for a program the same
// as a full disk.
func limitFile(t *testing.T, size uint64) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: syscall.RLIM_INFINITY & (1<<63 - 1)}); err != nil {
		t.Fatal(err)
	}
}

// fillDisk writes until the disk is full, and tells what became of it.
func fillDisk(t *testing.T, db *engine.DB) {
	ctx := context.Background()
	write := func(i int) error {
		return db.Transact(ctx, func(ctx context.Context) error {
			for _, c := range []string{"registrations", "notices"} {
				doc := bson.D{{Key: "_id", Value: fmt.Sprintf("%06d", i)}, {Key: "text", Value: strings.Repeat("x", 40<<10)}}
				if _, err := db.Database().Collection(c).InsertOne(ctx, doc); err != nil {
					return err
				}
			}
			return nil
		})
	}
	i := 0
	var err error
	for ; err == nil && i < 1000; i++ {
		err = write(i)
	}
	if !errors.Is(err, engine.ErrUnwritable) {
		t.Fatalf("got %v", err)
	}
	fmt.Println("full", err)
	for range 3 {
		if err := write(i); !errors.Is(err, engine.ErrUnwritable) {
			t.Errorf("again: %v", err)
		}
	}
	fmt.Println("memory", count(t, db, "registrations"), count(t, db, "notices"))
	limitFile(t, 1<<40)
	if err := write(i); err != nil {
		t.Errorf("with space again: %v", err)
	}
	fmt.Println("then", count(t, db, "registrations"), count(t, db, "notices"))
	syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
}

func TestStore_FullDisk(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, "full disk", dir)
	said, ok := c.line("full")
	if !ok {
		t.Fatal("the process did not say that the disk is full")
	}
	if !strings.Contains(said, "not stored") || !strings.Contains(said, "capportal.db") {
		t.Errorf("it said %q", said)
	}
	memory, _ := c.line("memory")
	var r, n int
	fmt.Sscan(memory, &r, &n)
	if r == 0 || r != n {
		t.Errorf("in memory %d registrations, %d notices", r, n)
	}
	then, _ := c.line("then")
	_ = c.cmd.Wait()
	db := openDir(t, dir)
	defer closeDB(t, db)
	if got := fmt.Sprint(count(t, db, "registrations"), count(t, db, "notices")); got != then || got != fmt.Sprint(r+1, n+1) {
		t.Errorf("the file holds %s, memory held %q", got, then)
	}
}
