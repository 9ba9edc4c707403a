package i18n

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country names a country or territory by its ISO 3166-1 code of two letters, as
// the organisation prints it in places: "Korea (Republic of)". What the
// catalogue does not list is named as in CLDR; an unknown code is returned as it
// is.
func (w *Words) Country(iso2 string) string {
	code := strings.ToUpper(iso2)
	if key := "country." + code; w.Has(key) {
		return w.T(key)
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return iso2
	}
	if name := display.Regions(language.Make(w.Tag())).Name(region); name != "" {
		return name
	}
	return iso2
}

// LanguageName names a language by its tag, as it stands within a sentence:
// "anglais" in French. A language the catalogue does not list is named as in
// CLDR; an unknown tag is returned as it is.
func (w *Words) LanguageName(tag string) string {
	if key := "language." + strings.ToLower(tag); w.Has(key) {
		return w.T(key)
	}
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if name := display.Languages(language.Make(w.Tag())).Name(t); name != "" {
		return name
	}
	return tag
}

// Region names one of the organisation's six regions by its code ("MENA"), or
// all of them ("all"), in full. An unknown code is returned as it is.
func (w *Words) Region(code string) string { return w.named("region.", code) }

// RegionShort is Region in few words, for lists and filters: "Asia/Pacific".
func (w *Words) RegionShort(code string) string { return w.named("region.short.", code) }

func (w *Words) named(prefix, code string) string {
	if key := prefix + code; w.Has(key) {
		return w.T(key)
	}
	return code
}

// List joins items into an enumeration: English, French and Spanish.
func (w *Words) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	head := written(w.embed(items[0]))
	for _, item := range items[1:last] {
		head = written(w.T("list.more", "items", head, "item", item))
	}
	return w.T(w.lastJoint(items[last]), "items", head, "item", items[last])
}

// lastJoint is the key that joins the last item. Spanish says "e" for "y" before
// the sound of i: francés e inglés, but nieve y hielo.
func (w *Words) lastJoint(item string) string {
	if w.Tag() != "es" {
		return "list.last"
	}
	word := strings.ToLower(item)
	sound := strings.HasPrefix(word, "i") || strings.HasPrefix(word, "í") || strings.HasPrefix(word, "hi") || strings.HasPrefix(word, "hí")
	glide := strings.HasPrefix(word, "hie") || strings.HasPrefix(word, "hia") || strings.HasPrefix(word, "io")
	if sound && !glide {
		return "list.last.before_i"
	}
	return "list.last"
}

// Capital returns s with its first letter as at the head of a sentence, for
// names that catalogues write as within one: "Anglais".
func (w *Words) Capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || !unicode.IsLower(r) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// Pick chooses, of a text kept per language, what this reader is shown: the own
// language, else English, else French, else the first by tag. It also says which
// language that is, so that the page can mark it. Empty texts do not count;
// where all are, both results are empty.
func (w *Words) Pick(text map[string]string) (string, string) {
	for _, tag := range []string{w.Tag(), "en", "fr"} {
		if text[tag] != "" {
			return text[tag], tag
		}
	}
	tags := make([]string, 0, len(text))
	for tag, t := range text {
		if t != "" {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		return "", ""
	}
	sort.Strings(tags)
	return text[tags[0]], tags[0]
}
