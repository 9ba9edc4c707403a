package calendar

import (
	"bytes"
	"unicode/utf8"
)

// maxLine is the longest physical line in octets, its line end apart (RFC 5545 3.1).
const maxLine = 75

// Fold breaks the lines of src, which end in CRLF, so that none is longer than 75
// octets: CRLF and one space stand between the pieces, never inside a UTF-8
// sequence (RFC 5545 3.1). Unfold(Fold(x)) is x.
func Fold(src []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(src) + len(src)/16 + 16)
	for line := range bytes.SplitAfterSeq(src, []byte("\r\n")) {
		body, ended := bytes.CutSuffix(line, []byte("\r\n"))
		limit := maxLine
		for len(body) > limit {
			n := limit
			for n > limit-utf8.UTFMax && !utf8.RuneStart(body[n]) {
				n--
			}
			if !utf8.RuneStart(body[n]) {
				n = limit // no UTF-8 at all: cut anywhere
			}
			out.Write(body[:n])
			out.WriteString("\r\n ")
			body = body[n:]
			limit = maxLine - 1
		}
		out.Write(body)
		if ended {
			out.WriteString("\r\n")
		}
	}
	return out.Bytes()
}

// Unfold joins what Fold broke: it removes every CRLF that a space or a tab follows,
// and that space or tab (RFC 5545 3.1).
func Unfold(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		if i+2 < len(src) && src[i] == '\r' && src[i+1] == '\n' && (src[i+2] == ' ' || src[i+2] == '\t') {
			i += 2
			continue
		}
		out = append(out, src[i])
	}
	return out
}
