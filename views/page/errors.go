package page

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
)

// statuses maps the class of a fault to HTTP, in this one place.
var statuses = map[events.Code]int{
	events.Invalid:     http.StatusUnprocessableEntity,
	events.NotFound:    http.StatusNotFound,
	events.Conflict:    http.StatusConflict,
	events.Stale:       http.StatusConflict,
	events.Denied:      http.StatusForbidden,
	events.Anonymous:   http.StatusUnauthorized,
	events.Expired:     http.StatusGone,
	events.TooMany:     http.StatusTooManyRequests,
	events.TooLarge:    http.StatusRequestEntityTooLarge,
	events.Unavailable: http.StatusServiceUnavailable,
	events.Internal:    http.StatusInternalServerError,
}

// StatusOf gives the HTTP status of a class of fault; 500 for one that is unknown.
func StatusOf(code events.Code) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// refusals are what the server itself refuses, by status: the keys of their sentences.
var refusals = map[int]string{
	http.StatusBadRequest:                  "bad_request",
	http.StatusNotFound:                    "not_found",
	http.StatusMethodNotAllowed:            "method_not_allowed",
	http.StatusRequestTimeout:              "request_timeout",
	http.StatusRequestEntityTooLarge:       "body_too_large",
	http.StatusUnsupportedMediaType:        "form_unreadable",
	http.StatusMisdirectedRequest:          "misdirected",
	http.StatusRequestHeaderFieldsTooLarge: "bad_request",
	http.StatusNotImplemented:              "method_not_allowed",
}

// Misdirected refuses a request that was meant for another host (RFC 9110 15.5.20).
var Misdirected = fiber.NewError(http.StatusMisdirectedRequest, "foreign host")

// outcome is an error as it is answered.
type outcome struct {
	status int
	faults events.Errors // at least one; the first says what kind of page it is
}

// judge finds out how an error is answered.
func judge(err error) outcome {
	if faults := events.Faults(err); len(faults) > 0 {
		return outcome{StatusOf(faults[0].Code), faults}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return outcome{http.StatusServiceUnavailable, events.Errors{events.E(events.Unavailable, "unavailable", "")}}
	}
	var refused *fiber.Error
	if errors.As(err, &refused) && refused.Code >= 400 && refused.Code < 500 || refused != nil && refused.Code == http.StatusNotImplemented {
		key, known := refusals[refused.Code]
		if !known {
			key = "bad_request"
		}
		return outcome{refused.Code, events.Errors{events.E(events.Invalid, key, "")}}
	}
	return outcome{http.StatusInternalServerError, events.Errors{events.E(events.Internal, "internal", "")}}
}

// classSentences are the keys of the sentences for faults whose own key the catalogues lack.
var classSentences = map[events.Code]string{
	events.Invalid: "invalid", events.NotFound: "not_found", events.Conflict: "conflict", events.Stale: "stale",
	events.Denied: "not_allowed", events.Anonymous: "sign_in_required", events.Expired: "link_expired",
	events.TooMany: "too_many", events.TooLarge: "body_too_large", events.Unavailable: "unavailable",
}

// Sentence puts a fault into words: "error." + key, or the sentence of its class where the catalogue
// lacks the key.
func Sentence(w *i18n.Words, e *events.Error) string {
	key := "error." + e.Key
	if !w.Has(key) {
		key = "error.internal"
		if class, ok := classSentences[e.Code]; ok {
			key = "error." + class
		}
	}
	return w.T(key, inWords(w, e.Args))
}

// inWords writes the values of a sentence as the language does: instants in the zone that stands
// beside them ("zone"; UTC without one), the domain's words by their names.
func inWords(w *i18n.Words, args events.Args) map[string]any {
	zone, _ := args["zone"].(string)
	words := make(map[string]any, len(args))
	maps.Copy(words, args)
	for name, v := range args {
		switch v := v.(type) {
		case time.Time:
			words[name] = w.DateTime(v, zone)
		case *time.Time:
			if v != nil {
				words[name] = w.DateTime(*v, zone)
			}
		case events.Text:
			words[name], _ = w.Pick(v)
		case events.Kind:
			words[name] = w.T("kind." + string(v))
		case events.State:
			words[name] = w.T("activity_state." + string(v))
		case events.Pool:
			words[name] = w.T("pool." + string(v))
		case events.Mode:
			words[name] = w.T("mode." + string(v))
		case events.Lane:
			words[name] = w.T("lane." + string(v))
		case events.Group:
			words[name] = w.T("group." + string(v))
		case events.Role:
			words[name] = w.T("role." + string(v))
		case events.Visibility:
			words[name] = w.T("visibility." + string(v))
		}
		if _, given := args["time"]; name == "zone" && zone != "" && !given {
			words[name] = w.City(zone)
		}
	}
	return words
}

