package mail

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is written is read back by the standard library, in lines that every relay leaves as they are.
func TestAppendQuoted(t *testing.T) {
	signs := rapid.SampledFrom([]rune("ab =\t\n.é中\x00\x7f~!"))
	text := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(signs, 0, 300).Draw(t, "signs"))
	}))
	rapid.Check(t, func(t *rapid.T) {
		s := body(text.Draw(t, "text"))
		written := appendQuoted([]byte("before"), s)
		written, ok := bytes.CutPrefix(written, []byte("before"))
		if !ok {
			t.Fatal("what stood before is gone")
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(string(written), "\r\n"), "\r\n") {
			if len(line) > 76 || strings.ContainsAny(line, "\r\n") || strings.TrimRight(line, " \t") != line {
				t.Fatalf("the line %q of %q", line, s)
			}
			for _, c := range []byte(line) {
				if c != '\t' && c < ' ' || c > '~' {
					t.Fatalf("the line %q holds a byte %x", line, c)
				}
			}
		}
		read, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(written)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(string(read), "\r\n", "\n"); got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
	})
}
