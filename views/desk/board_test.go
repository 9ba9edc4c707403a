package desk_test

import (
	"net/url"
	"testing"

	"capportal/registrations"
)

// The Secretariat sees the board; to everybody else it does not exist, and nothing of it is said.
func TestBoard_WhoSeesIt(t *testing.T) {
	h := openHouse(t, true)
	h.nominate(2)
	for _, c := range []struct {
		who, name string
		status    int
		buttons   bool
	}{
		{h.administrator, "administrator", ok, true}, {h.officer, "officer", ok, true}, {h.management, "management", ok, false},
		{h.zambia, "contact point", notFound, false}, {h.delegate, "delegate", notFound, false},
	} {
		a := h.As(c.who).Get(h.board()).Is(c.status)
		if c.status == ok {
			a.Says("The board: 23rd CAP meeting", "Delegate 1 (Zambia)", "2 of 2 people")
		} else {
			a.Hides("23rd CAP meeting", "Delegate 1", "customs-zm.example", h.code+"</")
		}
		if got := a.Doc.Find("button[name=decision]").Length() > 0; got != c.buttons {
			t.Errorf("%s: buttons to decide: %v", c.name, got)
		}
		if post := h.As(c.who).Post(h.board(), url.Values{}); !c.buttons && post.Status != notFound {
			t.Errorf("%s may post a decision: %d", c.name, post.Status)
		}
	}
	if a := h.As("").Get(h.board()); a.Path != "/en/sign-in?next=%2Fen%2Fdesk%2Factivities%2F"+h.code+"%2Fboard" {
		t.Errorf("a stranger is led to %s", a.Path)
	}
	h.As(h.officer).Get("/en/desk/activities/IPR-2026-99/board").Is(notFound)
}

// Its numbers add up, whatever the filters show.
func TestBoard_TallyAddsUp(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(5)
	officer := h.Visitor(h.officer)
	h.Desk.DecideMany(h.Ctx, officer, ids[:1], registrations.Decision{Event: registrations.Confirm})
	h.Desk.DecideMany(h.Ctx, officer, ids[1:2], registrations.Decision{Event: registrations.Refuse, Reason: "no"})
	h.Desk.DecideMany(h.Ctx, officer, ids[2:3], registrations.Decision{Event: registrations.Withdraw})
	for _, query := range []string{"", "?state=confirmed", "?q=delegate+4", "?state=nonsense&pool=x&page=77"} {
		a := h.As(h.officer).Get(h.board() + query).Is(ok)
		var numbers []int
		for _, dd := range a.Doc.Find(".tally dd").EachIter() {
			n := 0
			for _, digit := range dd.Text() {
				n = n*10 + int(digit-'0')
			}
			numbers = append(numbers, n)
		}
		sum := 0
		for _, n := range numbers[1:] {
			sum += n
		}
		if numbers[0] != 5 || sum != 5 {
			t.Errorf("%s: the tally %v does not add up", query, numbers)
		}
		a.Says("1 of 3 seats taken", "2 seats left")
	}
}

func TestBoard_FiltersAndPages(t *testing.T) {
	h := openHouse(t, true)
	h.nominate(30)
	for _, c := range []struct {
		query       string
		rows        int
		says, hides string
	}{
		{"", 30, "Delegate 12", "Delegate 31"},
		{"?q=delegate+12", 1, "1 of 30 people", "delegate13"},
		{"?state=to_decide", 30, "30 of 30", "zzz"},
		{"?state=confirmed", 0, "Nobody matches these filters.", "Delegate 1 "},
		{"?organisation=SN", 0, "0 of 30", "Delegate 1 "},
		{"?capacity=delegate&pool=onsite&sort=name", 30, "30 of 30", "zzz"},
	} {
		a := h.As(h.officer).Get(h.board() + c.query).Is(ok)
		a.Says(c.says).Hides(c.hides)
		if n := a.Doc.Find("tbody tr").Length(); n != c.rows {
			t.Errorf("%s: %d rows, want %d", c.query, n, c.rows)
		}
	}
	a := h.As(h.officer).Get(h.board() + "?sort=name").Is(ok)
	if first, second := a.Doc.Find("tbody th").First().Text(), a.Doc.Find("tbody th").Eq(1).Text(); first != "Delegate 1 (Zambia)Senior officer" || second != "Delegate 2 (Zambia)Senior officer" {
		t.Errorf("names are not in the reader's order: %q, %q", first, second)
	}
}

