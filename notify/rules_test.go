package notify_test

import (
	"bytes"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
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

// amend changes the name, so that the registration is decided anew.
func amend(w *world, id string) {
	w.t.Helper()
	_, err := w.desk.Amend(w.ctx, w.zambia, id, 0, func(e *registrations.Entry) error { e.Person.FamilyName += " II"; return nil })
	w.must(err)
}

// The MIME rules, on the mails as they arrived.
func TestRule45to53_MIME(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		mails, _ := life(t, w)
		for _, m := range mails {
			types := []string{}
			for _, p := range m.Parts {
				types = append(types, strings.Join(p.Within, ">")+">"+p.Type)
			}
			want := "multipart/mixed>multipart/alternative>text/plain multipart/mixed>multipart/alternative>text/html " +
				"multipart/mixed>multipart/alternative>text/calendar multipart/mixed>application/ics"
			if got := strings.Join(types, " "); got != want {
				t.Fatalf("rule 45: parts %s", got)
			}
			part, file := m.Parts[2], m.Parts[3]
			if part.Params["charset"] != "UTF-8" || part.Params["method"] != m.Method {
				t.Errorf("rule 46: %v", part.Params)
			}
			if part.Encoding != "base64" || file.Encoding != "base64" {
				t.Errorf("rule 47: %s, %s", part.Encoding, file.Encoding)
			}
			if part.Disposition != "" || part.Header.Has("Content-Id") {
				t.Error("rule 48: the part has a disposition or an id")
			}
			if !bytes.Equal(part.Body, file.Body) || file.Filename != "invite.ics" {
				t.Errorf("rule 49: file %q", file.Filename)
			}
			if m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Has("Precedence") {
				t.Error("rule 52")
			}
			if !strings.HasSuffix(m.MessageID, "@portal.example") || m.Header.Get("Mime-Version") != "1.0" || m.From.Address != "cap@portal.example" {
				t.Errorf("rule 51: %s from %s", m.MessageID, m.From.Address)
			}
		}
	})
}

// What somebody types as a name cannot become a header or a property.
func TestRule53_NamesStayNames(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := meeting(2)
		a.Title = events.Text{"en": "Title <b>\" ; , \\ and ünï"}
		a = w.open(a)
		to := "delegate1@customs-zm.example"
		r, err := w.desk.Nominate(w.ctx, w.zambia, a.Code, registrations.Entry{Person: registrations.Person{GivenName: `"Ann"; X:`, FamilyName: `<script>\`, Email: to, Language: "en"},
			Organisation: "ZM", Capacity: registrations.Delegate, Pool: events.OnSitePool})
		w.must(err)
		w.mails()
		w.decide(r, registrations.Confirm)
		m := w.one(to)
		e := w.event(m)
		if e.Attendees != 1 || e.Summary != `Title <b>" ; , \ and ünï` {
			t.Errorf("%+v", e)
		}
		if strings.Contains(m.HTML, "<script>") || strings.Contains(m.HTML, "<b>") {
			t.Error("markup came through")
		}
		var dec mime.WordDecoder
		if subject, err := dec.DecodeHeader(m.Header.Get("Subject")); err != nil || !strings.Contains(subject, "ünï") {
			t.Errorf("subject %q: %v", subject, err)
		}
	})
}

// Rule 58: what a feed shows of a changed activity or registration has risen.
func TestRule58_FeedAndDownloadRise(t *testing.T) {
	onMemory(t, func(t *testing.T, w *world) {
		a := w.open(meeting(2))
		r := w.nominate(a, "delegate1@customs-zm.example", "en")
		w.decide(r, registrations.Confirm)
		w.work()
		feed := func() []byte {
			a, r := w.activity(a.Code), w.registration(r.ID)
			own, _ := w.entries.Own(&a, &r)
			object, err := calendar.Feed("CAP", []calendar.Entry{own, w.entries.Public(&a, "en")})
			w.must(err)
			calendartest.Check(t, object)
			calendartest.Judge(t, object)
			return object
		}
		last := feed()
		for i, step := range []func(){
			func() { w.change(a, func(a *events.Activity) { a.Start = a.Start.Add(time.Hour) }) },
			func() { w.work() },
			func() { w.change(a, func(a *events.Activity) { a.Title = events.Text{"en": "Another"} }) },
			func() {
				w.change(a, func(a *events.Activity) { a.Description = events.Text{"en": "Not in the entry"} })
			},
			func() { w.advance(a, events.Postponed) },
			func() { w.work() },
		} {
			w.pass(time.Minute)
			step()
			next := feed()
			for _, problem := range calendartest.Succession(last, next) {
				t.Errorf("step %d: %s", i, problem)
			}
			last = next
		}
		o, err := calendartest.Parse(last)
		w.must(err)
		for _, e := range o.Events {
			if e.Status != "CANCELLED" {
				t.Errorf("rule 59: postponed, and the feed says %+v", e)
			}
		}
	})
}

// Subject, summary and description of what not everybody may see (domain.md 11.1).
func TestDiscretion(t *testing.T) {
	for _, c := range []struct {
		visibility     events.Visibility
		subject, entry bool // whether they name the title
	}{{events.Public, true, true}, {events.ForMembers, false, true}, {events.ForInvited, false, false}, {events.ForOperation, false, false}} {
		t.Run(string(c.visibility), func(t *testing.T) {
			onMemory(t, func(t *testing.T, w *world) {
				a := meeting(2)
				a.Visibility = c.visibility
				a = w.open(a)
				for _, language := range []string{"en", "fr", "es", "ar", "ru", "pt"} {
					to := language + "@customs-zm.example"
					r := w.nominate(a, to, language)
					nominated := w.one(to)
					w.decide(r, registrations.Confirm)
					m := w.one(to)
					title, _ := w.words.In(language).Pick(a.Title)
					e := w.event(m)
					if got := strings.Contains(m.Subject, title) || strings.Contains(nominated.Subject, title); got != c.subject {
						t.Errorf("%s: subject %q", language, m.Subject)
					}
					if !c.subject && !strings.Contains(m.Subject, a.Code) {
						t.Errorf("%s: subject %q lacks the code", language, m.Subject)
					}
					if got := strings.Contains(e.Summary+e.Description+e.Location, title); got != c.entry {
						t.Errorf("%s: the entry says %q %q", language, e.Summary, e.Description)
					}
					if !strings.Contains(m.Text, title) {
						t.Errorf("%s: the letter does not name the activity", language)
					}
					w.must(withdraw(w, r.ID))
					w.work()
					w.seen = len(w.sink.Messages())
				}
			})
		})
	}
}
