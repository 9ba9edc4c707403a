package notify_test

import (
	"strings"
	"testing"

	"capportal/registrations"
)

// A confirmation reaches the person in its language, with the invitation.
func TestWorker_ThinWay(t *testing.T) {
	onEach(t, func(w *world) {
		a := w.open(meeting(10))
		for _, c := range []struct{ language, subject, line string }{
			{"en", "Seat confirmed: 23rd Meeting of the CAP Group", "Your seat is confirmed."},
			{"fr", "Place confirmée : 23e réunion du Groupe CAP", "Votre place est confirmée."},
		} {
			to := "delegate." + c.language + "@customs-zm.example"
			r := w.nominate(a, to, c.language)
			w.one(to)
			w.decide(r, registrations.Confirm)
			m := w.one(to)
			if m.Subject != c.subject || !strings.HasPrefix(m.Text, c.line) || !strings.Contains(m.HTML, c.line) || m.Language != c.language {
				t.Errorf("%s: %q\n%s", c.language, m.Subject, m.Text)
			}
			e := w.event(m)
			if e.Method != "REQUEST" || e.Sequence != 0 || !e.Start.Equal(a.Start) || !e.End.Equal(a.End) || e.PartStat != "NEEDS-ACTION" {
				t.Errorf("%s: %+v", c.language, e)
			}
		}
	})
}
