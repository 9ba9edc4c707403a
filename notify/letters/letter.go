package letters

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"capportal/views/i18n"
)

// Letter is a mail in words, in one language, before its make-up. It is a value that a store keeps.
type Letter struct {
	Language string `bson:"language"` // BCP 47 tag
	Dir      string `bson:"dir"`      // "ltr" or "rtl"
	Subject  string `bson:"subject"`
	// Lines are paragraphs; the first says what happened.
	Lines []string `bson:"lines"`
	// Title heads the facts; empty where the letter is about no activity.
	Title string `bson:"title,omitempty"`
	Rows  []Row  `bson:"rows,omitempty"`
	// Button is the words on it; Last says what else is to be known about the link.
	Button string   `bson:"button,omitempty"`
	Last   []string `bson:"last,omitempty"`
	// Colon is what the language writes after a label.
	Colon string `bson:"colon"`
	// Sender heads the letter, and Foot ends it, quietly.
	Sender string   `bson:"sender"`
	Foot   []string `bson:"foot"`
}

// Row is one fact: what it is about, and one or more lines about it.
type Row struct {
	Label string   `bson:"label"`
	Value []string `bson:"value"`
	// Aside says that the lines after the first are shown quietly.
	Aside bool `bson:"aside,omitempty"`
}

// Has tells whether there is a letter for a kind of notice.
func Has(kind string) bool { _, ok := kinds[kind]; return ok }

// Kinds lists the kinds of notice that have a letter, in alphabetical order.
func Kinds() []string {
	list := make([]string, 0, len(kinds))
	for kind := range kinds {
		list = append(list, kind)
	}
	slices.Sort(list)
	return list
}

// Write puts the letter of a kind into words. The error says that there is none for it.
func Write(kind string, f Facts, w *i18n.Words) (Letter, error) {
	k, ok := kinds[kind]
	if !ok {
		return Letter{}, fmt.Errorf("there is no letter for a notice of kind %q", kind)
	}
	p := &pen{Words: w, f: f, letter: Letter{Language: w.Tag(), Dir: w.Dir(), Sender: w.T("portal.name"), Colon: w.T("mail.label", "label", "")}}
	about := f.Title
	if f.Discreet || about == "" {
		about = f.Code
	}
	p.letter.Subject = oneLine(w.T(k.subject, "about", about))
	k.body(p)
	if f.Title != "" {
		p.letter.Title = w.Isolate(oneLine(f.Title))
	}
	p.rows(k.past)
	if k.button != "" {
		p.letter.Button = w.T(k.button)
	}
	p.foot()
	return p.letter, nil
}

// pen writes one letter.
type pen struct {
	*i18n.Words
	f      Facts
	letter Letter
}

// say adds a paragraph.
func (p *pen) say(text string) { p.letter.Lines = append(p.letter.Lines, text) }

// last adds a line below the button.
func (p *pen) last(text string) { p.letter.Last = append(p.letter.Last, text) }

// row adds a fact, unless there is nothing to say.
func (p *pen) row(label string, lines ...string) {
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	if len(lines) > 0 {
		p.letter.Rows = append(p.letter.Rows, Row{Label: label, Value: lines})
	}
}

// oneLine makes one line of what somebody typed.
func oneLine(s string) string { return strings.Join(strings.FieldsFunc(s, breaks), " ") }

// breaks tells the blanks at which a line may break: all but those that hold 9 h 30 together.
func breaks(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' }
