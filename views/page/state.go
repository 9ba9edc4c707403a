package page

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
)

// State is what the middlewares found out about a request.
type State struct {
	Words     *i18n.Words    // the reader's language
	Visitor   events.Visitor // who asks; the zero value is anonymous
	Session   string         // the session's secret from the cookie, "" without one; never shown
	Path      string         // the address below the language, without a slash at its head: "events/x"
	Query     string         // the raw query, without "?"
	Zone      string         // the reader's IANA zone, "" when unknown
	Reference string         // the request's number, told to the reader when the fault is ours
	Now       time.Time      // when the request arrived, UTC
	Secure    bool           // the portal is reached over https

	// Token makes the token that a form sends back; nil where no form is answered.
	Token func() string
}

type stateKey struct{}

// Keep remembers the state of a request.
func Keep(c *fiber.Ctx, s *State) { c.Locals(stateKey{}, s) }

// Of gives the state of a request; nil when no middleware has been at work, which happens only to
// requests that the server itself refused.
func Of(c *fiber.Ctx) *State {
	s, _ := c.Locals(stateKey{}).(*State)
	return s
}

// Lang is the reader's language as a tag: "ar".
func (s *State) Lang() string { return s.Words.Tag() }

// Dir is the direction it is written in: "ltr" or "rtl".
func (s *State) Dir() string { return s.Words.Dir() }

// Link gives the address of a page in the reader's language: Link("events", slug) is
// "/en/events/slug". Each part is escaped; a part may hold a question mark only as text.
func (s *State) Link(parts ...string) string { return link(s.Lang(), parts) }

func link(lang string, parts []string) string {
	var b strings.Builder
	b.WriteString("/" + lang + "/")
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}

// SameIn gives the address of the page being looked at in another language.
func (s *State) SameIn(lang string) string {
	address := "/" + lang + "/" + s.Path
	if s.Query != "" {
		address += "?" + s.Query
	}
	return address
}
