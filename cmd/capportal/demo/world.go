package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
)

// world is the year while it is being built. Its steps are acts of people of the portal; the first
// that fails ends it all, and err keeps why.
type world struct {
	ctx    context.Context
	portal *portal.Portal
	now    time.Time // as which the year ends
	monday time.Time // 00:00 UTC of its week
	ids    map[string]string
	codes  map[string]string // of the activities by their names in the script
	err    error
}

func (m member) contact() string {
	return fmt.Sprintf("contact.%s@customs-%[1]s.example", strings.ToLower(m.code))
}

func (m member) delegate(n int) string {
	return fmt.Sprintf("delegate%d.%s@customs-%[2]s.example", n, strings.ToLower(m.code))
}

// memberOf finds a Member of the script.
func memberOf(code string) member {
	all := members()
	i := slices.IndexFunc(all, func(m member) bool { return m.code == code })
	return all[i]
}

// fail keeps the first error, with what was being done.
func (w *world) fail(what string, err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("%s: %w", what, err)
	}
}

// as gives the visitor that a person is now.
func (w *world) as(email string) events.Visitor {
	id, ok := w.ids[email]
	if !ok {
		w.fail(email, errors.New("the demo knows nobody there"))
	}
	v, err := w.portal.Desk.Visitor(w.ctx, id)
	w.fail(email, err)
	return v
}

// activity gives an activity of the script as it is stored.
func (w *world) activity(name string) events.Activity {
	a, err := w.portal.Programme.Load(w.ctx, w.codes[name])
	w.fail("load "+name, err)
	return a
}

// create plans an activity under a name of the script.
func (w *world) create(name string, a events.Activity) {
	a.Responsible = officer
	made, err := w.portal.Programme.Create(w.ctx, w.as(officer), a)
	w.fail("create "+name, err)
	w.codes[name] = made.Code
}

// change edits an activity.
func (w *world) change(name, why string, edit func(*events.Activity)) {
	a := w.activity(name)
	_, err := w.portal.Programme.Change(w.ctx, w.as(officer), a.Code, a.Version, why, func(a *events.Activity) error {
		edit(a)
		return nil
	})
	w.fail("change "+name, err)
}

// advance takes an activity to its next states, giving a reason where a gate warns.
func (w *world) advance(name, why string, to ...events.State) {
	for _, state := range to {
		if w.err != nil {
			return
		}
		a := w.activity(name)
		_, err := w.portal.Programme.Advance(w.ctx, w.as(officer), a.Code, a.Version, state, why, "", nil)
		w.fail(fmt.Sprintf("take %s to %s", name, state), err)
	}
}

// invite adds organisations to an activity's list, with seats per pool.
func (w *world) invite(name string, who registrations.Invited, seats map[events.Pool]int) {
	for _, pool := range w.activityPools(name) {
		if n, ok := seats[pool]; ok {
			who.Seats = append(who.Seats, invitations.Seats{Pool: pool, Seats: n})
		}
	}
	_, err := w.portal.Desk.Invite(w.ctx, w.as(officer), w.codes[name], who)
	w.fail("invite to "+name, err)
}

func (w *world) activityPools(name string) []events.Pool {
	a := w.activity(name)
	return a.Mode.Pools()
}

// answer is what a Member says to its invitation.
func (w *world) answer(name, code string, answer invitations.Answer, why string) {
	_, err := w.portal.Desk.Answer(w.ctx, w.as(memberOf(code).contact()), w.codes[name], code, answer, why)
	w.fail("answer "+name+" for "+code, err)
}

// nominate puts down delegates of a Member by the numbers from first to last.
func (w *world) nominate(name, code string, pool events.Pool, first, last int) []string {
	m := memberOf(code)
	var made []string
	for n := first; n <= last && w.err == nil; n++ {
		r, err := w.portal.Desk.Nominate(w.ctx, w.as(m.contact()), w.codes[name], m.entry(n, pool))
		w.fail(fmt.Sprintf("nominate delegate %d of %s to %s", n, code, name), err)
		made = append(made, r.ID)
	}
	return made
}

func (m member) entry(n int, pool events.Pool) registrations.Entry {
	return registrations.Entry{Organisation: m.code, Capacity: registrations.Delegate, Pool: pool,
		Person: registrations.Person{GivenName: fmt.Sprintf("Delegate %d", n), FamilyName: "(" + m.name + ")", Email: m.delegate(n), Language: m.language}}
}

// register lets somebody who is signed in register alone.
func (w *world) register(name, email string, pool events.Pool) string {
	v := w.as(email)
	p, err := w.portal.Directory.Person(w.ctx, v.Person)
	w.fail("find "+email, err)
	group := events.PublicGroup
	if len(v.Groups) > 0 {
		group = v.Groups[0]
	}
	r, err := w.portal.Desk.Register(w.ctx, v, w.codes[name], registrations.Entry{Organisation: p.Organisation, Capacity: registrations.UsualCapacity(group),
		Pool: pool, Person: registrations.Person{GivenName: p.GivenName, FamilyName: p.FamilyName, Language: p.Language}})
	w.fail("register "+email+" for "+name, err)
	return r.ID
}

// enter puts somebody down in the name of the Secretariat.
func (w *world) enter(name, email string, capacity registrations.Capacity, pool events.Pool) string {
	people, err := w.portal.Directory.PeopleAt(w.ctx, email)
	if err == nil && len(people) == 0 {
		err = errors.New("the demo knows nobody there")
	}
	w.fail("find "+email, err)
	if w.err != nil {
		return ""
	}
	p := people[0]
	r, err := w.portal.Desk.Enter(w.ctx, w.as(officer), w.codes[name], registrations.Entry{Organisation: p.Organisation, Capacity: capacity, Pool: pool,
		Person: registrations.Person{GivenName: p.GivenName, FamilyName: p.FamilyName, Email: p.Email, Language: p.Language}})
	w.fail("enter "+email+" into "+name, err)
	return r.ID
}

// decide is what the Secretariat decides about registrations.
func (w *world) decide(event registrations.Event, why string, ids ...string) {
	for _, id := range ids {
		if w.err != nil {
			return
		}
		_, err := w.portal.Desk.Decide(w.ctx, w.as(assistant), id, registrations.Decision{Event: event, Reason: why})
		w.fail(fmt.Sprintf("%s a registration", event), err)
	}
}

// furnish brings in the Members, the other organisations and the people.
func (w *world) furnish() {
	d := w.portal.Directory
	_, err := d.ImportMembers(w.ctx, directory.ByImport, strings.NewReader(string(directory.MembersCSV)), false)
	w.fail("import the Members", err)
	for _, o := range organisations() {
		_, err := d.AddOrganisation(w.ctx, directory.ByPortal, o)
		w.fail("add "+o.Code, err)
	}
	for _, p := range people() {
		kept, err := d.AddPerson(w.ctx, directory.ByPortal, p)
		w.fail("add "+p.Email, err)
		w.ids[kept.Email] = kept.ID
	}
}

// importProgramme brings in the file's year.
func (w *world) importProgramme() {
	file, err := programmeOn(w.now)
	w.fail("move the programme", err)
	if w.err != nil {
		return
	}
	_, err = w.portal.Programme.Import(w.ctx, w.as(administrator), strings.NewReader(string(file)), w.portal.ImportLimit(), false)
	w.fail("import the programme", err)
	for _, code := range lived {
		w.codes[code] = codeOn(code, w.now)
	}
}
