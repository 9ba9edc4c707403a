package letters_test

import (
	"testing"

	"capportal/notify/letters"
	"capportal/views/i18n"
)

// A letter's words, its text and its HTML: what each invitation costs before it is a mail.
func BenchmarkWrite(b *testing.B) {
	bundle, err := i18n.Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, language := range []string{"en", "ar"} {
		b.Run(language, func(b *testing.B) {
			words := bundle.In(language)
			b.ReportAllocs()
			for b.Loop() {
				l, err := letters.Write("confirmed", full(), words)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := l.HTML(link); err != nil || l.Text(link) == "" {
					b.Fatal(err)
				}
			}
		})
	}
}
