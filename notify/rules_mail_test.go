package notify_test

import (
	"bytes"
	"mime"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/calendar/calendartest"
	"capportal/registrations"
)

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
