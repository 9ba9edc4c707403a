package desk_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/notify/outbox"
	"capportal/registrations"
)

func TestRegistration_WhoSeesIt(t *testing.T) {
	h := openHouse(t, true)
	id := h.nominate(1)[0]
	path := "/en/desk/registrations/" + id
	for _, c := range []struct {
		who    string
		status int
		decide bool
	}{{h.administrator, ok, true}, {h.officer, ok, true}, {h.management, ok, false}, {h.zambia, notFound, false}, {h.senegal, notFound, false}, {h.delegate, notFound, false}} {
		a := h.As(c.who).Get(path).Is(c.status)
		if c.status == ok {
			a.Says("Delegate 1 (Zambia)", "Nominated; the Secretariat decides.", "delegate1.zm@customs-zm.example", "Senior officer", "By the contact point", "NominatedWaiting to be sent", "Contact point (Zambia)")
		} else {
			a.Hides("Delegate 1", "23rd CAP", "delegate1.zm")
		}
		if got := a.Doc.Find("aside form").Length() > 0; got != c.decide {
			t.Errorf("decisions are offered: %v, want %v", got, c.decide)
		}
		edit := h.As(c.who).Get(path + "/edit")
		post := h.As(c.who).Post(path, url.Values{"decision": {"refuse"}})
		if !c.decide && (edit.Status != notFound || post.Status != notFound) {
			t.Errorf("edit %d, post %d", edit.Status, post.Status)
		}
	}
	if h.state(id) != registrations.Endorsed {
		t.Error("something was decided")
	}
	h.As(h.officer).Get("/en/desk/registrations/0123").Is(notFound)
}

// One decision after the other, the limit passed only by an explicit choice shown after the refusal.
func TestRegistration_Decide(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(5)
	b := h.As(h.officer)
	open := func(id string) string { return "/en/desk/registrations/" + id }
	b.Get(open(ids[0])).Submit("aside form").Is(wrong).Says("Please fill this in.")
	b.Get(open(ids[0])).Submit("aside form", "decision", "refuse").Is(wrong).Says("Please give the reason.")
	for _, id := range ids[:3] {
		b.Get(open(id)).Submit("aside form", "decision", "confirm").Is(ok).Says("Confirmed. A mail with the calendar invitation goes out.")
	}
	full := b.Get(open(ids[3])).Submit("aside form", "decision", "confirm", "reason", "The Chair comes").Is(conflict)
	full.Says("There is no seat left.", "Confirm all the same, past the limit", "Your name and the reason are recorded.")
	if _, ticked := full.Doc.Find("input[name=override]").Attr("checked"); ticked {
		t.Error("the override is chosen for the officer")
	}
	full.Submit("aside form").Is(conflict).Says("There is no seat left.")
	full.Submit("aside form", "override", "on", "reason", "").Is(wrong).Says("Please give the reason.")
	if h.state(ids[3]) != registrations.Endorsed {
		t.Fatal("confirmed past the limit without choice and reason")
	}
	full.Submit("aside form", "override", "on").Is(ok).Says("Confirmed past the limit", "Reason given: The Chair comes")
	waiting := b.Get(open(ids[4])).Submit("aside form", "decision", "waitlist").Is(ok).Says("No. 1 on the waiting list (On site).", "All seats are taken.")
	if n := waiting.Doc.Find("input[value=waitlist]").Length(); n > 0 {
		t.Error("who waits is offered to wait")
	}
	b.Get(open(ids[0])).Submit("aside form", "decision", "withdraw").Is(ok).Says("Withdrawn.")
	b.Get(open(ids[1])).Submit("aside form", "decision", "withdraw").Is(ok)
	b.Get(open(ids[4])).Is(ok).Says("Confirmed.", "Moved up from the waiting list", "The portal, by rule", "Officer 1")
	// Sent twice: once done, the same page again.
	action, values := b.Get(open(ids[2])).Values("aside form", "decision", "withdraw")
	b.Post(action, values).Is(ok).Says("Withdrawn.")
	b.Post(action, values).Is(ok).Says("Withdrawn.")
	if r, _ := h.Desk.Linked(h.Ctx, ids[2]); len(r.History) != 3 {
		t.Errorf("%d entries in the history, want 3", len(r.History))
	}
}

// What was entered is changed over the version that was read, and over no newer one.
func TestRegistration_Amend(t *testing.T) {
	h := openHouse(t, true)
	id := h.nominate(1)[0]
	b := h.As(h.officer)
	edit := b.Get("/en/desk/registrations/" + id + "/edit").Is(ok)
	edit.Submit("form.form", "given_name", "<script>alert(1)</script>", "capacity", "chair").Is(ok).Says("Saved.", "<script>alert(1)</script> (Zambia)", "Chair").Hides("<script>alert")
	stale := edit.Submit("form.form", "capacity", "moderator").Is(conflict).Says("As it stands now", "Chair", "Moderator")
	stale.Submit("main form").Is(ok).Says("Moderator")
	for _, c := range []struct{ field, value, says string }{
		{"email", "nobody", "What follows the @ is missing."}, {"email", "a@b.example\nBcc: x@y.example", "line breaks"}, {"family_name", "", "Please fill this in."},
		{"capacity", "king", "Please choose one of the options."}, {"given_name", strings.Repeat("x", 201), "at most 200 characters"},
	} {
		a := b.Get("/en/desk/registrations/"+id+"/edit").Submit("form.form", c.field, c.value, "answers.remark", "kept")
		a.Is(wrong).Says(c.says)
		if a.Doc.Find(`textarea[name="answers.remark"]`).Text() != "kept" {
			t.Errorf("%s: what was typed is lost", c.field)
		}
	}
}

