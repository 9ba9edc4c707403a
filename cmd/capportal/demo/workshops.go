package demo

import (
	"fmt"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// purposes are what the file's activities are for: no activity is approved without an objective.
var purposes = map[events.Kind]events.Text{
	events.NationalWorkshop:     {"en": "Officers apply the law and practice of border measures on their own.", "fr": "Les agents appliquent de manière autonome le droit et la pratique des mesures à la frontière."},
	events.RegionalWorkshop:     {"en": "Administrations of the region agree on action points for the coming year.", "fr": "Les administrations de la région conviennent de mesures pour l'année à venir."},
	events.Operation:            {"en": "Carry out simultaneous controls and measure what they find.", "fr": "Mener des contrôles simultanés et en mesurer les résultats."},
	events.PreOperationTraining: {"en": "Officers know the operation's plan and their part in it.", "fr": "Les agents connaissent le plan de l'opération et leur rôle."},
}

// prepare gives an activity of the file what it needs to be approved: an objective, an officer, and a
// session for each of its days.
func (w *world) prepare(name string) {
	w.change(name, "", func(a *events.Activity) {
		a.Responsible, a.Objective = officer, purposes[a.Kind]
		if a.Kind != events.Operation {
			a.Sessions = daily(a)
		}
	})
	w.advance(name, "", events.Approved)
}

// daily makes a session of each day of an activity, with the hours of its first and last; the third
// of a workshop is open to right holders.
func daily(a *events.Activity) []events.Session {
	zone := a.Location()
	start, end := a.Start.In(zone), a.End.In(zone)
	var sessions []events.Session
	for n := 1; ; n++ {
		from := time.Date(start.Year(), start.Month(), start.Day()+n-1, start.Hour(), start.Minute(), 0, 0, zone)
		if !from.Before(end) {
			return sessions
		}
		to := time.Date(from.Year(), from.Month(), from.Day(), end.Hour(), end.Minute(), 0, 0, zone)
		s := events.Session{ID: fmt.Sprintf("day-%d", n), Title: events.Text{"en": fmt.Sprintf("Day %d: practical exercises", n), "fr": fmt.Sprintf("Jour %d : exercices pratiques", n)},
			Start: from.UTC(), End: to.UTC(), OpenTo: []events.Group{events.Member, events.RegionalEntity, events.Expert}}
		switch n {
		case 1:
			s.Title = events.Text{"en": "Day 1: legislation and risk", "fr": "Jour 1 : législation et risque"}
		case 3:
			s.Title = events.Text{"en": "Day 3: product identification by right holders", "fr": "Jour 3 : identification des produits par les titulaires de droits"}
			s.OpenTo = append(s.OpenTo, events.RightHolder)
		}
		sessions = append(sessions, s)
	}
}

// nationalWorkshop is the file's workshop in Senegal, which begins on Tuesday of now's week: closed
// for registration before, in progress then, held after.
func (w *world) nationalWorkshop() []step {
	const name = "IPR-2026-21"
	var nominated []string
	return []step{
		{w.day(-75, 9), "approve the workshop in Senegal", func() { w.prepare(name) }},
		{w.day(-60, 9), "invite to the workshop in Senegal", func() {
			w.invite(name, registrations.Invited{Organisations: []string{"SN"}}, map[events.Pool]int{events.OnSitePool: 35})
			w.advance(name, "", events.InvitationsSent, events.RegistrationOpen)
		}},
		{w.day(-50, 9), "Senegal nominates", func() { nominated = w.nominate(name, "SN", events.OnSitePool, 2, 11) }},
		{w.day(-40, 9), "they are confirmed", func() {
			w.decide(registrations.Confirm, "", nominated[:9]...)
			w.decide(registrations.Refuse, "The profile is that of an office without border duties.", nominated[9])
			w.decide(registrations.Confirm, "", w.enter(name, "expert.ipr.01@customs-gn.example", "resource_person", events.OnSitePool))
			w.register(name, "rep1@rightholder-pharma.example", events.OnSitePool)
		}},
		{w.day(-9, 9), "registration for the workshop in Senegal closes", func() { w.advance(name, "", events.RegistrationClosed) }},
		{w.day(1, 9.5), "the workshop in Senegal begins", func() { w.advance(name, "", events.InProgress) }},
		{w.day(4, 17), "the workshop in Senegal has been held", func() {
			w.advance(name, "The attendance sheet follows by post.", events.Held)
		}},
	}
}

// subregional is the file's workshop for South-East Europe: open until Friday of now's week.
func (w *world) subregional() []step {
	const name = "IPR-2026-22"
	return []step{
		{w.day(-70, 9), "approve the workshop in Albania", func() { w.prepare(name) }},
		{w.day(-56, 9), "invite to the workshop in Albania", func() {
			w.invite(name, registrations.Invited{Organisations: []string{"AL", "BA", "BG", "HR", "GR", "XK", "ME", "MK", "RO", "RS", "SI", "TR"}},
				map[events.Pool]int{events.OnSitePool: 2, events.RemotePool: 2})
			w.advance(name, "", events.InvitationsSent, events.RegistrationOpen)
		}},
		{w.day(-36, 9), "Albania nominates", func() {
			w.decide(registrations.Confirm, "", w.nominate(name, "AL", events.OnSitePool, 1, 2)...)
			w.register(name, "rep2@rightholder-sports.example", events.OnSitePool)
		}},
		{w.day(5, 0), "registration for the workshop in Albania closes", func() { w.advance(name, "", events.RegistrationClosed) }},
	}
}

// cohort is a guided course that has begun three weeks ago and goes on for three.
func (w *world) cohort() []step {
	const name = "cohort"
	var nominated []string
	return []step{
		{w.day(-70, 10), "plan the course", func() {
			w.create(name, events.Activity{
				Kind:      events.ELearningCohort,
				Title:     events.Text{"en": "Guided e-learning cohort: risk-based targeting on CLiKC!", "fr": "Parcours guidé d'apprentissage en ligne : ciblage fondé sur le risque, sur CLiKC!"},
				Objective: events.Text{"en": "Officers target consignments by documents.", "fr": "Les agents ciblent les envois sur documents."},
				Start:     w.at(-21, "00:00", brussels), End: w.at(21, "00:00", brussels), AllDay: true, Zone: brussels, Host: "WCO Secretariat",
				Regions: []string{events.AllRegions}, Languages: []string{"en", "fr"}, SeatsEach: 4,
				Seats: []events.Seats{{Pool: events.RemotePool, Capacity: 200}}, Deadlines: events.Deadlines{Nomination: w.until(-35, brussels), Registration: w.until(-28, brussels)},
			})
			w.advance(name, "", events.Approved)
		}},
		{w.day(-60, 10), "invite to the course", func() {
			w.invite(name, registrations.Invited{Organisations: []string{"SN", "ZM", "KE", "TH", "BR"}}, map[events.Pool]int{events.RemotePool: 4})
			w.advance(name, "The course follows the programme on CLiKC!.", events.InvitationsSent)
			w.advance(name, "", events.RegistrationOpen)
		}},
		{w.day(-45, 10), "the course fills", func() {
			nominated = append(w.nominate(name, "KE", events.RemotePool, 1, 3), w.nominate(name, "TH", events.RemotePool, 1, 2)...)
		}},
		{w.day(-30, 10), "they are confirmed", func() { w.decide(registrations.Confirm, "", nominated...) }},
		{w.day(-27, 10), "registration for the course closes", func() { w.advance(name, "", events.RegistrationClosed) }},
		{w.day(-21, 10), "the course begins", func() { w.advance(name, "", events.InProgress) }},
	}
}

// refresher was held last week.
func (w *world) refresher() []step {
	const name = "refresher"
	var entered []string
	return []step{
		{w.day(-66, 9), "plan the refresher", func() {
			w.create(name, events.Activity{
				Kind:      events.ExpertRefresher,
				Title:     events.Text{"en": "Online Refresher for Accredited Experts: new concealment methods", "fr": "Remise à niveau en ligne des experts accrédités : nouvelles méthodes de dissimulation"},
				Objective: events.Text{"en": "Experts teach from the same, recent examples.", "fr": "Les experts enseignent à partir des mêmes exemples récents."},
				Start:     w.at(-5, "13:00", brussels), End: w.at(-5, "16:00", brussels), Zone: brussels, Host: "WCO Secretariat", Lane: events.NoLane,
				Regions: []string{events.AllRegions}, Languages: []string{"en"}, Seats: []events.Seats{{Pool: events.RemotePool, Capacity: 40}},
			})
			w.advance(name, "", events.Approved)
		}},
		{w.day(-30, 9), "the experts are entered", func() {
			for _, email := range []string{"expert.ipr.01@customs-gn.example", "expert.ipr.02@customs-bd.example", "expert.ipr.03@customs-zm.example"} {
				entered = append(entered, w.enter(name, email, "expert", events.RemotePool))
			}
			w.decide(registrations.Confirm, "", entered...)
		}},
		{w.day(-5, 12), "the refresher begins", func() { w.advance(name, "", events.InProgress) }},
		{w.day(-5, 17), "the refresher has been held", func() {
			w.advance(name, "Attendance is read from the log of the line.", events.Held)
		}},
	}
}
