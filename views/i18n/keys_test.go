package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// source is a file that may name keys: Go, or a template.
type source struct {
	name, content string
}

// sources reads the Go files and templates of the whole module, without tests
// and without this package's own.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var found []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2
			if hidden || d.Name() == "testdata" || name == filepath.Join(root, "views", "i18n") {
				return filepath.SkipDir
			}
			return nil
		}
		code := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if !code && !strings.HasSuffix(name, ".html") {
			return nil
		}
		content, err := os.ReadFile(name)
		found = append(found, source{strings.TrimPrefix(name, root+string(filepath.Separator)), string(content)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var (
	// T("nav.calendar"), w.N("part.faults", n) in Go; {{T "nav.calendar"}} in a
	// template. Behind the key: what joins it to something made at run time.
	inGo       = regexp.MustCompile(`\b(?:T|N)\(\s*"([^"\n]*)"\s*(\+)?`)
	inTemplate = regexp.MustCompile(`[{(|]\s*(?:\$?\.[A-Za-z.]*)?\b(?:T|N)\s+"([^"\n]*)"`)
	// What templates make at run time: (printf "kind.%s" .Kind), options "kind.".
	joined = regexp.MustCompile(`\b(?:T|N)\s+\(printf\s+"([a-z_.]+)%`)
	// events.E(events.Invalid, "required", "start"): the key is error.required.
	refused = regexp.MustCompile(`\bE\(\s*[A-Za-z.]+,\s*"([a-z0-9_]+)"`)
	// form.Refuse("end", "end_before_start").
	refusedForm = regexp.MustCompile(`\.Refuse\([^,"\n]*(?:"[^"\n]*")?,\s*"([a-z0-9_]+)"`)
	// The short forms of the two that validations make for themselves.
	refusedShort = regexp.MustCompile(`\brefuse\("([a-z0-9_]+)"`)
	checked      = regexp.MustCompile(`\bword\(.*, "([a-z0-9_]+)", "[a-z0-9_.]+"\)`)
	// Gate{"gate_dates", …}: the keys of a state's conditions.
	gates = regexp.MustCompile(`"(gate_[a-z_]+)"`)
)

// named finds the keys and the prefixes that a source names.
func (s source) named() (keys, prefixes []string) {
	if strings.HasSuffix(s.name, ".html") {
		for _, m := range inTemplate.FindAllStringSubmatch(s.content, -1) {
			keys = append(keys, m[1])
		}
		for _, m := range joined.FindAllStringSubmatch(s.content, -1) {
			prefixes = append(prefixes, m[1])
		}
		return keys, prefixes
	}
	for _, m := range inGo.FindAllStringSubmatch(s.content, -1) {
		switch {
		case m[2] == "+":
			prefixes = append(prefixes, m[1])
		case keyForm.MatchString(m[1]) && strings.Contains(m[1], "."):
			keys = append(keys, m[1])
		}
	}
	for _, pattern := range []*regexp.Regexp{refused, refusedForm, refusedShort, checked, gates} {
		for _, m := range pattern.FindAllStringSubmatch(s.content, -1) {
			keys = append(keys, "error."+m[1])
		}
	}
	return keys, prefixes
}

// Every key that a page, a mail or an error names has its words.
func TestKeys_NamedOnesExist(t *testing.T) {
	w := bundle(t).In("en")
	for _, s := range sources(t) {
		keys, prefixes := s.named()
		for _, key := range keys {
			if !w.Has(key) {
				t.Errorf("%s: no catalogue has the key %q", s.name, key)
			}
		}
		for _, prefix := range prefixes {
			if !slices.Contains(dynamicPrefixes, prefix) {
				t.Errorf("%s: the prefix %q is not declared in prefixes_test.go", s.name, prefix)
			}
		}
	}
}

var (
	refusal = regexp.MustCompile(`\bE\(\s*[A-Za-z.]+,\s*"([a-z0-9_]+)"[^\n]*`)
	given   = regexp.MustCompile(`With\("([a-z0-9_]+)"`)
)

// The values that the sentence of an error needs stand behind it: a placeholder
// that nobody fills would be shown as it is.
func TestKeys_ErrorsGetTheirValues(t *testing.T) {
	w := bundle(t).In("en")
	for _, s := range sources(t) {
		for _, m := range refusal.FindAllStringSubmatch(s.content, -1) {
			key := "error." + m[1]
			if !w.Has(key) {
				continue // told by TestKeys_NamedOnesExist
			}
			var values []string
			for _, v := range given.FindAllStringSubmatch(m[0], -1) {
				values = append(values, v[1])
			}
			for _, p := range placeholders(w.messages[key].forms[other]) {
				if !slices.Contains(values, p) {
					t.Errorf("%s: the sentence of %q needs {%s}, which is not given", s.name, m[1], p)
				}
			}
		}
	}
}

func TestKeys_PrefixesHaveKeys(t *testing.T) {
	w := bundle(t).In("en")
	for _, prefix := range dynamicPrefixes {
		found := false
		for key := range w.messages {
			found = found || strings.HasPrefix(key, prefix)
		}
		if !found {
			t.Errorf("no key begins with the declared prefix %q", prefix)
		}
	}
}

// Every key is used: it is named somewhere in quotes, or lies below a declared
// prefix; for a user's error it is enough that its own key is named.
func TestKeys_AllAreUsed(t *testing.T) {
	var everything strings.Builder
	for _, s := range sources(t) {
		everything.WriteString(s.content)
	}
	own, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range own {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
			content, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			everything.Write(content)
		}
	}
	text := everything.String()
	var unused []string
	for _, key := range sorted(bundle(t).In("en").messages) {
		if name, ok := strings.CutPrefix(key, "error."); ok {
			if !strings.Contains(text, `"`+name+`"`) {
				unused = append(unused, key)
			}
			continue
		}
		dynamic := slices.ContainsFunc(dynamicPrefixes, func(p string) bool { return strings.HasPrefix(key, p) })
		if !dynamic && !strings.Contains(text, `"`+key+`"`) {
			unused = append(unused, key)
		}
	}
	switch {
	case len(unused) == 0:
	case unusedKeysFail:
		t.Errorf("%d keys are used nowhere: %s", len(unused), strings.Join(unused, " "))
	default:
		t.Logf("%d keys are used nowhere yet: %s", len(unused), strings.Join(unused, " "))
	}
}

func TestKeys_ScanFindsThem(t *testing.T) {
	for _, c := range []struct {
		name, content string
		keys, pre     []string
	}{
		{"a.go", `w.T("nav.calendar")`, []string{"nav.calendar"}, nil},
		{"a.go", `w.N("part.faults", 3)`, []string{"part.faults"}, nil},
		{"a.go", `w.T("kind." + string(k))`, nil, []string{"kind."}},
		{"a.go", `x.T("no key at all")`, nil, nil},
		{"a.go", `events.E(events.Invalid, "required", "start")`, []string{"error.required"}, nil},
		{"a.go", `f.Refuse("end", "end_before_start")`, []string{"error.end_before_start"}, nil},
		{"a.go", `Gate{"gate_dates", "start", true, nil}`, []string{"error.gate_dates"}, nil},
		{"a.html", `<p>{{T "nav.calendar"}} {{N "part.faults" (len .)}}</p>`, []string{"nav.calendar", "part.faults"}, nil},
		{"a.html", `{{template "x" (dict "label" (T "confirm.reason"))}}`, []string{"confirm.reason"}, nil},
		{"a.html", `{{$.Words.T "nav.calendar"}}`, []string{"nav.calendar"}, nil},
		{"a.html", `{{T (printf "kind.%s" .Kind)}}`, nil, []string{"kind."}},
	} {
		keys, pre := source{c.name, c.content}.named()
		if !slices.Equal(keys, c.keys) || !slices.Equal(pre, c.pre) {
			t.Errorf("%s: found %v %v, want %v %v", c.content, keys, pre, c.keys, c.pre)
		}
	}
}
