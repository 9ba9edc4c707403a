package main_test

import (
	"net/http"
	"strings"
	"testing"
)

// One working day of the Secretariat, from an empty store to a cancelled meeting, through the program
// from outside. At each step every outlet says the same of the meeting and of who takes part.
func TestFlow(t *testing.T) {
	onEngines(t, func(t *testing.T, kind string) { newScene(t, kind).play() })
}

// The dates of the meeting, in the words that pages and mails use for them.
var (
	planned = dates{"2031-11-04", "2031-11-05", "2031-11-04T08:30:00Z", "2031-11-05T16:30:00Z",
		map[string]string{"en": "Tuesday 4 – Wednesday 5 November 2031", "fr": "mardi 4 – mercredi 5 novembre 2031"},
		map[string]string{"en": "Tuesday 4 November 2031, 09:30 – Wednesday 5 November 2031, 17:30",
			"fr": "ardi 4 novembre 2031, 9 h 30 – mercredi 5 novembre 2031, 17 h 30", "ar": "الثلاثاء 4 نوفمبر 2031، 09:30 – الأربعاء 5 نوفمبر 2031، 17:30"}}
	moved = dates{"2031-11-05", "2031-11-06", "2031-11-05T08:30:00Z", "2031-11-06T16:30:00Z",
		map[string]string{"en": "Wednesday 5 – Thursday 6 November 2031", "fr": "mercredi 5 – jeudi 6 novembre 2031"},
		map[string]string{"en": "Wednesday 5 November 2031, 09:30 – Thursday 6 November 2031, 17:30",
			"fr": "ercredi 5 novembre 2031, 9 h 30 – jeudi 6 novembre 2031, 17 h 30", "ar": "الأربعاء 5 نوفمبر 2031، 09:30 – الخميس 6 نوفمبر 2031، 17:30"}}
)

// The two rooms.
const (
	firstRoom  = "Salle Plénière"
	secondRoom = "Auditorium 2"
)

// play is the day, step by step.
func (s *scene) play() {
	s.furnish()
	s.create()
	s.compare("created")
	s.approve()
	s.compare("approved")
	s.invite()
	s.compare("invited")
	s.open()
	s.compare("open")
	s.nominate()
	s.compare("nominated")
	s.registerRightHolder()
	s.compare("registered")
	s.subscribe()
	s.decide()
	s.compare("decided")
	s.move()
	s.compare("moved")
	s.withdraw()
	s.compare("withdrawn")
	s.cancel()
	s.compare("cancelled")
	s.allToldOnce()
}

// furnish makes the first administrator and the officer, and fills the directory.
func (s *scene) furnish() {
	p := s.p
	admin := s.window("en")
	admin.open(strings.TrimPrefix(p.first, p.origin)).send("main form", "given_name", "Administrator", "family_name", "1", "email", "administrator@secretariat.example").is(200)
	if out := p.command("import", "members", "../../registrations/directory/members.csv"); !strings.Contains(out, "187 Members, 1 other") {
		s.t.Errorf("import members printed %q", out)
	}
	admin.open("./desk/people/new").send("form:has([name=email])", "given_name", "Officer", "family_name", "1", "email", officerAddress, "role", "officer", "language", "en").is(200)
	admin.open("./desk/organisations/new").send("form:has([name=code])", "code", "RIGHTS-A", "name.en", "Right holder A", "name.fr", "Titulaire de droits A",
		"group", "right_holder", "country", "BE", "region", "EUR").is(200)
	p.command("person", "add", pointAddress, "--name", "Contact Point (Zambia)", "--role", "contact_point", "--organisation", "ZM", "--language", "en")
	s.officer = s.signIn("en", officerAddress)
	s.desk = p.api(officerAddress, "write")
}

// signIn lets somebody in by the mailed link.
func (s *scene) signIn(lang, email string) *window {
	s.t.Helper()
	w := s.window(lang)
	box := s.box(email)
	w.open("./sign-in").send("main form", "email", email)
	link := box.next(subjects[lang]["sign_in"]).link(s.p)
	w.open(link).press("main form button").is(200)
	return w
}

