package mail

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"time"
)

// Compose gives the bytes of m (RFC 5322, CRLF). Equal messages give equal bytes.
//
// With a calendar part the structure is
// mixed{ alternative{ text/plain, text/html, text/calendar }, invite.ics }:
// Outlook reads the calendar only as an alternative, Thunderbird and Gmail want
// it last, and some clients want the file (calendar-rules.md 45 to 50). Errors
// are permanent: the same message can never be composed.
//
// The parts are written here and not by go-mail, whose boundaries are random and
// which takes as long again: of ten thousand mails this is what costs most.
func Compose(m Message) ([]byte, error) { return compose(nil, m) }

// compose is Compose in the room of b, if there is enough.
func compose(b []byte, m Message) ([]byte, error) {
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

	// Room for all of it at once: mostly markup, whose quotes take three signs each.
	c := &composition{id: m.ID, b: slices.Grow(b[:0], 2048+(len(m.Text)+len(m.HTML))*3/2+len(m.Calendar)*3)}
	c.header("Date", m.Date.UTC().Format(time.RFC1123Z))
	c.header("MIME-Version", "1.0")
	c.header("Message-ID", "<"+id+">")
	c.header("Subject", mime.QEncoding.Encode("UTF-8", line(m.Subject, maxSubject)))
	// RFC 3834 5: nobody's holiday answer should come back to a machine. Not
	// X-Auto-Response-Suppress or Precedence: bulk, which endanger the RSVP.
	c.header("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		c.header("Content-Language", m.Language)
	}
	c.header("From", (&netmail.Address{Name: displayName(m.From.Name), Address: from}).String())
	c.header("To", (&netmail.Address{Name: displayName(m.To.Name), Address: to}).String())
	c.body(m)
	return c.b, nil
}

// composition is a mail being written.
type composition struct {
	b          []byte
	id         string
	boundaries int // used so far
}

func (c *composition) write(s string) { c.b = append(c.b, s...) }

// body writes the parts, from the header Content-Type on.
func (c *composition) body(m Message) {
	switch {
	case m.Method != "":
		c.within("mixed", func(next func()) {
			next()
			c.alternatives(m)
			next()
			c.header("Content-Disposition", `attachment; filename="invite.ics"`)
			c.base64("application/ics; name=\"invite.ics\"", m.Calendar)
		})
	case m.HTML != "":
		c.alternatives(m)
	default:
		c.words("text/plain", m.Text)
	}
}

// alternatives writes the same in its forms, the plainest first.
func (c *composition) alternatives(m Message) {
	c.within("alternative", func(next func()) {
		next()
		c.words("text/plain", m.Text)
		if m.HTML != "" {
			next()
			c.words("text/html", m.HTML)
		}
		if m.Method != "" {
			next()
			// Base64: Outlook did not interpret a quoted-printable calendar.
			c.base64("text/calendar; method="+m.Method+"; charset=UTF-8", m.Calendar)
		}
	})
}

// within writes a multipart; what fills it calls next before each part.
func (c *composition) within(kind string, fill func(next func())) {
	// The boundary derives from the notice's id, so that the mail sent again is the
	// same bytes, and nobody can write a text in which it stands.
	sum := sha256.Sum256(fmt.Appendf(nil, "boundary %d of %s", c.boundaries, c.id))
	boundary := hex.EncodeToString(sum[:30])
	c.boundaries++
	c.write("Content-Type: multipart/" + kind + ";\r\n boundary=" + boundary + "\r\n")
	// The line end before a boundary belongs to it, not to the part (RFC 2046 5.1.1).
	fill(func() { c.write("\r\n--" + boundary + "\r\n") })
	c.write("\r\n--" + boundary + "--\r\n")
}

// words writes a part of text. It takes base64 where quoted-printable would be the
// longer of the two: text mostly in Arabic or Cyrillic script.
func (c *composition) words(kind, s string) {
	s = body(s)
	wide := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			wide++
		}
	}
	if wide*6 > len(s) {
		c.base64(kind+"; charset=UTF-8", []byte(strings.ReplaceAll(s, "\n", "\r\n")))
		return
	}
	c.part(kind+"; charset=UTF-8", "quoted-printable")
	c.b = appendQuoted(c.b, s)
}

// part writes the headers of one leaf.
func (c *composition) part(kind, encoding string) {
	c.header("Content-Transfer-Encoding", encoding)
	c.header("Content-Type", kind)
	c.write("\r\n")
}

// base64 writes a leaf in lines of 76 signs (RFC 2045 6.8).
func (c *composition) base64(kind string, content []byte) {
	c.part(kind, "base64")
	const of = 57
	for len(content) > 0 {
		n := min(of, len(content))
		c.b = base64.StdEncoding.AppendEncode(c.b, content[:n])
		c.write("\r\n")
		content = content[n:]
	}
}

// header writes a header field, broken between words where it would be longer than
// 76 signs (RFC 5322 2.1.1). The value holds no control characters.
func (c *composition) header(name, value string) {
	c.write(name + ":")
	used := len(name) + 1
	for word := range strings.SplitSeq(value, " ") {
		if used+1+len(word) > 76 && used > len(name)+1 {
			c.write("\r\n")
			used = 0
		}
		c.write(" " + word)
		used += 1 + len(word)
	}
	c.write("\r\n")
}
