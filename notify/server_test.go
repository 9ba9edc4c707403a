package notify_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
)

// Told to stop while the mail server hangs, the worker lets go of the mail after its grace, and gives
// everything back.
func TestWorker_StopsWhileTheServerHangs(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(20))
		for i := range 10 {
			w.nominate(a, fmt.Sprintf("delegate%d@customs-zm.example", i), "en")
		}
		hung, release := make(chan struct{}, 10), make(chan struct{})
		w.sink.Script(func(e sink.Event) sink.Answer {
			if e.Stage == sink.StageContent {
				hung <- struct{}{}
				<-release
			}
			return sink.Answer{}
		})
		defer close(release)
		w.parts.Connections, w.parts.Grace = 2, 50*time.Millisecond
		ctx, stop := context.WithCancel(w.ctx)
		ended := make(chan struct{})
		worker := w.newWorker()
		go func() { worker.Run(ctx); close(ended) }()
		<-hung
		<-hung
		stop()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Fatal("the worker did not stop")
		}
		if got := w.states(); got[outbox.Queued] != 8 || got[outbox.Deferred] != 2 {
			t.Errorf("%v, want eight given back and two to be tried again", got)
		}
	})
}

// slow is a mail server that takes its time.
type slow struct {
	notify.Sender
	each time.Duration
}

func (s slow) Send(ctx context.Context, m mail.Message) error {
	time.Sleep(s.each)
	return s.Sender.Send(ctx, m)
}

// At a slow mail server a mailing is soon written out in full, so that all of it is seen and can be
// overtaken, and a sign-in link goes before what has not been taken in hand.
func TestWorker_SlowServer(t *testing.T) {
	const n = 700
	onMemory(t, func(t *testing.T, w *world) {
		a := w.multitude(n)
		w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		w.parts.Sender, w.parts.Connections = slow{w.parts.Sender, 10 * time.Millisecond}, 1
		before := len(w.sink.Messages())
		ctx, stop := context.WithCancel(w.ctx)
		ended := make(chan struct{})
		worker := w.newWorker()
		go func() { worker.Run(ctx); close(ended) }()
		defer func() { stop(); <-ended }()
		wait, cancel := context.WithTimeout(w.ctx, 30*time.Second)
		defer cancel()
		var told []outbox.Notice
		for len(told) < n {
			if wait.Err() != nil {
				t.Fatalf("only %d of %d notices were written out", len(told), n)
			}
			time.Sleep(10 * time.Millisecond)
			cursor, err := w.db.Database().Collection("notices").Find(w.ctx, bson.M{"kind": "activity_changed", "fanout": bson.M{"$exists": false}})
			w.must(err)
			told = nil
			w.must(cursor.All(w.ctx, &told))
		}
		sent := len(w.sink.Messages()) - before
		if sent > n*3/4 {
			t.Fatalf("%d of %d were sent before all was written out", sent, n)
		}
		w.must(notify.SignIn(w.outbox)(w.ctx, "officer.ipr@secretariat.example", "en", "row-1"))
		worker.Poke()
		first := func(list []sink.Received) int {
			return slices.IndexFunc(list, func(r sink.Received) bool { return r.To == "officer.ipr@secretariat.example" })
		}
		w.must(w.sink.Wait(wait, func(list []sink.Received) bool { return first(list) >= 0 }))
		if behind := first(w.sink.Messages()) - before - sent; behind > 300 {
			t.Errorf("the sign-in link waited for %d mails", behind)
		}
	})
}
