package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"capportal/views/page"
)

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// describe makes the OpenAPI description of a table of operations.
func describe(operations []operation, baseURL string) ([]byte, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	o := &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "CAP Portal", Version: "1"},
		Servers: []*huma.Server{{URL: baseURL + "/api/v1"}}, Paths: map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}},
		Security:   []map[string][]string{{"token": {}}}}
	problem := map[string]*huma.MediaType{page.ProblemMediaType: {Schema: schemas.Schema(reflect.TypeFor[page.ProblemDetails](), true, "Problem")}}
	for _, op := range operations {
		d := &huma.Operation{Method: op.method, Path: op.path, Summary: op.summary, OperationID: operationID(op), Responses: map[string]*huma.Response{
			strconv.Itoa(op.status): {Description: http.StatusText(op.status), Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(op.out, true, "")}}},
			"default":               {Description: "What is wrong, with the message keys of the forms", Content: problem},
		}}
		for _, name := range pathParameter.FindAllStringSubmatch(op.path, -1) {
			d.Parameters = append(d.Parameters, &huma.Param{Name: name[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
		d.Parameters = append(d.Parameters, parameters(op)...)
		if op.in != nil {
			d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(op.in, true, "")}}}
		}
		o.AddOperation(d)
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("describing the API: %w", err)
	}
	return text, nil
}

func parameters(op operation) []*huma.Param {
	var list []*huma.Param
	add := func(name, in string, s *huma.Schema) {
		list = append(list, &huma.Param{Name: name, In: in, Schema: s})
	}
	for _, name := range op.queries {
		add(name, "query", &huma.Schema{Type: huma.TypeString})
	}
	if op.pages {
		one, most := 1.0, float64(mostLimit)
		add("limit", "query", &huma.Schema{Type: huma.TypeInteger, Minimum: &one, Maximum: &most, Default: usualLimit})
		add("cursor", "query", &huma.Schema{Type: huma.TypeString})
	}
	if op.method == http.MethodPost {
		add("Idempotency-Key", "header", &huma.Schema{Type: huma.TypeString})
	}
	return list
}

func operationID(op operation) string {
	words := strings.FieldsFunc(pathParameter.ReplaceAllString(op.path, "$1"), func(r rune) bool { return r == '/' })
	return strings.ToLower(op.method) + "-" + strings.Join(words, "-")
}

// schemaName names a type in the description.
func schemaName(t reflect.Type, hint string) string { return huma.DefaultSchemaNamer(t, hint) }
