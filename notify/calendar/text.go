package calendar

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainText makes user text fit for a TEXT value before it is escaped: valid UTF-8,
// every kind of line end a line feed, no other control character but HTAB, no byte
// order mark. The line ends of Unicode count too, because parsers written in Python
// split lines at them.
func plainText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
			return '\n'
		case '\n', '\t':
			return r
		case '\ufeff':
			return -1
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r // invalid bytes arrive as U+FFFD
	}, s)
	return strings.TrimSpace(s)
}

// oneLine is plainText with every run of white space one space, for titles and places.
func oneLine(s string) string {
	return strings.Join(strings.Fields(plainText(s)), " ")
}

// paramText makes user text fit for a parameter value (RFC 5545 3.2), which has no
// escapes: a double quote becomes a single one. A caret would be read as RFC 6868's
// escape by some clients and a backslash as one by others; both give way.
func paramText(s string) string {
	return oneLine(strings.Map(func(r rune) rune {
		switch r {
		case '"':
			return '\''
		case '\\':
			return '/'
		case '^':
			return ' '
		}
		return r
	}, s))
}

// mailto writes an address that checkEmail passed as a URI (RFC 6068 2). Plus signs and
// case stay as they are: clients compare the whole as text.
func mailto(address string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString("mailto:")
	for i := 0; i < len(address); i++ {
		c := address[i]
		if strings.IndexByte("%/?#&=^`{|}", c) < 0 && c < utf8.RuneSelf {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
