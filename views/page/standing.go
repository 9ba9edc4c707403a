package page

import (
	"strings"

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

// FieldNames names the fields of a form, parted by blanks, in the reader's words.
func FieldNames(w *i18n.Words, names string) string {
	var list []string
	for _, name := range strings.Fields(names) {
		list = append(list, fieldLabel(w, name))
	}
	return w.List(list)
}
