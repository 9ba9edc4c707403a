package engine_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
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

// A file whose checksum is right is still refused when it does not hold what a backup
// holds, whoever has made it.
func TestRestore_Malformed(t *testing.T) {
	records, err := engine.UnsealBackup(smallBackup(t))
	if err != nil {
		t.Fatal(err)
	}
	schema := engine.Migrations()
	for n := range records {
		refused(t, []any{"records end at", n}, engine.SealBackup(1, schema, records[:n]), engine.ErrDamaged)
	}
	record := func(kind byte, content string) []byte {
		return append(binary.AppendUvarint([]byte{kind}, uint64(len(content))), content...)
	}
	doc, _ := bson.Marshal(bson.M{"_id": "a"})
	document := append([]byte{'d'}, doc...)
	for name, first := range map[string][]byte{
		"document of no collection": document,
		"piece of no file":          record('p', "x"),
		"unknown record":            {'x'},
		"more than it says":         append(record('c', "people"), document...),
		"empty name":                record('c', ""),
		"name of the engine's":      record('c', "~manifest"),
		"name of MongoDB's":         record('c', "system.users"),
		"name too long":             record('c', string(make([]byte, 500))),
		"piece too long":            append(record('f', "a"), record('p', string(make([]byte, 300<<10)))...),
		"document too long":         append(record('c', "people"), 'd', 0xff, 0xff, 0xff, 0x7f),
		"document cut off":          append(record('c', "people"), 'd', 5, 0, 0, 0, 1),
		"path up":                   record('f', "../capportal.db"),
		"path up within":            record('f', "a/../../b"),
		"path from the root":        record('f', "/etc/passwd"),
		"path of nothing":           record('f', ""),
		"path of the folder":        record('f', "."),
		"path with a backslash":     record('f', `..\capportal.db`),
		"path with a zero":          record('f', "a\x00b"),
	} {
		refused(t, name, engine.SealBackup(1, schema, append(first, records...)), engine.ErrDamaged)
	}
	refused(t, "something after the end", engine.SealBackup(1, schema, append(slices.Clone(records), 'e')), engine.ErrDamaged)
	refused(t, "newer format", engine.SealBackup(2, schema, records), engine.ErrNewer)
	refused(t, "newer data", engine.SealBackup(1, schema+1, records), engine.ErrNewer)
	refused(t, "header of another schema", engine.SealBackup(1, -1, records), engine.ErrDamaged)
	if _, err := engine.UnsealBackup(engine.SealBackup(1, schema, records)); err != nil {
		t.Errorf("the control: %v", err)
	}
}

// Whatever stands in a file, reading it ends, with an error or a backup that holds what
// it says.
func FuzzReadBackup(f *testing.F) {
	records, err := engine.UnsealBackup(smallBackup(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(records)
	f.Add([]byte("c\x06peoplee\x05\x00"))
	f.Fuzz(func(t *testing.T, records []byte) {
		path := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(path, engine.SealBackup(1, 1, records), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := engine.ReadBackup(context.Background(), path)
		var fault *engine.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("not a sentence: %v", err)
		}
		if err == nil && (c.Total() < 0 || c.Files < 0) {
			t.Errorf("it holds %+v", c)
		}
	})
}
