package i18n

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Words is the portal in one language.
type Words struct {
	language Language
	messages map[string]*message
	plural   pluralRule
	calendar calendar
	numbers  numerals
	zones    *sync.Map // IANA name → *time.Location; zone files are read once
}

// prepare looks up once what every date and number needs.
func (w *Words) prepare() error {
	w.plural = pluralRules[w.language.Tag]
	if err := w.numbers.prepare(w); err != nil {
		return err
	}
	return w.calendar.prepare(w)
}

// Tag returns the language's tag, for the lang attribute: "ar".
func (w *Words) Tag() string { return w.language.Tag }

// Dir returns the direction of writing, for the dir attribute: "ltr" or "rtl".
func (w *Words) Dir() string { return w.language.Dir }

// Language returns the language these words are in.
func (w *Words) Language() Language { return w.language }

// Has reports whether the language has a text for the key.
func (w *Words) Has(key string) bool {
	_, ok := w.messages[key]
	return ok
}

// T returns the text of a key. The values of its placeholders follow as pairs,
// name and value, or as one map with string keys; what happens to
// them is said in the package comment. A missing key gives "⟦key⟧" and a missing
// value "⟦name⟧": readable, and found by the tests.
func (w *Words) T(key string, args ...any) string {
	m, ok := w.messages[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return w.fill(m.form(other), args, "")
}

// N returns the text of a key in the plural form for n, in which {n} is the
// count. The other arguments are those of T.
func (w *Words) N(key string, n int, args ...any) string {
	m, ok := w.messages[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return w.fill(m.form(w.pluralForm(n)), args, w.Number(n))
}

// fill writes a text with its values; count, when not empty, is that of {n}.
func (w *Words) fill(t *text, args []any, count string) string {
	if len(*t) == 1 && (*t)[0].placeholder == "" {
		return (*t)[0].literal
	}
	var b strings.Builder
	for _, p := range *t {
		switch {
		case p.placeholder == "":
			b.WriteString(p.literal)
		case p.placeholder == "n" && count != "":
			b.WriteString(count)
		default:
			b.WriteString(w.value(args, p.placeholder))
		}
	}
	return b.String()
}

// value finds a placeholder's value among the arguments and writes it.
func (w *Words) value(args []any, name string) string {
	if len(args) == 1 {
		switch m := args[0].(type) {
		case map[string]any:
			if v, ok := m[name]; ok {
				return w.write(v)
			}
		case map[string]string:
			if v, ok := m[name]; ok {
				return w.embed(v)
			}
		default:
			return w.valueOfMap(m, name)
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return w.write(args[i+1])
		}
	}
	return "⟦" + name + "⟧"
}

// valueOfMap finds a value in a map of a named type, such as the arguments of a
// user's error.
func (w *Words) valueOfMap(m any, name string) string {
	if v := reflect.ValueOf(m); v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String {
		if found := v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key())); found.IsValid() {
			return w.write(found.Interface())
		}
	}
	return "⟦" + name + "⟧"
}

// written is a value this package wrote in the language itself, and that needs
// no isolation any more.
type written string

func (w *Words) write(v any) string {
	switch v := v.(type) {
	case written:
		return string(v)
	case string:
		return w.embed(v)
	case int:
		return w.Number(v)
	case int32:
		return w.Number(int(v))
	case int64:
		return w.Number(int(v))
	default:
		return w.embed(fmt.Sprint(v))
	}
}
