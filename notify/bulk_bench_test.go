package notify_test

import (
	"context"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"
	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/registrations"
)

// connections are those of the portal's client and of the bare loop.
const connections = 4

// BenchmarkBulk moves an activity with many confirmed people, and measures from the change until
// each update is sent and recorded, through the running worker, against a bare go-mail loop that
// composes and hands over mails of the same size, over as many connections, to the same sink. The
// bar is a ratio of 0.8 at 10,000 (design.md 7); "lean" is the ratio to a loop without the commands
// that go-mail sends besides, NOOP and RSET:
//
//	go test -run '^$' -bench Bulk/^10000$ -benchtime 3x ./notify
func BenchmarkBulk(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.Run(engine.Memory, func(b *testing.B) { bulk(b, enginetest.Memory(b), n) })
			b.Run(engine.Embedded, func(b *testing.B) { bulk(b, enginetest.Embedded(b), n) })
			b.Run(engine.MongoDB, func(b *testing.B) { bulk(b, enginetest.Mongo(b), n) })
		})
	}
}

func bulk(b *testing.B, db *engine.DB, n int) {
	w := newWorld(b, db)
	settings, err := mail.ParseURL(w.sink.URL())
	w.must(err)
	c := mail.NewClient(settings, mail.Options{Connections: connections})
	b.Cleanup(c.Close)
	w.parts.Sender, w.parts.Connections = c, connections
	w.parts.Now = time.Now
	a := w.multitude(n)

	var ours, bare, lean time.Duration
	for b.Loop() {
		took, sample := w.tellAll(a, n)
		ours += took
		bare += w.bareLoop(sample, n)
		lean += w.bareLoop(sample, n, gomail.WithoutNoop(), gomail.WithoutRset())
	}
	rate := func(d time.Duration) float64 { return float64(b.N*n) / d.Seconds() }
	b.ReportMetric(rate(ours), "mails/s")
	b.ReportMetric(rate(bare), "bare/s")
	b.ReportMetric(rate(ours)/rate(bare), "ratio")
	b.ReportMetric(rate(ours)/rate(lean), "lean-ratio")
	b.ReportMetric(0, "ns/op")
}

// multitude gives an activity with n confirmed people whose calendars hold its entry. All but one
// are copies: thousands of decisions are not what is measured.
func (w *world) multitude(n int) events.Activity {
	w.t.Helper()
	a, list := w.crowd(1)
	registered := w.db.Database().Collection("registrations")
	var first registrations.Registration
	w.must(registered.FindOne(w.ctx, bson.M{"_id": list[0].ID}).Decode(&first))
	var copies []any
	for i := 1; i < n; i++ {
		r := first
		r.ID = fmt.Sprintf("%032x", i)
		r.Email = fmt.Sprintf("delegate%d@customs-zm.example", i)
		r.Person.Email, r.Person.GivenName = r.Email, fmt.Sprint("Delegate ", i)
		r.NameKey = strings.ToLower(r.Person.Name())
		r.Duplicate = r.Email + " " + r.NameKey
		r.Calendar.UID = fmt.Sprintf("%026d@portal.example", i)
		said := *first.Calendar.Said
		said.UID, said.Attendee.Email, said.Attendee.Name = r.Calendar.UID, r.Email, r.Person.Name()
		r.Calendar.Said = &said
		copies = append(copies, r)
	}
	for len(copies) > 0 {
		part := copies[:min(1000, len(copies))]
		copies = copies[len(part):]
		_, err := registered.InsertMany(w.ctx, part)
		w.must(err)
	}
	return a
}

// tellAll moves the activity by an hour and waits until all updates are sent and recorded. It gives
// how long that took, and one of the mails.
func (w *world) tellAll(a events.Activity, n int) (time.Duration, sink.Mail) {
	w.t.Helper()
	w.sink.Reset()
	arrived, all := w.expect(n)
	w.change(a, func(a *events.Activity) { a.Start, a.End = a.Start.Add(time.Hour), a.End.Add(time.Hour) })

	began := time.Now()
	ctx, stop := context.WithCancel(w.ctx)
	var running sync.WaitGroup
	worker := w.newWorker()
	running.Go(func() { worker.Run(ctx) })
	select {
	case <-all:
	case <-time.After(10 * time.Minute):
		w.t.Fatalf("only %d of %d mails came", arrived.Load(), n)
	}
	for {
		depth, _, err := w.outbox.Counts(w.ctx)
		w.must(err)
		if depth == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	stop()
	running.Wait()
	received := w.sink.Messages()
	if len(received) != n {
		w.t.Fatalf("%d mails for %d people", len(received), n)
	}
	m, err := sink.Parse(received[n/2].Data)
	w.must(err)
	return took, m
}

// expect counts what comes into the sink; the channel closes with the nth.
func (w *world) expect(n int) (*atomic.Int64, <-chan struct{}) {
	var arrived atomic.Int64
	all := make(chan struct{})
	w.sink.Script(func(e sink.Event) sink.Answer {
		if e.Stage == sink.StageContent && arrived.Add(1) == int64(n) {
			close(all)
		}
		return sink.Answer{}
	})
	return &arrived, all
}

// bareLoop sends n mails like the sample with nothing but go-mail: each composed, then handed over
// on a connection that stays open.
func (w *world) bareLoop(sample sink.Mail, n int, o ...gomail.Option) time.Duration {
	w.t.Helper()
	w.sink.Reset()
	settings, err := mail.ParseURL(w.sink.URL())
	w.must(err)
	began := time.Now()
	var next atomic.Int64
	var loops sync.WaitGroup
	for range connections {
		loops.Go(func() {
			c, err := gomail.NewClient(settings.Host, append(slices.Clone(o), gomail.WithPort(settings.Port), gomail.WithTLSPolicy(gomail.NoTLS))...)
			if err != nil {
				w.t.Error(err)
				return
			}
			k, err := c.DialToSMTPClientWithContext(w.ctx)
			if err != nil {
				w.t.Error(err)
				return
			}
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := c.SendWithSMTPClient(k, bareMail(sample, i)); err != nil {
					w.t.Error(err)
				}
			}
			if err := c.CloseWithSMTPClient(k); err != nil {
				w.t.Error(err)
			}
		})
	}
	loops.Wait()
	took := time.Since(began)
	if got := len(w.sink.Messages()); got != n {
		w.t.Fatalf("the bare loop sent %d mails", got)
	}
	return took
}

func bareMail(sample sink.Mail, i int64) *gomail.Msg {
	m := gomail.NewMsg()
	m.FromMailAddress(&netmail.Address{Name: sample.From.Name, Address: sample.From.Address})
	m.ToMailAddress(&netmail.Address{Name: sample.To.Name, Address: fmt.Sprintf("delegate%d@customs-zm.example", i)})
	m.Subject(sample.Subject)
	m.SetDate()
	m.SetMessageID()
	m.SetBodyString(gomail.TypeTextPlain, sample.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, sample.HTML)
	m.AddAlternativeString("text/calendar; method=REQUEST", string(sample.Calendar), gomail.WithPartEncoding(gomail.EncodingB64))
	m.AttachReadSeeker("invite.ics", strings.NewReader(string(sample.Calendar)), gomail.WithFileContentType("application/ics"), gomail.WithFileEncoding(gomail.EncodingB64))
	return m
}
