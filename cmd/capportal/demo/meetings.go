package demo

import (
	"time"

	"capportal/events"
	"capportal/registrations"
)

// at gives a clock time on a day of an activity, counted from the Monday of now's week, in a zone.
func (w *world) at(day int, clock, zone string) time.Time {
	place, err := events.LoadZone(zone)
	w.fail("zone "+zone, err)
	if err != nil {
		return time.Time{}
	}
	t, err := events.At(w.monday.AddDate(0, 0, day), clock, place)
	w.fail("time "+clock, err)
	return t.UTC()
}

// until is the last second of a day, for deadlines.
func (w *world) until(day int, zone string) *time.Time {
	t := w.at(day, "23:59", zone).Add(59 * time.Second)
	return &t
}

// workday moves a day out of the last days of a year, when nobody meets.
func (w *world) workday(n int) int {
	for d := w.day(n, 0); d.YearDay() < 6 || d.Month() == time.December && d.Day() > 18; d = w.day(n, 0) {
		n += 7
	}
	return n
}

const brussels = "Europe/Brussels"

var headquarters = events.Place{City: "Brussels", Country: "BE", Venue: "WCO Headquarters, Council room"}

// intersessional is a hybrid meeting with a closed and an open day: nominations are open, some are
// decided, one delegate has withdrawn, and the room has changed.
func (w *world) intersessional() []step {
	const name = "intersessional"
	first := w.workday(36)
	seats := map[events.Pool]int{events.OnSitePool: 2, events.RemotePool: 4}
	var zambia, jordan, peru []string
	return []step{
		{w.day(-77, 9), "plan the intersessional meeting", func() {
			w.create(name, events.Activity{
				Kind: events.CAPMeeting,
				Title: events.Text{
					"en": "Intersessional Meeting of the Counterfeiting and Piracy (CAP) Group",
					"fr": "Réunion intersession du Groupe Contrefaçon et Piratage (CAP)",
					"es": "Reunión entre sesiones del Grupo sobre Falsificación y Piratería (CAP)",
					"ar": "اجتماع ما بين الدورات لفريق مكافحة التقليد والقرصنة (CAP)",
					"ru": "Межсессионное совещание Группы по борьбе с контрафактом и пиратством (CAP)",
					"pt": "Reunião intersessões do Grupo de Contrafação e Pirataria (CAP)",
				},
				Description: events.Text{
					"en": "Two days on small consignments. The first day is for customs administrations and observers; on the second, right holders, platforms and carriers join.",
					"fr": "Deux journées consacrées aux petits envois. La première est réservée aux administrations douanières et aux observateurs ; les titulaires de droits, les plateformes et les transporteurs se joignent à la seconde.",
				},
				Objective: events.Text{
					"en": "Agree on a common draft of guidance on controls of small consignments.",
					"fr": "S'accorder sur un projet commun d'orientations relatives aux contrôles des petits envois.",
				},
				Start: w.at(first, "09:30", brussels), End: w.at(first+1, "17:30", brussels), Zone: brussels, Mode: events.Hybrid, Place: headquarters,
				Host: "WCO Secretariat", Funding: "Regular budget", Regions: []string{events.AllRegions}, Languages: []string{"en", "fr"}, Interpretation: []string{"es", "ar"},
				Seats:     []events.Seats{{Pool: events.OnSitePool, Capacity: 130}, {Pool: events.RemotePool, Capacity: 400}},
				SeatsEach: 4, Deadlines: events.Deadlines{Nomination: w.until(17, brussels), Registration: w.until(29, brussels)},
				Sessions: []events.Session{
					{ID: "day-1", Title: events.Text{"en": "Draft guidance on small consignments", "fr": "Projet d'orientations sur les petits envois"},
						Start: w.at(first, "09:30", brussels), End: w.at(first, "17:30", brussels),
						OpenTo: []events.Group{events.Member, events.RegionalEntity, events.IGO, events.Expert}},
					{ID: "day-2-morning", Title: events.Text{"en": "Joint session with right holders", "fr": "Session conjointe avec les titulaires de droits"},
						Start: w.at(first+1, "09:30", brussels), End: w.at(first+1, "12:30", brussels),
						OpenTo: []events.Group{events.Member, events.RegionalEntity, events.IGO, events.Expert, events.RightHolder, events.Academia}},
					{ID: "day-2-afternoon", Title: events.Text{"en": "Recognising products: carriers and platforms", "fr": "Reconnaître les produits : transporteurs et plateformes"},
						Start: w.at(first+1, "14:00", brussels), End: w.at(first+1, "17:30", brussels),
						OpenTo: []events.Group{events.Member, events.RegionalEntity, events.IGO, events.Expert, events.RightHolder, events.Academia}},
				},
			})
		}},
		{w.day(-63, 9), "approve the intersessional meeting", func() { w.advance(name, "", events.Approved) }},
		{w.day(-42, 9), "invite to the intersessional meeting", func() {
			w.invite(name, registrations.Invited{AllMembers: true}, seats)
			w.invite(name, registrations.Invited{Group: events.RegionalEntity}, seats)
			w.advance(name, "", events.InvitationsSent)
		}},
		{w.day(-35, 9), "open the intersessional meeting", func() { w.advance(name, "", events.RegistrationOpen) }},
		{w.day(-30, 10), "Zambia nominates", func() { zambia = w.nominate(name, "ZM", events.OnSitePool, 1, 2) }},
		{w.day(-28, 14), "Jordan nominates", func() { jordan = w.nominate(name, "JO", events.OnSitePool, 1, 2) }},
		{w.day(-24, 16), "Peru nominates", func() { peru = w.nominate(name, "PE", events.RemotePool, 1, 3) }},
		{w.day(-21, 9), "the first are confirmed", func() {
			w.decide(registrations.Confirm, "", zambia...)
			w.decide(registrations.Confirm, "", jordan...)
			w.decide(registrations.Confirm, "", peru[0])
			w.decide(registrations.Refuse, "The programme asks for officers who work on small consignments.", peru[2])
		}},
		{w.day(-14, 9), "others register", func() {
			w.register(name, "liaison@igo-one.example", events.OnSitePool)
			w.register(name, "rep1@platform-one.example", events.RemotePool)
			w.nominate(name, "BR", events.RemotePool, 1, 2)
			w.nominate(name, "KZ", events.OnSitePool, 1, 1)
			w.nominate(name, "WS", events.RemotePool, 1, 1)
		}},
		{w.day(-10, 9), "a delegate withdraws", func() {
			_, err := w.portal.Desk.Decide(w.ctx, w.as(memberOf("JO").contact()), jordan[1], registrations.Decision{Event: registrations.Withdraw, Reason: "Another duty on these days."})
			w.fail("withdraw", err)
		}},
		{w.day(-5, 9), "the room changes", func() {
			w.change(name, "The Council room is being rebuilt.", func(a *events.Activity) { a.Place.Venue = "WCO Headquarters, room 9" })
		}},
	}
}

