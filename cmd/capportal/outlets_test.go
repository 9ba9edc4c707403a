package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail/sink"
)

// tuple is what an outlet says of the meeting, and of one person's part in it. A field is empty where
// the outlet does not speak of it.
type tuple struct {
	State      string // of the meeting, in the words of contract.md 4
	Start, End string // RFC 3339, UTC
	Place      string // the room
	Sequence   string
	Seat       string // of the person: the registration's state, with the position of one that waits
}

// dates are the first and last day of the meeting on its own clock, its instants, and its days as
// pages and mails write them.
type dates struct {
	first, last, start, end string
	words                   map[string]string
	mailed                  map[string]string // the same in mails, with the hours
}

// Who is written to.
const (
	officerAddress = "officer.ipr@secretariat.example"
	pointAddress   = "contact.point@customs.zm.example"
)

// title is the meeting's.
var title = map[string]string{"en": "23rd Meeting of the Counterfeiting and Piracy (CAP) Group", "fr": "23e réunion du Groupe CAP"}

// subjects are how the subjects of mails begin, in the languages of those who get them.
var subjects = map[string]map[string]string{
	"en": {"sign_in": "Your sign-in link", "confirmed": "Seat confirmed: ", "cancelled": "Cancelled: ", "changed": "Changed: "},
	"fr": {"sign_in": "Votre lien de connexion", "nominated": "Désignation : ", "confirmed": "Place confirmée : ", "changed": "Modification : ", "withdrawn": "Inscription retirée : "},
	"ar": {"sign_in": "رابط الدخول", "nominated": "ترشيح", "confirmed": "تأكيد المقعد", "changed": "تعديل", "cancelled": "إلغاء"},
}

// guest is somebody who takes part, and how it ought to stand.
type guest struct {
	given, family, email, lang string
	id                         string // of the registration
	page                       string // the personal link, from the first mail
	feed                       string // address of the personal feed; "" for somebody who never signed in
	seat                       string // as tuple.Seat
	uid                        string // of the calendar entry; "" for somebody without one
	sequence                   int
	cancelled                  bool // the entry was taken back
	window                     *window
}

func (g *guest) name() string { return g.given + " " + g.family }

// scene is the day being played: who has which browser open, and how things ought to stand.
type scene struct {
	t                     *testing.T
	p                     *program
	seen                  func(*window, *sheet)
	steps                 []string // at which the outlets are compared; nil: at each
	officer               *window
	contact               *window
	desk                  *api
	readers               map[string]*window // nobody signed in, by language
	code, slug            string
	want                  tuple
	days                  dates
	boxes                 map[string]*postbox
	point                 letter            // the invitation to Zambia's contact point
	first, second, holder *guest            // two delegates of Zambia, a right holder
	last                  map[string][]byte // the last calendar object of each outlet
	entries               map[string]bool   // UIDs ever given
}

func newScene(t *testing.T, kind string) *scene {
	return &scene{t: t, p: serve(t, kind), boxes: map[string]*postbox{}, readers: map[string]*window{}, last: map[string][]byte{}, entries: map[string]bool{},
		first:  &guest{given: "Delegate", family: "1 (Zambia)", email: "delegate.1@customs.zm.example", lang: "fr"},
		second: &guest{given: "Delegate", family: "2 (Zambia)", email: "delegate.2@customs.zm.example", lang: "ar"},
		holder: &guest{given: "Brand Protection", family: "Officer 1", email: "brand.protection@rightholder-a.example", lang: "en"}}
}

// everybody are those who take part.
func (s *scene) everybody() []*guest { return []*guest{s.first, s.second, s.holder} }

// activity is the address of one of the meeting's pages on the desk.
func (s *scene) activity(below string) string { return "./desk/activities/" + s.code + "/" + below }

func (s *scene) window(lang string) *window {
	s.t.Helper()
	w := s.p.window(lang)
	w.seen = func(w *window, page *sheet) {
		if s.seen != nil {
			s.seen(w, page)
		}
	}
	return w
}

// guestWindow is the browser of somebody who takes part.
func (s *scene) guestWindow(g *guest) *window {
	s.t.Helper()
	if g.window == nil {
		g.window = s.window(g.lang)
	}
	return g.window
}

