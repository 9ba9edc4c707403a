package notify_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/mail/sink"
	"capportal/registrations/seats"
)

// While a crowd stands in line for seats mails wait, but not for longer than two seconds: a line may stand
// all day.
func TestWorker_GivesWay(t *testing.T) {
	w := newWorld(t, enginetest.Mongo(t)) // where an act that takes its time keeps nobody from writing
	a := w.open(meeting(2))
	w.mails()
	var all sync.WaitGroup
	begun, release := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		_ = w.desk.Act(w.ctx, a.Code, func(context.Context) error { close(begun); <-release; return nil })
	})
	<-begun
	w.nominate(w.open(meeting(2)), "delegate1@customs-zm.example", "en")
	for range seats.BatchSize + 1 {
		all.Go(func() { _ = w.desk.Act(w.ctx, a.Code, func(context.Context) error { return nil }) })
	}
	for !w.desk.Crowded() { // or until the test's own limit
		runtime.Gosched()
	}
	came := make(chan time.Time, 100)
	w.sink.Script(func(e sink.Event) sink.Answer {
		if e.Stage == sink.StageContent {
			came <- time.Now()
		}
		return sink.Answer{}
	})
	ctx, stop := context.WithCancel(w.ctx)
	started := time.Now()
	all.Go(func() { w.newWorker().Run(ctx) })
	if waited := (<-came).Sub(started); waited < 1900*time.Millisecond {
		t.Errorf("the mail went out after %v, before the crowd was served", waited)
	}
	close(release)
	for w.desk.Crowded() {
		runtime.Gosched()
	}
	w.nominate(a, "delegate2@customs-zm.example", "en")
	started = time.Now()
	if waited := (<-came).Sub(started); waited > 1900*time.Millisecond {
		t.Errorf("with no crowd the mail waited %v", waited)
	}
	stop()
	all.Wait()
}
