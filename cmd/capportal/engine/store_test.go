package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"capportal/cmd/capportal/engine/embedded"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
)

func openEmbedded(t testing.TB, dir string) *DB {
	t.Helper()
	d, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.Background()) })
	return d
}

func put(d *DB, collection string, ids ...string) error {
	return d.Transact(context.Background(), func(ctx context.Context) error {
		for _, id := range ids {
			doc := bson.D{{Key: "_id", Value: id}, {Key: "text", Value: strings.Repeat("x", 1000)}}
			if _, err := d.Database().Collection(collection).InsertOne(ctx, doc); err != nil {
				return err
			}
		}
		return nil
	})
}

func holds(t testing.TB, d *DB, collection string) int {
	t.Helper()
	n, err := d.Database().Collection(collection).CountDocuments(context.Background(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// A commit whose fsync fails, before or after the file has changed, is not in memory
// and not in the file; reads go on; the next commit that can be made is made.
func TestFileStore_FailingCommit(t *testing.T) {
	for name, failing := range map[string]func(*bbolt.Tx) error{
		"Before": func(*bbolt.Tx) error { return syscall.EIO },
		"After":  func(tx *bbolt.Tx) error { return errors.Join(tx.Commit(), syscall.EIO) },
		"Panic":  func(*bbolt.Tx) error { panic("a page is gone") },
		"PanicAfter": func(tx *bbolt.Tx) error {
			_ = tx.Commit()
			panic("a page is gone")
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			d := openEmbedded(t, dir)
			if err := put(d, "seats", "a"); err != nil {
				t.Fatal(err)
			}
			d.file.commit = failing
			for i := range 3 {
				err := put(d, "seats", fmt.Sprint("lost ", i))
				if !errors.Is(err, ErrUnwritable) || !strings.Contains(err.Error(), "not stored") {
					t.Fatalf("got %v", err)
				}
				if n := holds(t, d, "seats"); n != 1 {
					t.Fatalf("memory holds %d", n)
				}
			}
			// Who looks at the file now sees what memory holds.
			tallies, err := readFile(d.file.path, embedded.NewLoader())
			if err != nil {
				t.Fatal(err)
			}
			if n := tallies["seats"].Count; n != 1 {
				t.Fatalf("the file holds %d", n)
			}
			d.file.commit = (*bbolt.Tx).Commit
			if err := put(d, "seats", "b"); err != nil {
				t.Fatalf("when the disk is well again: %v", err)
			}
			if err := d.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			if n := holds(t, openEmbedded(t, dir), "seats"); n != 2 {
				t.Errorf("reopened it holds %d", n)
			}
		})
	}
}

// A file that is taken away while the portal runs would swallow commits.
func TestFileStore_FileGone(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"Removed":  os.Remove,
		"Replaced": func(path string) error { return errors.Join(os.Remove(path), createFile(path)) },
	} {
		t.Run(name, func(t *testing.T) {
			d := openEmbedded(t, t.TempDir())
			if err := d.Ping(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := take(d.file.path); err != nil {
				t.Fatal(err)
			}
			if err := put(d, "seats", "a"); !errors.Is(err, ErrUnwritable) {
				t.Errorf("got %v", err)
			}
			if err := d.Ping(context.Background()); !errors.Is(err, ErrUnwritable) {
				t.Errorf("Ping: %v", err)
			}
			if n := holds(t, d, "seats"); n != 0 {
				t.Errorf("memory holds %d", n)
			}
		})
	}
}

// A file cut short under the running program is an error, not a crash.
func TestFileStore_TruncatedWhileOpen(t *testing.T) {
	d := openEmbedded(t, t.TempDir())
	for i := range 50 {
		if err := put(d, "seats", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(d.file.path, 8192); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := put(d, "seats", "a"); !errors.Is(err, ErrUnwritable) {
			t.Errorf("got %v", err)
		}
	}
	if n := holds(t, d, "seats"); n != 50 {
		t.Errorf("memory holds %d", n)
	}
}

// A commit writes what it changed and nothing else, however much is stored; one
// that changes nothing does not touch the disk.
func TestFileStore_WritesOnlyWhatChanged(t *testing.T) {
	ctx := context.Background()
	d := openEmbedded(t, t.TempDir())
	var ids []string
	for i := range 500 {
		ids = append(ids, fmt.Sprint(i))
	}
	for _, c := range []string{"registrations", "notices"} {
		if err := put(d, c, ids...); err != nil {
			t.Fatal(err)
		}
	}
	commits := 0
	d.file.commit = func(tx *bbolt.Tx) error {
		commits++
		return tx.Commit()
	}
	r := d.Database().Collection("registrations")
	one := bson.D{{Key: "_id", Value: "250"}}
	for _, c := range []struct {
		name            string
		fn              func(ctx context.Context) error
		commits, values int64
	}{
		{"read", func(ctx context.Context) error { return r.FindOne(ctx, one).Err() }, 0, 0},
		{"update", func(ctx context.Context) error {
			_, err := r.UpdateOne(ctx, one, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 1}}}})
			return err
		}, 1, 1},
		{"update to the same", func(ctx context.Context) error {
			_, err := r.UpdateOne(ctx, one, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 1}}}})
			return err
		}, 0, 0},
		{"change and change back", func(ctx context.Context) error {
			if _, err := r.UpdateOne(ctx, one, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 2}}}}); err != nil {
				return err
			}
			_, err := r.UpdateOne(ctx, one, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 1}}}})
			return err
		}, 0, 0},
		{"insert and delete", func(ctx context.Context) error {
			if _, err := r.InsertOne(ctx, bson.D{{Key: "_id", Value: "new"}}); err != nil {
				return err
			}
			_, err := r.DeleteOne(ctx, bson.D{{Key: "_id", Value: "new"}})
			return err
		}, 0, 0},
		{"delete two", func(ctx context.Context) error {
			_, err := r.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{"0", "499"}}}}})
			return err
		}, 1, 2},
		{"delete and insert again", func(ctx context.Context) error {
			if _, err := r.DeleteOne(ctx, one); err != nil {
				return err
			}
			_, err := r.InsertOne(ctx, one)
			return err
		}, 1, 1},
		{"two collections", func(ctx context.Context) error {
			if _, err := r.InsertOne(ctx, bson.D{{Key: "_id", Value: "x"}}); err != nil {
				return err
			}
			_, err := d.Database().Collection("notices").InsertOne(ctx, bson.D{{Key: "_id", Value: "x"}})
			return err
		}, 1, 2},
	} {
		commits, d.file.written = 0, 0
		if err := d.Transact(ctx, c.fn); err != nil {
			t.Fatal(err)
		}
		if int64(commits) != c.commits || d.file.written != c.values {
			t.Errorf("%s: %d commits of %d values, want %d of %d", c.name, commits, d.file.written, c.commits, c.values)
		}
	}
}
