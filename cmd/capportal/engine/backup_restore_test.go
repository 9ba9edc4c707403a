package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
)

// aBackup is a backup of some documents and files.
func aBackup(t *testing.T) string {
	t.Helper()
	db := enginetest.Memory(t)
	folder := filepath.Join(t.TempDir(), "documents")
	furnish(t, db, folder)
	return backUp(t, db, folder)
}

// A backup written before a migration is brought up to date; one written after it is
// refused by who does not know it.
func TestRestore_Older(t *testing.T) {
	old := aBackup(t)
	ontoEngines(t, func(t *testing.T, o engine.Restoring) {
		c, err := engine.RestoreAhead(context.Background(), old, o)
		if err != nil {
			t.Fatal(err)
		}
		if c.Schema != engine.Migrations() {
			t.Errorf("it says that the backup is of migration %d", c.Schema)
		}
		dir := o.Data
		if o.URI != "" {
			dir = ""
		}
		if _, err := engine.Open(context.Background(), engine.Options{URI: o.URI, Dir: dir}); !errors.Is(err, engine.ErrNewer) {
			t.Errorf("this program opens what was migrated further: %v", err)
		}
	})
	t.Run("Numbered", func(t *testing.T) {
		o := place(t, engine.Embedded)
		if _, err := engine.RestoreAhead(context.Background(), old, o); err != nil {
			t.Fatal(err)
		}
		db, err := engine.OpenAhead(context.Background(), o.Data)
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		n, err := db.Database().Collection("registrations").CountDocuments(context.Background(), bson.M{"numbered": true})
		if err != nil || n != 2100 {
			t.Errorf("%d registrations of 2100 were migrated: %v", n, err)
		}
		if n := count(t, db, "migrations"); n != engine.Migrations()+1 {
			t.Errorf("%d migrations are recorded", n)
		}
		newer := backUp(t, db, "")
		_, err = engine.Restore(context.Background(), newer, place(t, engine.Embedded))
		wantFault(t, err, engine.ErrNewer, newer, "newer program")
	})
}

// A store that holds anything, or that somebody works on, is left as it is.
func TestRestore_Refused(t *testing.T) {
	path := aBackup(t)
	ctx := context.Background()
	ontoEngines(t, func(t *testing.T, o engine.Restoring) {
		db := openPlace(t, o)
		if err := insert(ctx, db, "people", "a"); err != nil {
			t.Fatal(err)
		}
		if o.URI == "" {
			_, err := engine.Restore(ctx, path, o)
			wantFault(t, err, engine.ErrLocked, fmt.Sprint(os.Getpid()), o.Data)
		}
		before := everything(t, db)
		closeDB(t, db)
		_, err := engine.Restore(ctx, path, o)
		wantFault(t, err, engine.ErrNotEmpty, "people", "another")
		db = openPlace(t, o)
		defer closeDB(t, db)
		if diff := cmp.Diff(before, everything(t, db)); diff != "" {
			t.Errorf("it was changed: %s", diff)
		}
		if _, err := os.Stat(filepath.Join(o.Data, "documents")); err == nil {
			t.Error("files were restored")
		}
	})
	t.Run("Files", func(t *testing.T) {
		ontoEngines(t, func(t *testing.T, o engine.Restoring) {
			mine := filepath.Join(o.Data, "documents", "mine")
			if err := os.MkdirAll(mine, 0o700); err != nil {
				t.Fatal(err)
			}
			_, err := engine.Restore(ctx, path, o)
			wantFault(t, err, engine.ErrNotEmpty, "documents")
			if _, err := os.Stat(mine); err != nil {
				t.Error("they are gone")
			}
			db := openPlace(t, o)
			defer closeDB(t, db)
			if n := count(t, db, "registrations"); n != 0 {
				t.Errorf("%d registrations were restored", n)
			}
		})
	})
	t.Run("Busy", func(t *testing.T) {
		o := place(t, engine.MongoDB)
		busy := errors.New("a portal works on it")
		o.Idle = func(context.Context, *engine.DB) error { return busy }
		if _, err := engine.Restore(ctx, path, o); !errors.Is(err, busy) {
			t.Errorf("got %v", err)
		}
		o.Idle = nil
		if _, err := engine.Restore(ctx, path, o); err != nil {
			t.Errorf("once nobody does: %v", err)
		}
	})
	t.Run("Missing", func(t *testing.T) {
		_, err := engine.Restore(ctx, filepath.Join(t.TempDir(), "nowhere"), place(t, engine.Embedded))
		wantFault(t, err, engine.ErrUnreadable, "nowhere")
		_, err = engine.Restore(ctx, t.TempDir(), place(t, engine.Embedded))
		wantFault(t, err, engine.ErrForeign, "ordinary")
	})
	t.Run("Unwritable", func(t *testing.T) {
		o := place(t, engine.Embedded)
		if err := os.WriteFile(o.Data, nil, 0o600); err != nil { // root may write into any folder
			t.Fatal(err)
		}
		_, err := engine.Restore(ctx, path, o)
		wantFault(t, err, engine.ErrUnwritable, o.Data)
	})
}

