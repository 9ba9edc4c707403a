package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
	"capportal/registrations"
)

// An update that nobody was mailed, because the withdrawal came first, is counted in the CANCEL.
func TestRule40_CancelAboveWhateverWasShown(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		w.one(to)
		w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		shown := w.download(r.ID)
		w.must(withdraw(w, r.ID))
		m := w.one(to)
		if e := w.event(m); e.Method != "CANCEL" || e.Sequence <= shown.Sequence {
			t.Errorf("the download showed SEQUENCE %d, the mail says %s with %d", shown.Sequence, e.Method, e.Sequence)
		}
	})
}

// The CANCEL says what the last REQUEST said, although the activity has moved on.
func TestRule41_CancelSaysWhatTheLastRequestSaid(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		first := w.one(to)
		w.change(a, func(a *events.Activity) {
			a.Start, a.Title, a.Place.Venue = a.Start.Add(time.Hour), events.Text{"en": "Another title"}, "Room Z"
		})
		w.must(withdraw(w, r.ID))
		last := w.one(to)
		for _, problem := range calendartest.Succession(first.Calendar, last.Calendar) {
			t.Error(problem)
		}
		before, after := w.event(first), w.event(last)
		if after.Summary != before.Summary || after.Location != before.Location || !after.Start.Equal(before.Start) || after.AttendeeName != before.AttendeeName {
			t.Errorf("the REQUEST said %+v, the CANCEL %+v", before, after)
		}
	})
}

// Each UID that got a REQUEST gets one CANCEL, and nobody else any.
func TestRule42_OneCancelForEachUIDThatWasRequested(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		requests, cancels := map[string]int{}, map[string]int{}
		count := func() {
			for _, m := range w.mails() {
				switch m.Method {
				case "REQUEST":
					requests[w.event(m).UID]++
				case "CANCEL":
					cancels[w.event(m).UID]++
				}
			}
		}
		var confirmed []registrations.Registration
		for i := range 4 {
			r := w.nominate(a, fmt.Sprintf("delegate%d@customs-zm.example", i), "en")
			if i < 3 {
				w.decide(r, registrations.Confirm)
				confirmed = append(confirmed, r)
			}
		}
		count()
		w.must(withdraw(w, confirmed[0].ID)) // gets its CANCEL now
		count()
		w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) })
		count()
		last := w.nominate(a, "delegate9@customs-zm.example", "en")
		w.decide(last, registrations.Confirm) // its REQUEST is never leased
		w.advance(a, events.Cancelled)
		count()
		count()
		if len(requests) != 3 || len(cancels) != 3 {
			t.Errorf("requests %v, cancels %v", requests, cancels)
		}
		for uid := range requests {
			if cancels[uid] != 1 {
				t.Errorf("%s got %d CANCEL", uid, cancels[uid])
			}
		}
	})
}

func TestRule43_RegisteredAgainUnderANewUID(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		to := "delegate1@customs-zm.example"
		seen := map[string]bool{}
		for range 3 {
			r := w.nominate(a, to, "en")
			w.decide(r, registrations.Confirm)
			w.work()
			w.must(withdraw(w, r.ID))
			for _, m := range w.mails() {
				if m.Method != "REQUEST" {
					continue
				}
				e := w.event(m)
				if seen[e.UID] || e.Sequence != 0 {
					t.Errorf("UID %s again, SEQUENCE %d", e.UID, e.Sequence)
				}
				seen[e.UID] = true
			}
		}
		if len(seen) != 3 {
			t.Errorf("%d UIDs", len(seen))
		}
	})
}

// The same seat taken away by the Secretariat and given back within one registration.
func TestRule43_SeatedAgainUnderANewUID(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := meeting(5)
		a.Acceptance = events.Decided
		a = w.open(a)
		to := "delegate1@customs-zm.example"
		r := w.nominate(a, to, "en")
		w.mails()
		w.decide(r, registrations.Confirm)
		first := w.event(w.one(to))
		amend(w, r.ID)
		_, err := w.desk.Decide(w.ctx, w.officer, r.ID, registrations.Decision{Event: registrations.Waitlist, Override: true, Reason: "kept back"})
		w.must(err)
		w.decide(r, registrations.Confirm) // before the CANCEL is composed
		var objects []calendartest.Event
		for _, m := range w.mails() {
			if m.Calendar != nil {
				objects = append(objects, w.event(m))
			}
		}
		if len(objects) != 2 || objects[0].Method != "CANCEL" || objects[0].UID != first.UID || objects[0].Sequence <= first.Sequence ||
			objects[1].Method != "REQUEST" || objects[1].UID == first.UID || objects[1].Sequence != 0 {
			t.Errorf("after %+v came %+v", first, objects)
		}
	})
}

// What somebody took from the portal as a file or a feed is never counted on to vanish by a CANCEL: no
// UID that was only published is cancelled by mail, no mail uses that of the published entry, and file
// and feed say themselves that it is off.
func TestRule44_NothingRestsOnACancelOfWhatWasPublished(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(5))
		public := func() calendartest.Event {
			now := w.activity(a.Code)
			object, err := calendar.Download(w.entries.Public(&now, "en"))
			w.must(err)
			return calendartest.One(t, object)
		}
		before := public()
		mailed, taken := w.nominate(a, "delegate1@customs-zm.example", "en"), w.nominate(a, "delegate2@customs-zm.example", "en")
		w.mails()
		w.decide(mailed, registrations.Confirm)
		got := w.event(w.one("delegate1@customs-zm.example"))
		w.decide(taken, registrations.Confirm)
		file := w.download(taken.ID) // as a file, before any mail brought it
		w.must(withdraw(w, taken.ID))
		if m := w.one("delegate2@customs-zm.example"); m.Calendar != nil || !strings.Contains(m.Text, "withdrawn") {
			t.Errorf("who got no REQUEST is sent:\n%s\n%s", m.Text, m.Calendar)
		}
		w.pass(time.Hour)
		w.advance(a, events.Cancelled)
		for _, m := range w.mails() {
			if m.Calendar == nil {
				continue
			}
			if e := w.event(m); e.UID != got.UID || e.UID == before.UID || e.UID == file.UID {
				t.Errorf("%s cancels %s; invited was %s, published %s and %s", m.To.Address, e.UID, got.UID, before.UID, file.UID)
			}
		}
		after := public()
		if before.Method != "PUBLISH" || after.UID != before.UID || after.Status != "CANCELLED" || after.Sequence <= before.Sequence || !after.Stamp.After(before.Stamp) {
			t.Errorf("the file said %+v, and now %+v", before, after)
		}
		now, r := w.activity(a.Code), w.registration(taken.ID)
		if entry, given := w.entries.Own(&now, &r); given && !entry.Cancelled {
			t.Errorf("the withdrawn person's entry still stands: %+v", entry)
		}
	})
}

// amend changes the name, so that the registration is decided anew.
func amend(w *world, id string) {
	w.t.Helper()
	_, err := w.desk.Amend(w.ctx, w.zambia, id, 0, func(e *registrations.Entry) error { e.Person.FamilyName += " II"; return nil })
	w.must(err)
}
