package i18n

import (
	"slices"
	"strings"
	"testing"
)

func TestBundle_Match(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		name, cookie, header string
		offered              []string
		want                 string
	}{
		{"nothing said", "", "", nil, "en"},
		{"the cookie", "ar", "fr", nil, "ar"},
		{"a cookie not offered", "ar", "fr", []string{"en", "fr"}, "fr"},
		{"a cookie of nonsense", "../x", "pt", nil, "pt"},
		{"the first wish", "", "ru-RU,ru;q=0.9,en;q=0.8", nil, "ru"},
		{"by weight", "", "en;q=0.3,es;q=0.9,fr;q=0.5", nil, "es"},
		{"a region of the language", "", "pt-BR", nil, "pt"},
		{"another region", "", "es-419,en;q=0.8", nil, "es"},
		{"a script", "", "ar-Latn-EG", nil, "ar"},
		{"the second wish", "", "de-DE,fr;q=0.5", nil, "fr"},
		{"no kindred language", "", "uk-UA", nil, "en"},
		{"refused", "", "fr;q=0,es;q=0.1", nil, "es"},
		{"not offered", "", "ru", []string{"en", "fr"}, "en"},
		{"no English", "", "de", []string{"fr", "es"}, "fr"},
		{"any", "", "*", nil, "en"},
		{"garbage", "", ";;;q=,,\x00", nil, "en"},
		{"very long", "", strings.Repeat("xx-", 100_000), nil, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.Match(c.cookie, c.header, c.offered); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestBundle_Languages(t *testing.T) {
	var tags []string
	for _, l := range bundle(t).Languages() {
		tags = append(tags, l.Tag)
	}
	if want := []string{"en", "fr", "es", "ar", "ru", "pt"}; !slices.Equal(tags, want) {
		t.Errorf("got %v, want %v", tags, want)
	}
}

func TestWords_Collate(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		lang string
		want []string
	}{
		{"fr", []string{"Algérie", "Ecuador", "Égypte", "Eswatini", "États-Unis", "Zambie"}},
		{"en", []string{"Côte d’Ivoire", "Croatia", "Türkiye", "Turkmenistan"}},
		{"es", []string{"nación", "nube", "ñandú", "ola"}},
		{"ru", []string{"Алжир", "Египет", "Йемен", "Латвия", "Япония"}},
		{"ar", []string{"الأردن", "البرازيل", "تونس", "مصر"}},
		{"en", []string{"Delegate 1", "Delegate 2", "Delegate 10", "delegate 11"}},
	} {
		got := slices.Clone(c.want)
		slices.Reverse(got)
		slices.SortFunc(got, b.In(c.lang).Collate().Compare)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.lang, got, c.want)
		}
		slices.Reverse(got)
		SortBy(b.In(c.lang), got, func(s string) string { return s })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: SortBy gives %q, want %q", c.lang, got, c.want)
		}
	}
}

