package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify"
	"capportal/notify/letters"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/directory"
)

// crowd gives an activity with n confirmed delegates, all told.
func (w *world) crowd(n int) (events.Activity, []registrations.Registration) {
	w.t.Helper()
	a := w.open(meeting(n))
	var list []registrations.Registration
	for i := range n {
		r, err := w.desk.Enter(w.ctx, w.officer, a.Code, registrations.Entry{Person: registrations.Person{GivenName: fmt.Sprint("Delegate ", i), FamilyName: "(ZM)",
			Email: fmt.Sprintf("delegate%d@customs-zm.example", i), Language: "en"}, Capacity: registrations.Delegate, Pool: events.OnSitePool})
		w.must(err)
		w.decide(r, registrations.Confirm)
		list = append(list, r)
	}
	w.mails()
	return a, list
}

func (w *world) states() map[outbox.State]int {
	w.t.Helper()
	states := map[outbox.State]int{}
	for cursor := ""; ; {
		list, next, err := w.outbox.List(w.ctx, outbox.Query{Cursor: cursor, Limit: 200})
		w.must(err)
		for _, n := range list {
			states[n.State]++
		}
		if cursor = next; next == "" {
			return states
		}
	}
}

// A fan-out over several pages: one worker dies in the middle, another goes on where it was.
func TestWorker_FanOutResumes(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a, list := w.crowd(230)
		a = w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		if _, err := w.worker.Turn(w.ctx); err != nil { // the first page
			t.Fatal(err)
		}
		w.worker = w.newWorker()
		w.work()
		if got := w.states()[outbox.Queued]; got != 0 {
			t.Errorf("%d wait", got)
		}
		w.pass(3 * time.Minute) // the lease of the first one runs out
		told := map[string]int{}
		for _, m := range w.mails() {
			if e := w.event(m); e.Sequence != 1 || !e.Start.Equal(a.Start) {
				t.Errorf("%+v", e)
			}
			told[m.To.Address]++
		}
		if len(told) != len(list) {
			t.Errorf("%d of %d were told", len(told), len(list))
		}
		for to, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times", to, n)
			}
		}
	})
}

// The mail server is away: nothing is lost, the reason is seen, and all goes out later.
func TestWorker_ServerAway(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		w.nominate(a, "delegate2@customs-zm.example", "en")
		w.sink.Script(func(e sink.Event) sink.Answer {
			return sink.Answer{Code: map[sink.Stage]int{sink.StageGreeting: 421, sink.StageSender: 421}[e.Stage], Text: "closed for today"}
		})
		for range 20 { // long after a mail's own attempts would have been given up
			w.work()
			w.pass(6 * time.Minute)
		}
		n := w.notice(r.ID, "nominated")
		if n.State != outbox.Deferred || !strings.Contains(n.LastError, "closed for today") {
			t.Errorf("%s: %q", n.State, n.LastError)
		}
		w.sink.Script(nil)
		if mails := w.mails(); len(mails) != 2 {
			t.Errorf("afterwards: %v", subjects(mails))
		}
	})
}

func TestWorker_RefusedForGoodAndForNow(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		gone := w.nominate(a, "gone@customs-zm.example", "en")
		full := w.nominate(a, "full@customs-zm.example", "en")
		fine := w.nominate(a, "fine@customs-zm.example", "en")
		w.sink.Script(func(e sink.Event) sink.Answer {
			switch {
			case e.Stage == sink.StageRecipient && strings.HasPrefix(e.To, "gone"):
				return sink.Answer{Code: 550, Text: "no such mailbox"}
			case e.Stage == sink.StageRecipient && strings.HasPrefix(e.To, "full"):
				return sink.Answer{Code: 452, Text: "mailbox full"}
			}
			return sink.Answer{}
		})
		w.one("fine@customs-zm.example")
		for id, want := range map[string]outbox.State{gone.ID: outbox.Failed, full.ID: outbox.Deferred, fine.ID: outbox.Sent} {
			if n := w.notice(id, "nominated"); n.State != want || want != outbox.Sent && n.LastError == "" {
				t.Errorf("to %s: %s %q, want %s", n.To, n.State, n.LastError, want)
			}
		}
		w.sink.Script(nil)
		w.pass(2 * time.Minute)
		w.one("full@customs-zm.example")
	})
}

// counting counts what is on its way, and waits at the gate.
type counting struct {
	notify.Sender
	sent atomic.Int32
	gate func(n int32)
}