// reader is the browser of somebody who is not signed in.
func (s *scene) reader(lang string) *window {
	s.t.Helper()
	if s.readers[lang] == nil {
		s.readers[lang] = s.window(lang)
	}
	return s.readers[lang]
}

func (s *scene) box(email string) *postbox {
	if s.boxes[email] == nil {
		s.boxes[email] = s.p.postbox(email)
	}
	return s.boxes[email]
}

// registrations are those of the meeting, as the API lists them.
func (s *scene) registrations() []object {
	s.t.Helper()
	return s.desk.list("/activities/"+s.code+"/registrations", nil)
}

// arrives notes a new registration by its first mail.
func (s *scene) arrives(g *guest, mail letter, seat string) {
	s.t.Helper()
	g.page, g.seat = mail.link(s.p), seat
	if mail.Language != g.lang {
		s.t.Errorf("the mail %q to %s speaks %s", mail.Subject, g.email, mail.Language)
	}
	if mail.Calendar != nil || !strings.Contains(g.page, "/registrations/") {
		s.t.Errorf("the mail %q has a calendar entry, or leads to %s", mail.Subject, g.page)
	}
	for _, r := range s.registrations() {
		if r.text("person", "email") == g.email {
			g.id = r.text("id")
		}
	}
	if g.id == "" {
		s.t.Fatalf("%s is in no list", g.email)
	}
}

// invited judges the calendar part of a mail that invites, or brings an entry up to date.
func (s *scene) invited(g *guest, mail letter, sequence int) {
	s.t.Helper()
	said, e := s.fromCalendar("mail to "+g.email, mail.Calendar, "")
	if e.Method != "REQUEST" || e.PartStat != "NEEDS-ACTION" || e.AttendeeName != g.name() {
		s.t.Errorf("%q invites %s by %s with PARTSTAT %s", mail.Subject, e.AttendeeName, e.Method, e.PartStat)
	}
	if sequence == 0 {
		if s.entries[e.UID] {
			s.t.Errorf("rule 14: the UID %s was given before", e.UID)
		}
		s.entries[e.UID], g.uid = true, e.UID
	}
	if e.UID != g.uid {
		s.t.Errorf("rule 15: the UID was %s, is %s", g.uid, e.UID)
	}
	g.sequence = sequence
	s.holds(mail.Subject, "the mail to "+g.email, s.wanted(g), said)
}

// uninvited judges the calendar part of a mail that takes an entry back.
func (s *scene) uninvited(g *guest, mail letter) {
	s.t.Helper()
	said, e := s.fromCalendar("mail to "+g.email, mail.Calendar, "")
	if e.Method != "CANCEL" || e.UID != g.uid {
		s.t.Errorf("%q is a %s of UID %s, want a CANCEL of %s", mail.Subject, e.Method, e.UID, g.uid)
	}
	g.sequence, g.cancelled = g.sequence+1, true
	s.holds(mail.Subject, "the mail to "+g.email, s.wanted(g), ofEntry(said))
}

// wanted is what outlets ought to say of one person's part.
func (s *scene) wanted(g *guest) tuple {
	w := s.want
	w.Seat, w.Sequence = g.seat, strconv.Itoa(g.sequence)
	return w
}

// loseAnswer lets the mail server take the next mail to somebody that has a calendar entry, and lose
// the line before it can say so.
func (s *scene) loseAnswer(g *guest) {
	var once sync.Once
	s.p.mail.Script(func(e sink.Event) (a sink.Answer) {
		if e.Stage == sink.StageContent && e.To == g.email && bytes.Contains(e.Data, []byte("text/calendar")) {
			once.Do(func() { a = sink.Answer{Drop: true, Keep: true} })
		}
		return a
	})
}

