package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

func openDir(t testing.TB, dir string) *engine.DB {
	t.Helper()
	db, err := engine.Open(context.Background(), engine.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeDB(t testing.TB, db *engine.DB) {
	t.Helper()
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// contents returns all documents of some collections as extended JSON by _id.
func contents(t testing.TB, db *engine.DB, collections ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, c := range collections {
		cur, err := db.Database().Collection(c).Find(context.Background(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var docs []bson.D
		if err := cur.All(context.Background(), &docs); err != nil {
			t.Fatal(err)
		}
		for _, doc := range docs {
			b, err := bson.MarshalExtJSON(doc, true, false)
			if err != nil {
				t.Fatal(err)
			}
			all[fmt.Sprint(c, "/", bsonkit.Get(&doc, "_id"))] = string(b)
		}
	}
	return all
}

// wantFault checks kind and that the text is one sentence that names what it must.
func wantFault(t *testing.T, err, kind error, names ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
	var f *engine.Fault
	if !errors.As(err, &f) {
		t.Fatalf("%T is no Fault", err)
	}
	for _, n := range names {
		if !strings.Contains(err.Error(), n) {
			t.Errorf("%q does not name %q", err, n)
		}
	}
}

// Whatever is written, in whatever order, is there after reopening.
func TestOpen_FindsEverythingAgain(t *testing.T) {
	root := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(root, fmt.Sprint(n))
		ctx := context.Background()
		db := openDir(t, dir)
		defer func() { closeDB(t, db) }()
		ids := rapid.SampledFrom([]string{"a", "b", "c", "d", "é", strings.Repeat("long", 300)})
		cols := rapid.SampledFrom([]string{"seats", "people"})
		act := func(ctx context.Context) error {
			c, id := db.Database().Collection(cols.Draw(rt, "collection")), ids.Draw(rt, "id")
			doc := bson.D{{Key: "_id", Value: id}, {Key: "text", Value: strings.Repeat("x", rapid.IntRange(0, 9000).Draw(rt, "size"))}}
			switch rapid.IntRange(0, 3).Draw(rt, "act") {
			case 0, 1:
				if n, err := c.CountDocuments(ctx, doc[:1]); err != nil {
					return err
				} else if n > 0 {
					_, err := c.ReplaceOne(ctx, doc[:1], doc)
					return err
				}
				_, err := c.InsertOne(ctx, doc)
				return err
			case 2:
				_, err := c.UpdateMany(ctx, bson.D{}, bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: 1}}}})
				return err
			default:
				_, err := c.DeleteOne(ctx, doc[:1])
				return err
			}
		}
		for range rapid.IntRange(1, 6).Draw(rt, "transactions") {
			err := db.Transact(ctx, func(ctx context.Context) error {
				for range rapid.IntRange(1, 5).Draw(rt, "acts") {
					if err := act(ctx); err != nil {
						return err
					}
				}
				if rapid.IntRange(0, 4).Draw(rt, "abort") == 0 {
					return errAborted
				}
				return nil
			})
			if err != nil && err != errAborted {
				rt.Fatal(err)
			}
			if rapid.IntRange(0, 2).Draw(rt, "reopen") > 0 {
				before := contents(t, db, "seats", "people")
				closeDB(t, db)
				db = openDir(t, dir)
				if d := cmp.Diff(before, contents(t, db, "seats", "people")); d != "" {
					rt.Fatal(d)
				}
			}
		}
	})
}

var errAborted = errors.New("aborted")

func TestOpen_KeepsUniqueIndexes(t *testing.T) {
	dir := t.TempDir()
	db := openDir(t, dir)
	closeDB(t, db)
	db = openDir(t, dir)
	defer closeDB(t, db)
	testUnique(t, db)
}

func TestOpen_Locked(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, "hold", dir)
	if _, ok := c.line("open"); !ok {
		t.Fatal("the first process did not open the folder")
	}
	_, err := engine.Open(context.Background(), engine.Options{Dir: dir})
	wantFault(t, err, engine.ErrLocked, dir, fmt.Sprintf("process %d", c.cmd.Process.Pid), "stop")
	var f *engine.Fault
	if errors.As(err, &f); f.PID != c.cmd.Process.Pid {
		t.Errorf("PID is %d, not %d", f.PID, c.cmd.Process.Pid)
	}
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	closeDB(t, openDir(t, dir)) // the lock goes with its process
}

