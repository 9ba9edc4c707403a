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
	t := &text{}
	t.Grow(2048) // as long as letters are
	for _, line := range l.Lines {
		t.paragraph(line)
	}
	if l.Title != "" {
		t.line(l.Title, "")
	}
	for _, r := range l.Rows {
		t.line(r.Label+l.Colon+" "+r.Value[0], "  ")
		for _, line := range r.Value[1:] {
			t.WriteString("    ")
			t.line(line, "    ")
		}
	}
	if l.Title != "" || len(l.Rows) > 0 {
		t.WriteByte('\n')
	}
	if l.Button != "" && address != "" {
		for _, part := range []string{l.Button, l.Colon, "\n", address, "\n\n"} {
			t.WriteString(part)
		}
	}
	for _, line := range l.Last {
		t.paragraph(line)
	}
	// The mark of a signature (RFC 3676 4.3), which mail programs show quietly.
	t.WriteString("-- \n")
	for _, line := range l.Foot {
		t.line(line, "")
	}
	return t.String()
}

// text is a plain text being written.
type text struct{ strings.Builder }

func (t *text) paragraph(words string) {
	t.line(words, "")
	t.WriteByte('\n')
}

// line writes words, broken between them where a line is full; indent stands before each line but the
// first.
func (t *text) line(words, indent string) {
	used, first := 0, true
	for word := range strings.FieldsFuncSeq(words, breaks) {
		n := utf8.RuneCountInString(word)
		switch {
		case first:
			first = false
		case used+1+n > width:
			t.WriteByte('\n')
			t.WriteString(indent)
			used = len(indent)
		default:
			t.WriteByte(' ')
			used++
		}
		t.WriteString(word)
		used += n
	}
	t.WriteByte('\n')
}
