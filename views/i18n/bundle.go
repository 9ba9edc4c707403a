package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed catalogues
var files embed.FS

// Language is a language the portal speaks.
type Language struct {
	Tag  string // BCP 47 tag, which is also the first part of a page's address: "fr"
	Name string // its name in itself: "Français"
	Dir  string // the direction it is written in: "ltr" or "rtl"
}

// languages is what the portal speaks, in the order in which it offers it: the
// organisation's two official languages first.
var languages = []Language{
	{"en", "English", "ltr"},
	{"fr", "Français", "ltr"},
	{"es", "Español", "ltr"},
	{"ar", "العربية", "rtl"},
	{"ru", "Русский", "ltr"},
	{"pt", "Português", "ltr"},
}

// Bundle holds the catalogues of all languages.
type Bundle struct {
	words map[string]*Words
}

// Load reads all embedded catalogues. An error names the file and the key that
// is wrong; the program must not start with it.
func Load() (*Bundle, error) {
	sub, err := fs.Sub(files, "catalogues")
	if err != nil {
		return nil, fmt.Errorf("open the catalogues: %w", err)
	}
	return load(sub)
}

func load(catalogues fs.FS) (*Bundle, error) {
	b := &Bundle{words: make(map[string]*Words, len(languages))}
	zones := &sync.Map{}
	for _, l := range languages {
		messages, err := readLanguage(catalogues, l.Tag)
		if err != nil {
			return nil, err
		}
		w := &Words{language: l, messages: messages, zones: zones}
		if err := w.prepare(); err != nil {
			return nil, fmt.Errorf("catalogue of %q: %w", l.Tag, err)
		}
		b.words[l.Tag] = w
	}
	return b, nil
}

// Languages returns the languages in the order in which they are offered.
func (b *Bundle) Languages() []Language {
	return append([]Language(nil), languages...)
}

// In returns the words of a language; English where the tag is unknown.
func (b *Bundle) In(tag string) *Words {
	if w, ok := b.words[tag]; ok {
		return w
	}
	return b.words["en"]
}
