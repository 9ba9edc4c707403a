package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of what a header line carries; longer text is cut with an ellipsis, in
// runes. The title of an activity may be longer than any mail program shows.
const (
	maxSubject = 250
	maxName    = 200
)

// Address is one mailbox: a display name in any script, possibly empty, and a
// bare address (no angle brackets).
type Address struct{ Name, Email string }

// Message is one mail to one recipient: everything its bytes depend on.
type Message struct {
	// ID is the notice's id: letters, digits, ".", "_" and "-", at most 128. The
	// Message-ID and the MIME boundaries derive from it, so it must not be guessable.
	ID string
	// Date is the Date header, to the second. Where the mail carries a calendar part
	// it equals its DTSTAMP.
	Date time.Time
	// From is the Secretariat's own address, which is the calendar's ORGANIZER too.
	From Address
	// To is the one recipient, which is the calendar's one ATTENDEE.
	To Address
	// Subject is a single line; control characters become blanks.
	Subject string
	// Text is the plain form; it is required. Line ends may be LF or CRLF.
	Text string
	// HTML is the rich form; empty leaves it out.
	HTML string
	// Language is the BCP 47 tag of the Content-Language header; empty leaves it out.
	Language string
	// Calendar is one iCalendar object in its final bytes; empty leaves it out.
	Calendar []byte
	// Method is the iTIP method the Calendar states, in capitals: REQUEST or CANCEL.
	Method string
}

// MessageID is the Message-ID, without its angle brackets, of the notice id sent
// from the address from: the same at each attempt, on from's own domain.
func MessageID(id string, from Address) (string, error) {
	if !isToken(id) {
		return "", invalid("notice id %q: only letters, digits, '.', '_' and '-', at most 128", id)
	}
	wire, err := WireAddress(from.Email)
	if err != nil {
		return "", fmt.Errorf("sender: %w", err)
	}
	return id + "@" + wire[strings.LastIndexByte(wire, '@')+1:], nil
}

// WireAddress is the address as it goes over the wire: the local part untouched,
// an internationalised domain as A-labels (RFC 5890). ATTENDEE must use the same
// spelling as the mail's recipient (calendar-rules.md 23).
//
// A local part outside RFC 5321's dot-atom is refused: non-ASCII ones need
// SMTPUTF8 on every hop, which nobody can promise, and quoted ones break clients.
// The error is permanent.
func WireAddress(email string) (string, error) {
	at := strings.LastIndexByte(email, '@')
	if at < 1 || at == len(email)-1 {
		return "", invalid("address %q: it needs the form name@domain", email)
	}
	local, domain := email[:at], email[at+1:]
	if len(local) > 64 || !isDotAtom(local) {
		return "", invalid("address %q: the part before the @ may hold only unaccented letters, digits and . ! # $ %% & ' * + - / = ? ^ _ ` { | } ~", email)
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(ascii) > 253 || strings.Trim(ascii, ".") != ascii {
		return "", invalid("address %q: the part after the @ is not a domain name", email)
	}
	return local + "@" + ascii, nil
}

// ParseFrom reads the sender of the portal's mail, `Name <address>` or a bare
// address. Errors are sentences for whoever wrote the setting.
func ParseFrom(raw string) (Address, error) {
	a, err := netmail.ParseAddress(raw)
	if err != nil {
		return Address{}, fmt.Errorf("sender %q is not of the form \"Name <address@domain>\"", raw)
	}
	wire, err := WireAddress(a.Address)
	if err != nil {
		return Address{}, fmt.Errorf("sender: %w", err)
	}
	return Address{Name: a.Name, Email: wire}, nil
}

// check refuses what no mail server or no calendar client would take. Display
// name and subject are cleaned instead: a stray line break in a title must not
// keep a delegate from being told.
func (m Message) check() error {
	switch {
	case !isToken(m.ID):
		return invalid("notice id %q: only letters, digits, '.', '_' and '-', at most 128", m.ID)
	case m.Date.IsZero():
		return invalid("notice %s has no date", m.ID)
	case strings.TrimSpace(m.Text) == "":
		return invalid("notice %s has no text", m.ID)
	case len(line(m.Subject, maxSubject)) == 0:
		return invalid("notice %s has no subject", m.ID)
	case m.Language != "" && !isToken(m.Language):
		return invalid("notice %s: language %q is no language tag", m.ID, m.Language)
	case (len(m.Calendar) == 0) != (m.Method == ""):
		return invalid("notice %s: a calendar object and its method go together", m.ID)
	}
	if m.Method == "" {
		return nil
	}
	if m.Method != "REQUEST" && m.Method != "CANCEL" {
		return invalid("notice %s: method %q is neither REQUEST nor CANCEL", m.ID, m.Method)
	}
	// RFC 6047 2.4: the object's METHOD and the Content-Type's must be the same.
	if !bytes.Contains(m.Calendar, []byte("\r\nMETHOD:"+m.Method+"\r\n")) {
		return invalid("notice %s: the calendar object does not state METHOD:%s", m.ID, m.Method)
	}
	if !utf8.Valid(m.Calendar) {
		return invalid("notice %s: the calendar object is not UTF-8", m.ID)
	}
	return nil
}

// line makes one header line of free text: control characters and runs of white
// space become one blank each, and what is longer than limit runes is cut.
func line(s string, limit int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	clean = strings.Join(strings.Fields(clean), " ")
	if utf8.RuneCountInString(clean) <= limit {
		return clean
	}
	return strings.TrimSpace(string([]rune(clean)[:limit-1])) + "…"
}

// displayName makes a name fit for From and To. net/mail leaves a backslash bare
// within a Q-encoded word, which RFC 2047 5 (3) forbids there and parsers refuse.
func displayName(s string) string {
	return strings.ReplaceAll(line(s, maxName), "\\", "/")
}

// body gives text line feeds alone for line ends, one at its end too, so that no
// encoding has to guess at them.
func body(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	if !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

func isToken(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for _, r := range []byte(s) {
		if !isAlphanumeric(r) && r != '.' && r != '_' && r != '-' {
			return false
		}
	}
	return true
}

func isDotAtom(s string) bool {
	if strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	for _, r := range []byte(s) {
		if !isAlphanumeric(r) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", rune(r)) {
			return false
		}
	}
	return true
}

func isAlphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}