// comesAgain has the officer send a mail again whose answer was lost, and compares the two.
func (s *scene) comesAgain(g *guest) {
	s.t.Helper()
	within(s.t, "the lost answer is noticed", func() error {
		for _, n := range s.desk.list("/notices", url.Values{"activity": {s.code}}) {
			if n.text("registration") == g.id && n.text("kind") == "confirmed" && n.text("state") == "deferred" {
				return nil
			}
		}
		return errors.New("no notice is deferred")
	})
	box := s.box(g.email)
	before := box.all()[box.read-1].Data
	s.officer.open("./desk/registrations/" + g.id).press(`form[action$="/retry"] button`).is(200)
	again := box.next(subjects[g.lang]["confirmed"])
	if !bytes.Equal(before, again.raw) {
		s.t.Errorf("the same notice came twice and differs:\n%s\n-----\n%s", before, again.raw)
	}
}

// compare reads what every outlet says now and holds it against what ought to be so.
func (s *scene) compare(step string) {
	s.t.Helper()
	if s.steps != nil && !slices.Contains(s.steps, step) {
		return
	}
	began := time.Now()
	s.comparePublic(step)
	s.compareDesk(step)
	for _, g := range s.everybody() {
		if g.seat != "" {
			s.compareGuest(step, g)
		}
	}
	s.t.Logf("%s: compared in %v", step, time.Since(began).Round(time.Millisecond))
}

// comparePublic reads what nobody in particular is told: pages, lists, feeds.
func (s *scene) comparePublic(step string) {
	s.t.Helper()
	feed := s.p.fetch("/calendar.ics")
	if s.want.State == "planned" {
		s.reader("en").open("./events/" + s.slug).is(404)
		s.reader("en").open("./").hides(title["en"], s.code, s.slug)
		if strings.Contains(string(feed), "BEGIN:VEVENT") {
			s.t.Errorf("%s: the public feed shows what is not approved:\n%s", step, feed)
		}
		return
	}
	for _, lang := range []string{"en", "fr"} {
		page := s.reader(lang).open("./events/"+s.slug).is(200).says(title[lang], s.days.words[lang])
		s.holds(step, lang+" page", s.want, tuple{State: meetingWords[lang].find(page.doc.Find("main .state").First().Text()), Start: page.doc.Find("main time").AttrOr("datetime", ""), Place: s.room(page.text())})
		list := s.reader(lang).open("./?past=0").says(title[lang])
		s.holds(step, lang+" list", s.want, tuple{State: meetingWords[lang].find(list.doc.Find("main .entry .state").First().Text())})
	}
	taken := 0
	for _, g := range s.everybody() {
		if g.seat == "confirmed" {
			taken++
		}
	}
	if s.want.State == "registration_open" {
		s.reader("en").open("./events/" + s.slug).says(fmt.Sprintf("%d of 2 taken", taken))
	}
	for outlet, ics := range map[string][]byte{"/calendar.ics": feed, "/events/" + s.slug + ".ics": s.p.fetch("/events/" + s.slug + ".ics")} {
		said, e := s.fromCalendar(outlet, ics, "")
		s.holds(step, outlet, s.want, said)
		if (e.Status == "CANCELLED") != (s.want.State == "cancelled") || e.Attendees != 0 {
			s.t.Errorf("%s: %s says %s, with %d attendees", step, outlet, e.Status, e.Attendees)
		}
	}
}

// compareDesk reads what the Secretariat sees of the meeting.
func (s *scene) compareDesk(step string) {
	s.t.Helper()
	a := s.desk.get("/activities/" + s.code)
	s.holds(step, "the API", s.want, tuple{State: a.text("state"), Start: a.text("start"), End: a.text("end"), Place: s.room(a.text("place", "venue"))})
	said := tuple{}
	for _, change := range s.desk.list("/activities/"+s.code+"/history", nil) {
		if to := change.text("to"); change.text("what") == "state" {
			said.State = to
		}
	}
	if step != "created" {
		s.holds(step, "the history", s.want, said)
	}
	s.officer.open("./desk/activities/"+s.code).is(200).says(title["en"], s.days.words["en"])
	holders := map[string]int{}
	for _, g := range s.everybody() {
		holders[strings.TrimRight(g.seat, " 0123456789")]++
	}
	for _, pool := range a.objects("seats") {
		if pool.text("pool") == "onsite" && (pool.text("confirmed") != strconv.Itoa(holders["confirmed"]) || pool.text("waiting") != strconv.Itoa(holders["waitlisted"])) {
			s.t.Errorf("%s: the pool says %v, want %v", step, pool, holders)
		}
	}
}

