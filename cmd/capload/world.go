package main

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/registrations/seats"
)

// size says how much a store holds.
type size struct {
	registrations int // living, each with its notice sent
	drafts        int // beside them, for the rush: their address is about to be confirmed
	seats         int // free seats that the drafts claim
	queued        int // beside them, for the mails: confirmed, their invitation waits in the outbox
}

// The programme is as long in every store, and the activity, the organisation and the people that are
// looked at are as large: what differs between two stores is only how much else lies there.
const (
	upcoming      = 24
	past          = 96
	organisations = 190
	watchers      = 50  // people whose own page is looked at
	each          = 5   // registrations of a watcher
	boardRows     = 200 // registrations of the activity whose board is looked at
	delegates     = 40  // of them the looked-at organisation's
)

// world is a fictitious store of a size. It is the same for the same size but for its secrets.
type world struct {
	size
	now    time.Time
	random *rand.Rand
	made   []events.Activity // upcoming ones first: [0] has the board, [1] the rush, [2] the mails
	taken  map[string]int    // seats by activity
	ids    *outbox.Outbox    // gives ids of notices
}

func newWorld(s size, now time.Time) *world {
	w := &world{size: s, now: now.UTC().Truncate(time.Second), random: rand.New(rand.NewPCG(20261104, 20)), taken: map[string]int{},
		ids: outbox.New(nowhere{}, nil, time.Now)}
	for i := range upcoming + past {
		w.made = append(w.made, w.activity(i))
	}
	return w
}

func (w *world) board() *events.Activity   { return &w.made[0] }
func (w *world) rushing() *events.Activity { return &w.made[1] }
func (w *world) mails() *events.Activity   { return &w.made[2] }

// activity makes the i-th of the programme.
func (w *world) activity(i int) events.Activity {
	start := w.now.Truncate(24*time.Hour).AddDate(0, 0, 30+5*i).Add(8 * time.Hour)
	state, kind := events.RegistrationOpen, events.CAPMeeting
	if i >= upcoming {
		start, state, kind = w.now.Truncate(24*time.Hour).AddDate(0, 0, -20*(i-upcoming+2)).Add(8*time.Hour), events.Closed, events.RegionalWorkshop
	}
	if i == 1 || i == 2 {
		kind = events.Symposium
	}
	last := start.AddDate(0, 0, -3)
	title := fmt.Sprintf("Meeting %d on Removing Counterfeits", i+1)
	a := events.Activity{Code: fmt.Sprintf("IPR-%d-%03d", start.Year(), i+1), Slug: fmt.Sprintf("meeting-%d", i+1), Kind: kind, State: state,
		Title:       events.Text{"en": title, "fr": fmt.Sprintf("Réunion %d sur le retrait des contrefaçons", i+1)},
		Description: events.Text{"en": strings.Repeat("Administrations exchange experience on parcels, platforms and seizures at the border. ", 4)},
		Objective:   events.Text{"en": "To exchange experience."},
		Start:       start, End: start.Add(32 * time.Hour), Zone: "Europe/Brussels", Mode: events.OnSite,
		Place: events.Place{City: "Brussels", Country: "BE", Venue: "WCO Headquarters"}, Host: "WCO", Funding: "Regular budget",
		Responsible: officerAddress, Regions: []string{events.AllRegions}, Languages: []string{"en", "fr"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 400}},
		Deadlines: events.Deadlines{Nomination: &last, Registration: &last}, Announced: true, Version: 4, CalendarChanged: w.now.AddDate(0, -6, 0)}
	events.TemplateOf(kind).Fill(&a)
	for day := range 2 {
		at := start.AddDate(0, 0, day)
		a.Sessions = append(a.Sessions, events.Session{ID: fmt.Sprintf("day-%d", day+1), Title: events.Text{"en": fmt.Sprintf("Day %d", day+1)},
			Start: at, End: at.Add(8 * time.Hour), OpenTo: events.Groups()})
	}
	for n, to := range []events.State{events.Approved, events.InvitationsSent, state} {
		a.History = append(a.History, events.Change{At: w.now.AddDate(0, -6, n), By: officerID, What: "state", To: string(to)})
	}
	switch i {
	case 0:
		a.Slug = "board"
	case 1:
		a.Slug = "rush"
	case 2:
		a.Slug, a.Seats[0].Capacity = "mails", 20_000
	}
	return a
}

// organisationCode gives the i-th organisation's code; the first is the one looked at.
func organisationCode(i int) string { return string([]byte{'A' + byte(i/26), 'A' + byte(i%26)}) }

