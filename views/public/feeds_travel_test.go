package public_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/notify/calendar/calendartest"
	"capportal/views/viewstest"
)

func TestRule61_TheTokenOfAFeed(t *testing.T) {
	h := openHouse(t)
	h.parcels()
	good := h.own(h.pharma)
	other := h.Signin.Keys.Link("registration", h.pharma, 1)
	stranger := h.Signin.Keys.Link("feed", "nobody", 1)
	for name, path := range map[string]string{"one letter off": good[:len(good)-5] + "x.ics", "no end": strings.TrimSuffix(good, ".ics"), "another purpose": "/feeds/" + other + ".ics",
		"nobody's": "/feeds/" + stranger + ".ics", "none": "/feeds/.ics", "a subject alone": good[:strings.IndexByte(good, '.')] + ".ics", "a line break": strings.Replace(good, ".ics", "%0A.ics", 1)} {
		if f := h.fetch(http.MethodGet, path); f.status != notFound || strings.Contains(f.body, "BEGIN:VCALENDAR") {
			t.Errorf("%s (%s) is answered %d", name, path, f.status)
		}
	}
	h.feed(good)
	h.As(h.pharma).Get("/en/me/profile").Is(ok).Submit(`form[action$="/feed"]`).Is(ok)
	if f := h.fetch(http.MethodGet, good); f.status != notFound {
		t.Errorf("the address given up is answered %d", f.status)
	}
	h.feed(h.own(h.pharma))
	if len(good) < len("/feeds/.ics")+43 {
		t.Errorf("the secret is short: %s", good)
	}
}

func TestRule61_FeedsTravelAsCalendars(t *testing.T) {
	h := openHouse(t)
	a := h.parcels()
	for name, path := range map[string]string{"public": "/calendar.ics", "own": h.own(h.pharma), "a file": "/events/" + a.Slug + ".ics"} {
		t.Run(name, func(t *testing.T) {
			f := h.on(t).fetch(http.MethodGet, path)
			if got := f.header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
				t.Errorf("the type is %q", got)
			}
			if got := f.header.Get("Cache-Control"); !strings.Contains(got, "private") {
				t.Errorf("caches are told %q", got)
			}
			if cookie := f.header.Get("Set-Cookie"); cookie != "" {
				t.Errorf("a cookie is set: %s", cookie)
			}
			tag := f.header.Get("ETag")
			if !regexp.MustCompile(`^"[0-9a-f]{16,}"$`).MatchString(tag) {
				t.Fatalf("the tag is %q", tag)
			}
			for asked, status := range map[string]int{tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified, `"x", ` + tag: http.StatusNotModified, `"x"`: ok, "": ok} {
				again := h.fetch(http.MethodGet, path, "If-None-Match", asked)
				if again.status != status || again.header.Get("ETag") != tag || status == http.StatusNotModified && again.body != "" {
					t.Errorf("with %s it is answered %d and %q", asked, again.status, again.body)
				}
			}
			head := h.fetch(http.MethodHead, path)
			if head.status != ok || head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Type") != f.header.Get("Content-Type") {
				t.Errorf("HEAD is answered %d, %v, %q", head.status, head.header, head.body)
			}
		})
	}
	h.T = t
	before := h.fetch(http.MethodGet, "/calendar.ics").header.Get("ETag")
	h.Now = h.Now.Add(time.Hour)
	h.change(a, func(a *events.Activity) { a.Place.Venue = "Room 9" })
	if f := h.fetch(http.MethodGet, "/calendar.ics", "If-None-Match", before); f.status != ok {
		t.Errorf("a change is answered %d", f.status)
	}
	subscribe := h.As("").Get("/en/").Doc.Find("#subscribe")
	if link := subscribe.Find("a").AttrOr("href", ""); link != "webcal://portal.example/calendar.ics?language=en" || subscribe.Find("code").Text() != "http"+strings.TrimPrefix(link, "webcal") {
		t.Errorf("the link is %q, the address %q", link, subscribe.Find("code").Text())
	}
}

func TestRule62_AFileInvitesNobody(t *testing.T) {
	h := openHouse(t)
	a := h.open(events.Activity{Title: events.Text{"en": "Réunion \"É\"; filename=x", "ar": "ندوة"}})
	f := h.fetch(http.MethodGet, "/events/"+a.Slug+".ics")
	disposition := f.header.Get("Content-Disposition")
	if !regexp.MustCompile(`^attachment; filename="[a-z0-9-]+\.ics"$`).MatchString(disposition) {
		t.Errorf("the file is %q", disposition)
	}
	calendartest.Check(t, []byte(f.body))
	e := calendartest.One(t, []byte(f.body))
	if e.Method != "PUBLISH" || e.Attendees != 0 || !e.Start.Equal(a.Start) || !e.End.Equal(a.End) || e.URL != viewstest.BaseURL+page(a) {
		t.Errorf("it says %+v", e)
	}
	if feed := h.feed("/calendar.ics").Events[0]; feed != e {
		t.Errorf("the feed says %+v, the file %+v", feed, e)
	}
	if link := h.As("").Get("/fr/events/"+a.Slug).Doc.Find(`a[href$=".ics?language=fr"]`).AttrOr("href", ""); link != "/events/"+a.Slug+".ics?language=fr" {
		t.Errorf("the page leads to %q", link)
	}
	hidden := h.announce(events.Activity{Kind: events.CAPMeeting, Visibility: events.ForMembers, Title: events.Text{"en": "Closed meeting"}})
	if f := h.fetch(http.MethodGet, "/events/"+hidden.Slug+".ics"); f.status != notFound || strings.Contains(f.body, "Closed meeting") {
		t.Errorf("what is hidden is answered %d", f.status)
	}
	if b := h.As(h.delegate).Get("/events/" + hidden.Slug + ".ics").Is(ok); !strings.Contains(b.Body, "Closed meeting") {
		t.Error("a Member's file lacks its title")
	}
}

// Whole days are dates; their end is the day after the last.
func TestRule34_WholeDaysInFeeds(t *testing.T) {
	h := openHouse(t)
	h.announce(events.Activity{Kind: events.ELearningCohort, Mode: events.Remote, AllDay: true, Zone: "Asia/Tokyo", Title: events.Text{"en": "Cohort"},
		Start: time.Date(2026, 11, 1, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 6, 15, 0, 0, 0, time.UTC)})
	e := h.feed("/calendar.ics").Events[0]
	if !e.AllDay || e.Start.Format(time.DateOnly) != "2026-11-02" || e.End.Format(time.DateOnly) != "2026-11-07" {
		t.Errorf("it says %+v", e)
	}
}