func (c *counting) Send(ctx context.Context, m mail.Message) error {
	c.gate(c.sent.Add(1))
	return c.Sender.Send(ctx, m)
}

// Told to stop, the worker finishes the mail on its way and gives back the others untried.
func TestWorker_StopsBetweenTwoMails(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(20))
		for i := range 10 {
			w.nominate(a, fmt.Sprintf("delegate%d@customs-zm.example", i), "en")
		}
		ctx, stop := context.WithCancel(w.ctx)
		w.parts.Connections = 1
		w.parts.Sender = &counting{Sender: w.parts.Sender, gate: func(n int32) {
			if n == 3 {
				stop()
			}
		}}
		w.newWorker().Run(ctx)
		if got := len(w.sink.Messages()) - w.seen; got != 3 {
			t.Errorf("%d mails were sent, want 3", got)
		}
		list, _, err := w.outbox.List(w.ctx, outbox.Query{State: outbox.Queued})
		w.must(err)
		if len(list) != 7 || list[0].Attempts != 0 {
			t.Errorf("%d wait, with %d attempts; want 7 with none", len(list), list[0].Attempts)
		}
		w.mails()
		if got := w.states(); got[outbox.Queued]+got[outbox.Sending] != 0 {
			t.Errorf("left over: %v", got)
		}
	})
}

// Without a mail server nothing is touched, and it is said once.
func TestWorker_NoServer(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		var log bytes.Buffer
		w.parts.Sender, w.parts.From, w.parts.Log = nil, mail.Address{}, slog.New(slog.NewTextHandler(&log, nil))
		ctx, stop := context.WithTimeout(w.ctx, 50*time.Millisecond)
		defer stop()
		w.newWorker().Run(ctx)
		if n := w.notice(r.ID, "nominated"); n.State != outbox.Queued || n.Attempts != 0 {
			t.Errorf("%s after %d attempts", n.State, n.Attempts)
		}
		if got := strings.Count(log.String(), "no mail server is configured"); got != 1 {
			t.Errorf("said %d times: %s", got, log.String())
		}
		w.decide(r, registrations.Confirm)
		if e := w.download(r.ID); e.Organizer == "" { // files and feeds work all the same
			t.Errorf("%+v", e)
		}
	})
}

// Two workers of two instances at once: each mail once.
func TestWorker_TwoAtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorld(t, db)
		a := w.open(meeting(60))
		const n = 40
		for i := range n {
			w.nominate(a, fmt.Sprintf("delegate%d@customs-zm.example", i), "en")
		}
		ctx, stop := context.WithCancel(w.ctx)
		var running sync.WaitGroup
		for range 2 {
			worker := w.newWorker()
			running.Go(func() { worker.Run(ctx) })
			worker.Poke()
		}
		wait, cancel := context.WithTimeout(w.ctx, 20*time.Second)
		defer cancel()
		w.must(w.sink.Wait(wait, func(r []sink.Received) bool { return len(r) >= w.seen+n }))
		stop()
		running.Wait()
		told := map[string]int{}
		for _, r := range w.sink.Messages()[w.seen:] {
			told[r.To]++
		}
		for to, times := range told {
			if times != 1 {
				t.Errorf("%s was told %d times", to, times)
			}
		}
		if got := w.states(); len(told) != n || got[outbox.Queued]+got[outbox.Sending]+got[outbox.Deferred] != 0 {
			t.Errorf("%d told, states %v", len(told), got)
		}
	})
}

// A poke wakes a worker that sleeps.
func TestWorker_Poke(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		w.nominate(a, "delegate1@customs-zm.example", "en")
		for range 3 {
			w.worker.Poke() // never waits, before anybody listens
		}
		ctx, stop := context.WithCancel(w.ctx)
		done := make(chan struct{})
		go func() { w.worker.Run(ctx); close(done) }()
		wait, cancel := context.WithTimeout(w.ctx, 10*time.Second)
		defer cancel()
		w.must(w.sink.Wait(wait, func(r []sink.Received) bool { return len(r) >= w.seen+1 }))
		stop()
		<-done
	})
}

