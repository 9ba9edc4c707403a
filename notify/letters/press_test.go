package letters_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"capportal/notify/letters"
)

// A press prints what the template prints: every kind in every language, from the first time on.
func TestPress_EveryKindInEveryLanguage(t *testing.T) {
	b := bundle(t)
	p := letters.NewPress()
	for range 2 {
		for _, kind := range letters.Kinds() {
			for _, language := range b.Languages() {
				f := full()
				f.Title += " <i>&amp; \"more\" + 'less'</i>"
				l, err := letters.Write(kind, f, b.In(language.Tag))
				if err != nil {
					t.Fatal(err)
				}
				same(t, p, l, link)
				same(t, p, l, "")
			}
		}
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func same(t failer, p *letters.Press, l letters.Letter, address string) {
	t.Helper()
	want, err := l.HTML(address)
	if err != nil {
		t.Fatalf("%v", err)
	}
	got, err := p.HTML(l, address)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if got != want {
		t.Fatalf("the press prints\n%s\nwant\n%s", got, want)
	}
}

// Whatever the words and the shape of a letter, and wherever its button leads.
func TestPress_AnyLetter(t *testing.T) {
	p := letters.NewPress()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "<b>&amp;\"'+</b>", "\ue0000\ue001", "a\x00b", "\xff"}))
	texts := rapid.SliceOfN(text, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		l := letters.Letter{Language: rapid.SampledFrom([]string{"en", "ar"}).Draw(t, "language"), Dir: rapid.SampledFrom([]string{"ltr", "rtl"}).Draw(t, "dir"),
			Subject: text.Draw(t, "subject"), Lines: texts.Draw(t, "lines"), Title: text.Draw(t, "title"), Button: text.Draw(t, "button"),
			Last: texts.Draw(t, "last"), Sender: text.Draw(t, "sender"), Foot: texts.Draw(t, "foot")}
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			l.Rows = append(l.Rows, letters.Row{Label: text.Draw(t, "label"), Value: texts.Draw(t, "value"), Aside: rapid.Bool().Draw(t, "aside")})
		}
		address := rapid.OneOf(rapid.SampledFrom([]string{link, "", "https://portal.example/en?a=1&b=%zz", "javascript:alert(1)", "http://x/ é\"", "http://127.0.0.1:8080/en/registrations/1?key=a-b_c"}), text).Draw(t, "address")
		same(t, p, l, address)
	})
}

// A press leaves the letter as it is.
func TestPress_LeavesTheLetter(t *testing.T) {
	l := letters.Letter{Language: "en", Dir: "ltr", Subject: "s", Lines: []string{"line"}, Rows: []letters.Row{{Label: "label", Value: []string{"value"}}}, Foot: []string{"foot"}}
	page, err := letters.NewPress().HTML(l, link)
	if err != nil {
		t.Fatal(err)
	}
	if l.Lines[0] != "line" || l.Rows[0].Label != "label" || l.Rows[0].Value[0] != "value" || l.Foot[0] != "foot" || !strings.Contains(page, ">value<") {
		t.Errorf("%+v\n%s", l, page)
	}
}
