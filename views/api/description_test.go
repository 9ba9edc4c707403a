package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// description is the OpenAPI document that is served, as a test reads it: by hand, so that it is not
// judged by what made it.
type description struct {
	document object
	paths    object
}

func describedBy(t *testing.T, text string) *description {
	t.Helper()
	d := &description{}
	if err := json.Unmarshal([]byte(text), &d.document); err != nil {
		t.Fatalf("the description is no JSON: %v", err)
	}
	d.paths, _ = d.document["paths"].(object)
	return d
}

// operation finds what is described of a request.
func (d *description) operation(method, path string) object {
	path, _, _ = strings.Cut(path, "?")
	for pattern, item := range d.paths {
		parts, asked := strings.Split(pattern, "/"), strings.Split(path, "/")
		if len(parts) != len(asked) {
			continue
		}
		fits := true
		for i, p := range parts {
			fits = fits && (p == asked[i] || strings.HasPrefix(p, "{"))
		}
		if fits {
			op, _ := item.(object)[strings.ToLower(method)].(object)
			return op
		}
	}
	return nil
}

// judge says what in an answer is not as described. Addresses that are not described are left alone.
func (d *description) judge(method, path string, a answer) []string {
	op := d.operation(method, path)
	if op == nil {
		return nil
	}
	responses, _ := op["responses"].(object)
	described, ok := responses[fmt.Sprint(a.status)].(object)
	if !ok && a.status >= 400 {
		described, ok = responses["default"].(object)
	}
	if !ok {
		return []string{fmt.Sprintf("status %d is not described", a.status)}
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content, _ := described["content"].(object)
	m, ok := content[media].(object)
	if !ok {
		return []string{fmt.Sprintf("media type %q is not described for status %d", media, a.status)}
	}
	if media == "text/calendar" {
		return nil
	}
	var faults []string
	d.fit(m["schema"], a.object, "", &faults)
	return faults
}

// fit holds a value against a JSON Schema of the words that the description uses.
func (d *description) fit(schema, value any, at string, faults *[]string) {
	s, _ := schema.(object)
	if ref, ok := s["$ref"].(string); ok {
		d.fit(d.resolve(ref), value, at, faults)
		return
	}
	refuse := func(format string, args ...any) { *faults = append(*faults, at+": "+fmt.Sprintf(format, args...)) }
	if !slices.Contains(typesOf(s), typeOf(value)) && !(typeOf(value) == "integer" && slices.Contains(typesOf(s), "number")) {
		refuse("%v is no %v", value, s["type"])
		return
	}
	if words, ok := s["enum"].([]any); ok && !slices.Contains(words, value) {
		refuse("%v is not one of %v", value, words)
	}
	switch v := value.(type) {
	case string:
		if s["format"] == "date-time" {
			if at, err := time.Parse(time.RFC3339, v); err != nil || at.Location() != time.UTC && !strings.HasSuffix(v, "Z") {
				refuse("%q is no instant in UTC", v)
			}
		}
	case []any:
		for i, inner := range v {
			d.fit(s["items"], inner, fmt.Sprintf("%s.%d", at, i), faults)
		}
	case object:
		d.fitObject(s, v, at, faults)
	}
}

func (d *description) fitObject(s, v object, at string, faults *[]string) {
	properties, _ := s["properties"].(object)
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			*faults = append(*faults, at+": lacks "+name.(string))
		}
	}
	for name, inner := range v {
		if p, ok := properties[name]; ok {
			d.fit(p, inner, at+"."+name, faults)
		} else if others, ok := s["additionalProperties"].(object); ok {
			d.fit(others, inner, at+"."+name, faults)
		} else if s["additionalProperties"] == false {
			*faults = append(*faults, at+": "+name+" is not described")
		}
	}
}

func (d *description) resolve(ref string) any {
	var v any = d.document
	for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		inner, _ := v.(object)
		v = inner[part]
	}
	return v
}

