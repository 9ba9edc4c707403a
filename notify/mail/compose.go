package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	netmail "net/mail"
	"regexp"

	gomail "github.com/wneessen/go-mail"
)

// Compose gives the bytes of m (RFC 5322, CRLF). Equal messages give equal bytes.
//
// With a calendar part the structure is
// mixed{ alternative{ text/plain, text/html, text/calendar }, invite.ics }:
// Outlook reads the calendar only as an alternative, Thunderbird and Gmail want
// it last, and some clients want the file (calendar-rules.md 45 to 50). Errors
// are permanent: the same message can never be composed.
func Compose(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	from, err := WireAddress(m.From.Email)
	if err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	to, err := WireAddress(m.To.Email)
	if err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	id, err := MessageID(m.ID, m.From)
	if err != nil {
		return nil, err
	}

	g := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	g.FromMailAddress(&netmail.Address{Name: displayName(m.From.Name), Address: from})
	g.ToMailAddress(&netmail.Address{Name: displayName(m.To.Name), Address: to})
	g.Subject(line(m.Subject, maxSubject))
	g.SetMessageIDWithValue(id)
	g.SetDateWithValue(m.Date.UTC())
	// RFC 3834 5: nobody's holiday answer should come back to a machine. Not
	// X-Auto-Response-Suppress or Precedence: bulk, which endanger the RSVP.
	g.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		g.SetGenHeader(gomail.HeaderContentLang, m.Language)
	}

	text := body(m.Text)
	g.SetBodyString(gomail.TypeTextPlain, text, gomail.WithPartEncoding(encodingFor(text)))
	if m.HTML != "" {
		html := body(m.HTML)
		g.AddAlternativeString(gomail.TypeTextHTML, html, gomail.WithPartEncoding(encodingFor(html)))
	}
	if m.Method != "" {
		// Base64: Outlook did not interpret a quoted-printable calendar. The charset is
		// appended by the library.
		g.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Method),
			string(m.Calendar), gomail.WithPartEncoding(gomail.EncodingB64))
		if err := g.AttachReader("invite.ics", bytes.NewReader(m.Calendar),
			gomail.WithFileContentType("application/ics"), gomail.WithFileEncoding(gomail.EncodingB64)); err != nil {
			return nil, fmt.Errorf("attach the calendar of notice %s: %w", m.ID, err)
		}
	}

	var out bytes.Buffer
	if _, err := g.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write notice %s: %w", m.ID, err)
	}
	return fixBoundaries(out.Bytes(), m.ID), nil
}

// encodingFor takes base64 where quoted-printable would be the longer of the two:
// text mostly in Arabic or Cyrillic script.
func encodingFor(s string) gomail.Encoding {
	wide := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			wide++
		}
	}
	if wide*6 > len(s) {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

// boundaryLine is how go-mail writes a multipart's header. Nobody else can write
// such a line: a folded header value begins with a blank, and every body is
// encoded so that no "=" or blank of the text survives at this place.
var boundaryLine = regexp.MustCompile(`(?m)^Content-Type: multipart/(?:mixed|alternative);\r\n boundary=([0-9a-f]{60})\r\n`)

// fixBoundaries replaces go-mail's random boundaries by ones that derive from the
// notice's id. Its SetBoundary would give all levels the same one, which no
// nested multipart survives. Random and new ones have the same length and
// alphabet, so nothing else moves.
func fixBoundaries(b []byte, id string) []byte {
	for i, match := range boundaryLine.FindAllSubmatch(b, -1) {
		sum := sha256.Sum256(fmt.Appendf(nil, "boundary %d of %s", i, id))
		b = bytes.ReplaceAll(b, match[1], []byte(hex.EncodeToString(sum[:30])))
	}
	return b
}
