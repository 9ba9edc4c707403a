// Package enginetest gives tests a fresh, empty database of each engine.
//
// It owns the one mongod that a test process starts for itself; nothing but tests
// imports it.
package enginetest

import (
	"context"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
)

// Run runs the test once on each engine, as the sub-tests "memory", "embedded" and
// "mongodb", each on an empty database with all migrations applied. The database is
// closed when the sub-test ends.
func Run(t *testing.T, test func(t *testing.T, db *engine.DB)) {
	t.Helper()
	t.Run(engine.Memory, func(t *testing.T) { test(t, Memory(t)) })
	t.Run(engine.Embedded, func(t *testing.T) { test(t, Embedded(t)) })
	t.Run(engine.MongoDB, func(t *testing.T) { test(t, Mongo(t)) })
}

// Memory returns an empty database in memory.
func Memory(t testing.TB) *engine.DB {
	t.Helper()
	return open(t, engine.Options{})
}

// Embedded returns an empty embedded database in a folder of the test.
func Embedded(t testing.TB) *engine.DB {
	t.Helper()
	return open(t, engine.Options{Dir: t.TempDir()})
}

// Mongo returns an empty database on the mongod of this test process; the test is
// skipped where MongoURI would skip it.
func Mongo(t testing.TB) *engine.DB {
	t.Helper()
	return open(t, engine.Options{URI: lendDatabase(t)})
}

func open(t testing.TB, o engine.Options) *engine.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := engine.Open(ctx, o)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := db.Close(ctx); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}