// webinar is decided by the Secretariat and open to whoever may see it: the shortest way through all
// of it.
func (w *world) webinar() []step {
	const name = "webinar"
	var carrier string
	return []step{
		{w.day(-56, 9), "plan the webinar", func() {
			w.create(name, events.Activity{
				Kind:        events.RegionalWorkshop,
				Title:       events.Text{"en": "Online Workshop on Recognising Counterfeit Products", "fr": "Atelier en ligne sur la reconnaissance des produits contrefaits"},
				Description: events.Text{"en": "Right holders show what tells their products from counterfeits, with time for questions.", "fr": "Des titulaires de droits montrent ce qui distingue leurs produits des contrefaçons, avec du temps pour les questions."},
				Objective:   events.Text{"en": "Officers can tell five groups of products from their counterfeits.", "fr": "Les agents savent distinguer cinq groupes de produits de leurs contrefaçons."},
				Start:       w.at(22, "13:00", brussels), End: w.at(22, "16:00", brussels), Zone: brussels, Mode: events.Remote, Host: "WCO Secretariat",
				Regions: []string{events.AllRegions}, Languages: []string{"en"}, Interpretation: []string{"fr"}, Lane: events.SelfRegistration, Acceptance: events.Decided,
				Seats: []events.Seats{{Pool: events.RemotePool, Capacity: 80}}, Deadlines: events.Deadlines{Registration: w.until(20, brussels)},
				Sessions: []events.Session{{ID: "session", Title: events.Text{"en": "Medicines, cosmetics, sports goods, spare parts, toys", "fr": "Médicaments, cosmétiques, articles de sport, pièces détachées, jouets"},
					Start: w.at(22, "13:00", brussels), End: w.at(22, "16:00", brussels), OpenTo: events.Groups()}},
			})
			w.advance(name, "", events.Approved)
		}},
		{w.day(-20, 9), "open the webinar", func() { w.advance(name, "", events.RegistrationOpen) }},
		{w.day(-12, 9), "the first register for the webinar", func() {
			carrier = w.register(name, "rep1@carrier-b.example", events.RemotePool)
			w.register(name, "prof@university-one.example", events.RemotePool)
		}},
		{w.day(-9, 9), "and one is confirmed", func() { w.decide(registrations.Confirm, "", carrier) }},
	}
}

