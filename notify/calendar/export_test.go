package calendar

// Unfold joins what Fold broke: it removes every CRLF that a space or a tab follows,
// and that space or tab (RFC 5545 3.1). Unfold(Fold(x)) is x.
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