func TestWords_Zone(t *testing.T) {
	b := bundle(t)
	winter, summer := at(t, "UTC", "2026-12-01 12:00"), at(t, "UTC", "2026-07-01 12:00")
	for _, c := range []struct{ got, want string }{
		{b.In("en").Zone(brussels, winter), "Brussels time (UTC+1)"},
		{b.In("en").Zone(brussels, summer), "Brussels time (UTC+2)"},
		{b.In("fr").Zone(brussels, winter), "heure de Bruxelles (UTC+1)"},
		{b.In("fr").Zone("Africa/Cairo", winter), "heure du Caire (UTC+2)"},
		{b.In("fr").Zone("Africa/Abidjan", winter), "heure d’Abidjan (UTC)"},
		{b.In("es").Zone("America/Lima", winter), "hora de Lima (UTC−5)"},
		{b.In("ar").Zone(brussels, winter), "بتوقيت بروكسل (\u2068UTC+1\u2069)"},
		{b.In("ru").Zone(brussels, winter), "по времени Брюсселя (UTC+1)"},
		{b.In("pt").Zone("Pacific/Fiji", winter), "hora de Suva (UTC+12)"},
		{b.In("en").Zone("Asia/Kolkata", winter), "Kolkata time (UTC+5:30)"},
		{b.In("en").Zone("America/St_Johns", winter), "St Johns time (UTC−3:30)"},
		{b.In("fr").Zone("America/St_Johns", winter), "heure locale\u00a0: St Johns (UTC−3:30)"},
		{b.In("en").Zone("UTC", winter), "UTC"},
		{b.In("en").Zone("Etc/GMT-3", winter), "UTC+3"},
		{b.In("en").Zone("Mars/Olympus", winter), "UTC"},
		{b.In("ar").City("Africa/Lusaka"), "لوساكا"},
		{b.In("en").City("America/Port_of_Spain"), "Port of Spain"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWords_Names(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct{ got, want string }{
		{b.In("en").Country("KR"), "Korea (Republic of)"},
		{b.In("fr").Country("HK"), "Hong Kong, Chine"},
		{b.In("ar").Country("sn"), "السنغال"},
		{b.In("ru").Country("VA"), "Святой Престол"},
		{b.In("es").Country("GL"), "Groenlandia"},
		{b.In("en").Country("QQ"), "QQ"},
		{b.In("en").Country(""), ""},
		{b.In("en").Country("150"), "150"},
		{b.In("fr").LanguageName("en"), "anglais"},
		{b.In("fr").Capital(b.In("fr").LanguageName("en")), "Anglais"},
		{b.In("ru").LanguageName("nl"), "нидерландский"},
		{b.In("en").LanguageName("not a tag"), "not a tag"},
		{b.In("es").Region("WCA"), "África Occidental y Central"},
		{b.In("pt").Region("all"), "Todas as regiões"},
		{b.In("en").RegionShort("AP"), "Asia/Pacific"},
		{b.In("en").Region("XYZ"), "XYZ"},
		{b.In("ar").Capital("وفد"), "وفد"},
		{b.In("fr").Capital("éthique"), "Éthique"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWords_List(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		lang  string
		items []string
		want  string
	}{
		{"en", nil, ""},
		{"en", []string{"English"}, "English"},
		{"en", []string{"English", "French"}, "English and French"},
		{"en", []string{"English", "French", "Spanish"}, "English, French and Spanish"},
		{"fr", []string{"anglais", "français", "espagnol"}, "anglais, français et espagnol"},
		{"es", []string{"inglés", "francés"}, "inglés y francés"},
		{"es", []string{"francés", "inglés"}, "francés e inglés"},
		{"es", []string{"nieve", "hielo"}, "nieve y hielo"},
		{"es", []string{"padre", "hijo"}, "padre e hijo"},
		{"ar", []string{"العربية", "الفرنسية", "الروسية"}, "العربية والفرنسية والروسية"},
		{"ar", []string{"العربية", "English"}, "العربية و\u2068English\u2069"},
		{"ar", []string{"A", "B", "ج"}, "\u2068A\u2069 و\u2068B\u2069 وج"},
		{"ru", []string{"английский", "русский"}, "английский и русский"},
		{"pt", []string{"inglês", "francês"}, "inglês e francês"},
	} {
		if got := b.In(c.lang).List(c.items); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.lang, c.items, got, c.want)
		}
	}
}

func TestWords_Pick(t *testing.T) {
	w := bundle(t).In("es")
	for _, c := range []struct {
		text       map[string]string
		want, lang string
	}{
		{map[string]string{"en": "a", "fr": "b", "es": "c"}, "c", "es"},
		{map[string]string{"en": "a", "fr": "b", "es": ""}, "a", "en"},
		{map[string]string{"fr": "b", "ar": "d"}, "b", "fr"},
		{map[string]string{"ru": "e", "ar": "d"}, "d", "ar"},
		{map[string]string{"de": ""}, "", ""},
		{nil, "", ""},
	} {
		if got, lang := w.Pick(c.text); got != c.want || lang != c.lang {
			t.Errorf("%v: got %q in %q, want %q in %q", c.text, got, lang, c.want, c.lang)
		}
	}
}

func TestWords_Zones(t *testing.T) {
	b := bundle(t)
	for _, l := range b.Languages() {
		w := b.In(l.Tag)
		seen := map[string]string{}
		for _, zone := range w.Zones() {
			if other := seen[w.City(zone)]; other != "" {
				t.Errorf("%s: %s and %s are both called %s", l.Tag, other, zone, w.City(zone))
			}
			seen[w.City(zone)] = zone
		}
	}
}
