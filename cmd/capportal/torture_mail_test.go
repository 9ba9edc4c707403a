package main_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// tells says which notice each event of a history puts out.
func tells(automatic bool, what, from string) string {
	switch what {
	case string(registrations.Register):
		return "address_confirmation"
	case string(registrations.ConfirmAddress):
		if automatic { // the notice is that of where it ended
			return ""
		}
		return "received"
	case string(registrations.Enter):
		if automatic {
			return ""
		}
		return "nominated"
	case string(registrations.Confirm):
		if from == string(registrations.Waitlisted) {
			return "promoted"
		}
		return "confirmed"
	case string(registrations.Promote):
		return "promoted"
	case string(registrations.Waitlist):
		return "waitlisted"
	case string(registrations.Withdraw):
		return "withdrawn"
	}
	return ""
}

// judgeNotices holds the notices against the changes they tell of: each change has exactly one. At rest
// each was sent, or was overtaken by a withdrawal before anybody composed it.
func (h *holdings) judgeNotices(b *bench, atRest bool) {
	byRegistration := map[string][]outbox.Notice{}
	for _, n := range h.notices {
		byRegistration[n.Registration] = append(byRegistration[n.Registration], n)
	}
	for _, r := range h.registrations {
		want, got := map[string]int{}, map[string]int{}
		for _, c := range r.History {
			if kind := tells(h.activities[r.Activity].Acceptance == "automatic", c.What, c.From); kind != "" {
				want[kind]++
			}
		}
		withdrawn := false
		list := byRegistration[r.ID]
		slices.SortFunc(list, func(x, y outbox.Notice) int { return strings.Compare(y.ID, x.ID) }) // newest first
		for _, n := range list {
			withdrawn = withdrawn || n.Kind == "withdrawn"
			if n.Kind != "activity_changed" {
				got[n.Kind]++
			}
			if atRest && n.State != outbox.Sent && !(n.State == outbox.Cancelled && withdrawn) {
				b.fault("the notice %s to %s is %s: %s", n.Kind, n.To, n.State, n.LastError)
			}
		}
		for _, kind := range []string{"address_confirmation", "received", "nominated", "confirmed", "promoted", "waitlisted", "withdrawn"} {
			// Who fills in the form again is not mailed again at once.
			if want[kind] != got[kind] && !(kind == "address_confirmation" && 1 <= got[kind] && got[kind] <= want[kind]) {
				b.fault("%s, %s, has %d notices of kind %s for %d changes", r.Email, r.State, got[kind], kind, want[kind])
			}
		}
	}
}

// calendarPart is what a mail says to a calendar.
type calendarPart struct {
	method, uid string
	sequence    int
}

var (
	idLine       = regexp.MustCompile(`(?mi)^Message-ID: <([^>]*)>`)
	calendarLine = regexp.MustCompile(`(?m)^(METHOD|UID|SEQUENCE):(\S+)`)
)

// messageID gives a mail's Message-ID; "" when it has none.
func messageID(data []byte) string {
	if found := idLine.FindSubmatch(data); found != nil {
		return string(found[1])
	}
	return ""
}

// judgeMails holds what the mail server got: a mail that came again is the same bytes; of one
// registration none overtakes another; no mail came without a notice. At rest each notice that was sent
// has arrived, and calendars end where the registrations do.
func (h *holdings) judgeMails(b *bench, atRest bool) {
	noticed := map[string]outbox.Notice{}
	for _, n := range h.notices {
		noticed[n.MessageID] = n
	}
	first, newest, said := map[string][]byte{}, map[string]string{}, map[string]calendarPart{}
	for _, m := range h.mails {
		id := messageID(m.Data)
		if before, again := first[id]; again && !bytes.Equal(before, m.Data) {
			b.fault("the mail %s to %s came again with other content", id, m.To)
		}
		first[id] = m.Data
		n, known := noticed[id]
		if !known {
			b.fault("the mail %s to %s came and no notice knows of it", id, m.To)
		}
		// Ids rise with the changes of one registration; a change of the activity is no change of it.
		if n.Kind != "activity_changed" {
			if id < newest[m.To] {
				b.fault("to %s came %s after %s, which is newer", m.To, describe(n), describe(noticed[newest[m.To]]))
			}
			newest[m.To] = id
		}
		if c := calendarOf(m.Data); c.uid != "" {
			if before := said[c.uid]; c.sequence < before.sequence || before.method == "CANCEL" && c.method != "CANCEL" {
				b.fault("to %s came %s, %s of SEQUENCE %d, after %s of SEQUENCE %d", m.To, describe(n), c.method, c.sequence, before.method, before.sequence)
			}
			said[c.uid] = c
		}
	}
	for _, n := range h.notices {
		if n.State == outbox.Sent && !n.Fanout && first[n.MessageID] == nil {
			b.fault("to %s never came %s", n.To, describe(n))
		}
	}
	if atRest {
		h.judgeCalendars(b, said)
	}
}

// describe says what a notice is.
func describe(n outbox.Notice) string {
	const at = "15:04:05.000"
	return fmt.Sprintf("%s %s (%s, queued %s, sent %s, attempt %d)", n.Kind, n.MessageID, n.State, n.Queued.Format(at), n.Sent.Format(at), n.Attempts)
}

// calendarOf reads the calendar part of a mail; nothing when it has none.
func calendarOf(data []byte) (c calendarPart) {
	m, err := sink.Parse(data)
	if err != nil || m.Calendar == nil {
		return c
	}
	for _, found := range calendarLine.FindAllSubmatch(m.Calendar, -1) {
		switch value := string(found[2]); string(found[1]) {
		case "METHOD":
			c.method = value
		case "UID":
			c.uid = value
		case "SEQUENCE":
			c.sequence, _ = strconv.Atoi(value) // a number that is none is 0
		}
	}
	return c
}

// judgeCalendars holds what was said last of each calendar entry against where its registration stands.
func (h *holdings) judgeCalendars(b *bench, said map[string]calendarPart) {
	for _, r := range h.registrations {
		a := h.activities[r.Activity]
		c, told := said[r.Calendar.UID]
		switch {
		case r.State == registrations.Confirmed && c.method != "REQUEST":
			b.fault("%s is confirmed, and the calendar was told %q last", r.Email, c.method)
		case r.State == registrations.Confirmed && c.sequence != r.Sequence(&a):
			b.fault("%s was told SEQUENCE %d last, and has %d", r.Email, c.sequence, r.Sequence(&a))
		case r.State == registrations.Withdrawn && told && c.method != "CANCEL":
			b.fault("%s is withdrawn, and the calendar was told %q last", r.Email, c.method)
		}
	}
}
