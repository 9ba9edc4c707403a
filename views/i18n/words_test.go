package i18n

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// named is a type like those of the domain: a map of values under another name.
type named map[string]any

func TestWords_T(t *testing.T) {
	en, ar := bundle(t).In("en"), bundle(t).In("ar")
	for _, c := range []struct{ name, got, want string }{
		{"plain", en.T("nav.calendar"), "Calendar"},
		{"pairs", en.T("error.number_range", "min", 0, "max", 100000), "Please give a whole number from 0 to 100,000."},
		{"a map", en.T("error.too_long", map[string]any{"max": 300}), "This is too long: at most 300 characters."},
		{"a named map", en.T("error.too_long", named{"max": 300}), "This is too long: at most 300 characters."},
		{"a map of texts", en.T("error.too_long", map[string]string{"max": "300"}), "This is too long: at most 300 characters."},
		{"missing key", en.T("no.such"), "⟦no.such⟧"},
		{"missing plural key", en.N("no.such", 1), "⟦no.such⟧"},
		{"missing value", en.T("error.too_long"), "This is too long: at most ⟦max⟧ characters."},
		{"missing value in a map", en.T("error.too_long", named{}), "This is too long: at most ⟦max⟧ characters."},
		{"a value with braces", en.T("error.parent_unknown", "code", "{code}"), "There is no activity with the code {code}."},
		{"foreign letters are isolated", ar.T("error.parent_unknown", "code", "IPR-2026-20"), "لا يوجد نشاط بالرمز \u2068IPR-2026-20\u2069."},
		{"own letters are not", ar.T("part.place", "city", "بروكسل", "country", "بلجيكا"), "بروكسل، بلجيكا"},
		{"the other way round", en.T("error.domain_invalid", "domain", "مثال"), "“\u2068مثال\u2069” is not the domain of an address."},
		{"addresses are left alone", ar.T("error.parent_unknown", "code", "https://portal.example/x"), "لا يوجد نشاط بالرمز https://portal.example/x."},
		{"unknown language", bundle(t).In("tlh").T("nav.calendar"), "Calendar"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
	if en.Dir() != "ltr" || ar.Dir() != "rtl" || ar.Tag() != "ar" {
		t.Error("tag or direction is wrong")
	}
}

func TestWords_Isolate(t *testing.T) {
	fr, ar := bundle(t).In("fr"), bundle(t).In("ar")
	for _, c := range []struct{ got, want string }{
		{ar.Isolate("IPR-2026-20"), "\u2068IPR-2026-20\u2069"},
		{ar.Isolate(ar.Isolate("UTC+1")), "\u2068UTC+1\u2069"},
		{ar.Isolate("2026–11"), "2026–11"},
		{ar.Isolate("Совет"), "\u2068Совет\u2069"},
		{fr.Isolate("IPR-2026-20"), "IPR-2026-20"},
		{fr.Isolate("مندوب 1"), "\u2068مندوب 1\u2069"},
		{fr.Isolate(""), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWords_N(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 seats left"}, {"en", 1, "1 seat left"}, {"en", 2, "2 seats left"}, {"en", 1187, "1,187 seats left"},
		{"fr", 0, "0\u00a0place restante"}, {"fr", 1, "1\u00a0place restante"}, {"fr", 2, "2\u00a0places restantes"},
		{"fr", 1_000_000, "1\u202f000\u202f000\u00a0de places restantes"},
		{"es", 1, "1 plaza libre"}, {"es", 0, "0 plazas libres"}, {"es", 1_000_000, "1.000.000 de plazas libres"},
		{"pt", 1, "1 lugar livre"}, {"pt", 2, "2 lugares livres"}, {"pt", 1_000_000, "1.000.000 de lugares livres"},
		{"ru", 1, "Осталось 1 место"}, {"ru", 2, "Осталось 2 места"}, {"ru", 5, "Осталось 5 мест"},
		{"ru", 11, "Осталось 11 мест"}, {"ru", 21, "Осталось 21 место"}, {"ru", 112, "Осталось 112 мест"},
		{"ar", 0, "لم يبقَ أي مقعد"}, {"ar", 1, "بقي مقعد واحد"}, {"ar", 2, "بقي مقعدان"},
		{"ar", 3, "بقيت 3 مقاعد"}, {"ar", 11, "بقي 11 مقعدًا"}, {"ar", 100, "بقي 100 مقعد"},
	} {
		if got := b.In(c.lang).N("part.seats_left", c.n); got != c.want {
			t.Errorf("%s %d: got %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

// The rules are CLDR's: a library that generates them from its data agrees for
// every count that could differ.
func TestPluralRules_AreThoseOfCLDR(t *testing.T) {
	counts := []int{1_000, 10_000, 100_000, 999_999, 1_000_000, 1_000_001, 1_000_011, 2_000_000, 12_000_000, 1_000_000_000}
	for n := range 2_000 {
		counts = append(counts, n)
	}
	for _, l := range languages {
		theirs := goi18n.NewBundle(language.English)
		if err := theirs.AddMessages(language.Make(l.Tag), &goi18n.Message{ID: "m", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}); err != nil {
			t.Fatal(err)
		}
		reader := goi18n.NewLocalizer(theirs, l.Tag)
		for _, n := range counts {
			want, err := reader.Localize(&goi18n.LocalizeConfig{MessageID: "m", PluralCount: n})
			if err != nil {
				t.Fatal(err)
			}
			rule := pluralRules[l.Tag]
			if got := rule.choose(n); formNames[got] != want || !slices.Contains(rule.forms, got) && !(l.Tag == "ru" && got == other) {
				t.Errorf("%s %d: %s, want %s", l.Tag, n, formNames[got], want)
			}
		}
	}
}

func TestWords_Numbers(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct{ lang, four, seven, negative, decimal, percent string }{
		{"en", "1,187", "1,000,000", "−12", "12,345.6", "43.4%"},
		{"fr", "1\u202f187", "1\u202f000\u202f000", "−12", "12\u202f345,6", "43,4\u202f%"},
		{"es", "1187", "1.000.000", "−12", "12.345,6", "43,4\u00a0%"},
		{"ar", "1,187", "1,000,000", "\u2066−12\u2069", "12,345.6", "\u206643.4%\u2069"},
		{"ru", "1\u00a0187", "1\u00a0000\u00a0000", "−12", "12\u00a0345,6", "43,4\u00a0%"},
		{"pt", "1.187", "1.000.000", "−12", "12.345,6", "43,4%"},
	} {
		w := b.In(c.lang)
		got := []string{w.Number(1187), w.Number(1_000_000), w.Number(-12), w.Decimal(12345.6, 1), w.Percent(0.434, 1)}
		if want := []string{c.four, c.seven, c.negative, c.decimal, c.percent}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.lang, got, want)
		}
		for n, want := range map[int]string{0: "0", 7: "7", 41: "41", 999: "999"} {
			if got := w.Number(n); got != want {
				t.Errorf("%s: %d is written %q", c.lang, n, got)
			}
		}
	}
}

// One Words serves every request at once.
func TestWords_ManyAtOnce(t *testing.T) {
	b := bundle(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			w := b.In(languages[i%len(languages)].Tag)
			for n := range 50 {
				m := at(t, brussels, fmt.Sprintf("2026-11-%02d 09:30", n%28+1))
				if s := w.DateTime(m, brussels) + w.Zone("Africa/Lusaka", m) + w.N("part.seats", n) + w.Country("SN"); strings.Contains(s, "⟦") {
					t.Error(s)
				}
				slices.SortFunc([]string{"b", "a"}, w.Collate().Compare)
				b.Match("", "fr-CA,en;q=0.5", nil)
			}
		})
	}
	wg.Wait()
}

func BenchmarkWords_T(b *testing.B) {
	w := bundle(b).In("ar")
	for b.Loop() {
		w.T("error.number_range", "min", 0, "max", 100)
	}
}

func BenchmarkWords_DateRange(b *testing.B) {
	w, from := bundle(b).In("fr"), at(b, brussels, "2026-11-03 09:30")
	for b.Loop() {
		w.DateRange(from, from.AddDate(0, 0, 1), brussels, false)
	}
}

func BenchmarkWords_Collate(b *testing.B) {
	w := bundle(b).In("fr")
	for b.Loop() {
		w.Collate()
	}
}
