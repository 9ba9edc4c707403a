package caught

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"
)

// entryView is what a calendar entry says, as a calendar would read it: the portal writes timed entries
// in UTC.
type entryView struct {
	Text       string // the object as it was sent
	Method     string
	Title      string
	Start, End time.Time
	AllDay     bool
	Place      string
	Organizer  string
	Attendee   string
	Answer     string // PARTSTAT
	UID        string
	Sequence   string
	Stamp      time.Time
	Status     string
}

// readEntry reads the one event of an object.
func readEntry(object []byte) (*entryView, error) {
	calendar, err := ical.NewDecoder(bytes.NewReader(object)).Decode()
	if err != nil {
		return nil, fmt.Errorf("read the calendar entry of a mail: %w", err)
	}
	v := &entryView{Text: string(object)}
	v.Method, _ = calendar.Props.Text(ical.PropMethod)
	list := calendar.Events()
	if len(list) == 0 {
		return v, nil
	}
	e := list[0] // a mail carries one
	v.Title, v.Place = text(e.Props, ical.PropSummary), text(e.Props, ical.PropLocation)
	v.UID, v.Sequence, v.Status = text(e.Props, ical.PropUID), text(e.Props, ical.PropSequence), text(e.Props, ical.PropStatus)
	v.Organizer, v.Attendee = person(e.Props.Get(ical.PropOrganizer)), person(e.Props.Get(ical.PropAttendee))
	if a := e.Props.Get(ical.PropAttendee); a != nil {
		v.Answer = a.Params.Get(ical.ParamParticipationStatus)
	}
	if stamp := e.Props.Get(ical.PropDateTimeStamp); stamp != nil {
		v.Stamp, _ = stamp.DateTime(time.UTC)
	}
	if start := e.Props.Get(ical.PropDateTimeStart); start != nil {
		v.AllDay = start.ValueType() == ical.ValueDate
		v.Start, _ = start.DateTime(time.UTC)
	}
	if end := e.Props.Get(ical.PropDateTimeEnd); end != nil {
		v.End, _ = end.DateTime(time.UTC)
	}
	return v, nil
}

func text(props ical.Props, name string) string {
	p := props.Get(name)
	if p == nil {
		return ""
	}
	if s, err := p.Text(); err == nil {
		return s
	}
	return p.Value
}

// person writes a calendar user as name and address.
func person(p *ical.Prop) string {
	if p == nil {
		return ""
	}
	address := strings.TrimPrefix(strings.TrimPrefix(p.Value, "mailto:"), "MAILTO:")
	if name := p.Params.Get(ical.ParamCommonName); name != "" {
		return name + " <" + address + ">"
	}
	return address
}
