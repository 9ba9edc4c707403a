package notify_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/mail"
	"capportal/notify/outbox"
)

var errKilled = errors.New("killed")

// mortal is a process that is killed: from then on it writes nothing and sends nothing, and nothing it
// had begun to write is stored.
type mortal struct {
	notify.Sender
	acts  atomic.Int64 // transactions it still lives to begin
	mails atomic.Int64 // mails it still lives to hand over
	dead  atomic.Bool
}

func (m *mortal) transact(transact events.Transact) events.Transact {
	return func(ctx context.Context, fn func(context.Context) error) error {
		return transact(ctx, func(ctx context.Context) error {
			if m.acts.Add(-1) < 0 {
				m.dead.Store(true)
			}
			if m.dead.Load() {
				return errKilled
			}
			if err := fn(ctx); err != nil {
				return err
			}
			if m.dead.Load() {
				return errKilled // before the commit
			}
			return nil
		})
	}
}

// on is the database as the process has it.
func (m *mortal) on(db lungo.IDatabase) lungo.IDatabase { return mortalDatabase{db, m} }

type mortalDatabase struct {
	lungo.IDatabase
	m *mortal
}

func (d mortalDatabase) Collection(name string, o ...*options.CollectionOptions) lungo.ICollection {
	return mortalCollection{d.IDatabase.Collection(name, o...), d.m}
}

type mortalCollection struct {
	lungo.ICollection
	m *mortal
}

// UpdateMany is what is written outside of a transaction too.
func (c mortalCollection) UpdateMany(ctx context.Context, filter, update any, o ...*options.UpdateOptions) (*mongo.UpdateResult, error) {
	if c.m.acts.Add(-1) < 0 {
		c.m.dead.Store(true)
	}
	if c.m.dead.Load() {
		return nil, errKilled
	}
	return c.ICollection.UpdateMany(ctx, filter, update, o...)
}

func (m *mortal) Send(ctx context.Context, message mail.Message) error {
	if m.dead.Load() {
		return errKilled
	}
	err := m.Sender.Send(ctx, message)
	if m.mails.Add(-1) < 0 {
		m.dead.Store(true) // when the mail is out, and before anybody knows
	}
	return err
}

// A worker that expands a fan-out and sends it is killed, between any two of its transactions, within
// one, and between any two mails. Another one goes on when the leases have run out: nobody is left out,
// and who is told again gets the same bytes.
func TestWorker_FanOutSurvivesKills(t *testing.T) {
	const n = 260
	const never = 1 << 30
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorld(t, db)
		a := w.multitude(n)
		sender, repeated := w.parts.Sender, 0
		kills := []struct{ acts, mails int64 }{{1, never}, {3, never}, {4, never}, {never, n - 1}, {6, never}, {never, 0}, {5, never}}
		for i, kill := range kills {
			switch {
			case i == len(kills)-1:
				a = w.advance(a, events.Cancelled)
			case i%3 == 0 || db.Kind() == engine.Memory:
				a = w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
			default:
				continue // enough to see that the engine makes no difference
			}
			m := &mortal{Sender: sender}
			m.acts.Store(kill.acts)
			m.mails.Store(kill.mails)
			parts := w.parts
			parts.Sender, parts.Transact = m, m.transact(db.Transact)
			parts.Outbox = outbox.New(m.on(db.Database()), parts.Transact, parts.Now)
			first, err := notify.NewWorker(parts)
			w.must(err)
			for range 10 {
				if _, err := first.Turn(w.ctx); err != nil && !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
			}
			if !m.dead.Load() {
				t.Errorf("%+v: the worker was not killed", kill)
			}
			w.pass(3 * time.Minute)
			w.work()
			told := w.told(a)
			again := 0
			for _, mails := range told {
				again += len(mails) - 1
			}
			if len(told) != n || again > 2*outbox.MaxBatch {
				t.Errorf("%+v: %d of %d people were told, %d again", kill, len(told), n, again)
			}
			repeated += again
			if got := w.states(); got[outbox.Queued]+got[outbox.Sending]+got[outbox.Deferred] != 0 {
				t.Errorf("%+v: left over %v", kill, got)
			}
			w.sink.Reset()
			w.seen = 0
		}
		if repeated == 0 {
			t.Error("no mail was ever repeated: the kills came at the wrong moments")
		}
		t.Logf("%d mails were repeated", repeated)
	})
}
