package calendar

import (
	"encoding/hex"
	"strings"
)

// uidBytes is how many random octets a UID holds: 160 bits, over the 128 below which
// it could be guessed, and an answer is matched by it alone.
const uidBytes = 20

// NewUID makes the UID of a new event: 160 bits of random, in hexadecimal, at the
// domain of the portal. random fills the slice it is given from a source that nobody
// can predict. Of domain only a host name's characters are used, in lower case and
// without a port; none left gives portal.invalid.
func NewUID(random func([]byte), domain string) string {
	var raw [uidBytes]byte
	random(raw[:])
	return hex.EncodeToString(raw[:]) + "@" + host(domain)
}

// host keeps of a setting what a UID may hold.
func host(domain string) string {
	domain, _, _ = strings.Cut(strings.ToLower(domain), ":")
	domain = strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == '-' || r == '.' {
			return r
		}
		return -1
	}, domain)
	domain = strings.Trim(domain, ".-")
	if domain == "" {
		return "portal.invalid"
	}
	if len(domain) > 120 {
		domain = strings.Trim(domain[:120], ".-")
	}
	return domain
}
