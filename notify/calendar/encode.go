package calendar

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/emersion/go-ical"
)

// component is an empty component, with room for the properties of an entry.
func component(name string) *ical.Component {
	return &ical.Component{Name: name, Props: make(ical.Props, 20)}
}

// property sets a property to a value that needs no escaping, with parameters as pairs of
// name and value. Names are constants in capitals; values of parameters went through paramText.
func property(c *ical.Component, name, value string, params ...string) {
	p := ical.Prop{Name: name, Value: value}
	if len(params) > 0 {
		p.Params = make(ical.Params, len(params)/2)
	}
	for i := 0; i+1 < len(params); i += 2 {
		p.Params[params[i]] = []string{params[i+1]}
	}
	c.Props[name] = []ical.Prop{p}
}

// text sets a property to escaped text. Of go-ical's own setter only the escaping is
// taken: it marks names it does not know with a VALUE=TEXT that clients trip over.
func text(c *ical.Component, name, value string, params ...string) {
	p := ical.NewProp(name)
	p.SetText(value)
	property(c, name, p.Value, params...)
}

// usual is room for the object of one entry, in bytes.
const usual = 2048

// encode writes the calendar with folded lines. go-ical sorts the names, so that the
// same calendar is the same bytes.
func encode(cal *ical.Component) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(usual)
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
