package calendar

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/emersion/go-ical"
)

// property sets a property to a value that needs no escaping, with parameters as pairs of
// name and value. Names are constants; values of parameters went through paramText.
func property(c *ical.Component, name, value string, params ...string) {
	p := ical.NewProp(name)
	p.Value = value
	for i := 0; i+1 < len(params); i += 2 {
		p.Params.Set(params[i], params[i+1])
	}
	c.Props.Set(p)
}

// text sets a property to escaped text. Of go-ical's own setter only the escaping is
// taken: it marks names it does not know with a VALUE=TEXT that clients trip over.
func text(c *ical.Component, name, value string, params ...string) {
	p := ical.NewProp(name)
	p.SetText(value)
	property(c, name, p.Value, params...)
}

// encode writes the calendar with folded lines. go-ical sorts the names, so that the
// same calendar is the same bytes.
func encode(cal *ical.Component) ([]byte, error) {
	var buf bytes.Buffer
	if err := ical.NewEncoder(&buf).Encode(&ical.Calendar{Component: cal}); err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	return Fold(buf.Bytes()), nil
}

// empty writes a calendar without events, which go-ical refuses though subscribers
// meet it whenever nothing is planned.
func empty(cal *ical.Component) []byte {
	var buf bytes.Buffer
	buf.WriteString("BEGIN:VCALENDAR\r\n")
	for _, name := range slices.Sorted(maps.Keys(cal.Props)) {
		for _, p := range cal.Props[name] {
			buf.WriteString(p.Name)
			for _, param := range slices.Sorted(maps.Keys(p.Params)) {
				buf.WriteString(";" + param + "=" + p.Params.Get(param))
			}
			buf.WriteString(":" + p.Value + "\r\n")
		}
	}
	buf.WriteString("END:VCALENDAR\r\n")
	return buf.Bytes()
}