// Failure is the Data of the page "page/error".
type Failure struct {
	Heading   string
	Sentences []string
	Reference string // the number to tell the Secretariat, when the fault is ours
	Again     string // an address to open anew, when that helps
	SignIn    bool   // signing in may help
	// Send is where the form that was not taken can be sent again, with Hidden, as it was; "" when there
	// is none.
	Send   string
	Hidden []Hidden
}

// Handle is the one place where an error becomes an answer: a page in the reader's language, or
// problem+json for the API and whoever prefers JSON. Faults of ours are logged with the reference
// that the reader is told; nothing of their cause is shown.
func (r *Renderer) Handle(c *fiber.Ctx, err error) error {
	s := Of(c)
	if s == nil {
		s = r.bareState(c)
		Keep(c, s)
	}
	o := judge(r.fault(err))
	r.report(c, s, o, err)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	if o.status == http.StatusServiceUnavailable || o.status == http.StatusTooManyRequests {
		c.Set(fiber.HeaderRetryAfter, "30")
	}
	if WantsJSON(c) {
		return writeProblem(c, s, o)
	}
	failure := Failure{Heading: heading(s.Words, o)}
	for _, e := range o.faults {
		failure.Sentences = append(failure.Sentences, Sentence(s.Words, e))
	}
	if o.status >= 500 && o.status != http.StatusServiceUnavailable {
		failure.Reference = s.Reference
	}
	if o.status == http.StatusServiceUnavailable {
		failure.again(c, s, o)
	}
	failure.SignIn = o.status == http.StatusUnauthorized
	if fault := r.Render(c, "page/error", View{Title: failure.Heading, Data: failure, Status: o.status, NoIndex: true}); fault != nil {
		r.log.Error("the page of an error could not be rendered", "error", fault, "reference", s.Reference)
		return c.Status(o.status).SendString(failure.Heading)
	}
	return nil
}

// again offers to try once more: the form as it was sent, its token too, so that the portal knows it for
// the same; or the page. Of a form whose outcome is not known one looks at the page first.
func (f *Failure) again(c *fiber.Ctx, s *State, o outcome) {
	if c.Method() == fiber.MethodPost && o.faults[0].Key != "outcome_unknown" {
		if form, err := Parse(c); err == nil && len(form.files) == 0 {
			f.Send, f.Hidden = s.SameIn(s.Lang()), append(form.Echo(), Hidden{TokenField, form.Value(TokenField)})
			return
		}
	}
	f.Again = s.SameIn(s.Lang())
}

// heading names the kind of an error: "fault." + its key or its class.
func heading(w *i18n.Words, o outcome) string {
	for _, key := range []string{"fault." + o.faults[0].Key, "fault." + string(o.faults[0].Code)} {
		if w.Has(key) {
			return w.T(key)
		}
	}
	return w.T("fault.invalid")
}

// report logs faults of ours, and sentences that the catalogues lack. What could not be done just now
// warns: nobody has to mend the program for it.
func (r *Renderer) report(c *fiber.Ctx, s *State, o outcome, err error) {
	if o.status >= 500 && o.status != http.StatusNotImplemented { // a method that nobody knows is no fault of ours
		level := slog.LevelError
		if o.status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		r.log.Log(context.Background(), level, "request failed", "reference", s.Reference, "method", strings.Clone(c.Method()), "route", Route(c), "status", o.status, "error", err)
	}
	for _, e := range o.faults {
		if !s.Words.Has("error." + e.Key) {
			r.log.Warn("the catalogues lack a sentence", slog.String("key", "error."+e.Key))
		}
	}
}

// bareState is the state of a request that reached no middleware: the server refused it.
func (r *Renderer) bareState(c *fiber.Ctx) *State {
	return &State{Words: r.bundle.In(r.bundle.Match("", c.Get(fiber.HeaderAcceptLanguage), r.tags)), Now: time.Now().UTC()}
}

// WantsJSON tells whether an answer is for a program: below /api/, or asked for as JSON.
func WantsJSON(c *fiber.Ctx) bool {
	if strings.HasPrefix(c.Path(), "/api/") {
		return true
	}
	return c.Get(fiber.HeaderAccept) != "" && c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON, "application/problem+json") != fiber.MIMETextHTML
}
