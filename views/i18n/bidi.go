package i18n

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// The isolates of Unicode Annex 9: what stands between one that opens and the
// one that closes has its own direction and disturbs nothing around it.
const (
	leftToRightIsolate = "\u2066"
	firstStrongIsolate = "\u2068" // the direction is that of its first letter
	popIsolate         = "\u2069" // closes either
)

// Isolate returns s so that it can stand inside a sentence of this language
// without disturbing the order of the words around it: a code or an address in
// an Arabic sentence, an Arabic name in a French one. Text that has no letter of
// the other direction, or is isolated already, is returned as it is. In HTML,
// <bdi> does the same where an element can stand.
func (w *Words) Isolate(s string) string {
	if strings.HasPrefix(s, firstStrongIsolate) || strings.HasPrefix(s, leftToRightIsolate) || !w.foreign(s) {
		return s
	}
	return firstStrongIsolate + s + popIsolate
}

// embed is Isolate for the values of placeholders. Web addresses are left
// alone: mail programs would take the closing mark for a part of the address.
func (w *Words) embed(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return w.Isolate(s)
}

// foreign reports whether s has a letter of the other writing direction.
func (w *Words) foreign(s string) bool {
	rtl := w.language.Dir == "rtl"
	for _, r := range s {
		if r < 0x80 {
			if rtl && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
				return true
			}
			continue
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			if rtl {
				return true
			}
		case bidi.R, bidi.AL:
			if !rtl {
				return true
			}
		}
	}
	return false
}
