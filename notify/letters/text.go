package letters

import (
	"strings"
	"unicode/utf8"
)

// width is how many signs a line of the plain text holds; a word longer than that, such as an
// address, stays whole.
const width = 72

// Text is the letter as plain text; the button leads to address. Equal letters give equal text.
func (l Letter) Text(address string) string {
	var b strings.Builder
	for _, line := range l.Lines {
		paragraph(&b, line, "")
	}
	if l.Title != "" {
		b.WriteString(wrap(l.Title, "") + "\n")
	}
	for _, r := range l.Rows {
		b.WriteString(wrap(r.Label+l.Colon+" "+r.Value[0], "  ") + "\n")
		for _, line := range r.Value[1:] {
			b.WriteString("    " + wrap(line, "    ") + "\n")
		}
	}
	if l.Title != "" || len(l.Rows) > 0 {
		b.WriteString("\n")
	}
	if l.Button != "" && address != "" {
		b.WriteString(l.Button + l.Colon + "\n" + address + "\n\n")
	}
	for _, line := range l.Last {
		paragraph(&b, line, "")
	}
	// The mark of a signature (RFC 3676 4.3), which mail programs show quietly.
	b.WriteString("-- \n")
	for _, line := range l.Foot {
		b.WriteString(wrap(line, "") + "\n")
	}
	return b.String()
}

func paragraph(b *strings.Builder, text, indent string) {
	b.WriteString(wrap(text, indent) + "\n\n")
}

// wrap breaks a text between words; indent stands before each line but the first.
func wrap(text, indent string) string {
	var b strings.Builder
	used := 0
	for i, word := range words(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+n > width:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
