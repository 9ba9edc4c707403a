package page

import "capportal/views/i18n"

// StateWords is a state as it is shown: words first, and a class that repeats them in colour and shape.
type StateWords struct {
	Class string // "good", "wait", "stop", "idle"
	Text  string
}

// tones say how each state stands for the reader: well, to be waited for or acted on, ended badly, or
// neither. They are kept by what they are the state of.
var tones = map[string]map[string]string{
	"activity": {
		"planned": "idle", "approved": "wait", "invitations_sent": "wait", "registration_open": "good",
		"registration_closed": "idle", "in_progress": "good", "held": "idle", "reporting": "wait",
		"closed": "idle", "in_annex": "idle", "postponed": "stop", "cancelled": "stop", "merged": "stop",
	},
	"registration": {
		"draft": "wait", "submitted": "wait", "endorsed": "wait", "rejected": "stop", "confirmed": "good",
		"waitlisted": "wait", "refused": "stop", "withdrawn": "idle", "replaced": "idle", "attended": "good", "absent": "idle",
	},
	"answer": {"none": "wait", "accepted": "good", "declined": "idle", "joined": "good", "left": "idle"},
	"notice": {
		"queued": "wait", "sending": "wait", "sent": "good", "deferred": "wait", "bounced": "stop", "failed": "stop", "cancelled": "idle",
	},
	"reply": {"none": "idle", "accepted": "good", "tentative": "wait", "declined": "stop"},
}

// stateKeys are the prefixes of the catalogue's keys for each of them.
var stateKeys = map[string]string{
	"activity": "activity_state.", "registration": "registration_state.", "answer": "invitation_answer.",
	"notice": "notice_state.", "reply": "reply.",
}

// stateWords puts a state into words.
func stateWords(w *i18n.Words, of, word string) StateWords {
	class := tones[of][word]
	if class == "" {
		class = "idle"
	}
	return StateWords{Class: class, Text: w.T(stateKeys[of] + word)}
}