func (w *world) organisation(i int) directory.Organisation {
	code := organisationCode(i)
	return directory.Organisation{Code: code, Group: events.Member, Status: directory.StatusMember, Name: events.Text{"en": "Administration " + code, "fr": "Administration " + code},
		Country: code, Region: events.Regions()[i%len(events.Regions())], Domains: []string{strings.ToLower(code) + ".example"}, Version: 1}
}

// id gives 128 random bits in hexadecimal, as the houses do.
func (w *world) id() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(w.random.Uint32())
	}
	return hex.EncodeToString(b[:])
}

// person makes somebody of the directory; the number tells people apart.
func (w *world) person(id, what string, number int, role events.Role, organisation string) directory.Person {
	p := directory.Person{ID: id, Email: fmt.Sprintf("%s-%d@%s.example", what, number, strings.ToLower(organisation)), GivenName: strings.ToUpper(what[:1]) + what[1:],
		FamilyName: fmt.Sprint("Number ", number), Language: "en", Role: role, Organisation: organisation, Created: w.now.AddDate(-1, 0, 0), Version: 1}
	p.NameKey = directory.NormalName(p.GivenName, p.FamilyName)
	p.Twin = p.Email + " " + p.NameKey
	return p
}

// draft is a registration whose address is about to be confirmed.
func (w *world) draft(n int) registrations.Registration {
	p := w.person("", "stranger", n, events.Participant, "visitors")
	r := w.registration(p, w.rushing())
	r.Organisation, r.Group, r.Capacity, r.State, r.Seat, r.PersonID = "", events.PublicGroup, "right_holder", registrations.Draft, "", ""
	r.Calendar, r.Duplicate, r.History, r.Version = registrations.Calendar{}, "", r.History[:1], 1
	r.Created, r.Expires = w.now, w.now.Add(registrations.DraftLife)
	return r
}

// registration puts a person down for an activity, confirmed, its invitation sent.
func (w *world) registration(p directory.Person, a *events.Activity) registrations.Registration {
	created := w.now.AddDate(0, 0, -40).Add(time.Duration(w.random.IntN(30*24*3600)) * time.Second)
	r := registrations.Registration{ID: w.id(), Activity: a.Code, PersonID: p.ID, Email: p.Email, Organisation: p.Organisation, Group: events.Member,
		Person:   registrations.Person{GivenName: p.GivenName, FamilyName: p.FamilyName, Email: p.Email, Language: p.Language},
		Capacity: registrations.Delegate, Pool: events.OnSitePool, Seat: events.OnSitePool, State: registrations.Confirmed, Via: registrations.ByOneself,
		Answers: map[string]string{"post": "Head of unit"}, Link: 1, Duplicate: p.Twin, Created: created, NameKey: p.NameKey, Version: 3}
	if a.State == events.Closed {
		r.State = registrations.Attended
	}
	uid := w.id() + "@127.0.0.1"
	r.Calendar = registrations.Calendar{UID: uid, Requested: true, Stamp: created, Reply: "none", Where: a.Place.Venue + "\n" + a.Place.City + "\n" + a.Place.Country}
	said := w.entry(&r, a)
	r.Calendar.Said = &said
	for i, what := range []registrations.Event{registrations.Register, registrations.Confirm} {
		r.History = append(r.History, events.Change{At: created.Add(time.Duration(i) * time.Hour), By: p.ID, What: string(what), To: string(r.State)})
	}
	return r
}

// invitation invites an organisation to an activity.
func (w *world) invitation(a *events.Activity, organisation string) invitations.Invitation {
	sent := w.now.AddDate(0, 0, -60)
	return invitations.Invitation{ID: invitations.ID(a.Code, organisation), Activity: a.Code, Organisation: organisation,
		Seats: []invitations.Seats{{Pool: events.OnSitePool, Seats: 60}}, Answer: invitations.Accepted, Sent: &sent, Version: 2,
		History: []events.Change{{At: sent, By: officerID, What: "answered", To: "accepted"}}}
}

// count is the seats of an activity after all registrations.
func (w *world) count(a *events.Activity) seats.Count {
	capacity := a.Capacity(events.OnSitePool)
	taken := w.taken[a.Code]
	capacity = max(capacity, taken+10)
	if a.Code == w.rushing().Code {
		capacity = w.seats + taken
	}
	return seats.Count{Pool: events.OnSitePool, Capacity: capacity, Left: capacity - taken, Next: 1}
}