// A notice stands beside the registration, says what went wrong, and is sent again once.
func TestRegistration_NoticeAgain(t *testing.T) {
	h := openHouse(t, false)
	id := h.nominate(1)[0]
	leased, err := h.Outbox.Lease(h.Ctx, "test", 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range leased {
		if err := h.Outbox.Fail(h.Ctx, n, errors.New("550 no such mailbox"), true); err != nil {
			t.Fatal(err)
		}
	}
	path := "/en/desk/registrations/" + id
	h.As(h.management).Get(path).Is(ok).Says("No mail server is configured. Notices wait here; nothing is lost.", "Could not be sent", "550 no such mailbox")
	if n := h.As(h.management).Get(path).Doc.Find("form[action*=retry]").Length(); n > 0 {
		t.Error("management is offered to send again")
	}
	b := h.As(h.officer)
	action, values := b.Get(path).Values("form[action*=retry]")
	b.Post(action, values).Is(ok).Says("The notice will be sent again.", "NominatedWaiting to be sent")
	b.Post(action, values).Is(ok) // asked twice
	b.Post("/en/desk/notices/nothing/retry", nil).Is(notFound)
	list, _, err := h.Outbox.List(h.Ctx, outbox.Query{Registration: id})
	if err != nil || len(list) != 1 || list[0].State != outbox.Queued {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestEnter(t *testing.T) {
	h := openHouse(t, true)
	path := "/en/desk/activities/" + h.code + "/enter"
	for _, who := range []string{h.management, h.zambia, h.delegate} {
		h.As(who).Get(path).Is(notFound)
		h.As(who).Post(path, url.Values{"given_name": {"x"}}).Is(notFound)
	}
	b := h.As(h.officer)
	form := b.Get(path).Is(ok).Says("Put somebody down", "Senegal", "Right holder A", "gets a seat when you confirm")
	person := []string{"given_name", "Speaker 1", "family_name", "(University one)", "email", "Prof@University-One.example", "capacity", "speaker"}
	form.Submit("form.form", "email", "x").Is(wrong).Says("Please fill this in.", "What follows the @ is missing.")
	form.Submit("form.form", append([]string{"organisation", "NOWHERE"}, person...)...).Is(wrong).Says("There is no such organisation.")
	action, values := form.Values("form.form", person...)
	first := b.Post(action, values).Is(ok).Says("Put down. A mail goes out.", "Speaker 1 (University one)", "prof@university-one.example", "Without organisation", "By the Secretariat")
	second := b.Post(action, values).Is(ok)
	if first.Path != second.Path {
		t.Errorf("the form sent twice led to %s and %s", first.Path, second.Path)
	}
	b.Get(path).Submit("form.form", person...).Is(wrong).Says("This person is already registered for this activity.")
	b.Get(path).Submit("form.form", "given_name", "Delegate 2", "family_name", "(Senegal)", "email", "delegate2.sn@douanes-sn.example", "organisation", "SN", "then", "another").Is(ok).
		Says("Put down. A mail goes out.", "Put somebody down")
	b.Get(h.board()).Says("Speaker 1 (University one)", "Delegate 2 (Senegal)")
}

// The list goes out as a table with what the filters show, harmless in a spreadsheet, and on record.
func TestBoard_CSV(t *testing.T) {
	h := openHouse(t, true)
	h.nominate(2)
	if _, err := h.Desk.Enter(h.Ctx, h.Visitor(h.officer), h.code, registrations.Entry{Organisation: "SN", Capacity: registrations.Delegate, Pool: "onsite",
		Person: registrations.Person{GivenName: "=1+1", FamilyName: "Délégué, “1”", Email: "delegue1.sn@douanes-sn.example", Language: "fr"}}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{h.zambia, h.delegate} {
		h.As(who).Get("/en/desk/activities/" + h.code + "/board.csv").Is(notFound).Hides("Delegate 1")
	}
	a := h.As(h.officer).Get("/en/desk/activities/" + h.code + "/board.csv").Is(ok)
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") || !strings.Contains(a.Header.Get("Content-Disposition"), h.code+".csv") || !strings.HasPrefix(a.Body, "\ufeffFamily name,Given name,") {
		t.Errorf("no table: %v %q", a.Header, a.Body)
	}
	for _, want := range []string{"Délégué, “1”\"", "'=1+1", "Senegal", "delegate2.zm@customs-zm.example", "Senior officer", "\"Nominated, to be decided\""} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the table lacks %q: %s", want, a.Body)
		}
	}
	a.Hides("no nuts") // what is said about diet stays where it is
	narrowed := h.As(h.management).Get("/fr/desk/activities/" + h.code + "/board.csv?organisation=SN").Is(ok).Hides("customs-zm")
	if !strings.Contains(narrowed.Body, "Sénégal") {
		t.Errorf("not in French: %s", narrowed.Body)
	}
	acts, err := h.Audit.List(h.Ctx, h.Now.Add(-time.Hour), h.Now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var exports []string
	for _, act := range acts {
		if act.What == "export" {
			exports = append(exports, act.By+" "+act.Detail["rows"])
		}
	}
	if strings.Join(exports, ",") != h.officer+" 3,"+h.management+" 1" {
		t.Errorf("on record: %v", exports)
	}
}
