package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// stamp waits until collections have a stamp: on MongoDB the stream starts with the first question.
func stamp(t *testing.T, db *engine.DB, collections ...string) uint64 {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if n, ok := db.Stamp(context.Background(), collections...); ok {
			return n
		}
	}
	t.Fatal("the database never said whether it has changed")
	return 0
}

// rises waits until the stamp is another than before.
func rises(t *testing.T, db *engine.DB, before uint64, collections ...string) time.Duration {
	t.Helper()
	began := time.Now()
	for stamp(t, db, collections...) == before {
		if time.Since(began) > time.Minute {
			t.Fatalf("the stamp of %v never rose", collections)
		}
	}
	return time.Since(began)
}

// What changed has another stamp when the change is acknowledged, and what did not keeps its own.
func TestDB_Stamp(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		if err := insert(ctx, db, "organisations", "a"); err != nil {
			t.Fatal(err)
		}
		// The stream tells again of what was written here. It is done when it has told of this too.
		settled := func() {
			t.Helper()
			if db.Kind() != engine.MongoDB {
				return
			}
			before := stamp(t, db, "keys")
			if err := db.Transact(ctx, func(ctx context.Context) error { return insert(ctx, db, "keys", time.Now().String()) }); err != nil {
				t.Fatal(err)
			}
			for stamp(t, db, "keys") < before+2 {
				time.Sleep(time.Millisecond)
			}
		}
		var errOwn = errors.New("its own")
		organisations := db.Database().Collection("organisations")
		writes := map[string]func(ctx context.Context) error{
			"InsertOne": func(ctx context.Context) error { return insert(ctx, db, "organisations", "b") },
			"UpdateOne": func(ctx context.Context) error {
				_, err := organisations.UpdateOne(ctx, bson.M{"_id": "a"}, bson.M{"$inc": bson.M{"n": 1}})
				return err
			},
			"UpdateMany": func(ctx context.Context) error {
				_, err := organisations.UpdateMany(ctx, bson.M{}, bson.M{"$inc": bson.M{"n": 1}})
				return err
			},
			"ReplaceOne": func(ctx context.Context) error {
				_, err := organisations.ReplaceOne(ctx, bson.M{"_id": "a"}, bson.M{"_id": "a", "r": time.Now()})
				return err
			},
			"InsertMany": func(ctx context.Context) error {
				_, err := organisations.InsertMany(ctx, []any{bson.M{"_id": "c"}, bson.M{"_id": "d"}})
				return err
			},
			"DeleteOne": func(ctx context.Context) error {
				_, err := organisations.DeleteOne(ctx, bson.M{"_id": "c"})
				return err
			},
			"DeleteMany": func(ctx context.Context) error {
				_, err := organisations.DeleteMany(ctx, bson.M{"_id": "d"})
				return err
			},
		}
		for _, name := range []string{"InsertOne", "UpdateOne", "UpdateMany", "ReplaceOne", "InsertMany", "DeleteOne", "DeleteMany"} {
			write := writes[name]
			settled()
			before, other := stamp(t, db, "organisations", "seats"), stamp(t, db, "people", "seats")
			if err := db.Transact(ctx, func(inner context.Context) error {
				if err := write(inner); err != nil {
					return err
				}
				if _, ok := db.Stamp(inner, "organisations"); ok {
					t.Errorf("%s: there is a stamp within a transaction", name)
				}
				return nil
			}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if after := stamp(t, db, "organisations", "seats"); after <= before {
				t.Errorf("%s: the stamp was %d and is %d", name, before, after)
			}
			if after := stamp(t, db, "people", "seats"); after != other {
				t.Errorf("%s: the stamp of what did not change was %d and is %d", name, other, after)
			}
		}
		t.Run("WithoutTransaction", func(t *testing.T) {
			before := stamp(t, db, "organisations")
			if err := writes["UpdateOne"](ctx); err != nil {
				t.Fatal(err)
			}
			if after := stamp(t, db, "organisations"); after <= before {
				t.Errorf("the stamp was %d and is %d", before, after)
			}
		})
		t.Run("Aborted", func(t *testing.T) {
			err := db.Transact(ctx, func(ctx context.Context) error {
				if err := insert(ctx, db, "organisations", "never"); err != nil {
					return err
				}
				return errOwn
			})
			if !errors.Is(err, errOwn) {
				t.Fatal(err)
			}
			if stamp(t, db, "organisations"); db.Kind() != engine.MongoDB {
				before := stamp(t, db, "organisations")
				if after := stamp(t, db, "organisations"); after != before {
					t.Errorf("the stamp was %d and is %d", before, after)
				}
			}
		})
		t.Run("View", func(t *testing.T) {
			_ = db.View(ctx, func(ctx context.Context) error {
				if _, ok := db.Stamp(ctx, "organisations"); ok {
					t.Error("there is a stamp within a view")
				}
				return nil
			})
		})
		if err := db.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if _, ok := db.Stamp(ctx, "organisations"); ok {
			t.Error("a closed database has a stamp")
		}
	})
}