// symposium registers by itself; its room is full, and some wait for a seat in it.
func (w *world) symposium() []step {
	const name, seatsInRoom = "IPR-2027-04", 12
	var first string
	return []step{
		{w.day(-40, 9), "prepare the symposium", func() {
			w.change(name, "", func(a *events.Activity) {
				a.Responsible = officer
				a.Objective = events.Text{"en": "Bring customs, platforms, carriers and right holders together on counterfeits in e-commerce.", "fr": "Réunir la douane, les plateformes, les transporteurs et les titulaires de droits sur les contrefaçons dans le commerce électronique."}
				a.Seats = []events.Seats{{Pool: events.OnSitePool, Capacity: seatsInRoom}, {Pool: events.RemotePool, Capacity: 2000}}
				a.Sessions = []events.Session{{ID: "symposium", Title: events.Text{"en": "Removing counterfeits from e-commerce", "fr": "Éliminer les contrefaçons du commerce électronique"},
					Start: a.Start, End: a.End, OpenTo: events.Groups()}}
			})
			w.advance(name, "", events.Approved)
		}},
		{w.day(-28, 9), "open the symposium", func() { w.advance(name, "", events.RegistrationOpen) }},
		{w.day(-26, 9), "the room fills", func() {
			for _, email := range []string{"rep2@rightholder-sports.example", "rep1@platform-one.example", "rep1@carrier-b.example", "prof@university-one.example", "liaison@igo-one.example"} {
				id := w.register(name, email, events.OnSitePool)
				first = id
			}
			for _, m := range members()[1:] {
				w.register(name, m.contact(), events.OnSitePool)
			}
		}},
		{w.day(-19, 9), "more come than there are seats", func() {
			w.register(name, "expert.ipr.03@customs-zm.example", events.OnSitePool)
			w.register(name, "host.al@customs-al.example", events.OnSitePool)
			w.register(name, "expert.ipr.02@customs-bd.example", events.RemotePool)
		}},
		{w.day(-11, 9), "one withdraws, and the first of those who wait moves up", func() {
			_, err := w.portal.Desk.Decide(w.ctx, w.as("liaison@igo-one.example"), first, registrations.Decision{Event: registrations.Withdraw})
			w.fail("withdraw", err)
		}},
		{w.now.Add(-20 * time.Minute), "a stranger registers and has not confirmed the address yet", func() {
			_, err := w.portal.Desk.Register(w.ctx, events.Visitor{}, w.codes[name], registrations.Entry{Capacity: "observer_ngo", Pool: events.RemotePool,
				Person: registrations.Person{GivenName: "Visitor 1", FamilyName: "(Consumers' association)", Email: "visitor1@consumers.example", Language: "en"}})
			w.fail("register a stranger", err)
		}},
	}
}
