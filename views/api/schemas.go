package api

import (
	"maps"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// schemas are made from the Go types that are read and written.
type schemas struct {
	huma.Registry
	types map[string]reflect.Type // by the name of the schema
}

func newSchemas() *schemas {
	s := &schemas{types: map[string]reflect.Type{}}
	s.Registry = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := huma.DefaultSchemaNamer(t, hint)
		// Two houses may use one word: what is not the API's own goes by its package too.
		if house := path.Base(t.PkgPath()); t.Kind() == reflect.Struct && house != "api" && house != "." {
			name = strings.ToUpper(house[:1]) + house[1:] + name
		}
		if t == reflect.TypeFor[invitations.Seats]() { // events has Seats too
			name = "InvitationSeats"
		}
		if t.Kind() == reflect.Struct {
			s.types[name] = t
		}
		return name
	})
	return s
}

func (s *schemas) of(v any, hint string) *huma.Schema {
	return s.Schema(reflect.TypeOf(v), true, hint)
}

// body describes what an operation reads. Of a PATCH the version alone must be sent.
func (s *schemas) body(op operation) *huma.Schema {
	ref := s.Schema(op.in, true, "")
	if op.method == http.MethodPatch {
		s.SchemaFromRef(ref.Ref).Required = []string{"version"}
	}
	return ref
}

// finish adds to the schemas what the types alone do not say: the words a field may hold, that a list
// is never null, that an object may be, and that what is embedded by pointer may be missing.
func (s *schemas) finish() {
	for name, schema := range maps.Clone(s.Map()) {
		if t, known := s.types[name]; known && schema.Properties != nil {
			s.refine(schema, t)
		}
	}
}

func (s *schemas) refine(schema *huma.Schema, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			s.refineEmbedded(schema, f.Type)
			continue
		}
		p := schema.Properties[name]
		if p == nil {
			continue
		}
		if words := wordsOf(f.Type); words != nil {
			hold := p
			if p.Items != nil {
				hold = p.Items
			}
			hold.Enum = words
		}
		if p.Items != nil {
			p.Nullable = false
		}
		if p.Ref != "" && f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omitempty") {
			inner := *s.SchemaFromRef(p.Ref)
			inner.Nullable = true
			schema.Properties[name] = &inner
		}
	}
}

func (s *schemas) refineEmbedded(schema *huma.Schema, t reflect.Type) {
	if t.Kind() != reflect.Pointer {
		s.refine(schema, t)
		return
	}
	inner := s.SchemaFromRef(s.Schema(t, true, "").Ref)
	s.refine(inner, t.Elem())
	maps.Copy(schema.Properties, inner.Properties)
}

// wordsOf gives the words that a type, or the elements of a list of it, may hold; nil when they are
// not counted.
func wordsOf(t reflect.Type) []any {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return map[reflect.Type][]any{
		reflect.TypeFor[events.Kind]():            anyOf(events.Kinds()),
		reflect.TypeFor[events.State]():           anyOf(events.States()),
		reflect.TypeFor[events.Mode]():            anyOf(events.Modes()),
		reflect.TypeFor[events.Visibility]():      anyOf(events.Visibilities()),
		reflect.TypeFor[events.Lane]():            anyOf(events.Lanes()),
		reflect.TypeFor[events.Acceptance]():      anyOf([]events.Acceptance{events.Automatic, events.Decided}),
		reflect.TypeFor[events.Pool]():            anyOf([]events.Pool{events.OnSitePool, events.RemotePool}),
		reflect.TypeFor[events.Group]():           anyOf(events.Groups()),
		reflect.TypeFor[events.Role]():            anyOf(events.Roles()),
		reflect.TypeFor[registrations.State]():    anyOf(registrations.States()),
		reflect.TypeFor[registrations.Capacity](): anyOf(registrations.Capacities()),
		reflect.TypeFor[registrations.Event]():    anyOf(registrations.Decisions()),
		reflect.TypeFor[invitations.Answer]():     anyOf(invitations.Answers()),
		reflect.TypeFor[outbox.State]():           anyOf(outbox.States()),
	}[t]
}

func anyOf[T any](words []T) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}
