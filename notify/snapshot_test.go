package notify_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/views/i18n"
)

// A seat given and taken back before anybody leased the REQUEST: nobody hears of an entry.
func TestSnapshot_WithdrawnBeforeTheRequest(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		w.must(withdraw(w, r.ID))
		m := w.one(to)
		if m.Calendar != nil || !strings.Contains(m.Text, "has been withdrawn") || strings.Contains(m.Text, "attached") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	})
}

// The same when a worker had leased the REQUEST and not yet composed it.
func TestSnapshot_WithdrawnWhileLeased(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		if leased, err := w.outbox.Lease(w.ctx, "another", 10, time.Minute); err != nil || len(leased) != 1 {
			t.Fatalf("leased %v: %v", leased, err)
		}
		w.must(withdraw(w, r.ID))
		w.pass(2 * time.Minute)
		mails := w.mails()
		if len(mails) != 2 || mails[0].Calendar != nil || mails[1].Calendar != nil {
			t.Errorf("mails %v", subjects(mails))
		}
	})
}

// A REQUEST that waits carries the newest truth, and the update is not told besides.
func TestSnapshot_UpdateMeetsAWaitingRequest(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		a = w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		m := w.one(to)
		if e := w.event(m); e.Sequence != 0 || !e.Start.Equal(a.Start) || !strings.Contains(m.Subject, "Seat confirmed") {
			t.Errorf("%s: %+v", m.Subject, e)
		}
	})
}

// A fan-out passes over whom the last object has told already.
func TestSnapshot_FanOutSkipsWhoKnows(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		one, two := "delegate1@customs-zm.example", "delegate2@customs-zm.example"
		r := w.nominate(a, one, "en")
		second := w.nominate(a, two, "en")
		w.decide(second, registrations.Confirm)
		w.mails()
		a = w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		w.decide(r, registrations.Confirm) // leased in the same turn as the fan-out, before its page
		mails := w.mails()
		if len(mails) != 2 || mails[0].To.Address != one || mails[1].To.Address != two {
			t.Fatalf("mails %v", subjects(mails))
		}
		if e := w.event(mails[1]); e.Sequence != 1 || !e.Start.Equal(a.Start) {
			t.Errorf("%+v", e)
		}
	})
}

// The answer to a mail never arrives; meanwhile activity, person, sender and address of the portal
// change. What is sent again is the same to the byte.
func TestSnapshot_RepetitionIsTheSameBytes(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		var sent []registrations.Registration
		for _, language := range []string{"en", "ar"} {
			r := w.nominate(a, language+"@customs-zm.example", language)
			sent = append(sent, r)
		}
		w.mails()
		for _, r := range sent {
			w.decide(r, registrations.Confirm)
		}
		w.sink.Script(func(e sink.Event) sink.Answer {
			return sink.Answer{Drop: e.Stage == sink.StageContent, Keep: true}
		})
		if got := w.mails(); len(got) != 2 {
			t.Fatalf("kept %v", subjects(got))
		}
		w.sink.Script(nil)
		w.change(a, func(a *events.Activity) {
			a.Start, a.Title, a.Place.Venue = a.Start.Add(time.Hour), events.Text{"en": "Another"}, "elsewhere"
		})
		w.parts.From, w.parts.BaseURL = mail.Address{Name: "Other", Email: "other@elsewhere.example"}, "https://elsewhere.example"
		w.worker = w.newWorker()
		w.pass(5 * time.Minute)
		w.work()
		first := map[string][]byte{}
		repeated := 0
		for _, r := range w.sink.Messages()[len(w.sink.Messages())-6:] { // confirmed twice each, and the update
			id := messageID(t, r.Data)
			if before, ok := first[id]; ok {
				repeated++
				if !bytes.Equal(before, r.Data) {
					t.Errorf("sent again, it is another mail:\n%s\n--- before\n%s", r.Data, before)
				}
			}
			first[id] = r.Data
		}
		if repeated != 2 {
			t.Errorf("%d mails were sent again, want 2", repeated)
		}
	})
}

func messageID(t *testing.T, data []byte) string {
	t.Helper()
	m, err := sink.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return m.MessageID
}

// The program dies between sending and writing it down; another instance sends the same bytes.
func TestSnapshot_CrashAfterSending(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "fr")
		w.mails()
		w.decide(r, registrations.Confirm)
		dying := &mortal{Sender: w.parts.Sender}
		dying.acts.Store(1000)
		parts := w.parts
		parts.Transact, parts.Sender = dying.transact(w.db.Transact), dying
		parts.Outbox = outbox.New(dying.on(w.db.Database()), parts.Transact, parts.Now)
		worker, err := notify.NewWorker(parts)
		w.must(err)
		if _, err := worker.Turn(w.ctx); err == nil {
			t.Fatal("it did not die")
		}
		if n := w.notice(r.ID, "confirmed"); n.State != outbox.Sending || len(n.Snapshot) == 0 {
			t.Fatalf("the notice is %s", n.State)
		}
		if len(w.mails()) != 1 {
			t.Fatal("the mail was sent again while the lease of the dead one held")
		}
		w.pass(3 * time.Minute)
		if len(w.mails()) != 1 {
			t.Fatal("the mail was not sent again")
		}
		messages := w.sink.Messages()
		last := messages[len(messages)-2:]
		if !bytes.Equal(last[0].Data, last[1].Data) {
			t.Errorf("sent again, it is another mail")
		}
		if n := w.notice(r.ID, "confirmed"); n.State != outbox.Sent {
			t.Errorf("the notice is %s", n.State)
		}
	})
}

