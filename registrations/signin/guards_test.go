package signin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/signin"
)

func TestSignIn_Once(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		done := 0
		act := func(key, person, fingerprint string, fails error) (answer []byte, err error) {
			err = db.Transact(ctx, func(ctx context.Context) error {
				var err error
				if answer, err = w.Once(ctx, key, person, fingerprint); err != nil || answer != nil {
					return err
				}
				if _, err := db.Database().Collection("acts").InsertOne(ctx, bson.M{"_id": fmt.Sprint(person, key, w.now.Unix())}); err != nil {
					return err
				}
				if fails != nil {
					return fails
				}
				answer = []byte("201 " + fingerprint)
				return w.Keep(ctx, key, person, answer)
			})
			done = w.count(t, "acts")
			return answer, err
		}
		failed := errors.New("failed")
		if _, err := act("key-1", "p", "body", failed); !errors.Is(err, failed) || done != 0 {
			t.Errorf("%d done, %v", done, err)
		}
		for range 3 {
			if answer, err := act("key-1", "p", "body", nil); err != nil || string(answer) != "201 body" || done != 1 {
				t.Errorf("%q, %d done, %v", answer, done, err)
			}
		}
		_, err := act("key-1", "p", "another body", nil)
		wantKey(t, "another body", err, events.Invalid, "idempotency_mismatch")
		if answer, err := act("key-1", "q", "another body", nil); err != nil || string(answer) != "201 another body" || done != 2 {
			t.Errorf("another person's key: %q, %d done, %v", answer, done, err)
		}
		for _, key := range []string{"", strings.Repeat("k", 256), "k k", "k\n", "clé"} {
			_, err := act(key, "p", "body", nil)
			wantKey(t, key, err, events.Invalid, "idempotency_key_invalid")
		}
		w.now = w.now.Add(24 * time.Hour)
		if answer, err := act("key-1", "p", "another body", nil); err != nil || string(answer) != "201 another body" || done != 3 {
			t.Errorf("a day later: %q, %d done, %v", answer, done, err)
		}
	})
}

// A request sent many times at once is done once, and all get its answer.
func TestSignIn_OnceAtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		var wg sync.WaitGroup
		var did atomic.Int32
		for i := range 8 {
			wg.Go(func() {
				var mine bool
				var answer []byte
				err := db.Transact(ctx, func(ctx context.Context) error {
					var err error
					mine = false
					if answer, err = w.Once(ctx, "key", "p", "body"); err != nil || answer != nil {
						return err
					}
					mine, answer = true, []byte(fmt.Sprint("done by ", i))
					return w.Keep(ctx, "key", "p", answer)
				})
				if err != nil || len(answer) == 0 {
					t.Errorf("%q, %v", answer, err)
				}
				if mine {
					did.Add(1)
				}
			})
		}
		wg.Wait()
		if did.Load() != 1 {
			t.Errorf("done %d times", did.Load())
		}
	})
}

func TestSignIn_AllowAtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		var wg sync.WaitGroup
		var allowed atomic.Int32
		for range 12 {
			wg.Go(func() {
				ok, err := w.Allow(ctx, "test", "192.0.2.1", 5, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if ok {
					allowed.Add(1)
				}
			})
		}
		wg.Wait()
		if allowed.Load() != 5 {
			t.Errorf("%d allowed of 5", allowed.Load())
		}
		for name, c := range map[string]struct {
			kind, key string
			n         int
			later     time.Duration
			want      bool
		}{"another key": {"test", "192.0.2.2", 5, 0, true}, "another kind": {"other", "192.0.2.1", 5, 0, true},
			"none at all": {"test", "192.0.2.3", 0, 0, false}, "the next window": {"test", "192.0.2.1", 5, time.Minute, true}} {
			now := w.now
			w.now = w.now.Add(c.later)
			if ok, err := w.Allow(ctx, c.kind, c.key, c.n, time.Minute); err != nil || ok != c.want {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
			w.now = now
		}
	})
}

func TestSignIn_Sweep(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, w := context.Background(), open(t, db)
		p := w.person(t, "d@x.example", "Delegate 1", "en")
		if _, _, err := w.Consume(ctx, w.issue(t, p.ID), ""); err != nil {
			t.Fatal(err)
		}
		if _, err := w.AddToken(ctx, "portal", p.ID, signin.ReadScope, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Allow(ctx, "test", "x", 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Once(ctx, "key", "p", "body"); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Sweep(ctx); n != 0 || err != nil {
			t.Errorf("swept %d of what is alive, %v", n, err)
		}
		w.now = w.now.Add(25 * time.Hour)
		if n, err := w.Sweep(ctx); n != 5 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		for _, c := range []string{"signins", "signin_sessions", "tokens", "limits", "idempotency"} {
			if n := w.count(t, c); n != 0 {
				t.Errorf("%d left in %s", n, c)
			}
		}
	})
}

// Nothing that opens a door lies in the store as it is.
func TestSignIn_StoresNoSecret(t *testing.T) {
	ctx, w := context.Background(), open(t, enginetest.Memory(t))
	p := w.person(t, "d@x.example", "Delegate 1", "en")
	link := w.issue(t, p.ID)
	_, raw, err := w.Consume(ctx, link, "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.AddToken(ctx, "portal", p.ID, signin.ReadScope, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"signins", "signin_sessions", "tokens", "audit", "people"} {
		cursor, err := w.db.Database().Collection(c).Find(ctx, bson.M{})
		if err != nil {
			t.Fatal(err)
		}
		var docs []bson.M
		if err := cursor.All(ctx, &docs); err != nil || len(docs) == 0 {
			t.Fatalf("%s: %d documents, %v", c, len(docs), err)
		}
		for _, secret := range []string{raw, token, link} {
			if strings.Contains(fmt.Sprint(docs), secret) {
				t.Errorf("%s holds a secret", c)
			}
		}
	}
}