// Killed at any moment, the process has lost nothing that it said was stored.
func TestOpen_AfterKill(t *testing.T) {
	dir := t.TempDir()
	for round := range 5 {
		_ = os.RemoveAll(filepath.Join(dir, "capportal.db"))
		c := startChild(t, "write", dir)
		var last string
		for range 20 + rand.IntN(60) {
			id, ok := c.line("stored")
			if !ok {
				t.Fatal("the process ended by itself")
			}
			last = id
		}
		_ = c.cmd.Process.Kill()
		for { // what it said before it died
			id, ok := c.line("stored")
			if !ok {
				break
			}
			last = id
		}
		_ = c.cmd.Wait()
		db := openDir(t, dir)
		r, n := contents(t, db, "registrations"), contents(t, db, "notices")
		if len(r) != len(n) {
			t.Errorf("round %d: %d registrations and %d notices: half a transaction", round, len(r), len(n))
		}
		var acknowledged int
		fmt.Sscan(strings.TrimLeft(last, "0")+" ", &acknowledged)
		for i := 0; i <= acknowledged; i++ {
			if r[fmt.Sprintf("registrations/%06d", i)] == "" {
				t.Fatalf("round %d: %d was acknowledged and is gone", round, i)
			}
		}
		closeDB(t, db)
	}
}

