package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

// place is an empty store that a backup can go to.
func place(t *testing.T, kind string) engine.Restoring {
	t.Helper()
	o := engine.Restoring{Data: filepath.Join(t.TempDir(), "data"), Files: "documents"}
	if kind == engine.MongoDB {
		o.URI = enginetest.MongoURI(t)
	}
	return o
}

// ontoEngines runs a test with an empty store of either engine.
func ontoEngines(t *testing.T, test func(t *testing.T, o engine.Restoring)) {
	for _, kind := range []string{engine.Embedded, engine.MongoDB} {
		t.Run(kind, func(t *testing.T) { test(t, place(t, kind)) })
	}
}

// ofEngines runs a test with an empty database of either engine.
func ofEngines(t *testing.T, test func(t *testing.T, db *engine.DB)) {
	t.Run(engine.Embedded, func(t *testing.T) { test(t, enginetest.Embedded(t)) })
	t.Run(engine.MongoDB, func(t *testing.T) { test(t, enginetest.Mongo(t)) })
}

func openPlace(t *testing.T, o engine.Restoring) *engine.DB {
	t.Helper()
	dir := o.Data
	if o.URI != "" {
		dir = ""
	}
	db, err := engine.Open(context.Background(), engine.Options{URI: o.URI, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// backUp writes a backup into a file of the test.
func backUp(t *testing.T, db *engine.DB, files string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Backup(context.Background(), f, files); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// everything gives all documents of all collections as text, by collection and id.
func everything(t *testing.T, db *engine.DB) map[string]map[string]string {
	t.Helper()
	ctx := context.Background()
	names, err := db.Database().ListCollectionNames(ctx, bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for _, name := range names {
		cursor, err := db.Database().Collection(name).Find(ctx, bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var docs []bson.M
		if err := cursor.All(ctx, &docs); err != nil {
			t.Fatal(err)
		}
		if len(docs) > 0 {
			all[name] = map[string]string{}
		}
		for _, doc := range docs {
			all[name][fmt.Sprint(doc["_id"])] = fmt.Sprintf("%#v", ordered(doc))
		}
	}
	return all
}

func ordered(doc bson.M) []any {
	var list []any
	for _, k := range slices.Sorted(maps.Keys(doc)) {
		list = append(list, k, doc[k])
	}
	return list
}

// furnish puts a little of everything into a database, and files into a folder.
func furnish(t *testing.T, db *engine.DB, folder string) {
	t.Helper()
	ctx := context.Background()
	put := func(collection string, docs ...any) {
		if _, err := db.Database().Collection(collection).InsertMany(ctx, docs); err != nil {
			t.Fatal(err)
		}
	}
	put("keys", bson.D{{Key: "_id", Value: "signing"}, {Key: "key", Value: primitive.Binary{Data: []byte("0123456789abcdef")}}})
	put("activities", bson.D{{Key: "_id", Value: "IPR-2026-20"}, {Key: "slug", Value: "cap"}, {Key: "seats", Value: bson.A{bson.D{{Key: "pool", Value: "onsite"}, {Key: "left", Value: int32(3)}}}},
		{Key: "start", Value: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)}, {Key: "large", Value: int64(1) << 40}, {Key: "share", Value: 0.5},
		{Key: "nothing", Value: nil}, {Key: "yes", Value: true}, {Key: "title", Value: bson.D{{Key: "ar", Value: "اجتماع"}, {Key: "empty", Value: ""}}}})
	var many []any
	for i := range 2100 { // more than two batches
		many = append(many, bson.D{{Key: "_id", Value: fmt.Sprintf("%05d", i)}, {Key: "activity", Value: "IPR-2026-20"}, {Key: "duplicate", Value: fmt.Sprint(i)}, {Key: "text", Value: strings.Repeat("x", i%300)}})
	}
	put("registrations", many...)
	write := func(name string, content []byte) {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("agenda.pdf", []byte("%PDF"))
	write("IPR-2026-20/empty", nil)
	write("IPR-2026-20/deep/اجتماع.docx", bytes.Repeat([]byte("0123456789"), 100_000))
}

func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// A backup of each engine goes onto each, and is there what it was: documents, indexes,
// files. What opening leaves in a store before is replaced.
func TestRestore_FromAndOnto(t *testing.T) {
	ofEngines(t, func(t *testing.T, from *engine.DB) {
		folder := filepath.Join(t.TempDir(), "documents")
		furnish(t, from, folder)
		want, files := everything(t, from), tree(t, folder)
		path := backUp(t, from, folder)
		ontoEngines(t, func(t *testing.T, o engine.Restoring) {
			o.Passing = []string{"keys"}
			before := openPlace(t, o)
			if _, err := before.Database().Collection("keys").InsertOne(context.Background(), bson.M{"_id": "signing", "key": "another"}); err != nil {
				t.Fatal(err)
			}
			closeDB(t, before)
			c, err := engine.Restore(context.Background(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			if c.Engine != from.Kind() || c.Documents["registrations"] != int64(len(want["registrations"])) || c.Files != 3 || c.FileBytes != 1_000_004 || c.Total() < 2100 {
				t.Errorf("it says that it restored %+v", c)
			}
			db := openPlace(t, o)
			defer closeDB(t, db)
			if diff := cmp.Diff(want, everything(t, db)); diff != "" {
				t.Errorf("the documents differ: %s", diff)
			}
			if diff := cmp.Diff(files, tree(t, filepath.Join(o.Data, "documents"))); diff != "" {
				t.Errorf("the files differ: %.1000s", diff)
			}
			if left, _ := filepath.Glob(filepath.Join(o.Data, "restoring*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			for _, collection := range []string{"activities", "registrations", "keys", "migrations"} {
				if _, err := db.Database().Collection(collection).DeleteMany(context.Background(), bson.M{}); err != nil {
					t.Fatal(err)
				}
			}
			testUnique(t, db)
		})
	})
}
