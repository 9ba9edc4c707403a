package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// A backup taken under load is of one moment, stops no writer, and holds what was
// acknowledged before it began.
func TestBackup_UnderLoad(t *testing.T) {
	ofEngines(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		var acknowledged atomic.Int64
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					id := fmt.Sprintf("%d-%06d", w, i)
					err := db.Transact(ctx, func(ctx context.Context) error {
						if err := insert(ctx, db, "registrations", id); err != nil {
							return err
						}
						return insert(ctx, db, "notices", id)
					})
					if err != nil {
						t.Error(err)
						return
					}
					acknowledged.Add(1)
				}
			})
		}
		until := func(n int64) {
			for deadline := time.Now().Add(time.Minute); acknowledged.Load() < n && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			}
		}
		until(200)
		// Between the two in order of names, and so large that what is read of it is written
		// before the second is read: then both writers and backup have gone on.
		noise := rand.NewChaCha8([32]byte{})
		for i := range 8 {
			large := make([]byte, 1<<20)
			_, _ = noise.Read(large) // never fails
			if _, err := db.Database().Collection("people").InsertOne(ctx, bson.M{"_id": fmt.Sprint(i), "large": large}); err != nil {
				t.Fatal(err)
			}
		}
		sink := &slow{within: func() { until(acknowledged.Load() + 5) }}
		before := acknowledged.Load()
		c, err := db.Backup(ctx, sink, "")
		after := acknowledged.Load()
		close(stop)
		writers.Wait()
		if err != nil {
			t.Fatal(err)
		}
		r, n := c.Documents["registrations"], c.Documents["notices"]
		if r != n || r < before {
			t.Errorf("%d registrations and %d notices are in it; %d had been acknowledged before", r, n, before)
		}
		if after < before+5 {
			t.Errorf("writers stood still: %d before, %d after", before, after)
		}
		path := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(path, sink.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		read, err := engine.ReadBackup(ctx, path)
		if err != nil || !cmp.Equal(read, c) {
			t.Errorf("read again it holds %+v, not %+v: %v", read, c, err)
		}
		o := place(t, engine.Embedded)
		if _, err := engine.Restore(ctx, path, o); err != nil {
			t.Fatal(err)
		}
		all := everything(t, openAndClose(t, o))
		for id := range all["registrations"] {
			if all["notices"][id] == "" {
				t.Errorf("%s has no notice", id)
			}
		}
	})
}

func openAndClose(t *testing.T, o engine.Restoring) *engine.DB {
	db := openPlace(t, o)
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

// slow is a file that lets something happen between its first byte and the rest.
type slow struct {
	bytes.Buffer
	once   sync.Once
	within func()
}

func (s *slow) Write(b []byte) (int, error) {
	s.once.Do(s.within)
	return s.Buffer.Write(b)
}

// A backup ends with the context, and with the file that takes no more.
func TestBackup_BrokenOff(t *testing.T) {
	ofEngines(t, func(t *testing.T, db *engine.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		if err := insert(ctx, db, "registrations", "a"); err != nil {
			t.Fatal(err)
		}
		full := errors.New("full")
		if _, err := db.Backup(ctx, fullDisk{full}, ""); !errors.Is(err, full) {
			t.Errorf("on a full disk: %v", err)
		}
		cancel()
		if _, err := db.Backup(ctx, &bytes.Buffer{}, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
		folder := t.TempDir()
		if err := os.Symlink("/etc/hostname", filepath.Join(folder, "link")); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Backup(context.Background(), &bytes.Buffer{}, folder); err == nil || !strings.Contains(err.Error(), "link") {
			t.Errorf("with a link among the files: %v", err)
		}
	})
}

type fullDisk struct{ err error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.err }

// A server that no longer keeps the moment is named for it, and what to do.
func TestBackup_MomentGone(t *testing.T) {
	ctx := context.Background()
	server := enginetest.Start(t, "rs0")
	db, err := engine.Open(ctx, engine.Options{URI: server.URI("capportal")})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(server.URI("capportal")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(ctx) }()
	forget := bson.D{{Key: "setParameter", Value: 1}, {Key: "minSnapshotHistoryWindowInSeconds", Value: 0}}
	if err := client.Database("admin").RunCommand(ctx, forget).Err(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		err = db.View(ctx, func(ctx context.Context) error {
			count := func() error {
				_, err := db.Database().Collection("registrations").CountDocuments(ctx, bson.M{})
				return err
			}
			if err := count(); err != nil {
				return err
			}
			for i := range 20 {
				if err := insert(context.Background(), db, "registrations", fmt.Sprint(time.Now().UnixNano(), i)); err != nil {
					t.Fatal(err)
				}
			}
			return db.Unreadable(count())
		})
		if err != nil || time.Now().After(deadline) {
			break
		}
	}
	wantFault(t, err, engine.ErrMoment, "minSnapshotHistoryWindowInSeconds", "300")
}
