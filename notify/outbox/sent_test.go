package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

// shaky is a database whose next update of many fails, before or after it was made.
type shaky struct {
	lungo.IDatabase
	fails, made bool
}

func (s *shaky) Collection(name string, o ...*options.CollectionOptions) lungo.ICollection {
	return shakyCollection{s.IDatabase.Collection(name, o...), s}
}

type shakyCollection struct {
	lungo.ICollection
	s *shaky
}

func (c shakyCollection) UpdateMany(ctx context.Context, filter, update any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	if !c.s.fails {
		return c.ICollection.UpdateMany(ctx, filter, update, o...)
	}
	c.s.fails = false
	if c.s.made {
		if _, err := c.ICollection.UpdateMany(ctx, filter, update, o...); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the connection was lost")
}

// TestOutbox_SentIsRecordedAgain loses the answer of the write that records what was sent, whether it was
// made or not: in the end it is, once, and not of what the worker has lost.
func TestOutbox_SentIsRecordedAgain(t *testing.T) {
	for name, made := range map[string]bool{"never made": false, "made": true} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, _ *outbox.Outbox, clock *hand, db *engine.DB) {
				s := &shaky{IDatabase: db.Database(), made: made}
				o := outbox.New(s, db.Transact, clock.now)
				put(t, o, request("r1"), request("r2"))
				kept, lost := one(t, o), one(t, o)
				clock.pass(time.Hour)
				_, err := o.Renew(t.Context(), time.Minute, kept)
				must(t, err)
				again := one(t, o)
				if again.ID != lost.ID {
					t.Fatalf("leased %s, want %s, whose lease has run out", again.ID, lost.ID)
				}
				s.fails = true
				_, err = o.SentAll(t.Context(), kept, lost)
				must(t, err)
				if s.fails {
					t.Fatal("nothing failed")
				}
				if n := get(t, o, kept.ID); n.State != outbox.Sent || !n.Due.IsZero() || n.LeaseOwner != "" || n.Attempts != 1 {
					t.Errorf("what was sent is %+v", n)
				}
				if n := get(t, o, lost.ID); n.State != outbox.Sending || n.LeaseOwner != again.LeaseOwner || n.Attempts != 2 {
					t.Errorf("what another worker has is %+v", n)
				}
			})
		})
	}
}
