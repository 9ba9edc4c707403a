package calendar

import (
	"bytes"
	"unicode/utf8"
)

// maxLine is the longest physical line in octets, its line end apart (RFC 5545 3.1).
const maxLine = 75

// Fold breaks the lines of src, which end in CRLF, so that none is longer than 75
// octets: CRLF and one space stand between the pieces, never inside a UTF-8
// sequence (RFC 5545 3.1).
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
