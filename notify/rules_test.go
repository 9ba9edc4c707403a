package notify_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail/sink"
	"capportal/registrations"
)

// The rules of calendar and mail that hold between mails, or of mails as they arrive. Those of one
// object alone are tested in notify/calendar, those of composing in notify/mail.

// life is what one person gets from the confirmation to the cancellation: REQUEST, two updates, CANCEL.
func life(t *testing.T, w *world) (mails []sink.Mail, objects []calendartest.Event) {
	t.Helper()
	a := w.open(meeting(2))
	to := "delegate1@customs-zm.example"
	r := w.nominate(a, to, "en")
	w.one(to)
	steps := []func(){
		func() { w.decide(r, registrations.Confirm) },
		func() { w.change(a, func(a *events.Activity) { a.Place.Venue = "Room B" }) },
		func() {
			w.change(a, func(a *events.Activity) { a.Title = events.Text{"en": "CAP Group, 23rd meeting"} })
		},
		func() { w.must(withdraw(w, r.ID)) },
	}
	for _, step := range steps {
		step()
		m := w.one(to)
		mails, objects = append(mails, m), append(objects, w.event(m))
	}
	return mails, objects
}

func TestRule10_MethodOfObjectAndPart(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		mails, objects := life(t, w)
		for i, m := range mails {
			if m.Method != objects[i].Method {
				t.Errorf("the part says %s, the object %s", m.Method, objects[i].Method)
			}
		}
		if objects[0].Method != "REQUEST" || objects[3].Method != "CANCEL" {
			t.Errorf("methods %s … %s", objects[0].Method, objects[3].Method)
		}
	})
}

func TestRule12_LibicalTakesEveryObject(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		mails, _ := life(t, w)
		for _, m := range mails {
			calendartest.Judge(t, m.Calendar)
		}
	})
}

var uidForm = regexp.MustCompile(`^[0-9a-f]{32,}@portal\.example$`)

func TestRule14_OneUIDForLifeNeverReused(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		_, objects := life(t, w)
		for _, e := range objects {
			if e.UID != objects[0].UID || !uidForm.MatchString(e.UID) {
				t.Errorf("UID %s after %s", e.UID, objects[0].UID)
			}
		}
		// Another activity, and another person, have UIDs of their own.
		seen := map[string]bool{objects[0].UID: true}
		other := w.open(meeting(2))
		for _, to := range []string{"delegate1@customs-zm.example", "delegate2@customs-zm.example"} {
			r := w.nominate(other, to, "en")
			w.mails()
			w.decide(r, registrations.Confirm)
			e := w.event(w.one(to))
			if seen[e.UID] {
				t.Errorf("UID %s serves two", e.UID)
			}
			seen[e.UID] = true
		}
	})
}

func TestRule15_DownloadHasTheUIDOfTheMail(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		before := w.download(r.ID).UID // before anything is sent
		mailed := w.event(w.one("delegate1@customs-zm.example")).UID
		if after := w.download(r.ID).UID; before != mailed || after != mailed {
			t.Errorf("download %s, mail %s, download %s", before, mailed, after)
		}
		w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		update := w.event(w.one("delegate1@customs-zm.example"))
		if e := w.download(r.ID); e.UID != mailed || update.UID != mailed || e.Sequence != update.Sequence {
			t.Errorf("mail %s, update %s with %d, download %s with %d", mailed, update.UID, update.Sequence, e.UID, e.Sequence)
		}
		w.must(withdraw(w, r.ID))
		if cancel := w.event(w.one("delegate1@customs-zm.example")); cancel.UID != mailed || w.download(r.ID).UID != mailed {
			t.Errorf("mail %s, CANCEL %s, download %s", mailed, cancel.UID, w.download(r.ID).UID)
		}
	})
}

func TestRule16_SequenceStartsAt0AndNeverFalls(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		_, objects := life(t, w)
		if objects[0].Sequence != 0 {
			t.Errorf("the first REQUEST has SEQUENCE %d", objects[0].Sequence)
		}
		for i := 1; i < len(objects); i++ {
			if objects[i].Sequence < objects[i-1].Sequence {
				t.Errorf("SEQUENCE fell from %d to %d", objects[i-1].Sequence, objects[i].Sequence)
			}
		}
	})
}

