package desk_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/viewstest"
)

// workshop stores an activity that holds what no form would have offered.
func workshop(t *testing.T, h *viewstest.House, officer string) events.Activity {
	t.Helper()
	deadline := time.Date(2026, 10, 2, 21, 30, 7, 0, time.UTC)
	a, err := h.Programme.Create(h.Ctx, h.Visitor(officer), events.Activity{Kind: events.RegionalWorkshop, Title: events.Text{"en": "Workshop", "ka": "სემინარი"},
		Objective: events.Text{"en": "To learn"}, Responsible: "officer.who.left@secretariat.example", Zone: "Asia/Tbilisi", Mode: events.OnSite,
		Start: time.Date(2026, 11, 3, 5, 0, 30, 0, time.UTC), End: time.Date(2026, 11, 4, 13, 0, 0, 0, time.UTC), Languages: []string{"ru", "en"},
		Interpretation: []string{"ka"}, Regions: []string{"EUR", "AP"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 20}},
		Deadlines: events.Deadlines{Nomination: &deadline},
		Sessions: []events.Session{{ID: "day-1", Title: events.Text{"en": "Opening"}, Start: time.Date(2026, 11, 3, 5, 30, 0, 0, time.UTC),
			End: time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC), OpenTo: []events.Group{events.Member}}}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestActivity_EditKeeps saves a form as it was shown: nothing changes, whatever the form cannot offer.
func TestActivity_EditKeeps(t *testing.T) {
	h, officer := site(t)
	a := workshop(t, h, officer)
	at := "/en/desk/activities/" + a.Code
	h.As(officer).Get(at + "/edit").Is(ok).Submit("main form.form").Is(ok)
	now, err := h.Programme.Load(h.Ctx, a.Code)
	if err != nil || now.Version != a.Version {
		t.Errorf("an untouched form changed %v: %v", events.Differences(a, now), err)
	}
	h.As(officer).Get(at+"/edit").Submit("main form.form", "host", "State Revenue Service", "reason", "agreed by letter").Is(ok).Says("State Revenue Service", "agreed by letter", "Changed: Host")
	now, _ = h.Programme.Load(h.Ctx, a.Code)
	if got := events.Differences(a, now); len(got) != 1 || got[0] != "host" {
		t.Errorf("changed %v", got)
	}
}

// TestActivity_Stale edits over somebody else's change: both versions are shown, nothing is lost.
func TestActivity_Stale(t *testing.T) {
	h, officer := site(t)
	a := workshop(t, h, officer)
	at := "/en/desk/activities/" + a.Code
	b := h.As(officer)
	mine, session := b.Get(at+"/edit").Is(ok), b.Get(at+"/sessions/day-1").Is(ok)
	b.Get(at+"/edit").Submit("main form.form", "host", "Theirs", "regions", "").Is(ok)
	both := mine.Submit("main form.form", "host", "Mine").Is(conflict).Says("Theirs", "Mine", "Asia/Pacific and Europe")
	if now, _ := h.Programme.Load(h.Ctx, a.Code); now.Host != "Theirs" {
		t.Errorf("a stale form wrote %q", now.Host)
	}
	both.Submit("main form[method=post]").Is(ok).Says("Mine")
	stale := session.Submit("main form.form", "title.en", "Opening ceremony", "open_to", "").Is(conflict).Says("Opening ceremony", "Members")
	stale.Submit("main form[method=post]").Is(ok).Says("Opening ceremony")

	// A form that came back with a fault still carries the version it was read in.
	wrongs := b.Get(at+"/sessions/day-1").Submit("main form.form", "end", "").Is(wrong)
	b.Get(at+"/edit").Submit("main form.form", "host", "Theirs again").Is(ok)
	wrongs.Submit("main form.form", "end", "2026-11-03T12:30").Is(conflict)
}

func TestSession_Pages(t *testing.T) {
	h, officer := site(t)
	a := workshop(t, h, officer)
	b, at := h.As(officer), "/en/desk/activities/"+a.Code
	form := b.Get(at + "/sessions/new").Is(ok)
	pairs := []string{"title.en", "Joint session", "start", "2026-11-04T09:00", "end", "2026-11-04T12:00", "open_to", "right_holder", "open_to", "academia"}
	form.Submit("main form.form", pairs...).Is(ok).Says("Joint session", "Open to: Right holders and private sector and Academia")
	form.Submit("main form.form", pairs...).Is(ok)
	if now, _ := h.Programme.Load(h.Ctx, a.Code); len(now.Sessions) != 2 {
		t.Errorf("the same form sent twice left %d sessions", len(now.Sessions))
	}
	for name, c := range map[string]struct{ field, value, says string }{
		"outside":      {"start", "2026-11-02T09:00", "outside"},
		"ends before":  {"end", "2026-11-04T08:00", "later than the start"},
		"no title":     {"title.en", "", "title"},
		"no such hour": {"start", "yesterday", "hours and minutes"},
		"no group":     {"open_to", "press", "options"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := b.Get(at+"/sessions/session-2").Is(ok).Submit("main form.form", c.field, c.value, "description.en", "kept as typed").Is(wrong).Says(c.says)
			if got := answer.Doc.Find(`textarea[name="description.en"]`).Text(); !strings.Contains(got, "kept as typed") {
				t.Errorf("the form lost what was typed: %q", got)
			}
		})
	}
	b.Get(at+"/sessions/session-2").Submit("main form.form", "open_to", "").Is(ok).Says("Open to: Members").Hides("Academia")
	b.Get(at + "/sessions/session-2").Submit(`main form[action$="/delete"]`).Is(ok).Hides("Joint session")
	b.Get(at + "/sessions/session-2").Is(notFound)
}

