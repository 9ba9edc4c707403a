package page

import (
	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
)

// Standing says in a sentence, to others than the person, how a registration stands and what is
// awaited. Position is the place on the waiting list, 0 when it does not wait.
func Standing(w *i18n.Words, r *registrations.Registration, position int) string {
	switch {
	case r.AwaitsEndorsement():
		return w.T("standing.to_endorse")
	case r.State == registrations.Endorsed && r.Seat != "":
		return w.T("standing.reconsidered")
	case r.State == registrations.Waitlisted && r.Held:
		return w.T("standing.held")
	case r.State == registrations.Waitlisted && position > 0:
		return w.T("standing.waiting_at", "position", position, "pool", w.T("pool."+string(r.Pool)))
	}
	return w.T("standing." + string(r.State))
}

// StandingShort says the same in two or three words, for a column of a list.
func StandingShort(w *i18n.Words, r *registrations.Registration, position int) StateWords {
	s := stateWords(w, "registration", string(r.State))
	switch {
	case r.AwaitsEndorsement():
		s.Text = w.T("standing.short.to_endorse")
	case r.State == registrations.Submitted:
		s.Text = w.T("standing.short.to_decide")
	case r.State == registrations.Waitlisted && position > 0:
		s.Text = w.T("standing.short.waiting_at", "position", position)
	}
	return s
}

// StateOf puts a state of an activity, a registration, an answer, a notice or a reply into words.
func StateOf(w *i18n.Words, of, word string) StateWords { return stateWords(w, of, word) }

// EntryOf reads what was typed about a person who is to take part. Faults of reading are the form's;
// what the rules ask for is judged by the Desk.
func EntryOf(f *Form) registrations.Entry {
	e := registrations.Entry{
		Person: registrations.Person{GivenName: f.Line("given_name", 200), FamilyName: f.Line("family_name", 200),
			Email: f.Value("email"), Language: f.Value("language")},
		Organisation: f.Line("organisation", 40),
		Capacity:     registrations.Capacity(f.Value("capacity")),
		Pool:         events.Pool(f.Value("pool")),
		Answers:      map[string]string{},
	}
	for _, key := range registrations.AnswerKeys() {
		if f.Has("answers." + key) {
			e.Answers[key] = f.Text("answers."+key, 1000)
		}
	}
	return e
}

// FillEntry shows a registration in the form that EntryOf reads.
func FillEntry(f *Form, r *registrations.Registration) {
	f.Set("given_name", r.Person.GivenName)
	f.Set("family_name", r.Person.FamilyName)
	f.Set("email", r.Email)
	f.Set("language", r.Person.Language)
	f.Set("organisation", r.Organisation)
	f.Set("capacity", string(r.Capacity))
	f.Set("pool", string(r.Pool))
	for key, answer := range r.Answers {
		f.Set("answers."+key, answer)
	}
	f.SetInt("version", r.Version)
}
