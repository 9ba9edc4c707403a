package views_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/registrations/signin"
	"capportal/views/viewstest"
)

// Who looks: the seven groups and nobody, none of whom is invited to or has joined anything; and three
// who are in the know, so that the test would notice if nothing were shown to anybody.
var lookers = []string{"anonymous", "public", "academia", "right_holder", "igo", "regional_entity", "member", "expert", "SN", "assigned", "officer"}

// outsiders is how many of them, from the left, are not in the know.
const outsiders = 8

// guarded is an activity full of marks, and what each looker may see of it (contract.md 4): nothing,
// its entry, its page, all.
type guarded struct {
	name       string
	kind       events.Kind
	visibility events.Visibility
	parent     string // name of another
	report     string // day of its public report
	planned    bool
	past       bool
	postponed  bool               // its dates are gone by, and there are no new ones
	unsent     bool               // SN is on its list, but no invitation has been sent
	remote     bool               // nobody travels: lists then show how many seats are left
	into       string             // name of another, with which it has been merged
	answer     invitations.Answer // of SN, which alone is invited to what is restricted
	sight      string             // by the columns of lookers: - e p a
	sessions   []guardedSession
}

type guardedSession struct {
	name   string
	openTo []events.Group
	seen   string // by the columns: x who may see title and text
}

var everySight = strings.Fields("p p p p p p p p p p a")

func activities() []guarded {
	all := strings.Join(everySight, " ")
	return []guarded{
		{name: "open", kind: events.Symposium, visibility: events.Public, sight: all, sessions: []guardedSession{
			{"openall", events.Groups(), "x x x x x x x x x x x"}}},
		{name: "closed", kind: events.CAPMeeting, visibility: events.Public, sight: all, sessions: []guardedSession{
			{"tomembers", []events.Group{events.Member}, "- - - - - - x - x - x"},
			{"tonobody", nil, "- - - - - - x - x - x"},
			{"toholders", []events.Group{events.RightHolder, events.IGO}, "- - - x x - - - - - x"},
			{"toexperts", []events.Group{events.Expert}, "- - - - - - - - - x x"},
			{"toacademia", []events.Group{events.Academia, events.RegionalEntity}, "- - x - - x - - - - x"}}},
		{name: "members", kind: events.ConsultativeMeeting, visibility: events.ForMembers, sight: "- - - - p p p p p p a", sessions: []guardedSession{
			{"inmembers", []events.Group{events.Member}, "- - - - - - x - x - x"}}},
		{name: "invited", kind: events.DiagnosticMission, visibility: events.ForInvited, sight: "- - - - - - - - p p a", sessions: []guardedSession{
			{"ininvited", []events.Group{events.Member}, "- - - - - - - - x - x"}}},
		{name: "called", kind: events.Operation, visibility: events.ForOperation, remote: true, sight: "- - - - - - - - e p a", sessions: []guardedSession{
			{"incalled", []events.Group{events.Member}, "- - - - - - - - - - x"}}},
		{name: "joined", kind: events.Operation, visibility: events.ForOperation, answer: invitations.Joined, sight: "- - - - - - - - p p a", sessions: []guardedSession{
			{"injoined", []events.Group{events.Member, events.Expert}, "- - - - - - - - x x x"}}},
		{name: "training", kind: events.PreOperationTraining, visibility: events.ForOperation, parent: "joined", sight: "- - - - - - - - p p a", sessions: []guardedSession{
			{"intraining", events.Groups(), "- - - - - - - - x x x"}}},
		{name: "publictraining", kind: events.PreOperationTraining, visibility: events.Public, parent: "joined", sight: all, sessions: []guardedSession{
			{"inpublictraining", []events.Group{events.Member}, "- - - - - - x - x - x"}}},
		{name: "reported", kind: events.Operation, visibility: events.ForOperation, answer: invitations.Joined, report: "2026-08-20", sight: "e e e e e e e e p p a", sessions: []guardedSession{
			{"inreported", events.Groups(), "- - - - - - - - x x x"}}},
		{name: "debriefing", kind: events.Debriefing, visibility: events.ForOperation, parent: "reported", sight: "e e e e e e e e p p a", sessions: []guardedSession{
			{"indebriefing", events.Groups(), "- - - - - - - - x x x"}}},
		{name: "afterwards", kind: events.Debriefing, visibility: events.ForOperation, parent: "reported", planned: true, sight: "- - - - - - - - - - a", sessions: []guardedSession{
			{"inafterwards", events.Groups(), "- - - - - - - - - - x"}}},
		{name: "gone", kind: events.DiagnosticMission, visibility: events.ForInvited, past: true, sight: "- - - - - - - - p p a", sessions: []guardedSession{
			{"ingone", []events.Group{events.Member}, "- - - - - - - - x - x"}}},
		{name: "later", kind: events.DiagnosticMission, visibility: events.ForInvited, postponed: true, sight: "- - - - - - - - p p a", sessions: []guardedSession{
			{"inlater", []events.Group{events.Member}, "- - - - - - - - x - x"}}},
		{name: "unsent", kind: events.DiagnosticMission, visibility: events.ForInvited, unsent: true, sight: "- - - - - - - - - p a", sessions: []guardedSession{
			{"inunsent", []events.Group{events.Member}, "- - - - - - - - - - x"}}},
		{name: "merged", kind: events.Symposium, visibility: events.Public, into: "joined", sight: all, sessions: []guardedSession{
			{"inmerged", events.Groups(), "x x x x x x x x x x x"}}},
		{name: "planned", kind: events.Symposium, visibility: events.Public, planned: true, sight: "- - - - - - - - - - a", sessions: []guardedSession{
			{"inplanned", events.Groups(), "- - - - - - - - - - x"}}},
	}
}