// TestActivity_DatesLeaveSessions shortens the days on the form: its sessions are named once, with the
// way out.
func TestActivity_DatesLeaveSessions(t *testing.T) {
	h, officer := site(t)
	a := workshop(t, h, officer)
	b, at := h.As(officer), "/en/desk/activities/"+a.Code
	b.Get(at+"/edit").Submit("main form.form", "start", "2026-12-01T09:00", "end", "2026-12-02T17:00").Is(wrong).Says("Sessions would lie outside these days.")
	// Moved, they come along; nobody takes part, and the page says so before it is done.
	asked := b.Get(at+"/move").Submit("main form.form", "start", "2026-12-01T09:00", "end", "2026-12-02T17:00").Is(ok).Says("Nobody is told.", "Sessions")
	asked.Submit("main form.form", "reason", "the host's request").Is(ok).Says("From Tuesday 3 November 2026, 09:00 to Tuesday 1 December 2026, 09:00", "the host's request").Hides("Those who take part are told")
	if now, _ := h.Programme.Load(h.Ctx, a.Code); now.Sessions[0].Start.Format(time.RFC3339) != "2026-12-01T05:30:00Z" {
		t.Errorf("the session stands at %v", now.Sessions[0].Start)
	}
}

// TestActivity_PostponedAndBack postpones an open activity and brings it back with new dates.
func TestActivity_PostponedAndBack(t *testing.T) {
	h := openHouse(t, true)
	id := h.nominate(1)[0]
	if _, err := h.Desk.Decide(h.Ctx, h.Visitor(h.officer), id, registrations.Decision{Event: registrations.Confirm}); err != nil {
		t.Fatal(err)
	}
	b, at := h.As(h.officer), "/en/desk/activities/"+h.code
	b.Get(at+"/advance?to=postponed").Is(ok).Says("1 person who takes part gets a mail.", "1 seat is freed.").
		Submit("main form.form", "reason", "the venue is lost").Is(ok).Says("It is postponed", "From Registration open to Postponed", "the venue is lost")
	h.Now = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC) // the old dates have passed
	b = h.As(h.officer)
	b.Get(at).Is(ok).Hides("The dates have passed")
	back := b.Get(at+"/advance?to=registration_open").Is(ok).Says("The new dates", "1 person who takes part gets a mail.")
	back.Submit("main form.form").Is(wrong).Says("The dates have passed.")
	back.Submit("main form.form", "start", "2027-03-28T02:30", "end", "2027-03-29T17:30").Is(wrong).Says("does not exist")
	back.Submit("main form.form", "start", "2027-03-02T09:30", "end", "2027-03-03T17:30", "deadlines.registration", "2027-02-12").Is(ok).
		Says("Registration is open.", "From Postponed to Registration open", "2 – Wednesday 3 March 2027", "12 February 2027, 23:59")
	b.Post(at+"/advance", url.Values{"to": {"planned"}, "version": {"99"}}).Is(conflict)
}