// notice finds the newest notice of a kind about a registration.
func (w *world) notice(registration, kind string) outbox.Notice {
	w.t.Helper()
	list, _, err := w.outbox.List(w.ctx, outbox.Query{Registration: registration})
	w.must(err)
	for _, n := range list {
		if n.Kind == kind {
			return n
		}
	}
	w.t.Fatalf("no notice of kind %s", kind)
	return outbox.Notice{}
}

// Sent, a notice keeps envelope and calendar entry, and neither letter nor any link's token is ever
// stored.
func TestSnapshot_WhatIsKept(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		w.sink.Script(func(e sink.Event) sink.Answer {
			return sink.Answer{Code: map[sink.Stage]int{sink.StageContent: 451}[e.Stage], Text: "later"}
		})
		w.work()
		token := w.keys.Link("registration", r.ID, 1)
		before := w.notice(r.ID, "confirmed")
		if before.State != outbox.Deferred || len(before.Snapshot) == 0 || strings.Contains(before.Snapshot.String(), token) {
			t.Errorf("waiting: %s, token stored: %v", before.State, strings.Contains(before.Snapshot.String(), token))
		}
		w.sink.Script(nil)
		w.pass(time.Hour)
		m := w.one(to)
		if !strings.Contains(m.Text, token) {
			t.Error("the mail lacks the token")
		}
		after := w.notice(r.ID, "confirmed")
		s, ok, err := notify.ReadSnapshot(after)
		w.must(err)
		if !ok || s.Letter != nil || s.Method != "REQUEST" || s.Entry == nil || s.Entry.UID != r.Calendar.UID && s.Entry.UID == "" || !s.Entry.Start.Equal(a.Start) || s.To.Email != to {
			t.Errorf("kept %+v", s)
		}
		if after.MessageID != m.MessageID || after.Attempts != 2 || after.Data != nil {
			t.Errorf("notice %+v", after)
		}
		if size := len(after.Snapshot); size > 1000 {
			t.Errorf("%d bytes are kept", size)
		}
	})
}

// Every kind that is put out, in every language, comes as a whole mail through the worker.
func TestSnapshot_EveryKindInEveryLanguage(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		draft := w.open(func() events.Activity { d := meeting(2); d.Kind = events.Symposium; return d }())
		w.must(func() error {
			_, err := w.desk.Register(w.ctx, events.Visitor{}, draft.Code, registrations.Entry{Person: registrations.Person{GivenName: "A", FamilyName: "B", Email: "stranger@people.example", Language: "en"},
				Capacity: "media", Pool: events.OnSitePool})
			return err
		}())
		stranger := ""
		list, _, err := w.outbox.List(w.ctx, outbox.Query{Activity: draft.Code})
		w.must(err)
		for _, n := range list {
			if n.Kind == "address_confirmation" {
				stranger = n.Registration
			}
		}
		w.mails()
		var kinds []string
		for _, kind := range append(registrations.NoticeKinds(), "sign_in") {
			for _, l := range w.words.Languages() {
				n := outbox.Notice{Kind: kind, Activity: a.Code, Registration: r.ID, Organisation: "ZM", To: kind + "@" + l.Tag + ".example", Language: l.Tag}
				switch kind {
				case "sign_in":
					n = outbox.Notice{Kind: kind, To: n.To, Language: l.Tag, Data: map[string]string{"sign_in": "row"}}
				case "invitation":
					n.Registration = ""
				case "address_confirmation":
					n.Activity, n.Registration = draft.Code, stranger
				}
				w.must(w.outbox.Put(w.ctx, n))
			}
			kinds = append(kinds, kind)
		}
		got := map[string]sink.Mail{}
		for _, m := range w.mails() {
			got[m.To.Address] = m
		}
		for _, kind := range kinds {
			for _, l := range w.words.Languages() {
				m, ok := got[kind+"@"+l.Tag+".example"]
				if !ok {
					t.Errorf("%s/%s: no mail", kind, l.Tag)
					continue
				}
				checkMail(t, kind+"/"+l.Tag, m, l)
			}
		}
	})
}

func checkMail(t *testing.T, name string, m sink.Mail, l i18n.Language) {
	t.Helper()
	if m.Language != l.Tag || !strings.Contains(m.HTML, fmt.Sprintf(`<html lang="%s" dir="%s">`, l.Tag, l.Dir)) {
		t.Errorf("%s: language %s", name, m.Language)
	}
	for _, part := range []string{m.Subject, m.Text, m.HTML} {
		if strings.Contains(part, "⟦") || strings.TrimSpace(part) == "" {
			t.Errorf("%s: something is missing:\n%s", name, part)
		}
	}
	if !strings.Contains(m.Text, base+"/"+l.Tag+"/") {
		t.Errorf("%s: no link in its language:\n%s", name, m.Text)
	}
}