func typesOf(s object) []string {
	switch t := s["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var list []string
		for _, one := range t {
			list = append(list, one.(string))
		}
		return list
	}
	return nil
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// TestDescription_Structure holds the document to what OpenAPI 3.1 asks of it.
func TestDescription_Structure(t *testing.T) {
	w := newWorld(t)
	d := w.schemas
	if v, _ := d.document["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("openapi is %q", v)
	}
	info, _ := d.document["info"].(object)
	if info["title"] == nil || info["version"] == nil {
		t.Errorf("info lacks its title or version: %v", info)
	}
	ids := map[string]string{}
	for path, item := range d.paths {
		if !strings.HasPrefix(path, "/") {
			t.Errorf("path %q", path)
		}
		for method, o := range item.(object) {
			where := method + " " + path
			op, _ := o.(object)
			id, _ := op["operationId"].(string)
			if id == "" || ids[id] != "" {
				t.Errorf("%s has the id %q, as %q", where, id, ids[id])
			}
			ids[id] = where
			d.holdParameters(t, where, path, op)
			responses, _ := op["responses"].(object)
			if len(responses) < 2 {
				t.Errorf("%s describes the answers %v", where, responses)
			}
			for status, r := range responses {
				if text, _ := r.(object)["description"].(string); text == "" {
					t.Errorf("%s: the answer %s lacks its description", where, status)
				}
			}
		}
	}
	d.holdReferences(t, d.document, "#")
	schemas, _ := d.resolve("#/components/schemas").(object)
	for name := range schemas {
		if !regexp.MustCompile(`^[a-zA-Z0-9._-]+$`).MatchString(name) {
			t.Errorf("a schema's name is %q", name)
		}
	}
}

func (d *description) holdParameters(t *testing.T, where, path string, op object) {
	t.Helper()
	var named []string
	parameters, _ := op["parameters"].([]any)
	seen := map[string]bool{}
	for _, x := range parameters {
		p := x.(object)
		name, in := fmt.Sprint(p["name"]), fmt.Sprint(p["in"])
		if seen[in+name] || p["schema"] == nil || !slices.Contains([]string{"path", "query", "header"}, in) {
			t.Errorf("%s: parameter %v", where, p)
		}
		seen[in+name] = true
		if in == "path" {
			named = append(named, "{"+name+"}")
			if p["required"] != true {
				t.Errorf("%s: %s is not required", where, name)
			}
		}
	}
	if got := regexp.MustCompile(`\{\w+\}`).FindAllString(path, -1); !slices.Equal(got, named) {
		t.Errorf("%s names the parameters %v", where, named)
	}
}

// holdReferences finds what every reference names, and that every type is one of JSON Schema.
func (d *description) holdReferences(t *testing.T, v any, at string) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for i, inner := range v {
			d.holdReferences(t, inner, fmt.Sprint(at, "/", i))
		}
	case object:
		if ref, ok := v["$ref"].(string); ok && d.resolve(ref) == nil {
			t.Errorf("%s refers to %s, which is not there", at, ref)
		}
		if _, listed := v["type"].([]any); listed || strings.Contains(at, "/schemas/") && !strings.HasSuffix(at, "/properties") {
			for _, one := range typesOf(v) {
				if !slices.Contains([]string{"null", "boolean", "object", "array", "number", "integer", "string"}, one) {
					t.Errorf("%s is of type %q", at, one)
				}
			}
		}
		for name, inner := range v {
			d.holdReferences(t, inner, at+"/"+name)
		}
	}
}

// TestDescription_Complete finds every route of the app in the description, and every operation of the
// description in the app.
func TestDescription_Complete(t *testing.T) {
	w := newWorld(t)
	routed := map[string]bool{}
	for _, r := range w.App.GetRoutes(true) {
		path, below := strings.CutPrefix(r.Path, "/api/v1")
		if !below || !slices.Contains([]string{"GET", "POST", "PATCH", "PUT", "DELETE"}, r.Method) {
			continue
		}
		path = regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}")
		routed[r.Method+" "+path] = true
	}
	if len(w.schemas.paths) < 18 {
		t.Errorf("only %d addresses are described", len(w.schemas.paths))
	}
	for path, item := range w.schemas.paths {
		for _, method := range []string{"GET", "POST", "PATCH", "PUT", "DELETE"} {
			_, described := item.(object)[strings.ToLower(method)]
			if described && !routed[method+" "+path] {
				t.Errorf("%s %s is described and not routed", method, path)
			}
		}
	}
	for route := range routed {
		method, path, _ := strings.Cut(route, " ")
		// Whatever is routed and not described answers that it is not allowed.
		if w.schemas.operation(method, path) == nil && path != "/" && path != "" {
			if a := w.raw(method, "/api/v1"+path, officer, "{}"); a.status != http.StatusMethodNotAllowed && a.status != http.StatusNotFound {
				t.Errorf("%s %s is routed and not described: %d %s", method, path, a.status, a.body)
			}
		}
	}
}

// TestDescription_Words finds the words of a set in the description, and that it says nothing of what
// is stored.
func TestDescription_Words(t *testing.T) {
	w := newWorld(t)
	w.meeting()
	w.operation()
	a := w.raw("GET", "/api/openapi.json", nobody, nil)
	if a.status != 200 || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v", a.status, a.header)
	}
	for _, word := range []string{"cap_meeting", "head_of_delegation", "invitation_only", "waitlisted", "bounced", "contact_point", "dismiss"} {
		if !strings.Contains(a.body, `"`+word+`"`) {
			t.Errorf("the word %q is not described", word)
		}
	}
	for _, mark := range []string{closedTitle, openTitle, hiddenTitle, "IPR-2026", "Zambia"} {
		if strings.Contains(a.body, mark) {
			t.Errorf("the description says %q", mark)
		}
	}
}
