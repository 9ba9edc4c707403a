package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"capportal/events"
)

// Limits of an address in octets (RFC 5321 4.5.3.1, with the angle brackets taken off).
const (
	maxAddress = 254
	maxLocal   = 64
)

// NormalAddress gives the one spelling under which an e-mail address is kept and compared:
// surrounding blanks gone, lower case throughout, an internationalised domain as A-labels (RFC
// 5891). Dots and plus parts stand as typed, since only the receiving server knows what they mean.
// It is a fixed point: a normalised address normalises to itself.
//
// Refused, beside the field `email`: nothing typed (`email_missing`), line breaks and control
// characters (`email_control`), a quoted local part (`email_quoted`), no local part
// (`email_no_local`) or domain (`email_no_domain`), a local part beyond ASCII (`email_non_ascii`),
// more than 254 octets (`email_too_long`), whatever else is no address (`email_invalid`).
func NormalAddress(typed string) (string, *events.Error) {
	refuse := func(key string) (string, *events.Error) {
		return "", events.E(events.Invalid, key, "email")
	}
	if !utf8.ValidString(typed) {
		return refuse("email_invalid")
	}
	address := strings.TrimFunc(typed, func(r rune) bool { return r == '\t' || unicode.IsSpace(r) && !unicode.IsControl(r) })
	if strings.ContainsFunc(address, unicode.IsControl) {
		return refuse("email_control")
	}
	if address == "" {
		return refuse("email_missing")
	}
	if len(address) > 4*maxAddress {
		return refuse("email_too_long")
	}
	if strings.HasPrefix(address, `"`) {
		return refuse("email_quoted")
	}
	local, domain, found := strings.Cut(address, "@")
	switch {
	case !found || domain == "":
		return refuse("email_no_domain")
	case local == "":
		return refuse("email_no_local")
	case strings.Contains(local, `"`):
		return refuse("email_quoted")
	case strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf }):
		return refuse("email_non_ascii")
	case !dotAtom(local):
		return refuse("email_invalid")
	}
	domain, ok := normalDomain(domain)
	if !ok {
		return refuse("email_invalid")
	}
	normal := strings.ToLower(local) + "@" + domain
	if len(local) > maxLocal || len(normal) > maxAddress {
		return refuse("email_too_long")
	}
	return normal, nil
}

// dotAtom tells whether a local part is words of RFC 5322 atext joined by single dots.
func dotAtom(local string) bool {
	for _, atom := range strings.Split(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !atext(r) }) {
			return false
		}
	}
	return true
}

// atext is RFC 5322 3.2.3 without the characters beyond ASCII.
func atext(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// normalDomain gives a host name in lower-case A-labels; false when it is none. One label alone
// (localhost) and numbers (an IP address) are no domains that strangers can be written to.
func normalDomain(typed string) (string, bool) {
	domain, err := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true),
		idna.ValidateLabels(true), idna.CheckJoiners(true)).ToASCII(typed)
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", false
	}
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	if !strings.ContainsFunc(top, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", false
	}
	return domain, true
}

// DomainOf gives the domain of a normalised address, in A-labels.
func DomainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