// compareGuest reads what is said of one person's part, by whatever outlet the person or the desk has.
func (s *scene) compareGuest(step string, g *guest) {
	s.t.Helper()
	step += ", " + g.name()
	want := s.wanted(g)
	r := s.desk.get("/registrations/" + g.id)
	s.holds(step, "the API", want, tuple{Seat: seatOf(r), Sequence: r.text("calendar", "sequence")})
	if r.text("calendar", "uid") != g.uid {
		s.t.Errorf("%s: the API says UID %q, want %q", step, r.text("calendar", "uid"), g.uid)
	}
	said := tuple{}
	for _, change := range r.objects("history") {
		if to := change.text("to"); to != "" {
			said.Seat = to
		}
	}
	want.Seat = strings.TrimRight(g.seat, " 0123456789")
	s.holds(step, "the history", want, said)
	page := s.guestWindow(g).open(g.page).is(200)
	want.Seat = strings.TrimRight(g.seat, " 0123456789")
	if s.want.State == "cancelled" && g.seat != "withdrawn" {
		want.Seat = "cancelled"
	}
	s.holds(step, "the person's page", want, tuple{Seat: partWords[g.lang].find(page.doc.Find("main .state").First().Text()),
		Start: page.doc.Find("main time").AttrOr("datetime", ""), Place: s.room(page.doc.Find("main .facts-list").Text())})
	row := s.officer.open(s.activity("board")).doc.Find(`main tr:has(a[href$="` + g.id + `"])`)
	s.holds(step, "the board", s.wanted(g), tuple{Seat: boardWords.find(row.Find("td .state").First().Text())})
	s.compareFiles(step, g)
}

// compareFiles reads the calendar files that a person, or the desk for the person, can fetch.
func (s *scene) compareFiles(step string, g *guest) {
	s.t.Helper()
	want := s.wanted(g)
	address, key, _ := strings.Cut(g.page, "?")
	address = strings.TrimPrefix(address, "/"+g.lang) + "/invitation.ics?" + key
	if g.uid == "" || g.cancelled {
		s.p.fetchAs("", address, 404)
	} else {
		said, e := s.fromCalendar("download of "+g.email, s.p.fetch(address), g.uid)
		s.holds(step, "the download", want, said)
		if e.Method != "REQUEST" || e.Attendee != g.email {
			s.t.Errorf("%s: the download is a %s for %s", step, e.Method, e.Attendee)
		}
	}
	if g.uid == "" {
		return
	}
	said, e := s.fromCalendar("API file of "+g.email, s.p.fetchAs(s.desk.token, "/api/v1/registrations/"+g.id+"/invitation.ics", 200), g.uid)
	s.holds(step, "the API's file", ofEntry(want), ofEntry(said))
	files := map[string]calendartest.Event{"the API's file": e}
	if g.feed != "" {
		said, e := s.fromCalendar("feed of "+g.email, s.p.fetch(g.feed), g.uid)
		s.holds(step, "the personal feed", ofEntry(want), ofEntry(said))
		files["the personal feed"] = e
	}
	for outlet, e := range files {
		if (e.Status == "CANCELLED") != g.cancelled {
			s.t.Errorf("%s: %s says %s", step, outlet, e.Status)
		}
	}
}

// ofEntry leaves out the state of the meeting: an entry may be taken back from a meeting that stands.
func ofEntry(said tuple) tuple {
	said.State = ""
	return said
}

// holds fails unless an outlet says what ought to be so, of all that it speaks of.
func (s *scene) holds(step, outlet string, want, got tuple) {
	s.t.Helper()
	if got == (tuple{}) {
		s.t.Errorf("%s: %s says nothing", step, outlet)
	}
	for _, field := range []struct{ name, want, got string }{
		{"state", want.State, got.State}, {"start", want.Start, got.Start}, {"end", want.End, got.End},
		{"place", want.Place, got.Place}, {"sequence", want.Sequence, got.Sequence}, {"seat", want.Seat, got.Seat},
	} {
		if field.got != "" && field.got != field.want {
			s.t.Errorf("%s: %s says %s %q, want %q", step, outlet, field.name, field.got, field.want)
		}
	}
}

