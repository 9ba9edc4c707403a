package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// properNames are the keys below which a name may read as in English.
var properNames = []string{"country.", "city.", "zone."}

// sameAsEnglish lists, per key, the languages whose right word is the English
// one.
var sameAsEnglish = map[string][]string{}

// spokenAlike are whole texts that are right in a language though they are the
// English ones too.
var spokenAlike = map[string][]string{
	"fr": {
		"Absence", "Action", "Code", "Confirmation", "Description", "Europe", "Expert", "Experts", "Figures", "Interpretation",
		"Importation", "Invitation", "Invitations", "Multiple", "Navigation", "Note", "Notes", "Opération", "Options", "Organisation", "Organisations",
		"Pages", "Participant", "Participants", "Participation", "Programme", "Public", "Question", "Questions", "Région", "Session",
		"Sessions", "Secretariat", "Suggestions", "Symposium", "Total", "Type", "Version",
	},
	"es": {"Portal CAP", "Error", "Final", "General", "No", "Total", "Simposio", "Moderador", "Hotel"},
	"pt": {"Portal CAP", "Total", "Final", "Hotel", "Moderador", "Local"},
}

// latinWords are the words in Latin letters that Arabic and Russian texts may
// hold: names of things that have no other.
var latinWords = []string{
	"CAP", "UTC", "UTF", "IPR", "CSV", "XLSX", "PDF", "DOCX", "ICS", "HTML", "JSON", "API", "QR", "TXT", "ISO", "IANA", "https", "http",
	"CENcomm", "CLiKC", "ACE", "TRIPS", "Outlook", "Gmail", "Thunderbird", "Google", "Apple", "iCalendar", "Europe", "Brussels",
	"Idempotency", "Key", "name", "customs", "example", "SMTP", "CAPPORTAL", "FROM", "WCO", "URL", "RFC", "BE",
}

// englishWords betray a sentence that was left, or half left, in English. None
// is a word of French, Spanish or Portuguese as the portal writes them.
var englishWords = []string{
	"the", "and", "of", "is", "are", "you", "your", "please", "been", "with", "this", "that", "was", "were", "will", "cannot",
	"registration", "registered", "activity", "meeting", "waiting", "seat", "seats", "nominated",
}

var word = regexp.MustCompile(`\p{L}+`)

// No text is left in English: neither whole nor in part.
func TestCatalogues_NothingLeftInEnglish(t *testing.T) {
	everyMessage(t, func(lang, area, key string, m, english *message) {
		if lang == "en" || english == nil || isProperName(key) || area == "dates" {
			return
		}
		for f, text := range m.forms {
			if text == nil {
				continue
			}
			got := plain(text)
			if leftInEnglish(lang, key, got, plain(english.forms[other])) {
				t.Errorf("%s/%s.json: %q (%s) is English: %q", lang, area, key, formNames[f], got)
			}
			if w := strayWord(lang, got); w != "" {
				t.Errorf("%s/%s.json: %q (%s) has the word %q: %q", lang, area, key, formNames[f], w, got)
			}
		}
	})
}

func isProperName(key string) bool {
	return slices.ContainsFunc(properNames, func(p string) bool { return strings.HasPrefix(key, p) })
}

func leftInEnglish(lang, key, got, english string) bool {
	return got == english && word.MatchString(got) && !slices.Contains(spokenAlike[lang], got) &&
		!slices.Contains(sameAsEnglish[key], lang) && !onlyNames(got)
}

// onlyNames tells a text that has no word but those that have no translation.
func onlyNames(s string) bool {
	return !slices.ContainsFunc(word.FindAllString(s, -1), func(w string) bool { return !slices.Contains(latinWords, w) })
}

// strayWord finds a word that does not belong into the language.
func strayWord(lang, s string) string {
	for _, w := range word.FindAllString(s, -1) {
		switch lang {
		case "ar", "ru":
			if len(w) > 1 && unicode.In([]rune(w)[0], unicode.Latin) && !slices.Contains(latinWords, w) {
				return w
			}
		default:
			if slices.Contains(englishWords, strings.ToLower(w)) {
				return w
			}
		}
	}
	return ""
}

// The check itself must find what it is for.
func TestCatalogues_EnglishIsFound(t *testing.T) {
	for _, c := range []struct {
		lang, got, english string
		found              bool
	}{
		{"fr", "Saved.", "Saved.", true},
		{"fr", "Programme", "Programme", false},
		{"ar", "CAP", "CAP", false},
		{"ru", "Сохранено Saved.", "Saved.", true},
		{"es", "You are signed in, usted", "You are signed in.", true},
		{"pt", "Portal CAP", "CAP Portal", false},
	} {
		if found := leftInEnglish(c.lang, "x", c.got, c.english) || strayWord(c.lang, c.got) != ""; found != c.found {
			t.Errorf("%s %q: found %v, want %v", c.lang, c.got, found, c.found)
		}
	}
}