// create writes the meeting on the desk's pages: a closed and an open day, two seats in the room.
func (s *scene) create() {
	created := s.officer.open("./desk/activities/new").press(`main a[href*="cap_meeting"]`).send("main form[data-guard]",
		"title.en", title["en"], "title.fr", title["fr"], "objective.en", "To draft the guidance on small consignments.",
		"timezone", "Europe/Brussels", "start", planned.first+"T09:30", "end", planned.last+"T17:30",
		"deadlines.nomination", "2031-10-03T23:59", "deadlines.registration", "2031-10-24T23:59",
		"mode", "hybrid", "place.city", "Brussels", "place.country", "BE", "place.venue", firstRoom, "responsible_officer", officerAddress,
		"languages", "en", "languages", "fr", "interpretation", "ar", "seats.onsite", "2", "seats.remote", "10", "seats_per_organisation", "4").is(http.StatusOK)
	s.code = strings.TrimPrefix(created.path, "/en/desk/activities/")
	s.slug = s.desk.get("/activities/" + s.code).text("slug")
	for _, day := range []struct {
		title, date string
		groups      []string
	}{
		{"Draft guidance (closed)", planned.first, []string{"member", "igo"}},
		{"Joint session with right holders", planned.last, []string{"member", "igo", "right_holder"}},
	} {
		values := []string{"title.en", day.title, "start", day.date + "T09:30", "end", day.date + "T17:30"}
		for _, group := range day.groups {
			values = append(values, "open_to", group)
		}
		s.officer.open(s.activity("sessions/new")).send("main form[data-guard]", values...).is(http.StatusOK)
	}
	s.officer.open("./desk/activities/"+s.code).says("Draft guidance (closed)", "Joint session with right holders")
	s.want = tuple{State: "planned", Start: planned.start, End: planned.end, Place: firstRoom, Sequence: "0"}
	s.days = planned
}

func (s *scene) approve() { s.advance("approved", "") }

// invite puts Zambia on the invitation list with two seats and sends the invitations: its contact
// point gets one mail.
func (s *scene) invite() {
	s.officer.open(s.activity("invitations")).send("#add form", "organisation", "ZM", "seats.onsite", "2").is(http.StatusOK)
	s.advance("invitations_sent", "")
	s.point = s.box(pointAddress).next("Invitation: "+title["en"]).says(s.t, "Zambia", s.days.mailed["en"], s.want.Place)
}

func (s *scene) open() { s.advance("registration_open", "") }

// nominate lets the contact point in by its mail, and nominate two, each in a language of its own.
func (s *scene) nominate() {
	w := s.window("en")
	// The mail leads to the delegation's page, which asks who comes, and remembers where to lead back.
	w.open(s.point.link(s.p)).says("Sign in").send("main form", "email", pointAddress)
	w.open(s.box(pointAddress).next("Your sign-in link").link(s.p)).press("main form button").is(http.StatusOK).says(title["en"])
	s.contact = w
	for _, g := range []*guest{s.first, s.second} {
		w.open("./delegation/ZM/nominate?activity="+s.code).send("main form[data-guard]", "given_name", g.given, "family_name", g.family,
			"email", g.email, "capacity", "delegate", "language", g.lang, "pool", "onsite").is(http.StatusOK).says(g.name())
		mail := s.box(g.email).next(subjects[g.lang]["nominated"]).says(s.t, s.days.mailed[g.lang], s.want.Place)
		s.arrives(g, mail, "endorsed")
	}
}

// registerRightHolder lets somebody without an account register for the open day.
func (s *scene) registerRightHolder() {
	g, w := s.holder, s.window("en")
	w.open("./events/"+s.slug).press(`main a[href$="/register"]`).send("main form[data-guard]", "given_name", g.given, "family_name", g.family,
		"email", g.email, "organisation", "RIGHTS-A", "capacity", "right_holder", "pool", "onsite", "language", "en").is(http.StatusOK)
	if n := len(s.registrations()); n != 2 {
		s.t.Errorf("an address that is not confirmed is on the board already: %d registrations", n)
	}
	w.open(s.box(g.email).next("Please confirm your address").link(s.p)).press(`main form[action*=confirm] button`).is(http.StatusOK)
	s.arrives(g, s.box(g.email).next("Registration received"), "submitted")
}

// subscribe lets the delegates sign in, each in its own language, find their registration among their
// own, and take the address of their calendar feed.
func (s *scene) subscribe() {
	for _, g := range []*guest{s.first, s.second} {
		g.window = s.signIn(g.lang, g.email)
		if mine := g.window.open("./me").is(http.StatusOK); mine.doc.Find(`main a[href$="`+g.id+`"]`).Length() != 1 {
			s.t.Errorf("%s does not find the registration: %s", g.email, mine.text())
		}
		g.feed = g.window.open("./me/profile").is(http.StatusOK).doc.Find("#feed code").Text()
		if strings.HasPrefix(g.feed, s.p.origin+"/feeds/") {
			continue
		}
		s.t.Fatalf("the feed of %s is %q", g.email, g.feed)
	}
}

