package engine_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"go.mongodb.org/mongo-driver/bson"
)

// smallBackup is a backup of a few documents and a file.
func smallBackup(t testing.TB) []byte {
	t.Helper()
	db := enginetest.Memory(t)
	for _, id := range []string{"a", "b"} {
		if err := insert(context.Background(), db, "registrations", id); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "agenda.pdf"), []byte("%PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := db.Backup(context.Background(), f, folder); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// refused restores bytes and wants a fault of one of the kinds, and nothing written.
func refused(t *testing.T, what any, b []byte, kinds ...error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	_, err := engine.Restore(context.Background(), path, engine.Restoring{Data: data, Files: "documents"})
	var f *engine.Fault
	if !errors.As(err, &f) || !slices.Contains(kinds, f.Kind) {
		t.Errorf("%v: got %v", what, err)
	}
	if there, err := os.ReadDir(data); err == nil {
		t.Errorf("%v: %v was written", what, there)
	}
}

// However a backup is cut off, and whatever byte of it changes, it is refused whole.
func TestRestore_Damaged(t *testing.T) {
	whole := smallBackup(t)
	for n := range whole {
		if n == 0 {
			refused(t, "empty", nil, engine.ErrForeign)
			continue
		}
		refused(t, []any{"cut off at", n}, whole[:n], engine.ErrDamaged)
	}
	for n := range whole {
		b := slices.Clone(whole)
		b[n] ^= 1 << (n % 8)
		refused(t, []any{"byte changed", n}, b, engine.ErrDamaged, engine.ErrForeign)
	}
	refused(t, "longer", append(slices.Clone(whole), 0), engine.ErrDamaged)
	refused(t, "two in one", append(slices.Clone(whole), whole...), engine.ErrDamaged)
	for _, foreign := range []string{"\x1f\x8b\x08", "hello", "capportal backup?"} {
		refused(t, foreign, []byte(foreign), engine.ErrForeign, engine.ErrDamaged)
	}
	t.Logf("%d bytes, each cut off at and each changed", len(whole))
}

// record is a record of a backup that has its length before it.
func record(kind byte, content string) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(content))), content...)
}