func TestProgramme_Lists(t *testing.T) {
	h, officer := site(t)
	a := workshop(t, h, officer)
	b := h.As(officer)
	b.Get("/en/desk").Is(ok).Says("Workshop").Hides("The portal is empty")
	for query, shown := range map[string]bool{"region=EUR": true, "region=AMS": false, "kind=symposium": false, "state=planned": true, "state=closed": false, "q=work": true, "q=nothing": false, "past=1": false} {
		answer := b.Get("/en/desk?" + query).Is(ok).Hides("The portal is empty")
		if found := strings.Contains(answer.Text(), a.Code); found != shown {
			t.Errorf("%s: shown %v", query, found)
		}
	}
	h.Now = h.Now.AddDate(1, 0, 0)
	b = h.As(officer)
	b.Get("/en/desk").Is(ok).Hides(a.Code, "The portal is empty")
	past := b.Get("/en/desk?past=1").Is(ok).Says(a.Code)
	past.Submit("form.filters", "kind", "regional_workshop").Is(ok).Says(a.Code)
}

// TestActivity_Kin shows an operation beside its training, and what was merged into what.
func TestActivity_Kin(t *testing.T) {
	h, officer := site(t)
	b := h.As(officer)
	make := func(kind events.Kind, title, parent string) events.Activity {
		a, err := h.Programme.Create(h.Ctx, h.Visitor(officer), events.Activity{Kind: kind, Title: events.Text{"en": title}, Parent: parent, Zone: "UTC",
			Start: h.Now.AddDate(0, 1, 0), End: h.Now.AddDate(0, 1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	operation := make(events.Operation, "Operation A", "")
	training := make(events.PreOperationTraining, "Training A", operation.Code)
	other := make(events.PreOperationTraining, "Training B", operation.Code)
	b.Get("/en/desk/activities/"+operation.Code).Is(ok).Says("What belongs to it", "Training A", "Training B")
	merge := b.Get("/en/desk/activities/" + training.Code + "/advance?to=merged").Is(ok)
	merge.Submit("main form.form", "reason", "too few").Is(wrong)
	merge.Submit("main form.form", "reason", "too few", "into", other.Code).Is(ok).Says("Operation A", "Training B", "From Planned to Merged with another activity")
}

// TestActivity_Gates leads from what is missing to where it is mended.
func TestActivity_Gates(t *testing.T) {
	h, officer := site(t)
	a, err := h.Programme.Create(h.Ctx, h.Visitor(officer), events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": "CAP"}, Zone: "UTC",
		Start: h.Now.AddDate(0, 3, 0), End: h.Now.AddDate(0, 3, 1)})
	if err != nil {
		t.Fatal(err)
	}
	b, at := h.As(officer), "/en/desk/activities/"+a.Code
	for _, page := range []string{at, at + "/advance?to=approved"} {
		answer := b.Get(page).Is(ok).Says("The objective is missing.", "The responsible officer is missing.")
		for _, href := range []string{at + "/edit#f-objective.en", at + "/edit#f-responsible_officer"} {
			if answer.Doc.Find(`a[href="`+href+`"]`).Length() != 1 {
				t.Errorf("%s does not lead to %s", page, href)
			}
		}
	}
	b.Post(at+"/advance", url.Values{"to": {"approved"}, "version": {"1"}}).Is(wrong).Says("The objective is missing.")
	if got, _ := h.Programme.Load(h.Ctx, a.Code); got.State != events.Planned {
		t.Errorf("passed a hard gate: %s", got.State)
	}
}