// A sign-in link goes before all others, and not at all once it has expired.
func TestWorker_SignIn(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		put := notify.SignIn(w.outbox)
		w.must(put(w.ctx, "officer.ipr@secretariat.example", "ru", "row-1"))
		m := w.one("officer.ipr@secretariat.example")
		want := base + "/ru/sign-in/" + w.keys.SignInLink("row-1")
		if !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) || !strings.Contains(m.Text, "20 минут") || m.Subject != "Ваша ссылка для входа" {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
		w.must(put(w.ctx, "officer.ipr@secretariat.example", "ru", "row-2"))
		w.pass(21 * time.Minute)
		if late := w.mails(); len(late) != 0 {
			t.Errorf("an expired link was sent: %v", subjects(late))
		}
		list, _, err := w.outbox.List(w.ctx, outbox.Query{State: outbox.Cancelled})
		w.must(err)
		if len(list) != 1 || list[0].LastError != "the link has expired" || list[0].Data != nil {
			t.Errorf("cancelled: %+v", list)
		}
	})
}

// The contact point's invitation: seats, deadline in Brussels and locally, the delegation's page.
func TestWorker_Invitation(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		p, err := w.directory.Person(w.ctx, w.zambia.Person)
		w.must(err)
		_, err = w.directory.ChangePerson(w.ctx, directory.ByPortal, p.ID, p.Version, func(p *directory.Person) error { p.Zone = "Africa/Lusaka"; return nil })
		w.must(err)
		a := meeting(5)
		a.SeatsEach = 2
		deadline := time.Date(2026, 10, 30, 22, 59, 59, 0, time.UTC)
		a.Deadlines.Nomination = &deadline
		a, err = w.programme.Create(w.ctx, w.officer, a)
		w.must(err)
		w.advance(a, events.Approved)
		_, err = w.desk.Invite(w.ctx, w.officer, a.Code, registrations.Invited{Organisations: []string{"ZM"}})
		w.must(err)
		w.advance(a, events.InvitationsSent)
		m := w.one("contact.zm@customs-zm.example")
		text := strings.Join(strings.Fields(m.Text), " ")
		for _, want := range []string{"invite your organisation to take part", "Organisation: Administration of ZM", "On site: 2 seats", "Friday 30 October 2026, 23:59, Brussels time (UTC+1)",
			"Saturday 31 October 2026, 00:59, Lusaka time (UTC+2)", base + "/en/delegation/ZM", "or online"} {
			if !strings.Contains(text, want) {
				t.Errorf("lacks %q:\n%s", want, m.Text)
			}
		}
		if m.Calendar != nil || strings.Contains(m.Text, "key=") {
			t.Error("an invitation to a contact point carries neither entry nor personal link")
		}
	})
}

// Whoever writes a notice of another kind must write its letter: the kinds in the sources are those
// that NewWorker asks for.
func TestWorker_EveryKindHasItsLetter(t *testing.T) {
	literal := regexp.MustCompile(`(?:notice\{kind|Kind|told\.kind =|return)(?::)?\s*"((?:activity_|will_)?[a-z_]+)"`)
	names, err := filepath.Glob(filepath.Join("..", "registrations", "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	known := registrations.NoticeKinds()
	found := 0
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			kind := m[1]
			if strings.HasPrefix(m[0], "return") && !strings.HasPrefix(kind, "activity_") {
				continue
			}
			found++
			if !slices.Contains(known, kind) {
				t.Errorf("%s puts out %q, which NoticeKinds does not list", name, kind)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d kinds were found in the sources", found)
	}
	for _, kind := range letters.Kinds() {
		if kind != "sign_in" && !slices.Contains(known, kind) {
			t.Errorf("the letter %q is never sent", kind)
		}
	}
}

// A notice of a kind that this version does not know fails by itself and holds up nobody.
func TestWorker_UnknownKindHoldsUpNobody(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		w.must(w.outbox.Put(w.ctx, outbox.Notice{Kind: "postcard", Activity: a.Code, Registration: "gone", To: "x@people.example", Language: "en"}))
		other := w.nominate(a, "delegate2@customs-zm.example", "en")
		w.must(w.outbox.Put(w.ctx, outbox.Notice{Kind: "postcard", Activity: a.Code, Registration: other.ID, To: "y@people.example", Language: "en"}))
		if mails := w.mails(); len(mails) != 2 {
			t.Errorf("mails %v", subjects(mails))
		}
		if got := w.states(); got[outbox.Failed] != 1 || got[outbox.Cancelled] != 1 {
			t.Errorf("states %v", got)
		}
		_ = r
	})
}