// Confirming past the seats is refused, and done only by an explicit choice with a reason.
func TestBoard_ConfirmPastTheSeats(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(5)
	officer := h.As(h.officer)
	form := "main form:has(table)"
	changes := []string{"decision", "confirm"}
	for _, id := range ids {
		changes = append(changes, "registration", id)
	}
	done := officer.Get(h.board()).Submit(form, changes...).Is(ok)
	done.Says("Done for 3 people. Not done for 2:", "There is no seat left.", "Confirm past the limit: whom?")
	confirmed := 0
	for _, id := range ids {
		if h.state(id) == registrations.Confirmed {
			confirmed++
		}
	}
	if confirmed != 3 {
		t.Fatalf("%d confirmed, want 3", confirmed)
	}
	past := done.Doc.Find("#done input[name=registration]")
	if past.Length() != 2 {
		t.Fatalf("%d people to choose for an override, want 2", past.Length())
	}
	if _, ticked := past.First().Attr("checked"); ticked {
		t.Error("an override is chosen for the officer")
	}
	chosen := past.First().AttrOr("value", "")
	without := done.Submit("#done form", "registration", chosen, "override", "on", "reason", "").Is(wrong).Says("Please give the reason.")
	if h.state(chosen) == registrations.Confirmed {
		t.Fatal("confirmed past the limit without a reason")
	}
	without.Hides("Done for")
	after := done.Submit("#done form", "registration", chosen, "override", "on", "reason", "The Chair comes").Is(ok)
	after.Says("Confirmed. A mail with the calendar invitation goes out.", "Confirmed past the limit", "1 seat over the limit")
	r, err := h.Desk.Linked(h.Ctx, chosen)
	if err != nil || r.State != registrations.Confirmed || !r.Overridden || r.Reason != "The Chair comes" {
		t.Errorf("the override is not recorded: %+v, %v", r, err)
	}
}

func TestBoard_DecideBadly(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(2)
	officer := h.As(h.officer)
	form := "main form:has(table)"
	for _, c := range []struct {
		name    string
		changes []string
		says    string
	}{
		{"nobody ticked", []string{"decision", "confirm"}, "Please choose at least one person."},
		{"no reason to refuse", []string{"decision", "refuse", "registration", ids[0]}, "Please give the reason."},
		{"no decision", []string{"registration", ids[0]}, "Please fill this in."},
		{"an unknown decision", []string{"decision", "promote", "registration", ids[0]}, "Please choose one of the options."},
	} {
		a := officer.Get(h.board()).Submit(form, c.changes...).Is(wrong).Says(c.says)
		if len(c.changes) > 2 && a.Doc.Find("input[name=registration][checked]").Length() != 1 {
			t.Errorf("%s: what was ticked is lost", c.name)
		}
	}
	for _, id := range ids {
		if h.state(id) != registrations.Endorsed {
			t.Errorf("something was done: %s", h.state(id))
		}
	}
	// Somebody of another activity, or of none, cannot be decided about here.
	officer.Get(h.board()).Submit(form, "decision", "confirm", "registration", "0123456789abcdef").Is(wrong)
}

// The same form sent twice does the same once, and shows the same.
func TestBoard_SentTwice(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(2)
	officer := h.As(h.officer)
	action, values := officer.Get(h.board()).Values("main form:has(table)", "decision", "confirm", "registration", ids[0], "registration", ids[1])
	first := officer.Post(action, values).Is(ok).Says("Done for all 2 people.")
	second := officer.Post(action, values).Is(ok).Says("Done for all 2 people.")
	if first.Path != second.Path {
		t.Errorf("led to %s, then to %s", first.Path, second.Path)
	}
	r, _ := h.Desk.Linked(h.Ctx, ids[0])
	if len(r.History) != 2 {
		t.Errorf("decided %d times", len(r.History)-1)
	}
	h.As(h.administrator).Get(first.Path).Is(ok).Hides("Done for all")
}

// Everybody that the filters show is decided about only after a page has said how many they are.
func TestBoard_DecideAboutAllFound(t *testing.T) {
	h := openHouse(t, true)
	ids := h.nominate(60)
	officer := h.As(h.officer)
	page := officer.Get(h.board()).Is(ok).Says("1–50 of 60", "All 60 people that the filters show")
	asked := page.Submit("main form:has(table)", "decision", "refuse", "all", "on", "reason", "The meeting is full").Is(ok)
	asked.Says("Refuse 60 people?", "60 mails go out, one to each person.")
	if h.state(ids[0]) != registrations.Endorsed {
		t.Fatal("decided before it was confirmed")
	}
	asked.Submit("main form.form").Is(ok).Says("Done for all 60 people.")
	for _, id := range ids {
		if h.state(id) != registrations.Refused {
			t.Fatalf("not refused: %s", h.state(id))
		}
	}
}
