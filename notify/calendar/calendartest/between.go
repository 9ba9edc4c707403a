package calendartest

import (
	"fmt"
	"time"
)

// Succession lists what is wrong between two objects about the same events, the later
// one made after the earlier (rules 15, 16, 17, 20, 26, 40, 41, 58): a UID keeps its organizer
// and attendee, its SEQUENCE never falls, and whatever changes raises both SEQUENCE and
// DTSTAMP. Events that stand in only one of the two are left out; a repetition of the
// same content is right.
func Succession(earlier, later []byte) []string {
	before, err := Parse(earlier)
	if err != nil {
		return []string{"earlier object: " + err.Error()}
	}
	after, err := Parse(later)
	if err != nil {
		return []string{"later object: " + err.Error()}
	}
	known := make(map[string]Event, len(before.Events))
	for _, e := range before.Events {
		known[e.UID] = e
	}
	var found []string
	for _, e := range after.Events {
		if b, ok := known[e.UID]; ok {
			for _, s := range succeeds(b, e) {
				found = append(found, fmt.Sprintf("%s (UID %s)", s, e.UID))
			}
		}
	}
	return found
}

// succeeds judges one event by what it said before.
func succeeds(b, e Event) []string {
	var found []string
	if b.Organizer != e.Organizer {
		found = append(found, fmt.Sprintf("rule 26: ORGANIZER was %s, is %s", b.Organizer, e.Organizer))
	}
	invites := b.Method != "PUBLISH" && e.Method != "PUBLISH"
	if invites && b.Attendee != e.Attendee {
		found = append(found, fmt.Sprintf("rule 41: ATTENDEE was %s, is %s", b.Attendee, e.Attendee))
	}
	if e.Sequence < b.Sequence {
		found = append(found, fmt.Sprintf("rule 16: SEQUENCE fell from %d to %d", b.Sequence, e.Sequence))
	}
	if e.Method == "CANCEL" && b.Method != "CANCEL" {
		if e.Sequence <= b.Sequence {
			found = append(found, fmt.Sprintf("rule 40: the CANCEL has SEQUENCE %d, what it cancels %d", e.Sequence, b.Sequence))
		}
		if b.said() != e.said() {
			found = append(found, fmt.Sprintf("rule 41: the CANCEL says %+v, the REQUEST said %+v", e.said(), b.said()))
		}
	}
	if b.content() == e.content() {
		return found
	}
	if e.Sequence <= b.Sequence {
		found = append(found, fmt.Sprintf("rule 17, 58: it changed, SEQUENCE %d did not rise to more than %d", e.Sequence, b.Sequence))
	}
	if !e.Stamp.After(b.Stamp) {
		found = append(found, fmt.Sprintf("rule 20, 58: it changed, DTSTAMP %v is not after %v", e.Stamp, b.Stamp))
	}
	return found
}

// saying is what a CANCEL repeats.
type saying struct {
	Start, End time.Time
	AllDay     bool
	Summary    string
}

func (e Event) said() saying { return saying{e.Start, e.End, e.AllDay, e.Summary} }

// content is what a reader of the calendar sees change.
type content struct {
	saying
	Location, Description, URL, Status string
}

func (e Event) content() content {
	return content{e.said(), e.Location, e.Description, e.URL, e.Status}
}
