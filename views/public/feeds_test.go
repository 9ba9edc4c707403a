package public_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify"
	"capportal/notify/calendar/calendartest"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/viewstest"
)

// fetched is what a calendar program gets.
type fetched struct {
	status int
	header http.Header
	body   string
}

// fetch asks as a calendar program does: without cookies. Headers are pairs of name and value.
func (h *house) fetch(method, path string, headers ...string) fetched {
	h.T.Helper()
	r := httptest.NewRequest(method, viewstest.BaseURL+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := h.App.Test(r, -1)
	h.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	h.must(err)
	return fetched{answer.StatusCode, answer.Header, string(body)}
}

// feed fetches a calendar, holds it to every rule of one, and reads it.
func (h *house) feed(path string) calendartest.Object {
	h.T.Helper()
	f := h.fetch(http.MethodGet, path)
	if f.status != ok {
		h.T.Fatalf("%s answered %d: %s", path, f.status, f.body)
	}
	calendartest.Check(h.T, []byte(f.body))
	o, err := calendartest.Parse([]byte(f.body))
	h.must(err)
	return o
}

// own is the address of a person's own feed.
func (h *house) own(person string) string {
	h.T.Helper()
	p, err := h.Directory.Person(h.Ctx, person)
	h.must(err)
	return "/feeds/" + h.Signin.Keys.Link("feed", person, p.FeedVersion) + ".ics"
}

// mailed is a registration whose invitation has been composed, as the outbox does before it sends.
func (h *house) mailed(r registrations.Registration) registrations.Registration {
	h.T.Helper()
	bundle, err := i18n.Load()
	h.must(err)
	a, err := h.Programme.Load(h.Ctx, r.Activity)
	h.must(err)
	r, err = h.Desk.Linked(h.Ctx, r.ID)
	h.must(err)
	entry, given := notify.Entries{Words: bundle, BaseURL: viewstest.BaseURL, Domain: "portal.example"}.Own(&a, &r)
	if !given {
		h.T.Fatalf("%s has no entry", r.ID)
	}
	r.Requesting(&a, h.Now, entry, a.Place.Venue)
	h.must(h.Desk.KeepEntries(h.Ctx, &r))
	return r
}

// titles are the summaries of a calendar, in its order.
func titles(o calendartest.Object) []string {
	var list []string
	for _, e := range o.Events {
		list = append(list, e.Summary)
	}
	return list
}

// one finds the entry of a calendar that has a title.
func one(t testing.TB, o calendartest.Object, title string) calendartest.Event {
	t.Helper()
	for _, e := range o.Events {
		if e.Summary == title {
			return e
		}
	}
	t.Fatalf("%q is not in %q", title, titles(o))
	return calendartest.Event{}
}

func (h *house) parcels() events.Activity {
	h.T.Helper()
	return h.open(events.Activity{Title: events.Text{"en": "Symposium on parcels", "fr": "Symposium sur les colis"}})
}

func TestRule55_FeedsPublishWithoutAttendees(t *testing.T) {
	h := openHouse(t)
	a := h.parcels()
	h.meeting()
	h.mailed(h.register(h.pharma, a, events.RemotePool))
	for name, path := range map[string]string{"public": "/calendar.ics", "own": h.own(h.pharma), "a Member's": h.own(h.delegate), "an officer's": h.own(h.officer), "a file": "/events/" + a.Slug + ".ics"} {
		t.Run(name, func(t *testing.T) {
			f := h.on(t).fetch(http.MethodGet, path)
			for _, line := range []string{"ATTENDEE", "rep1@rightholder", "Representative", "RSVP"} {
				if strings.Contains(f.body, line) {
					t.Errorf("it holds %q", line)
				}
			}
			o := h.feed(path)
			if o.Method != "PUBLISH" || len(o.Events) == 0 {
				t.Fatalf("METHOD:%s with %d events", o.Method, len(o.Events))
			}
			seen := map[string]bool{}
			for _, e := range o.Events {
				if seen[e.UID] || e.UID == "" || e.Organizer == "" || e.Stamp.IsZero() || e.Modified.IsZero() || e.Sequence < 0 || e.Attendees != 0 {
					t.Errorf("the event is %+v", e)
				}
				seen[e.UID] = true
			}
			calendartest.Judge(t, []byte(f.body))
		})
	}
}

func TestRule56_FeedsHintWhenToComeAgain(t *testing.T) {
	h := openHouse(t)
	h.parcels()
	for _, path := range []string{"/calendar.ics", h.own(h.academic)} {
		body := h.fetch(http.MethodGet, path).body
		for _, line := range []string{"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n", "\r\nX-PUBLISHED-TTL:PT6H\r\n"} {
			if !strings.Contains(body, line) {
				t.Errorf("%s lacks %q", path, line)
			}
		}
	}
}

func TestRule57_NamesOfFeeds(t *testing.T) {
	h := openHouse(t)
	h.parcels()
	for path, name := range map[string]string{"/calendar.ics": "CAP Portal: activities", "/calendar.ics?language=fr": "Portail CAP : activités", "/calendar.ics?language=xx": "CAP Portal: activities",
		h.own(h.academic): "CAP Portal: my calendar"} {
		got := strings.NewReplacer("\u00a0", " ").Replace(h.feed(path).Name)
		if got != name {
			t.Errorf("%s is called %q", path, got)
		}
		if body := h.fetch(http.MethodGet, path).body; !regexp.MustCompile(`\r\nX-WR-CALNAME:[^\r]*\r\n`).MatchString(body) || strings.Contains(body, "VALUE=TEXT") {
			t.Errorf("%s writes its name in another way", path)
		}
	}
	if got := titles(h.feed("/calendar.ics?language=fr")); !slices.Equal(got, []string{"Symposium sur les colis"}) {
		t.Errorf("in French it has %q", got)
	}
	if got := h.fetch(http.MethodGet, "/calendar.ics", "Accept-Language", "fr").body; !strings.Contains(got, "Symposium sur les colis") {
		t.Error("the program's own language is not heard")
	}
}

func TestRule58_AChangeShowsInFeeds(t *testing.T) {
	h := openHouse(t)
	a := h.parcels()
	h.mailed(h.register(h.pharma, a, events.OnSitePool))
	h.register(h.delegate, a, events.OnSitePool)
	for name, path := range map[string]string{"public": "/calendar.ics", "own": h.own(h.pharma), "not mailed yet": h.own(h.delegate), "somebody else's": h.own(h.academic), "a file": "/events/" + a.Slug + ".ics"} {
		before := h.fetch(http.MethodGet, path).body
		if again := h.fetch(http.MethodGet, path).body; again != before {
			t.Errorf("%s: nothing has changed, and another is served", name)
		}
		h.Now = h.Now.Add(time.Hour)
		room := "Room of " + name
		a = h.change(a, func(a *events.Activity) { a.Place.Venue = room; a.Start = a.Start.Add(time.Minute) })
		after := h.fetch(http.MethodGet, path).body
		for _, s := range calendartest.Succession([]byte(before), []byte(after)) {
			t.Errorf("%s: %s", name, s)
		}
		o, err := calendartest.Parse([]byte(after))
		h.must(err)
		if e := one(t, o, "Symposium on parcels"); !strings.Contains(e.Location, room) || !e.Start.Equal(a.Start) || !e.Modified.After(h.Now.Add(-2*time.Hour)) {
			t.Errorf("%s: it says %+v", name, e)
		}
	}
}

func TestRule59_CancelledStaysInFeedsAWhile(t *testing.T) {
	h := openHouse(t)
	a, other := h.parcels(), h.open(events.Activity{Title: events.Text{"en": "Symposium on ports"}})
	h.mailed(h.register(h.pharma, a, events.RemotePool))
	h.register(h.academic, other, events.RemotePool)
	for _, path := range []string{"/calendar.ics", h.own(h.pharma), h.own(h.academic)} {
		if e := one(t, h.feed(path), "Symposium on parcels"); e.Status != "CONFIRMED" {
			t.Errorf("%s: it is %s", path, e.Status)
		}
	}
	h.Now = h.Now.Add(time.Hour)
	a = h.advance(a, events.Cancelled)
	for _, path := range []string{"/calendar.ics", h.own(h.pharma), h.own(h.academic)} {
		o := h.feed(path)
		if e := one(t, o, "Symposium on parcels"); e.Status != "CANCELLED" {
			t.Errorf("%s: it is %s", path, e.Status)
		}
		if e := one(t, o, "Symposium on ports"); e.Status != "CONFIRMED" {
			t.Errorf("%s: the other is %s", path, e.Status)
		}
	}
	for after, stays := range map[time.Duration]bool{0: true, 42*24*time.Hour - time.Second: true, 42 * 24 * time.Hour: false} {
		h.Now = a.End.Add(after)
		for _, path := range []string{"/calendar.ics", h.own(h.pharma), h.own(h.academic)} {
			if has := slices.Contains(titles(h.feed(path)), "Symposium on parcels"); has != stays {
				t.Errorf("%v after its end %s has it: %v", after, path, has)
			}
			if !slices.Contains(titles(h.feed(path)), "Symposium on ports") {
				t.Errorf("%s has lost what took place", path)
			}
		}
	}
}

// A withdrawn seat is shown as cancelled where it was given, and the activity itself stays to be seen.
func TestRule59_AWithdrawnSeatIsCancelled(t *testing.T) {
	h := openHouse(t)
	a := h.parcels()
	r := h.register(h.pharma, a, events.RemotePool)
	if e := one(t, h.feed(h.own(h.pharma)), "Symposium on parcels"); e.UID == r.Calendar.UID {
		t.Error("the seat's entry is in the feed before it was mailed")
	}
	r = h.mailed(r)
	before := h.feed(h.own(h.pharma)).Events
	if len(before) != 1 || before[0].UID != r.Calendar.UID || !strings.Contains(before[0].URL, "/registrations/"+r.ID) {
		t.Fatalf("the feed has %+v, the seat's entry is %q", before, r.Calendar.UID)
	}
	public := h.feed("/calendar.ics").Events[0]
	if public.UID == r.Calendar.UID || public.URL != viewstest.BaseURL+page(a) {
		t.Errorf("the public entry is %+v", public)
	}
	h.Now = h.Now.Add(time.Hour)
	h.decide(r, registrations.Withdraw)
	if !slices.ContainsFunc(h.feed(h.own(h.pharma)).Events, func(e calendartest.Event) bool { return e.UID == r.Calendar.UID && e.Status == "CANCELLED" }) {
		t.Error("the seat's entry is not taken back")
	}
	if !slices.ContainsFunc(h.feed(h.own(h.pharma)).Events, func(e calendartest.Event) bool { return e.UID == public.UID && e.Status == "CONFIRMED" }) {
		t.Error("the activity has left the feed")
	}
}

func TestRule60_AnEmptyFeedIsValid(t *testing.T) {
	h := openHouse(t)
	for _, path := range []string{"/calendar.ics", h.own(h.academic)} {
		if o := h.feed(path); len(o.Events) != 0 {
			t.Errorf("%s has %q", path, titles(o))
		}
	}
}

// Each feed holds what its reader may see; what only a circle knows goes by its code.
func TestRule61_FeedsShowWhatOneMaySee(t *testing.T) {
	h := openHouse(t)
	all := h.year()
	for _, c := range []struct {
		name, path string
		has, lacks []string
	}{
		{"public", "/calendar.ics", []string{"Workshop Dakar", "Symposium on parcels", "Workshop Tirana", "Cohort of the autumn", "Symposium without date", "Workshop of the spring"}, []string{"Meeting of the Group", "Quiet Harbour", "Drafted", all["operation"].Code, "/desk"}},
		{"a right holder's", h.own(h.pharma), []string{"Workshop Dakar"}, []string{"Meeting of the Group", "Quiet Harbour", "Drafted", all["operation"].Code}},
		{"a Member's", h.own(h.delegate), []string{"Workshop Dakar", "Meeting of the Group"}, []string{"Quiet Harbour", "Drafted", all["operation"].Code}},
		{"an officer's", h.own(h.officer), []string{"Meeting of the Group", "Drafted symposium", all["operation"].Code}, []string{"Quiet Harbour"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := strings.ReplaceAll(h.on(t).fetch(http.MethodGet, c.path).body, "\r\n ", "")
			for _, s := range c.has {
				if !strings.Contains(body, s) {
					t.Errorf("it lacks %q", s)
				}
			}
			for _, s := range c.lacks {
				if strings.Contains(body, s) {
					t.Errorf("it holds %q", s)
				}
			}
		})
	}
	h.T = t
	signedIn := h.As(h.officer).Get("/calendar.ics")
	if signedIn.Body != h.fetch(http.MethodGet, "/calendar.ics").body {
		t.Error("the public feed depends on who asks")
	}
}
