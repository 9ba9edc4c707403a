package i18n

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
)

// areas reads the catalogues file by file: language, area, key.
func areas(t *testing.T) map[string]map[string]map[string]*message {
	t.Helper()
	all := map[string]map[string]map[string]*message{}
	for _, l := range languages {
		all[l.Tag] = map[string]map[string]*message{}
		names, err := fs.Glob(files, path.Join("catalogues", l.Tag, "*.json"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no catalogues: %v", l.Tag, err)
		}
		for _, name := range names {
			content, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			area := strings.TrimSuffix(path.Base(name), ".json")
			all[l.Tag][area] = map[string]*message{}
			err = readArea(content, func(key string, m *message) error {
				all[l.Tag][area][key] = m
				return nil
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	return all
}

// everyMessage calls f for each message of each language, in a steady order.
func everyMessage(t *testing.T, f func(lang, area, key string, m, english *message)) {
	t.Helper()
	all := areas(t)
	for _, l := range languages {
		for _, area := range sorted(all[l.Tag]) {
			for _, key := range sorted(all[l.Tag][area]) {
				f(l.Tag, area, key, all[l.Tag][area][key], all["en"][area][key])
			}
		}
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func TestCatalogues_SameKeys(t *testing.T) {
	all := areas(t)
	for _, l := range languages[1:] {
		if got, want := sorted(all[l.Tag]), sorted(all["en"]); !slices.Equal(got, want) {
			t.Errorf("%s has the areas %v, English has %v", l.Tag, got, want)
		}
		for area, english := range all["en"] {
			for _, key := range sorted(english) {
				if all[l.Tag][area][key] == nil {
					t.Errorf("%s/%s.json lacks %q", l.Tag, area, key)
				}
			}
			for _, key := range sorted(all[l.Tag][area]) {
				if english[key] == nil {
					t.Errorf("%s/%s.json has %q, which English lacks", l.Tag, area, key)
				}
			}
		}
	}
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z0-9_/+-]+)*$`)

func TestCatalogues_KeysAreWellFormed(t *testing.T) {
	everyMessage(t, func(lang, area, key string, _, _ *message) {
		if !keyForm.MatchString(key) {
			t.Errorf("%s/%s.json: %q is no key", lang, area, key)
		}
	})
}

func TestCatalogues_NoEmptyValues(t *testing.T) {
	everyMessage(t, func(lang, area, key string, m, _ *message) {
		for f, text := range m.forms {
			if text == nil || area == "dates" && strings.HasPrefix(key, "number.") {
				continue
			}
			s := raw(text)
			if strings.TrimSpace(s) == "" {
				t.Errorf("%s/%s.json: %q is empty (%s)", lang, area, key, formNames[f])
			}
			if s != strings.TrimSpace(s) {
				t.Errorf("%s/%s.json: %q begins or ends in a blank", lang, area, key)
			}
		}
	})
}

func TestCatalogues_PluralForms(t *testing.T) {
	everyMessage(t, func(lang, area, key string, m, english *message) {
		if english != nil && m.plural != english.plural {
			t.Errorf("%s/%s.json: %q has plural forms in one language and none in another", lang, area, key)
		}
		if !m.plural {
			return
		}
		for f := zero; f < formCount; f++ {
			want, got := slices.Contains(pluralRules[lang].forms, f), m.forms[f] != nil
			if want && !got {
				t.Errorf("%s/%s.json: %q lacks the form %q", lang, area, key, formNames[f])
			}
			if got && !want {
				t.Errorf("%s/%s.json: %q has the form %q, which the language lacks", lang, area, key, formNames[f])
			}
		}
	})
}

// countedForms are those that stand for one number alone, so that they may leave
// the number out: "one place left". The "one" of French and Portuguese is also
// 0, that of Russian also 21.
var countedForms = map[string][]form{"en": {one}, "es": {one}, "ar": {zero, one, two}}

func TestCatalogues_SamePlaceholders(t *testing.T) {
	everyMessage(t, func(lang, area, key string, m, english *message) {
		if english == nil {
			return
		}
		if isShapeOfDate(area, key) {
			return
		}
		want := placeholders(english.forms[other])
		for f, text := range m.forms {
			if text == nil {
				continue
			}
			got := placeholders(text)
			if m.plural && slices.Contains(countedForms[lang], form(f)) && !slices.Contains(got, "n") && slices.Contains(want, "n") {
				got = append(got, "n")
				sort.Strings(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s/%s.json: %q (%s) has the placeholders %v, English has %v", lang, area, key, formNames[f], got, want)
			}
		}
	})
}

// isShapeOfDate tells the few texts that say how a language writes a date or a
// time: each takes of what is given what it needs.
func isShapeOfDate(area, key string) bool {
	return area == "dates" && (strings.HasPrefix(key, "date.") || strings.HasPrefix(key, "time"))
}

func placeholders(t text) []string {
	names := []string{}
	for _, p := range t {
		if p.placeholder != "" && !slices.Contains(names, p.placeholder) {
			names = append(names, p.placeholder)
		}
	}
	sort.Strings(names)
	return names
}

// raw is a text as it stands in its file.
func raw(t text) string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.literal)
		if p.placeholder != "" {
			b.WriteString("{" + p.placeholder + "}")
		}
	}
	return b.String()
}

// plain is a text without its placeholders.
func plain(t text) string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.literal)
	}
	return b.String()
}

func TestLoad_RefusesBrokenCatalogues(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"no JSON", `{"a": `, "en/x.json"},
		{"a list", `["a"]`, "expected {"},
		{"a number", `{"a": 1}`, `key "a"`},
		{"a key twice", `{"a": "x", "a": "y"}`, `key "a"`},
		{"a key of another area", `{"told.saved": "x"}`, "parts.json"},
		{"open brace", `{"a": "x {name"}`, "brace without its partner"},
		{"closing brace", `{"a": "x name}"}`, "brace without its partner"},
		{"template language", `{"a": "{{.Name}}"}`, "is not a name"},
		{"space in the name", `{"a": "{first name}"}`, "is not a name"},
		{"unknown form", `{"a": {"some": "x", "other": "y"}}`, `unknown plural form "some"`},
		{"no other", `{"a": {"one": "x"}}`, `without "other"`},
		{"something after it", `{"a": "x"} {}`, "follows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := fstest.MapFS{}
			err := fs.WalkDir(files, "catalogues", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				content, err := fs.ReadFile(files, name)
				m[strings.TrimPrefix(name, "catalogues/")] = &fstest.MapFile{Data: content}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			m["en/x.json"] = &fstest.MapFile{Data: []byte(c.content)}
			if _, err := load(m); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
	t.Run("a language missing", func(t *testing.T) {
		if _, err := load(fstest.MapFS{}); err == nil {
			t.Error("no error")
		}
	})
}
