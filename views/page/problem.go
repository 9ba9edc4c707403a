package page

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ProblemDetails is an error as the API tells it (RFC 9457), with the keys that the forms use too.
type ProblemDetails struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Key       string         `json:"key"`
	Reference string         `json:"reference,omitempty"` // the request's number, when the fault is ours
	Errors    []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one fault, and where in the request it is: "body.end".
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
	Key      string `json:"key"`
}

// ProblemMediaType is the media type of ProblemDetails.
const ProblemMediaType = "application/problem+json"

// details puts an outcome into the API's form, in the language of the request.
func details(s *State, o outcome) ProblemDetails {
	first := o.faults[0]
	p := ProblemDetails{Type: "about:blank", Title: http.StatusText(o.status), Status: o.status, Detail: Sentence(s.Words, first), Key: first.Key}
	if o.status >= 500 {
		p.Reference = s.Reference
	}
	for _, e := range o.faults {
		if e.Field != "" {
			p.Errors = append(p.Errors, ProblemField{Location: placeOf(e.Field), Message: Sentence(s.Words, e), Key: e.Key})
		}
	}
	return p
}

// placeOf says where in the request a field stands: in its body, unless the field says otherwise.
func placeOf(field string) string {
	if strings.HasPrefix(field, "query.") || strings.HasPrefix(field, "header.") {
		return field
	}
	return "body." + field
}

// Problem answers with an error as problem+json, whatever was asked for, and logs faults of ours.
func (r *Renderer) Problem(c *fiber.Ctx, err error) error {
	s := Of(c)
	if s == nil {
		s = r.bareState(c)
	}
	o := judge(r.fault(err))
	r.report(c, s, o, err)
	return writeProblem(c, s, o)
}

func writeProblem(c *fiber.Ctx, s *State, o outcome) error {
	body, err := json.Marshal(details(s, o))
	if err != nil {
		return err
	}
	c.Status(o.status)
	c.Set(fiber.HeaderContentType, ProblemMediaType)
	c.Set(fiber.HeaderContentLanguage, s.Lang())
	return c.Send(body)
}
