package demo

import (
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// postponed is a workshop in Jordan whose new dates are not known yet.
func (w *world) postponed() []step {
	const name, zone = "postponed", "Asia/Amman"
	return []step{
		{w.day(-64, 9), "plan the workshop in Jordan", func() {
			w.create(name, events.Activity{
				Kind:      events.NationalWorkshop,
				Title:     events.Text{"en": "National Workshop on Combating Counterfeiting and Piracy - Jordan", "fr": "Atelier national sur la lutte contre la contrefaçon et le piratage - Jordanie", "ar": "ورشة عمل وطنية حول مكافحة التقليد والقرصنة - الأردن"},
				Objective: purposes[events.NationalWorkshop],
				Start:     w.at(20, "09:00", zone), End: w.at(22, "15:30", zone), Zone: zone, Mode: events.OnSite,
				Place: events.Place{City: "Amman", Country: "JO", Venue: "Jordan Customs Training Centre"}, Host: "Jordan Customs", Funding: "Donor fund B", Regions: []string{"MENA"},
				Languages: []string{"ar"}, Interpretation: []string{"en"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 40}},
				Deadlines: events.Deadlines{Nomination: w.until(-14, zone), Registration: w.until(10, zone)},
			})
			w.change(name, "", func(a *events.Activity) { a.Sessions = daily(a) })
			w.advance(name, "", events.Approved)
			w.invite(name, registrations.Invited{Organisations: []string{"JO"}}, map[events.Pool]int{events.OnSitePool: 35})
			w.advance(name, "", events.InvitationsSent, events.RegistrationOpen)
		}},
		{w.day(-34, 9), "Jordan nominates for its workshop", func() {
			w.decide(registrations.Confirm, "", w.nominate(name, "JO", events.OnSitePool, 3, 6)...)
		}},
		{w.day(-3, 9), "the workshop in Jordan is postponed", func() {
			w.advance(name, "The training centre is not available.", events.Postponed)
		}},
	}
}

// cancelled is a workshop in Peru that does not take place.
func (w *world) cancelled() []step {
	const name, zone = "cancelled", "America/Lima"
	return []step{
		{w.day(-62, 9), "plan the workshop in Peru", func() {
			w.create(name, events.Activity{
				Kind:      events.RegionalWorkshop,
				Title:     events.Text{"en": "Sub-regional Workshop on Free Zones for Andean Members", "fr": "Atelier sous-régional sur les zones franches pour les Membres andins", "es": "Taller subregional sobre zonas francas para los Miembros andinos"},
				Objective: purposes[events.RegionalWorkshop],
				Start:     w.at(29, "09:00", zone), End: w.at(31, "16:30", zone), Zone: zone, Mode: events.OnSite,
				Place: events.Place{City: "Lima", Country: "PE", Venue: "SUNAT, training institute"}, Host: "SUNAT - Customs", Funding: "Donor fund A", Regions: []string{"AMS"},
				Languages: []string{"es"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 24}}, SeatsEach: 2,
				Deadlines: events.Deadlines{Nomination: w.until(-10, zone), Registration: w.until(20, zone)},
			})
			w.change(name, "", func(a *events.Activity) { a.Sessions = daily(a) })
			w.advance(name, "", events.Approved)
			w.invite(name, registrations.Invited{Organisations: []string{"BO", "CO", "EC", "PE"}}, map[events.Pool]int{events.OnSitePool: 2})
			w.advance(name, "", events.InvitationsSent, events.RegistrationOpen)
		}},
		{w.day(-33, 15), "Peru nominates for its workshop", func() {
			w.decide(registrations.Confirm, "", w.nominate(name, "PE", events.OnSitePool, 4, 5)...)
		}},
		{w.day(-6, 15), "the workshop in Peru is cancelled", func() {
			w.advance(name, "The donor has withdrawn the funds.", events.Cancelled)
		}},
	}
}

// operation is the file's operation with its training and its debriefing: only its circle knows of it.
func (w *world) operation() []step {
	const parent, training, debriefing = "IPR-2027-02", "IPR-2027-01", "IPR-2027-03"
	invited := registrations.Invited{Organisations: []string{"AO", "CV", "CM", "CI", "GA", "GH", "GQ", "GW", "KE", "MZ", "NG", "SN", "ST", "TZ"}}
	return []step{
		{w.day(-48, 9), "approve the operation", func() {
			w.change(parent, "", func(a *events.Activity) { a.Experts = []string{"expert.ipr.01@customs-gn.example"} })
			w.prepare(parent)
			w.prepare(training)
		}},
		{w.day(-28, 9), "invite to the operation", func() {
			w.invite(parent, invited, nil)
			w.invite(training, invited, map[events.Pool]int{events.OnSitePool: 2, events.RemotePool: 2})
			w.advance(parent, "", events.InvitationsSent)
			w.advance(training, "", events.InvitationsSent)
		}},
		{w.day(-20, 11), "Senegal joins the operation", func() {
			w.answer(parent, "SN", invitations.Joined, "")
			w.nominate(training, "SN", events.OnSitePool, 12, 13)
		}},
		{w.day(-16, 11), "Kenya joins the operation", func() { w.answer(parent, "KE", invitations.Joined, "") }},
		{w.day(-13, 11), "the debriefing gets its purpose", func() {
			w.change(debriefing, "", func(a *events.Activity) {
				a.Responsible = officer
				a.Objective = events.Text{"en": "Draw the lessons of the operation.", "fr": "Tirer les enseignements de l'opération."}
			})
		}},
	}
}
