package notify_test

import (
	"maps"
	"strings"
	"testing"

	"capportal/notify"
	"capportal/notify/mail/sink"
)

// Whoever watches hears how many mails were sent, put off and refused for good.
func TestWorker_Watch(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		heard := map[string]int{}
		w.parts.Watch = func(outcome string, mails int) { heard[outcome] += mails }
		w.worker = w.newWorker()
		hears := func(what string, want map[string]int) {
			t.Helper()
			if !maps.Equal(heard, want) {
				t.Errorf("%s: %v, want %v", what, heard, want)
			}
			clear(heard)
		}
		a := w.open(meeting(5))
		w.work()
		clear(heard) // of what the opening told
		w.nominate(a, "gone@customs-zm.example", "en")
		w.nominate(a, "full@customs-zm.example", "en")
		w.nominate(a, "fine@customs-zm.example", "en")
		w.sink.Script(func(e sink.Event) sink.Answer {
			switch {
			case e.Stage == sink.StageRecipient && strings.HasPrefix(e.To, "gone"):
				return sink.Answer{Code: 550, Text: "no such mailbox"}
			case e.Stage == sink.StageRecipient && strings.HasPrefix(e.To, "full"):
				return sink.Answer{Code: 452, Text: "mailbox full"}
			}
			return sink.Answer{}
		})
		w.work()
		hears("three mails", map[string]int{notify.MailSent: 1, notify.MailDeferred: 1, notify.MailFailed: 1})
		w.nominate(a, "late@customs-zm.example", "en")
		w.sink.Script(func(e sink.Event) sink.Answer {
			return sink.Answer{Code: map[sink.Stage]int{sink.StageGreeting: 421, sink.StageSender: 421}[e.Stage], Text: "closed for today"}
		})
		w.work()
		hears("a server that is away", map[string]int{notify.MailDeferred: 1})
	})
}
