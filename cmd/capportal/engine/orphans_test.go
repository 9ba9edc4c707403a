package engine_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// wire dials connections that can be cut all at once, as when their process dies.
type wire struct {
	mu    sync.Mutex
	conns []net.Conn
}

func (w *wire) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.conns = append(w.conns, c)
	}
	return c, err
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.Close()
	}
}

// half begins a transaction of a program by that name, which has written and does not go on.
func half(t *testing.T, uri, app string, w *wire) mongo.Session {
	t.Helper()
	client, err := mongo.Connect(t.Context(), options.Client().ApplyURI(uri).SetAppName(app).SetDialer(w))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	session, err := client.StartSession()
	if err == nil {
		err = session.StartTransaction()
	}
	if err == nil {
		err = mongo.WithSession(t.Context(), session, func(ctx mongo.SessionContext) error {
			_, err := client.Database("orphans").Collection("things").UpdateOne(ctx, bson.M{"_id": "a"}, bson.M{"$inc": bson.M{"n": 1}})
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// A portal that died in the midst of a transaction does not keep the others from what it wrote for the
// minute that the server takes to find out; one that lives is left alone, however slow it is.
func TestTransact_Orphans(t *testing.T) {
	m := enginetest.Start(t, "rs0")
	open := func() *engine.DB {
		db, err := engine.Open(t.Context(), engine.Options{URI: m.URI("orphans")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close(context.Background()) })
		return db
	}
	raise := func(db *engine.DB) error {
		return db.Transact(t.Context(), func(ctx context.Context) error {
			_, err := db.Database().Collection("things").UpdateOne(ctx, bson.M{"_id": "a"}, bson.M{"$inc": bson.M{"n": 1}})
			return err
		})
	}
	db := open()
	if _, err := db.Database().Collection("things").InsertOne(t.Context(), bson.M{"_id": "a", "n": 0}); err != nil {
		t.Fatal(err)
	}
	soon := func(t *testing.T, began time.Time, err error) {
		t.Helper()
		if took := time.Since(began); err != nil || took > 20*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
	}
	t.Run("Dead", func(t *testing.T) {
		w := &wire{}
		half(t, m.URI("orphans"), "capportal", w)
		w.cut()
		began := time.Now()
		soon(t, began, raise(db))
	})
	t.Run("DeadBeforeTheStart", func(t *testing.T) {
		w := &wire{}
		half(t, m.URI("orphans"), "capportal", w)
		w.cut()
		began := time.Now()
		soon(t, began, raise(open()))
	})
	t.Run("Slow", func(t *testing.T) {
		session := half(t, m.URI("orphans"), "capportal", &wire{})
		raised := make(chan error)
		go func() { raised <- raise(db) }()
		select {
		case err := <-raised:
			t.Errorf("it did not wait for who writes: %v", err)
		case <-time.After(1500 * time.Millisecond): // longer than it takes to become suspicious
			if err := session.CommitTransaction(t.Context()); err != nil {
				t.Errorf("who lives was ended: %v", err)
			}
			if err := <-raised; err != nil {
				t.Error(err)
			}
		}
	})
}
