package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"capportal/views/page"
)

// describe makes the OpenAPI description of a table of operations.
func describe(operations []operation, baseURL string) ([]byte, error) {
	s := newSchemas()
	o := &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "CAP Portal", Version: "1",
		Description: "What the portal's pages do, for programs. A token acts as its person. Times are RFC 3339 in UTC with the activity's IANA zone beside them."},
		Servers: []*huma.Server{{URL: baseURL + "/api/v1"}}, Paths: map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: s.Registry, SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}},
		Security:   []map[string][]string{{"token": {}}}}
	problem := s.of(page.ProblemDetails{}, "Problem")
	for _, op := range operations {
		d := &huma.Operation{Method: op.method, Path: op.path, Summary: op.summary, OperationID: operationID(op), Parameters: parameters(op),
			Responses: map[string]*huma.Response{"default": {Description: "What is wrong, with the message keys of the forms",
				Content: map[string]*huma.MediaType{page.ProblemMediaType: {Schema: problem}}}}}
		d.Responses[strconv.Itoa(op.status)] = s.success(op, op.status)
		if op.also != 0 {
			d.Responses[strconv.Itoa(op.also)] = s.success(op, op.also)
		}
		if op.in != nil {
			d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s.body(op)}}}
		}
		o.AddOperation(d)
	}
	s.finish()
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("describing the API: %w", err)
	}
	return text, nil
}

// success describes an answer of a status.
func (s *schemas) success(op operation, status int) *huma.Response {
	r := &huma.Response{Description: http.StatusText(status)}
	if op.media != "" {
		media, _, _ := strings.Cut(op.media, ";")
		r.Content = map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: huma.TypeString}}}
		return r
	}
	r.Content = map[string]*huma.MediaType{"application/json": {Schema: s.Schema(op.out, true, "")}}
	return r
}

func parameters(op operation) []*huma.Param {
	var list []*huma.Param
	add := func(name, in string, required bool, s *huma.Schema) {
		list = append(list, &huma.Param{Name: name, In: in, Required: required, Schema: s})
	}
	for _, name := range pathParameters(op.path) {
		add(name, "path", true, &huma.Schema{Type: huma.TypeString})
	}
	for _, name := range op.queries {
		add(name, "query", false, &huma.Schema{Type: huma.TypeString})
	}
	if op.pages {
		one, most := 1.0, float64(mostLimit)
		add("limit", "query", false, &huma.Schema{Type: huma.TypeInteger, Minimum: &one, Maximum: &most, Default: usualLimit})
		add("cursor", "query", false, &huma.Schema{Type: huma.TypeString})
	}
	if op.method == http.MethodPost {
		add("Idempotency-Key", "header", false, &huma.Schema{Type: huma.TypeString})
	}
	return list
}

func operationID(op operation) string {
	words := strings.FieldsFunc(pathParameter.ReplaceAllString(op.path, "$1"), func(r rune) bool { return r == '/' || r == '.' })
	return strings.ToLower(op.method) + "-" + strings.Join(words, "-")
}