// extended is a small backup with more in it, which it says at its end.
func extended(t *testing.T, extra []byte, documents map[string]int64, files, fileBytes int64) []byte {
	t.Helper()
	whole := smallBackup(t)
	path := filepath.Join(t.TempDir(), "backup")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := engine.ReadBackup(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := engine.ExtendBackup(whole, c, extra, documents, files, fileBytes)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A file whose checksum and end are right is still refused when it does not hold what a
// backup holds, whoever has made it.
func TestRestore_Malformed(t *testing.T) {
	doc, _ := bson.Marshal(bson.M{"_id": "c"})
	document := append([]byte{'d'}, doc...)
	in := func(collection string, more ...byte) []byte { return append(record('c', collection), more...) }
	for name, c := range map[string]struct {
		extra            []byte
		collection       string // of one document more
		files, fileBytes int64
		fine             bool
	}{
		"control":                    {in("registrations", document...), "registrations", 0, 0, true},
		"control of files":           {slices.Concat(record('f', "a/b..c"), record('p', "x"), record('p', "y")), "", 1, 2, true},
		"document among files":       {append(record('f', "a"), document...), "", 1, 0, false},
		"piece among documents":      {in("registrations", record('p', "x")...), "", 0, 1, false},
		"unknown record":             {[]byte{'x'}, "", 0, 0, false},
		"more than it says":          {in("registrations", document...), "", 0, 0, false},
		"less than it says":          {nil, "registrations", 0, 0, false},
		"fewer files than it says":   {nil, "", 1, 0, false},
		"empty name":                 {in("", document...), "", 0, 0, false},
		"name of the engine's":       {in("~manifest", document...), "~manifest", 0, 0, false},
		"name of MongoDB's":          {in("system.users", document...), "system.users", 0, 0, false},
		"name too long":              {in(strings.Repeat("x", 500), document...), strings.Repeat("x", 500), 0, 0, false},
		"piece too long":             {append(record('f', "a"), record('p', strings.Repeat("x", 300<<10))...), "", 1, 300 << 10, false},
		"document too long":          {in("people", 'd', 0xff, 0xff, 0xff, 0x7f), "people", 0, 0, false},
		"document of no elements":    {in("people", 'd', 5, 0, 0, 0, 1), "people", 0, 0, false},
		"document shorter than BSON": {in("people", 'd', 4, 0, 0, 0), "people", 0, 0, false},
		"path up":                    {record('f', "../capportal.db"), "", 1, 0, false},
		"path up within":             {record('f', "a/../../b"), "", 1, 0, false},
		"path from the root":         {record('f', "/tmp/capportal-escaped"), "", 1, 0, false},
		"path of nothing":            {record('f', ""), "", 1, 0, false},
		"path of the folder":         {record('f', "."), "", 1, 0, false},
		"path with a backslash":      {record('f', `..\capportal.db`), "", 1, 0, false},
		"path with a zero":           {record('f', "a\x00b"), "", 1, 0, false},
		"path too long":              {record('f', strings.Repeat("a/", 3000)+"b"), "", 1, 0, false},
	} {
		documents := map[string]int64{}
		if c.collection != "" {
			documents[c.collection] = 1
		}
		b := extended(t, c.extra, documents, c.files, c.fileBytes)
		if !c.fine {
			refused(t, name, b, engine.ErrDamaged)
			continue
		}
		path := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Restore(context.Background(), path, place(t, engine.Embedded)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	records, err := engine.UnsealBackup(smallBackup(t))
	if err != nil {
		t.Fatal(err)
	}
	schema := engine.Migrations()
	for n := range records {
		refused(t, []any{"records end at", n}, engine.SealBackup(1, schema, records[:n]), engine.ErrDamaged)
	}
	refused(t, "something after the end", engine.SealBackup(1, schema, append(slices.Clone(records), 'e')), engine.ErrDamaged)
	refused(t, "newer format", engine.SealBackup(2, schema, records), engine.ErrNewer)
	refused(t, "newer data", engine.SealBackup(1, schema+1, records), engine.ErrNewer)
	refused(t, "no schema", engine.SealBackup(1, -1, records), engine.ErrDamaged)
}

// A backup that only its documents betray, or its header, is found out when all has been
// written: nothing of it is left.
func TestRestore_Contradictory(t *testing.T) {
	one, _ := bson.Marshal(bson.M{"_id": "1", "slug": "cap"})
	other, _ := bson.Marshal(bson.M{"_id": "2", "slug": "cap"})
	twice := slices.Concat(record('c', "activities"), []byte{'d'}, one, []byte{'d'}, other, record('f', "agenda2.pdf"))
	records, err := engine.UnsealBackup(smallBackup(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"a slug twice":          extended(t, twice, map[string]int64{"activities": 2}, 1, 0),
		"of an earlier program": engine.SealBackup(1, engine.Migrations()-1, records),
	} {
		path := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ontoEngines(t, func(t *testing.T, o engine.Restoring) {
			if _, err := engine.Restore(context.Background(), path, o); err == nil {
				t.Errorf("%s was taken", name)
			}
			if left := tree(t, o.Data); len(left) > 1 { // the lock
				t.Errorf("%s: left behind: %v", name, left)
			}
			db := openPlace(t, o)
			defer closeDB(t, db)
			if all := everything(t, db); len(all) != 1 {
				t.Errorf("%s: left behind: %v", name, all)
			}
		})
	}
}

// Whatever stands in a file, reading its records ends, with an error or with what they
// say that they hold.
func FuzzReadBackup(f *testing.F) {
	records, err := engine.UnsealBackup(smallBackup(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(records)
	f.Add(slices.Concat(record('f', "a/b"), record('p', "x"), records))
	f.Fuzz(func(t *testing.T, records []byte) {
		c, err := engine.ReadRecords(context.Background(), records)
		if err == nil && (c.Total() < 0 || c.Files < 0 || c.FileBytes > int64(len(records))) {
			t.Errorf("%d bytes hold %+v", len(records), c)
		}
	})
}
