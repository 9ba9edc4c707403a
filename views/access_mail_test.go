package views_test

import (
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail"
	"capportal/notify/mail/mailtest"
	received "capportal/notify/mail/sink"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/viewstest"
)

// mails lets the worker send all that waits, and gives it.
func (w *watched) mails() []received.Mail {
	w.t.Helper()
	s := mailtest.Start(w.t)
	settings, err := mail.ParseURL(s.URL())
	w.must(err)
	client := mail.NewClient(settings, mail.Options{Connections: 1, Timeout: 5 * time.Second})
	w.t.Cleanup(client.Close)
	bundle, err := i18n.Load()
	w.must(err)
	worker, err := notify.NewWorker(notify.Parts{Sources: notify.Sources{Programme: w.Programme, Desk: w.Desk, Directory: w.Directory},
		Entries:  notify.Entries{Words: bundle, From: mail.Address{Name: "Secretariat", Email: "cap@portal.example"}, BaseURL: viewstest.BaseURL, Domain: "portal.example"},
		Transact: w.db.Transact, Outbox: w.Outbox, Links: notify.LinksOf(w.Signin.Keys), Sender: client, HomeZone: "Europe/Brussels", Now: func() time.Time { return w.Now }})
	w.must(err)
	for range 1000 {
		n, err := worker.Turn(w.Ctx)
		w.must(err)
		if n == 0 {
			break
		}
	}
	var list []received.Mail
	for _, r := range s.Messages() {
		m, err := received.Parse(r.Data)
		w.must(err)
		list = append(list, m)
	}
	return list
}

// TestAccess_Mail reads every mail of every activity's life: nobody outside is written to, no subject of
// what is restricted betrays it, and what is said is what the reader may see.
func TestAccess_Mail(t *testing.T) {
	w := watch(t)
	var living []guarded
	for _, a := range activities() {
		if !a.planned && !a.postponed && !a.past && !a.unsent && a.into == "" && a.report == "" && a.parent != "reported" {
			living = append(living, a)
		}
	}
	mails := w.mails()
	for _, a := range living {
		_, err := w.Programme.Change(w.Ctx, w.officer, w.codes[a.name], 0, "", func(x *events.Activity) error {
			x.Start, x.End = x.Start.Add(time.Hour), x.End.Add(time.Hour)
			return nil
		})
		w.must(err)
	}
	mails = append(mails, w.mails()...)
	for i, a := range living {
		if i%2 == 0 {
			w.Advance(w.people["officer"], w.codes[a.name], events.Cancelled)
			continue
		}
		_, err := w.Desk.Decide(w.Ctx, w.officer, w.registered[a.name], registrations.Decision{Event: registrations.Withdraw, Reason: "test"})
		w.must(err)
	}
	mails = append(mails, w.mails()...)
	if len(mails) < 30 {
		t.Fatalf("only %d mails", len(mails))
	}
	restricted, secret := map[string]bool{}, map[string]bool{}
	for _, a := range activities() {
		restricted[a.name] = a.visibility != events.Public
		secret[a.name] = a.visibility == events.ForInvited || a.visibility == events.ForOperation
	}
	titled := 0
	for _, m := range mails {
		to := m.To.Address
		delegate := strings.HasPrefix(to, "mkperson")
		if to != "sn@points.example" && !delegate {
			t.Errorf("%q is written to %s", m.Subject, to)
		}
		for word := range w.found(m.Subject) {
			if is := w.marks[word]; restricted[is.of] && is.what != "code" {
				t.Errorf("the subject %q shows the %s of %q", m.Subject, is.what, is.of)
			} else if is.what == "title" {
				titled++
			}
		}
		// Calendars are looked at over one's shoulder: the entry of what few may know goes by its code.
		if m.Calendar != nil {
			entry := calendartest.One(t, m.Calendar)
			for word := range w.found(entry.Summary + " " + entry.Description) {
				if is := w.marks[word]; secret[is.of] && is.what == "title" {
					t.Errorf("the entry %q of %q names it", entry.Summary, is.of)
				}
			}
		}
		for word := range w.found(m.Subject + m.Text + m.HTML + string(m.Calendar)) {
			is := w.marks[word]
			switch {
			case delegate && is.of != strings.TrimPrefix(to[:strings.IndexByte(to, '@')], "mkperson"):
				t.Errorf("%q to %s shows the %s of %q", m.Subject, to, is.what, is.of)
			case is.what == "session" && !is.may[8], is.what == "note", !delegate && !is.may[8]:
				t.Errorf("%q to %s shows the %s of %q", m.Subject, to, is.what, is.of)
			}
		}
	}
	if titled == 0 {
		t.Error("no subject names its activity: it holds nothing back because it says nothing")
	}
}