func TestRule17_EveryChangeRaisesSequenceAndStamp(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		mails, objects := life(t, w)
		for i := 1; i < len(objects); i++ {
			if objects[i].Sequence <= objects[i-1].Sequence || !objects[i].Stamp.After(objects[i-1].Stamp) {
				t.Errorf("object %d: SEQUENCE %d after %d, DTSTAMP %v after %v", i, objects[i].Sequence, objects[i-1].Sequence, objects[i].Stamp, objects[i-1].Stamp)
			}
			for _, problem := range calendartest.Succession(mails[i-1].Calendar, mails[i].Calendar) {
				t.Error(problem)
			}
		}
	})
}

// Mails that tell of no change of the entry carry none.
func TestRule18_OtherMailsCarryNoObject(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := meeting(2)
		a.Acceptance = events.Decided
		a = w.open(a)
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		nominated := w.one(to)
		w.decide(r, registrations.Confirm)
		first := w.event(w.one(to))
		_, err := w.desk.Amend(w.ctx, w.zambia, r.ID, 0, func(e *registrations.Entry) error { e.Person.FamilyName = "(Zambia, another name)"; return nil })
		w.must(err)
		again := w.one(to)
		if nominated.Calendar != nil || again.Calendar != nil {
			t.Errorf("%q or %q carries an object", nominated.Subject, again.Subject)
		}
		if e := w.download(r.ID); e.Sequence != first.Sequence || e.UID != first.UID {
			t.Errorf("the entry changed with a mail that tells of no change: %+v", e)
		}
	})
}

func TestRule19_AnotherTimeOrPlaceAsksAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*events.Activity)
		want string
	}{
		{"time", func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) }, "NEEDS-ACTION"},
		{"place", func(a *events.Activity) {
			a.Place = events.Place{Venue: "Congress centre", City: "Lima", Country: "PE"}
		}, "NEEDS-ACTION"},
		{"wording", func(a *events.Activity) { a.Title = events.Text{"en": "Another title"} }, "ACCEPTED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			onMemory(t, func(t *testing.T, w *world) {
				a := w.open(meeting(2))
				to := "delegate1@customs-zm.example"
				r := w.nominate(a, to, "en")
				w.mails()
				w.decide(r, registrations.Confirm)
				w.one(to)
				w.reply(r.ID, "accepted")
				w.change(a, c.edit)
				if e := w.download(r.ID); e.PartStat != c.want {
					t.Errorf("the download says %s before the mail, want %s", e.PartStat, c.want)
				}
				m := w.one(to)
				if e := w.event(m); e.PartStat != c.want {
					t.Errorf("PARTSTAT %s, want %s", e.PartStat, c.want)
				}
				if asks := strings.Contains(m.HTML, "answer the invitation again"); asks != (c.want == "NEEDS-ACTION") {
					t.Errorf("the mail asks again: %v\n%s", asks, m.Text)
				}
				if reply := w.registration(r.ID).Calendar.Reply; (reply == "accepted") != (c.want == "ACCEPTED") {
					t.Errorf("the answer stored is %q", reply)
				}
				if !bytes.Contains(m.Calendar, []byte("RSVP=TRUE")) {
					t.Error("no RSVP=TRUE")
				}
			})
		})
	}
}

// reply stores the answer from the person's own calendar.
func (w *world) reply(id, answer string) {
	w.t.Helper()
	r := w.registration(id)
	r.Calendar.Reply = answer
	w.must(w.desk.KeepEntries(w.ctx, &r))
}

// The clock does not move while everything happens within one second.
func TestRule20_StampRisesStrictly(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		_, objects := life(t, w)
		for i := 1; i < len(objects); i++ {
			if !objects[i].Stamp.After(objects[i-1].Stamp) {
				t.Errorf("DTSTAMP %v after %v", objects[i].Stamp, objects[i-1].Stamp)
			}
		}
	})
}

