package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"time"

	"capportal/events"
)

// decode reads a JSON body strictly: a field that the type does not have is refused by its name,
// before anything else is looked at.
func decode(body []byte, to any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return events.E(events.Invalid, "json_missing", "")
	}
	var raw any
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&raw); err != nil {
		return events.E(events.Invalid, "json_broken", "").Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return events.E(events.Invalid, "json_broken", "")
	}
	if _, ok := raw.(map[string]any); !ok {
		return events.E(events.Invalid, "json_object", "")
	}
	var faults events.Errors
	unknown(raw, reflect.TypeOf(to).Elem(), "", &faults)
	if err := faults.Or(); err != nil {
		return err
	}
	if err := json.Unmarshal(body, to); err != nil {
		return misfit(err)
	}
	return nil
}

// misfit says beside its field what does not fit its type.
func misfit(err error) error {
	var kind *json.UnmarshalTypeError
	var clock *time.ParseError
	switch {
	case errors.As(err, &kind):
		return events.E(events.Invalid, "json_type", kind.Field).Because(err)
	case errors.As(err, &clock):
		return events.E(events.Invalid, "time_form", "").Because(err)
	}
	return events.E(events.Invalid, "json_broken", "").Because(err)
}

// unknown collects the fields of a JSON value that a type does not have, and times that are none.
func unknown(value any, t reflect.Type, at string, faults *events.Errors) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[time.Time]() {
		if s, ok := value.(string); ok {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				faults.Add(events.E(events.Invalid, "time_form", at))
			}
		}
		return
	}
	switch v := value.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return
		}
		known := fieldsOf(t)
		for name, inner := range v {
			field, ok := known[name]
			if !ok {
				faults.Add(events.E(events.Invalid, "unknown_field", under(at, name)).With("field", name))
				continue
			}
			unknown(inner, field, under(at, name), faults)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, inner := range v {
				unknown(inner, t.Elem(), under(at, itoa(i)), faults)
			}
		}
	}
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
			for n, inner := range fieldsOf(f.Type) {
				fields[n] = inner
			}
		case name != "-" && name != "":
			fields[name] = f.Type
		}
	}
	return fields
}

// overlay reads a PATCH over what stands: a field that is sent replaces, a list whole, a text per
// language; a field that is not sent stays.
func overlay(body []byte, to any) error {
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(body, &sent); err != nil {
		return events.E(events.Invalid, "json_broken", "").Because(err)
	}
	v := reflect.ValueOf(to).Elem()
	clearLists(v, sent)
	if err := json.Unmarshal(body, to); err != nil {
		return misfit(err)
	}
	return nil
}

// clearLists empties the lists and pointers that are sent, since decoding into them would keep parts
// of what stood there.
func clearLists(v reflect.Value, sent map[string]json.RawMessage) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			clearLists(v.Field(i), sent)
			continue
		}
		if _, ok := sent[name]; ok && (f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Pointer) {
			v.Field(i).SetZero()
		}
	}
}