// mark is a word that is found nowhere else, and to whom it may be shown.
type mark struct {
	of, what string   // the activity it would betray, and by what
	may      [11]bool // by the columns of lookers
}

// watched is a portal in which everything carries marks.
type watched struct {
	*viewstest.House
	t          *testing.T
	db         *engine.DB
	codes      map[string]string // by name
	slugs      map[string]string
	ids        []string          // of registrations, sessions, people
	marks      map[string]mark   // by the word in small letters
	people     map[string]string // of lookers
	officer    events.Visitor
	registered map[string]string // a registration of SN, by the activity's name
}

func watch(t *testing.T) *watched {
	t.Helper()
	db := enginetest.Memory(t)
	return watchOn(t, db, db)
}

// watchOn is watch on a database, of which the portal sees what it is given.
func watchOn(t *testing.T, db *engine.DB, seen viewstest.Database) *watched {
	t.Helper()
	w := &watched{House: viewstest.OpenSite(t, seen, true), t: t, db: db, codes: map[string]string{}, slugs: map[string]string{}, people: map[string]string{}, registered: map[string]string{}, marks: map[string]mark{}}
	w.Now = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	for _, o := range []struct {
		code   string
		group  events.Group
		region string
	}{{"SN", events.Member, "WCA"}, {"ZM", events.Member, "ESA"}, {"UNI-A", events.Academia, "EUR"}, {"PHARMA-A", events.RightHolder, "EUR"},
		{"IGO-A", events.IGO, "EUR"}, {"RILO-A", events.RegionalEntity, "EUR"}} {
		w.Organisation(o.code, o.group, o.region, events.Text{"en": "Organisation " + o.code})
	}
	person := func(who, email string, role events.Role, organisation, expert string) {
		p, err := w.Directory.AddPerson(w.Ctx, directory.ByPortal, directory.Person{Email: email, GivenName: "Looker", FamilyName: who, Language: "en",
			Role: role, Organisation: organisation, Expert: expert})
		w.must(err)
		w.people[who] = p.ID
	}
	person("officer", "officer.ipr@secretariat.example", events.Officer, "", "")
	person("public", "public@post.example", events.Participant, "", "")
	for who, organisation := range map[string]string{"academia": "UNI-A", "right_holder": "PHARMA-A", "igo": "IGO-A", "regional_entity": "RILO-A", "member": "ZM", "SN": "SN"} {
		person(who, who+"@points.example", events.ContactPoint, organisation, "")
	}
	person("expert", "expert@experts.example", events.Participant, "", directory.Accredited)
	person("assigned", "assigned@experts.example", events.Participant, "", directory.Accredited)
	w.officer = w.Visitor(w.people["officer"])
	w.ids = append(w.ids, w.people["SN"])
	for i, g := range activities() {
		w.make(g, i)
	}
	w.Now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	for _, code := range w.codes { // which the audit keeps
		w.As(w.people["officer"]).Get("/en/desk/activities/" + code + "/board.csv").Is(http.StatusOK)
	}
	return w
}