// filled returns the bytes of a store with some hundred documents of all sizes,
// some of them written several times, and what it holds.
func filled(t *testing.T) ([]byte, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	db := openDir(t, dir)
	ctx := context.Background()
	for i := range 30 {
		err := db.Transact(ctx, func(ctx context.Context) error {
			for j := range 10 {
				doc := bson.D{{Key: "_id", Value: fmt.Sprintf("%d-%d", i, j)}, {Key: "text", Value: strings.Repeat("registration ", i*j/2)}}
				if _, err := db.Database().Collection([]string{"registrations", "notices", "seats"}[j%3]).InsertOne(ctx, doc); err != nil {
					return err
				}
			}
			_, err := db.Database().Collection("notices").DeleteOne(ctx, bson.D{{Key: "_id", Value: fmt.Sprintf("%d-1", i-3)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all := contents(t, db, "registrations", "notices", "seats", "migrations")
	closeDB(t, db)
	b, err := os.ReadFile(filepath.Join(dir, "capportal.db"))
	if err != nil {
		t.Fatal(err)
	}
	return b, all
}

// reopened opens a folder with these bytes as its store.
func reopened(t *testing.T, b []byte) (*engine.DB, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "capportal.db"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(context.Background(), engine.Options{Dir: dir})
	after, e := os.ReadFile(filepath.Join(dir, "capportal.db"))
	if e != nil || err != nil && string(after) != string(b) {
		t.Fatalf("the refused file was changed (%v)", e)
	}
	return db, err
}

func TestOpen_FlippedBit(t *testing.T) {
	b, want := filled(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	refused, harmless := 0, 0
	// The file is mostly free pages: of the offsets half are from where it begins.
	for i := range 300 {
		at := r.IntN(len(b))
		if i%2 == 0 {
			at = r.IntN(min(len(b), 150<<10))
		}
		if i < 80 {
			at = i // the first page to the byte
		}
		bit := byte(1) << r.IntN(8)
		b[at] ^= bit
		db, err := reopened(t, b)
		b[at] ^= bit
		if err != nil {
			refused++
			if !errors.Is(err, engine.ErrDamaged) && !errors.Is(err, engine.ErrForeign) {
				t.Errorf("seed %d, offset %d, bit %x: %v", seed, at, bit, err)
			}
			continue
		}
		harmless++
		if d := cmp.Diff(want, contents(t, db, "registrations", "notices", "seats", "migrations")); d != "" {
			t.Errorf("seed %d, offset %d, bit %x: silently different: %s", seed, at, bit, d)
		}
		if err := insert(context.Background(), db, "seats", "new"); err != nil {
			t.Errorf("seed %d, offset %d, bit %x: cannot be written: %v", seed, at, bit, err)
		}
		closeDB(t, db)
	}
	t.Logf("%d refused, %d harmless", refused, harmless)
	if refused < 60 {
		t.Errorf("only %d of 300 refused: the test looks in the wrong place", refused)
	}
}

// A page that the disk said it had written and had not leaves an older page, whole in
// itself, in its place.
func TestOpen_LostPage(t *testing.T) {
	const page = 4096
	dir := t.TempDir()
	db := openDir(t, dir)
	defer closeDB(t, db)
	var images []string
	tried, refused := 0, 0
	for i := range 24 {
		err := db.Transact(context.Background(), func(ctx context.Context) error {
			for j := range 3 {
				id := bson.D{{Key: "_id", Value: fmt.Sprint((i + 5*j) % 10)}}
				c := db.Database().Collection("seats")
				if _, err := c.DeleteOne(ctx, id); err != nil {
					return err
				}
				if _, err := c.InsertOne(ctx, append(id, bson.E{Key: "text", Value: strings.Repeat(fmt.Sprint(i%10), 900)})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "capportal.db"))
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, string(b))
		if i < 10 {
			continue
		}
		want := contents(t, db, "seats")
		for back := 1; back <= 4; back++ {
			old := images[i-back]
			for at := 2 * page; at+page <= len(old); at += page {
				if old[at:at+page] == string(b[at:at+page]) {
					continue
				}
				tried++
				torn, err := reopened(t, []byte(string(b[:at])+old[at:at+page]+string(b[at+page:])))
				if err != nil {
					refused++
					continue
				}
				if d := cmp.Diff(want, contents(t, torn, "seats")); d != "" {
					t.Errorf("commit %d with page %d of %d before: silently different: %s", i, at/page, back, d)
				}
				closeDB(t, torn)
			}
		}
	}
	t.Logf("%d of %d refused", refused, tried)
	if refused == 0 {
		t.Error("nothing was refused: the test looks in the wrong place")
	}
}

func TestOpen_Truncated(t *testing.T) {
	b, want := filled(t)
	used := len(strings.TrimRight(string(b), "\x00"))
	for _, size := range []int{0, 1, 79, 80, 4095, 4096, 4200, 8191, 8192, used / 2, used - 4096, used - 1} {
		db, err := reopened(t, b[:size])
		if err == nil {
			if d := cmp.Diff(want, contents(t, db, "registrations", "notices", "seats", "migrations")); d != "" {
				t.Errorf("%d bytes of %d: silently different: %s", size, len(b), d)
			}
			closeDB(t, db)
			continue
		}
		if !errors.Is(err, engine.ErrDamaged) && !errors.Is(err, engine.ErrForeign) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	_, err := reopened(t, b[:used/2])
	wantFault(t, err, engine.ErrDamaged, "capportal.db", "restore")
	_, err = reopened(t, nil)
	wantFault(t, err, engine.ErrDamaged, "capportal.db", "restore")
}

func TestOpen_Foreign(t *testing.T) {
	_, err := reopened(t, []byte(strings.Repeat("minutes of the meeting\n", 1000)))
	wantFault(t, err, engine.ErrForeign, "capportal.db", "CAPPORTAL_DATA")

	path := filepath.Join(t.TempDir(), "other.db")
	other, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = other.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("theirs"))
		if err != nil {
			return err
		}
		return b.Put([]byte("key"), []byte("value"))
	})
	if err := errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = reopened(t, b)
	wantFault(t, err, engine.ErrForeign, "capportal.db")
}

func TestOpen_Unwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := engine.Open(context.Background(), engine.Options{Dir: filepath.Join(file, "below")})
	wantFault(t, err, engine.ErrUnwritable, file, "CAPPORTAL_DATA")

	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		dir = "/sys" // here root may not write either
	}
	_, err = engine.Open(context.Background(), engine.Options{Dir: dir})
	wantFault(t, err, engine.ErrUnwritable, dir)
}
