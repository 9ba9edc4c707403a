package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/outbox"
)

// queueAll puts a notice with a REQUEST to each of n people into the outbox, as if each had just been
// confirmed.
func (w *world) queueAll(n int) {
	w.t.Helper()
	a := w.multitude(n)
	list, err := w.db.Database().Collection("registrations").Find(w.ctx, bson.M{"activity": a.Code})
	w.must(err)
	var people []struct {
		ID       string `bson:"_id"`
		Email    string
		Calendar struct{ UID string }
	}
	w.must(list.All(w.ctx, &people))
	var notices []outbox.Notice
	for _, p := range people {
		notices = append(notices, outbox.Notice{Kind: "confirmed", Activity: a.Code, Registration: p.ID, To: p.Email, Language: "en", Method: outbox.Request, UID: p.Calendar.UID})
	}
	w.must(w.outbox.Put(w.ctx, notices...))
}

// runTwo lets two instances, each with a queue of its own on its database and a worker that runs, send
// all that waits. It gives how often each address got a mail.
func (w *world) runTwo(instances ...lungo.IDatabase) map[string]int {
	w.t.Helper()
	w.sink.Reset()
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	var running sync.WaitGroup
	for _, database := range instances {
		parts := w.parts
		parts.Outbox = outbox.New(database, w.db.Transact, w.parts.Now)
		parts.Sender = client(w.t, w.sink)
		worker, err := notify.NewWorker(parts)
		w.must(err)
		running.Go(func() { worker.Run(ctx) })
	}
	deadline := time.Now().Add(time.Minute)
	for depth := 1; depth > 0; {
		var err error
		depth, _, err = w.outbox.Counts(w.ctx)
		w.must(err)
		if time.Now().After(deadline) {
			w.t.Fatalf("%d notices still wait", depth)
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	running.Wait()
	told := map[string]int{}
	for _, r := range w.sink.Messages() {
		told[r.To]++
	}
	return told
}

// Two instances, 2,000 notices: each is sent, and sent once.
func TestWorker_TwoInstancesSendEachOnce(t *testing.T) {
	const n = 2000
	w := newWorld(t, enginetest.Mongo(t))
	w.queueAll(n)
	told := w.runTwo(w.db.Database(), w.db.Database())
	if len(told) != n {
		t.Errorf("%d of %d people got a mail", len(told), n)
	}
	for to, times := range told {
		if times != 1 {
			t.Errorf("%s got %d mails", to, times)
		}
	}
}

// The control: where a lease takes what it planned without asking whether it is free, the test above
// would see doubles.
func TestWorker_TwoInstancesSendEachOnce_Control(t *testing.T) {
	const n = 2000
	w := newWorld(t, enginetest.Mongo(t))
	w.queueAll(n)
	told := w.runTwo(unguarded{w.db.Database()}, unguarded{w.db.Database()})
	doubles := 0
	for _, times := range told {
		doubles += times - 1
	}
	if doubles == 0 {
		t.Error("nobody got two mails although the lease has no condition")
	}
	t.Logf("%d mails too many", doubles)
}

// unguarded is a database in which the lease's condition is left out: notices are found by their ids
// alone, whether they are free or not.
type unguarded struct{ lungo.IDatabase }

func (u unguarded) Collection(name string, o ...*options.CollectionOptions) lungo.ICollection {
	return unguardedCollection{u.IDatabase.Collection(name, o...)}
}

type unguardedCollection struct{ lungo.ICollection }

func (c unguardedCollection) Find(ctx context.Context, filter any, o ...*options.FindOptions) (lungo.ICursor, error) {
	if d, ok := filter.(bson.D); ok && slices.ContainsFunc(d, func(e bson.E) bool { return e.Key == "$or" }) {
		filter = slices.DeleteFunc(slices.Clone(d), func(e bson.E) bool { return e.Key != "_id" })
	}
	return c.ICollection.Find(ctx, filter, o...)
}

// A worker that expands a fan-out stands still until its lease has run out, and another goes on with
// it. Then the first one wakes up: it tells nobody a second time.
func TestWorker_FanOutByTwoAtOnce(t *testing.T) {
	const n = 450
	onEach(t, func(t *testing.T, w *world) {
		// A cancellation: a change of time would not be told again to whom it has been told.
		a := w.advance(w.multitude(n), events.Cancelled)
		transactions := 0
		w.parts.Transact = func(ctx context.Context, fn func(context.Context) error) error {
			if transactions++; transactions == 2 { // before its second page
				w.pass(3 * time.Minute)
				w.work()
			}
			return w.db.Transact(ctx, fn)
		}
		first := w.newWorker()
		for range 5 {
			if _, err := first.Turn(w.ctx); err != nil {
				t.Fatal(err)
			}
		}
		if transactions < 2 {
			t.Fatal("the first worker had no second page")
		}
		w.toldOnce(a, n)
	})
}

// toldOnce holds that the mails since the last look told each of n people once of the activity.
func (w *world) toldOnce(a events.Activity, n int) {
	w.t.Helper()
	told := w.told(a)
	if len(told) != n {
		w.t.Errorf("%d of %d people were told", len(told), n)
	}
	for to, mails := range told {
		if len(mails) != 1 {
			w.t.Errorf("%s was told %d times", to, len(mails))
		}
	}
}

// told gives the mails since the last look, by recipient. It holds that each tells of the activity as it
// is, or of its cancellation, and that several to one person are the same bytes.
func (w *world) told(a events.Activity) map[string][][]byte {
	w.t.Helper()
	told := map[string][][]byte{}
	for _, r := range w.sink.Messages()[w.seen:] {
		told[r.To] = append(told[r.To], r.Data)
	}
	want := []string{a.Start.UTC().Format("DTSTART:20060102T150405Z\r\n"), fmt.Sprintf("SEQUENCE:%d\r\n", a.CalendarRevision), "METHOD:REQUEST\r\n"}
	if a.State == events.Cancelled {
		want[2] = "METHOD:CANCEL\r\n"
	}
	for _, m := range w.mails() {
		for _, line := range want {
			if !strings.Contains(string(m.Calendar), line) {
				w.t.Fatalf("%s was told, without %s\n%s", m.To.Address, line, m.Calendar)
			}
		}
	}
	for to, mails := range told {
		for _, again := range mails[1:] {
			if !bytes.Equal(again, mails[0]) {
				w.t.Fatalf("%s got two different mails", to)
			}
		}
	}
	return told
}

// A thousand people told cost a few dozen transactions: each is a wait for the disk or for a majority.
func TestWorker_FanOutByTheBatch(t *testing.T) {
	const n = 1000
	w := newWorld(t, enginetest.Memory(t))
	a := w.multitude(n)
	a = w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
	transactions := 0
	var mu sync.Mutex
	count := func(ctx context.Context, fn func(context.Context) error) error {
		mu.Lock()
		transactions++
		mu.Unlock()
		return w.db.Transact(ctx, func(inner context.Context) error { return fn(context.WithValue(inner, counted{}, true)) })
	}
	w.parts.Transact = count
	w.parts.Outbox = outbox.New(w.db.Database(), func(ctx context.Context, fn func(context.Context) error) error {
		if ctx.Value(counted{}) != nil {
			return w.db.Transact(ctx, fn) // joins
		}
		return count(ctx, fn)
	}, w.parts.Now)
	w.worker = w.newWorker()
	w.work()
	w.toldOnce(a, n)
	if transactions > 60 {
		t.Errorf("%d transactions for %d mails", transactions, n)
	}
	t.Logf("%d transactions", transactions)
}

type counted struct{}