func (w *watched) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// make stores one activity with its marks, its sessions, and a confirmed delegate of SN.
func (w *watched) make(g guarded, n int) {
	w.t.Helper()
	start := time.Date(2026, 11, 3+n, 8, 0, 0, 0, time.UTC)
	if g.report != "" || g.parent == "reported" || g.postponed || g.past {
		start = time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	}
	capacity := 94531 + 137*n
	a := events.Activity{Kind: g.kind, Visibility: g.visibility, Parent: w.codes[g.parent], Slug: "mkslug" + g.name, Title: events.Text{"en": "Mktitle" + g.name},
		Description: events.Text{"en": "Mktext" + g.name}, Objective: events.Text{"en": "Mkobjective" + g.name}, Responsible: "officer.ipr@secretariat.example",
		Place: events.Place{Venue: "Mkvenue" + g.name, City: "Mkcity" + g.name}, Start: start, End: start.Add(8 * time.Hour), Zone: "Europe/Brussels", Mode: events.Hybrid, Regions: []string{"AP"}, Languages: []string{"en"}, Interpretation: []string{"ru"},
		Seats: []events.Seats{{Pool: events.RemotePool, Capacity: capacity}}, Note: "Mknote" + g.name, SessionsNote: "Mknotes" + g.name,
		Funding: "Mkfunding" + g.name, Experts: []string{"assigned@experts.example", "mkexpert" + g.name + "@experts.example"}}
	for i, s := range g.sessions {
		a.Sessions = append(a.Sessions, events.Session{ID: "mkid-" + s.name, Title: events.Text{"en": "Mksession" + s.name}, Text: events.Text{"en": "Mkabout" + s.name},
			Start: start.Add(time.Duration(i) * time.Hour), End: start.Add(time.Duration(i+1) * time.Hour), OpenTo: s.openTo})
		if s.openTo == nil {
			a.Sessions[i].OpenTo = []events.Group{}
		}
	}
	if g.remote {
		a.Mode = events.Remote
	}
	a, err := w.Programme.Create(w.Ctx, w.officer, a)
	w.must(err)
	w.codes[g.name], w.slugs[g.name] = a.Code, a.Slug
	w.ids = append(w.ids, "mkid-"+g.sessions[0].name)
	if !g.planned {
		w.open(g, a)
	}
	if g.report != "" {
		_, err := w.Programme.Change(w.Ctx, w.officer, a.Code, 0, "", func(a *events.Activity) error {
			a.PublicReport = &events.PublicReport{Date: g.report}
			return nil
		})
		w.must(err)
	}
	sight := strings.Fields(g.sight)
	w.note(g.name, "title", "mktitle"+g.name, sight, "epa")
	w.note(g.name, "slug", "mkslug"+g.name, sight, "epa")
	w.note(g.name, "venue", "mkvenue"+g.name, sight, "epa")
	w.note(g.name, "city", "mkcity"+g.name, sight, "epa")
	w.note(g.name, "code", strings.ToLower(a.Code), sight, "epa")
	w.note(g.name, "text", "mktext"+g.name, sight, "pa")
	w.note(g.name, "objective", "mkobjective"+g.name, sight, "pa")
	w.note(g.name, "capacity", fmt.Sprint(capacity), sight, "pa")
	for _, what := range []string{"note", "notes", "funding", "expert"} {
		w.note(g.name, what, "mk"+what+g.name, sight, "a")
	}
	// Who takes part is known to its contact point and the Secretariat.
	w.note(g.name, "person", "mkperson"+g.name, strings.Fields("- - - - - - - - x - x"), "x")
	for _, s := range g.sessions {
		for _, what := range []string{"session", "about", "id-"} {
			w.note(g.name, "session", "mk"+what+s.name, strings.Fields(s.seen), "x")
		}
	}
}