// decide confirms the two delegates on the board; for the right holder no seat is left, which the
// board says, and the Secretariat puts it on the waiting list. The answer to one of the mails is lost
// on its way: the same mail comes twice, byte for byte.
func (s *scene) decide() {
	s.loseAnswer(s.second)
	board := s.officer.open(s.activity("board"))
	for _, g := range s.everybody() {
		board.says(g.name())
	}
	board.fill("form:has([name=registration])", "registration", s.first.id, "registration", s.second.id).press("button[name=decision][value=confirm]").is(http.StatusOK)
	for _, g := range []*guest{s.first, s.second} {
		g.seat = "confirmed"
		s.invited(g, s.box(g.email).next(subjects[g.lang]["confirmed"]), 0)
	}
	s.comesAgain(s.second)
	board = s.officer.open(s.activity("board")).fill("form:has([name=registration])", "registration", s.holder.id).press("button[name=decision][value=confirm]")
	board.says("There is no seat left", s.holder.name())
	if state := s.desk.get("/registrations/" + s.holder.id).text("state"); state != "submitted" {
		s.t.Errorf("confirmed into a full pool: the right holder is %s", state)
	}
	s.officer.open(s.activity("board")).fill("form:has([name=registration])", "registration", s.holder.id).press("button[name=decision][value=waitlist]").is(http.StatusOK)
	s.holder.seat = "waitlisted 1"
	if mail := s.box(s.holder.email).next("Waiting list"); mail.Calendar != nil {
		s.t.Error("who holds no seat gets no calendar entry")
	}
}

// move puts the meeting off by one day and into another room, after a preview of whom it tells.
func (s *scene) move() {
	preview := s.officer.open(s.activity("move")).send("main form[data-guard]", "start", moved.first+"T09:30", "end", moved.last+"T17:30", "place.venue", secondRoom).is(http.StatusOK)
	preview.says("3").send("main form[method=post]", "reason", "The plenary room is taken.").is(http.StatusOK)
	s.days, s.want.Start, s.want.End, s.want.Place, s.want.Sequence = moved, moved.start, moved.end, secondRoom, "1"
	for _, g := range []*guest{s.first, s.second} {
		s.invited(g, s.box(g.email).next(subjects[g.lang]["changed"]).says(s.t, planned.mailed[g.lang], moved.mailed[g.lang], firstRoom, secondRoom), 1)
	}
	if mail := s.box(s.holder.email).next("Changed: ").says(s.t, moved.mailed["en"], secondRoom); mail.Calendar != nil {
		s.t.Error("who holds no seat gets no calendar entry")
	}
}

// withdraw lets the first delegate go, by the personal link of a mail; the seat goes to the right
// holder, who waited.
func (s *scene) withdraw() {
	w := s.guestWindow(s.first)
	w.open(s.first.page).press(`main a[href*="/withdraw"]`).press(`main form[action*="/withdraw"] button`).is(http.StatusOK)
	s.first.seat = "withdrawn"
	s.uninvited(s.first, s.box(s.first.email).next(subjects["fr"]["withdrawn"]))
	s.holder.seat = "confirmed"
	s.invited(s.holder, s.box(s.holder.email).next("Seat obtained from the waiting list"), 0)
}

// cancel takes the meeting off: who holds an entry is told to drop it, and nobody else.
func (s *scene) cancel() {
	s.advance("cancelled", "The host cannot receive the meeting.")
	s.want.Sequence = "2"
	for _, g := range []*guest{s.second, s.holder} {
		s.uninvited(g, s.box(g.email).next(subjects[g.lang]["cancelled"]))
	}
}

// advance takes the meeting to another state on its page: the preview says whom it tells, its button
// does it.
func (s *scene) advance(to, reason string) {
	s.t.Helper()
	preview := s.officer.open(s.activity("advance?to=" + to)).is(http.StatusOK)
	values := []string{}
	if reason != "" {
		values = append(values, "reason", reason)
	}
	preview.send("main form[method=post]", values...).is(http.StatusOK)
	s.want.State = to
}

// allToldOnce holds what was sent against what the desk says was sent: each mail once, none missing.
func (s *scene) allToldOnce() {
	for _, n := range s.desk.list("/notices", nil) {
		if n.text("state") != "sent" {
			s.t.Errorf("the notice %s to %s is %s: %s", n.text("kind"), n.text("to"), n.text("state"), n.text("last_error"))
		}
	}
	for _, box := range s.boxes {
		if extra := len(box.all()) - box.read; extra != 0 {
			s.t.Errorf("%s got %d mails that nobody waited for", box.address, extra)
		}
	}
}