// A restore that is interrupted leaves the store as empty as it was.
func TestRestore_Interrupted(t *testing.T) {
	path := aBackup(t)
	ontoEngines(t, func(t *testing.T, o engine.Restoring) {
		for n := 1; ; n++ {
			ctx := &ending{Context: context.Background()}
			ctx.left.Store(int64(n * 12))
			_, err := engine.Restore(ctx, path, o)
			if err == nil {
				t.Logf("the whole of it asks its context some %d times", n*12)
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("interrupted: %v", err)
			}
			if o.URI == "" {
				if left, _ := os.ReadDir(o.Data); len(left) > 1 { // the lock
					t.Errorf("left behind: %v", left)
				}
				continue
			}
			db := openPlace(t, o)
			if all := everything(t, db); len(all) > 1 {
				t.Errorf("left behind: %d collections", len(all))
			}
			closeDB(t, db)
		}
		db := openPlace(t, o)
		defer closeDB(t, db)
		if n := count(t, db, "registrations"); n != 2100 {
			t.Errorf("at last %d registrations", n)
		}
	})
}

// A restore that dies leaves a database that is refused, and that another restore may
// begin anew on, once the first is surely dead.
func TestRestore_Died(t *testing.T) {
	path := aBackup(t)
	ctx := context.Background()
	t.Run("mongodb", func(t *testing.T) {
		o := place(t, engine.MongoDB)
		db := openPlace(t, o)
		if err := insert(ctx, db, "people", "of the one that died"); err != nil {
			t.Fatal(err)
		}
		if err := db.MarkRestoring(ctx, 5*time.Second, true); err != nil {
			t.Fatal(err)
		}
		_, err := engine.Open(ctx, engine.Options{URI: o.URI})
		wantFault(t, err, engine.ErrRestoring, "capportal restore")
		_, err = engine.Restore(ctx, path, o)
		wantFault(t, err, engine.ErrRestoring, "wait a minute")
		if n := count(t, db, "people"); n != 1 {
			t.Errorf("a refused restore cleared %d documents away", 1-n)
		}
		if _, err := db.Database().Collection("migrations").DeleteOne(ctx, bson.M{"_id": "restoring"}); err != nil {
			t.Fatal(err)
		}
		if err := db.MarkRestoring(ctx, 2*time.Minute, true); err != nil {
			t.Fatal(err)
		}
		closeDB(t, db)
		if _, err := engine.Restore(ctx, path, o); err != nil {
			t.Fatal(err)
		}
		db = openPlace(t, o)
		defer closeDB(t, db)
		if people, n := count(t, db, "people"), count(t, db, "registrations"); people != 0 || n != 2100 {
			t.Errorf("%d people of the one that died, %d registrations", people, n)
		}
	})
	// A restore that died while it looked at a database in use has done it no harm, and gives
	// the next one no right to.
	t.Run("Looking", func(t *testing.T) {
		o := place(t, engine.MongoDB)
		db := openPlace(t, o)
		if err := insert(ctx, db, "people", "precious"); err != nil {
			t.Fatal(err)
		}
		if err := db.MarkRestoring(ctx, 2*time.Minute, false); err != nil {
			t.Fatal(err)
		}
		closeDB(t, db)
		_, err := engine.Restore(ctx, path, o)
		wantFault(t, err, engine.ErrNotEmpty, "people")
		db = openPlace(t, o)
		defer closeDB(t, db)
		if n := count(t, db, "people"); n != 1 {
			t.Errorf("%d people are left", n)
		}
	})
	// A portal of before there were restores takes the mark for newer data.
	t.Run("OlderProgram", func(t *testing.T) {
		o := place(t, engine.MongoDB)
		db := openPlace(t, o)
		defer closeDB(t, db)
		if err := db.MarkRestoring(ctx, 0, false); err != nil {
			t.Fatal(err)
		}
		if n, err := db.LastOfOlder(ctx); err != nil || n <= engine.Migrations() {
			t.Errorf("it reads migration %d, %v", n, err)
		}
	})
	t.Run("embedded", func(t *testing.T) {
		o := place(t, engine.Embedded)
		for _, name := range []string{"restoring/capportal.db", "restoring/files/half", "restoring/files-moved", "documents/of-the-one-that-died"} {
			if err := os.MkdirAll(filepath.Join(o.Data, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(o.Data, name), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Restore(ctx, path, o); err != nil {
			t.Fatal(err)
		}
		files := tree(t, o.Data)
		if files["documents/of-the-one-that-died"] != "" || files["documents/agenda.pdf"] != "%PDF" {
			t.Error("the files of the one that died are mixed with the backup's")
		}
		for name := range files {
			if strings.HasPrefix(name, "restoring") {
				t.Errorf("left behind: %s", name)
			}
		}
	})
}

// ending is a context that ends when it has been asked so many times.
type ending struct {
	context.Context
	left atomic.Int64
}

func (e *ending) Err() error {
	if e.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}