// What one instance writes, another hears of; and it believes nothing while it hears nothing.
func TestDB_Stamp_Instances(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	server := enginetest.Start(t, "rs0")
	uri := server.URI("capportal") + "&serverSelectionTimeoutMS=2000"
	var db [2]*engine.DB
	for i := range db {
		var err error
		if db[i], err = engine.Open(ctx, engine.Options{URI: uri, Stamped: []string{"organisations", "seats"}}); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db[i].Close(ctx) }()
	}
	write := func(i int, collection, id string) {
		t.Helper()
		if err := db[i].Transact(ctx, func(ctx context.Context) error { return insert(ctx, db[i], collection, id) }); err != nil {
			t.Fatal(err)
		}
	}
	tells := func(prefix string) {
		t.Helper()
		for i := range db {
			before := stamp(t, db[1-i], "organisations", "seats")
			write(i, "organisations", prefix+string(rune('a'+i)))
			t.Logf("heard of after %s", rises(t, db[1-i], before, "organisations", "seats"))
		}
	}
	tells("first")
	if _, ok := db[0].Stamp(ctx, "people"); ok {
		t.Error("a collection that is not followed has a stamp")
	}

	for name, lose := range map[string]func() error{
		"killed":       func() error { return errors.Join(server.Crash(), server.Revive()) },
		"stepped down": func() error { return server.StepDown(ctx, 2*time.Second) },
	} {
		before := stamp(t, db[0], "organisations")
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		// It says nothing for a while, or another thing than before.
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if after, ok := db[0].Stamp(ctx, "organisations"); !ok || after != before {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the primary was %s, and the stamp is as before", name)
			}
		}
		if after := stamp(t, db[0], "organisations"); after == before {
			t.Errorf("the primary was %s, and the stamp is the one from before", name)
		}
		tells(name)
	}

	// A server that keeps silent is not believed for longer than the lease, whatever it had said.
	before, began := stamp(t, db[0], "organisations"), time.Now()
	silence := func(mode any) {
		t.Helper()
		client, err := mongo.Connect(ctx, options.Client().SetHosts([]string{server.Addr}).SetDirect(true))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = client.Disconnect(ctx) }()
		if err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode},
			{Key: "data", Value: bson.M{"failCommands": bson.A{"getMore"}, "blockConnection": true, "blockTimeMS": 4_000}}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	silence("alwaysOn")
	for {
		if _, ok := db[0].Stamp(ctx, "organisations"); !ok {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("a silent server is believed")
		}
		time.Sleep(time.Millisecond)
	}
	t.Logf("believed for %s", time.Since(began))
	write(1, "organisations", "silent")
	silence("off")
	if rises(t, db[0], before, "organisations"); t.Failed() {
		t.Error("what was written in the silence is not known")
	}
}
