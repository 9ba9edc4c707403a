package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"capportal/events"
)

// maxName is the most a name may have, in characters of any script.
const maxName = 200

// CleanName gives a name as it is kept: composed (NFC), blanks collapsed, invisible marks that
// could turn the text around it (bidirectional controls, zero-width spaces, the byte order mark)
// taken out. Markup in it is text like any other. Joiners stay: Persian, Hindi and others need
// them. Refused beside the field: control characters and line breaks (`control_characters`), more than
// 200 characters (`too_long`, with `max`). An empty name is the caller's to judge.
func CleanName(typed, field string) (string, *events.Error) {
	if !utf8.ValidString(typed) {
		return "", events.E(events.Invalid, "control_characters", field)
	}
	if len(typed) > 100*maxName { // before any work is spent on it
		return "", events.E(events.Invalid, "too_long", field).With("max", maxName)
	}
	for _, r := range typed {
		if r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return "", events.E(events.Invalid, "control_characters", field)
		}
	}
	name := collapse(norm.NFC.String(withoutMarks(typed)))
	if utf8.RuneCountInString(name) > maxName {
		return "", events.E(events.Invalid, "too_long", field).With("max", maxName)
	}
	return name, nil
}

// NormalName gives the key under which two spellings of a person's name are the same name: case
// folded, compatibility forms unified (NFKC), blanks collapsed. Where the given name ends and the
// family name begins does not matter.
func NormalName(given, family string) string {
	return collapse(norm.NFKC.String(fold(norm.NFKC.String(withoutMarks(given + " " + family)))))
}

// searchKey is the key by which people look for something: as NormalName, and accents gone, so
// that "senegal" finds "Sénégal".
func searchKey(text string) string {
	decomposed := norm.NFKD.String(fold(withoutMarks(text)))
	return collapse(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, decomposed))
}

// found tells whether each word of the query is in one of the texts.
func found(query string, texts ...string) bool {
	all := searchKey(strings.Join(texts, "\n"))
	for _, word := range strings.Fields(searchKey(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// Found tells whether each word of a query stands somewhere in the texts, case and accents aside. A
// query without a word is found everywhere.
func Found(query string, texts ...string) bool { return found(query, texts...) }

// withoutMarks takes out what is invisible and changes how its surroundings are shown.
func withoutMarks(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', // embeddings, overrides, isolates
			r == '\u200e', r == '\u200f', r == '\u061c', // directional marks
			r == '\u200b', r == '\u2060', r == '\ufeff', // zero-width blanks
			r >= 0xe0000 && r <= 0xe007f: // tags
			return -1
		}
		return r
	}, text)
}

// fold takes case away. Folding alone swaps the two cases of Cherokee, hence lower case after it.
func fold(text string) string { return strings.ToLower(cases.Fold().String(text)) }

// collapse makes each run of blanks one space and trims the ends.
func collapse(text string) string { return strings.Join(strings.Fields(text), " ") }