// room finds the one room of the meeting that a text names.
func (s *scene) room(text string) string {
	found := ""
	for _, room := range []string{firstRoom, secondRoom} {
		if strings.Contains(text, room) {
			found += room
		}
	}
	return found
}

// seatOf is the state of a registration as the API says it, with the position of one that waits.
func seatOf(r object) string {
	return strings.TrimSpace(r.text("state") + " " + r.text("waiting_position"))
}

// words says which words stand for a state, in the order in which they are looked for.
type words []struct{ say, state string }

// find gives the state that a text speaks of.
func (w words) find(text string) string {
	for _, pair := range w {
		if strings.Contains(flat(text), pair.say) {
			return pair.state
		}
	}
	return "in words unknown: " + text
}

// meetingWords are those of pages for everybody, which say what one can do rather than the state.
var meetingWords = map[string]words{
	"en": {{"Registration opens later", "approved"}, {"Nominations until 3 Oct 2031", "invitations_sent"}, {"Open until 24 Oct 2031", "registration_open"},
		{"Open until 25 Oct 2031", "registration_open"}, {"Full on site", "registration_open"}, {"Cancelled", "cancelled"}},
	"fr": {{"Inscription ouverte ultérieurement", "approved"}, {"Désignations jusqu’au 3 oct. 2031", "invitations_sent"}, {"Inscriptions jusqu’au 24 oct. 2031", "registration_open"},
		{"Inscriptions jusqu’au 25 oct. 2031", "registration_open"}, {"Complet sur site", "registration_open"}, {"Annulée", "cancelled"}},
}

// partWords are those of a person's own page; boardWords those of the board.
var partWords = map[string]words{
	"fr": {{"Désignation faite", "endorsed"}, {"Confirmée", "confirmed"}, {"Retirée", "withdrawn"}},
	"ar": {{"مرشَّح", "endorsed"}, {"مؤكَّد", "confirmed"}, {"ملغى", "cancelled"}},
	"en": {{"Submitted", "submitted"}, {"On the waiting list", "waitlisted"}, {"Confirmed", "confirmed"}, {"Cancelled", "cancelled"}},
}

var boardWords = words{{"Nominated, to be decided", "endorsed"}, {"Registered, to decide", "submitted"}, {"Waiting, no. 1", "waitlisted 1"},
	{"Confirmed", "confirmed"}, {"Withdrawn", "withdrawn"}}

// fromCalendar reads one event of a calendar object, judged by all rules and against the one before
// from the same outlet.
func (s *scene) fromCalendar(outlet string, ics []byte, uid string) (tuple, calendartest.Event) {
	s.t.Helper()
	s.judge(outlet, ics)
	o, err := calendartest.Parse(ics)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range o.Events {
		if uid == "" || e.UID == uid {
			said := tuple{Start: e.Start.Format(time.RFC3339), End: e.End.Format(time.RFC3339), Place: s.room(e.Location), Sequence: fmt.Sprint(e.Sequence)}
			if e.Status == "CANCELLED" {
				said.State = "cancelled"
			}
			return said, e
		}
	}
	return tuple{}, calendartest.Event{}
}

// judge holds a calendar object to the rules: our own reader, libical, and the object before it.
func (s *scene) judge(outlet string, ics []byte) {
	s.t.Helper()
	calendartest.Check(s.t, ics)
	verdict, err := calendartest.Libical(ics)
	switch {
	case errors.Is(err, calendartest.ErrNoLibical) && os.Getenv("CI") == "":
		s.t.Log(err)
	case err != nil:
		s.t.Fatal(err)
	case verdict != "":
		s.t.Errorf("%s: %s", outlet, verdict)
	}
	if before := s.last[outlet]; before != nil {
		for _, wrong := range calendartest.Succession(before, ics) {
			s.t.Errorf("%s: %s\nbefore:\n%s\nafter:\n%s", outlet, wrong, before, ics)
		}
	}
	s.last[outlet] = ics
}