// open takes an activity to where people register, and one of SN takes part.
func (w *watched) open(g guarded, a events.Activity) {
	w.t.Helper()
	if a.Lane == events.SelfRegistration {
		w.Advance(w.people["officer"], a.Code, events.Approved, events.RegistrationOpen)
	} else {
		w.Advance(w.people["officer"], a.Code, events.Approved)
		_, err := w.Desk.Invite(w.Ctx, w.officer, a.Code, registrations.Invited{Organisations: []string{"SN"}})
		w.must(err)
		if g.unsent {
			return
		}
		w.Advance(w.people["officer"], a.Code, events.InvitationsSent, events.RegistrationOpen)
	}
	if g.answer != "" {
		_, err := w.Desk.Answer(w.Ctx, w.officer, a.Code, "SN", g.answer, "")
		w.must(err)
	}
	r, err := w.Desk.Enter(w.Ctx, w.officer, a.Code, registrations.Entry{Person: registrations.Person{GivenName: "Mkperson" + g.name, FamilyName: "(Senegal)",
		Email: "mkperson" + g.name + "@customs-sn.example", Language: "en"}, Organisation: "SN", Capacity: registrations.Delegate, Pool: events.RemotePool})
	w.must(err)
	if r.State != registrations.Confirmed {
		_, err = w.Desk.Decide(w.Ctx, w.officer, r.ID, registrations.Decision{Event: registrations.Confirm})
		w.must(err)
	}
	if g.postponed {
		w.Advance(w.people["officer"], a.Code, events.Postponed)
	}
	if g.into != "" {
		_, err := w.Programme.Advance(w.Ctx, w.officer, a.Code, 0, events.Merged, "test", w.codes[g.into], nil)
		w.must(err)
	}
	w.ids = append(w.ids, r.ID)
	w.registered[g.name] = r.ID
}

func (w *watched) note(of, what, word string, columns []string, allowed string) {
	w.t.Helper()
	m := mark{of: of, what: what}
	if _, twice := w.marks[word]; twice || len(columns) != len(lookers) {
		w.t.Fatalf("%s of %s is %q in %d columns", what, of, word, len(columns))
	}
	for i, c := range columns {
		m.may[i] = strings.Contains(allowed, c)
	}
	w.marks[word] = m
}

// words finds whatever may be a mark in a text: a made-up word, a code, a number of five digits with
// or without a sign between the thousands.
var words = regexp.MustCompile(`(?i)\bmk[a-z-]+|\bipr-\d{4}-\w+|\b\d{2}[ ,.\x{a0}\x{202f}]?\d{3}\b`)

// found gives the marks in a text, with the place where each stands first.
func (w *watched) found(text string) map[string]int {
	found := map[string]int{}
	for _, at := range words.FindAllStringIndex(text, -1) {
		word := strings.ToLower(text[at[0]:at[1]])
		if word[0] >= '0' && word[0] <= '9' {
			word = regexp.MustCompile(`\D`).ReplaceAllString(word, "")
		}
		// A title may be a word's beginning only where something else follows it, such as a hyphen.
		for ; word != ""; word = strings.TrimRight(word[:max(0, strings.LastIndexByte(word, '-'))], "-") {
			if _, is := w.marks[word]; is {
				if _, before := found[word]; !before {
					found[word] = at[0]
				}
				break
			}
		}
	}
	return found
}

// token gives a looker a token of the API.
func (w *watched) token(who string) string {
	w.t.Helper()
	token, err := w.Signin.AddToken(w.Ctx, directory.ByPortal, w.people[who], signin.WriteScope, 0)
	w.must(err)
	return token
}

// feed gives the address of a looker's personal feed.
func (w *watched) feed(who string) string {
	w.t.Helper()
	p, err := w.Directory.Person(w.Ctx, w.people[who])
	w.must(err)
	return "/feeds/" + w.Signin.Keys.Link("feed", p.ID, p.FeedVersion) + ".ics"
}
