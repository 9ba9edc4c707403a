package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"capportal/events"
)

// mostFaults is how many faults of one body are told.
const mostFaults = 50

// decode reads a JSON body strictly: a field that the type does not have is refused by its name, and a
// value of another type by its place, before anything else is looked at. A null says nothing.
func decode(body []byte, to any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return events.E(events.Invalid, "json_missing", "")
	}
	var raw any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return events.E(events.Invalid, "json_broken", "").Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return events.E(events.Invalid, "json_broken", "")
	}
	if _, ok := raw.(map[string]any); !ok {
		return events.E(events.Invalid, "json_object", "")
	}
	var f fit
	f.judge(raw, reflect.TypeOf(to).Elem(), "")
	if err := f.faults.Or(); err != nil {
		return err
	}
	return misfit(json.Unmarshal(body, to))
}

// misfit says that a body cannot be read. What fits has been judged before, so this is left to what
// only the decoder itself sees, such as a name sent twice.
func misfit(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return events.E(events.Invalid, "json_type", kind.Field).Because(err)
	}
	return events.E(events.Invalid, "json_broken", "").Because(err)
}

// fit collects where a JSON value does not fit a type.
type fit struct{ faults events.Errors }

func (f *fit) refuse(e *events.Error) {
	if len(f.faults) < mostFaults {
		f.faults.Add(e)
	}
}

func (f *fit) judge(value any, t reflect.Type, at string) {
	if value == nil {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fits := true
	switch {
	case t == reflect.TypeFor[time.Time]():
		f.instant(value, at)
	case t.Kind() == reflect.Struct:
		fits = f.object(value, t, at)
	case t.Kind() == reflect.Map:
		fits = f.dictionary(value, t, at)
	case t.Kind() == reflect.Slice:
		fits = f.array(value, t, at)
	case t.Kind() == reflect.String:
		_, fits = value.(string)
	case t.Kind() == reflect.Bool:
		_, fits = value.(bool)
	default:
		n, ok := value.(json.Number)
		_, err := n.Int64()
		fits = ok && err == nil
	}
	if !fits {
		f.refuse(events.E(events.Invalid, "json_type", at))
	}
}

// instant judges a point in time: RFC 3339, and of the years that RFC 3339 can write in UTC too.
func (f *fit) instant(value any, at string) {
	s, ok := value.(string)
	t, err := time.Parse(time.RFC3339, s)
	if year := t.UTC().Year(); !ok || err != nil || year < 1 || year > 9999 {
		f.refuse(events.E(events.Invalid, "instant_form", at))
	}
}

func (f *fit) object(value any, t reflect.Type, at string) bool {
	object, ok := value.(map[string]any)
	known := fieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field, have := known[name]
		if !have {
			f.refuse(events.E(events.Invalid, "unknown_field", under(at, name)).With("field", under(at, name)))
			continue
		}
		f.judge(object[name], field, under(at, name))
	}
	return ok
}

func (f *fit) dictionary(value any, t reflect.Type, at string) bool {
	object, ok := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f.judge(object[name], t.Elem(), under(at, name))
	}
	return ok
}

func (f *fit) array(value any, t reflect.Type, at string) bool {
	array, ok := value.([]any)
	for i, inner := range array {
		f.judge(inner, t.Elem(), under(at, itoa(i)))
	}
	return ok
}

func under(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// fieldsOf gives the JSON fields of a struct with their types, embedded ones included.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			maps.Copy(fields, fieldsOf(f.Type))
		case name != "-" && name != "":
			fields[name] = f.Type
		}
	}
	return fields
}

// overlay reads a PATCH over what stands: a field that is sent replaces, a list whole, a text per
// language; null empties, as in RFC 7396; a field that is not sent stays.
func overlay(body []byte, to any) error {
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(body, &sent); err != nil {
		return events.E(events.Invalid, "json_broken", "").Because(err)
	}
	empty(reflect.ValueOf(to).Elem(), sent)
	return misfit(json.Unmarshal(body, to))
}

// empty empties what is sent as null, and lists and pointers that are sent at all, since decoding into
// them would keep parts of what stood there.
func empty(v reflect.Value, sent map[string]json.RawMessage) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			empty(v.Field(i), sent)
			continue
		}
		value, ok := sent[name]
		if ok && (f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Pointer || string(value) == "null") {
			v.Field(i).SetZero()
		}
	}
}