func TestRule22_OneRecipientAndNobodyElsesAddress(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		var all []string
		for i := range 3 {
			to := fmt.Sprintf("delegate%d@customs-zm.example", i)
			all = append(all, to)
			w.decide(w.nominate(a, to, "en"), registrations.Confirm)
		}
		w.work()
		for _, r := range w.sink.Messages() {
			m, err := sink.Parse(r.Data)
			w.must(err)
			if m.Header.Has("Cc") || m.Header.Has("Bcc") {
				t.Error("a copy")
			}
			for _, other := range all {
				if other != r.To && (bytes.Contains(r.Data, []byte(other)) || bytes.Contains(m.Calendar, []byte(other)) || strings.Contains(m.Text+m.HTML, other)) {
					t.Errorf("the mail to %s names %s", r.To, other)
				}
			}
		}
	})
}

func TestRule23_AttendeeIsTheRecipient(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		mails, objects := life(t, w)
		for i, m := range mails {
			if !strings.EqualFold(objects[i].Attendee, m.To.Address) || objects[i].Attendees != 1 {
				t.Errorf("attendee %s of %d, recipient %s", objects[i].Attendee, objects[i].Attendees, m.To.Address)
			}
		}
	})
}

// A meeting of several sessions is one entry over its days, in one mail: no UID beside another.
func TestRule35_SessionsAreOneEntry(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := meeting(2)
		for day := range 2 {
			start := a.Start.AddDate(0, 0, day)
			a.Sessions = append(a.Sessions, events.Session{ID: fmt.Sprintf("day-%d", day+1), Title: events.Text{"en": "Session"}, Start: start, End: start.Add(8 * time.Hour),
				OpenTo: []events.Group{events.Member}})
		}
		a = w.open(a)
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		m := w.one(to)
		if e := w.event(m); !e.Start.Equal(a.Start) || !e.End.Equal(a.End) || bytes.Count(m.Calendar, []byte("BEGIN:VEVENT")) != 1 ||
			bytes.Contains(m.Calendar, []byte("RDATE")) || bytes.Contains(m.Calendar, []byte("RRULE")) {
			t.Errorf("the mail carries\n%s", m.Calendar)
		}
	})
}

// Who writes from the Secretariat's own address is told by mail alone.
func TestRule25_OrganizerIsNeverTheRecipient(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		r := w.nominate(a, "cap@portal.example", "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		m := w.one("cap@portal.example")
		if m.Calendar != nil || !strings.Contains(m.Text, "Your seat is confirmed.") || strings.Contains(m.Text, "attached") {
			t.Errorf("the organizer was invited:\n%s", m.Text)
		}
		if r := w.registration(r.ID); r.Calendar.Requested {
			t.Error("a REQUEST counts that was never sent")
		}
	})
}

// Another sender in the settings does not change the organizer of what has been sent.
func TestRule26_OrganizerStaysThroughAUID(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		w.one(to)
		w.parts.From.Email = "another@portal.example"
		w.worker = w.newWorker()
		w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		update := w.one(to)
		w.must(withdraw(w, r.ID))
		for _, m := range []sink.Mail{update, w.one(to)} {
			e := calendartest.One(t, m.Calendar)
			if e.Organizer != "cap@portal.example" || m.From.Address != "another@portal.example" {
				t.Errorf("%s: organizer %s, sender %s", e.Method, e.Organizer, m.From.Address)
			}
		}
	})
}

func TestRule39_NoLinkThatChangesState(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		_, objects := life(t, w)
		for _, e := range objects {
			if strings.Contains(e.Description+e.URL, "key=") || strings.Contains(e.Description, "withdraw") {
				t.Errorf("the entry carries more than a page to open: %s %s", e.URL, e.Description)
			}
		}
		if !strings.Contains(objects[0].Description, "Tuesday 3 November 2026, 09:30") || !strings.Contains(objects[0].Description, base+"/en/registrations/") {
			t.Errorf("the description says %q", objects[0].Description)
		}
	})
}
