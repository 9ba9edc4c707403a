package page

import (
	"fmt"
	"slices"
	"strings"

	"capportal/views/i18n"
)

// Field is one question of a form, as the parts "field", "choices" and "check" show it.
type Field struct {
	Name, ID, Label, Hint, Error, Value   string
	Type, Autocomplete, Dir, Lang, Mode   string
	Pattern, Min, Max, Suggest            string
	Required, Optional, Checked, Multiple bool
	Rows, Length                          int
	Blank                                 string // the first, empty option of a select; "" for none
	Options                               []Option
}

// Option is one thing to choose.
type Option struct {
	Value, Label string
	Note         string // what choosing it means
	Chosen       bool
	Disabled     bool
}

// DescribedBy lists the elements that explain the field.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// fieldID is the id of the element of a field; the box of faults links to it.
func fieldID(name string) string { return "f-" + name }

// field gathers what a part needs to show a field: the value typed, the fault, and the label and the
// hint, which are "field." + name and "field." + name + ".hint" unless given.
func field(w *i18n.Words, form *Form, name string, pairs []any) (Field, error) {
	f := Field{Name: name, ID: fieldID(name), Type: "text"}
	given, err := dict(pairs...)
	if err != nil {
		return f, fmt.Errorf("field %s: %w", name, err)
	}
	for what, v := range given {
		if err := f.set(what, v); err != nil {
			return f, fmt.Errorf("field %s: %w", name, err)
		}
	}
	if _, labelled := given["label"]; !labelled {
		f.Label = fieldLabel(w, name)
	}
	if key := "field." + name + ".hint"; f.Hint == "" && w.Has(key) {
		f.Hint = w.T(key)
	}
	switch f.Type {
	case "email", "url", "tel":
		f.Dir = "ltr"
	}
	if form != nil {
		f.Value, f.Error = form.Value(name), form.Error(name)
		f.Checked = form.Bool(name)
		f.Options = slices.Clone(f.Options)
		for i := range f.Options {
			f.Options[i].Chosen = f.Options[i].Chosen && !form.Has(name) || form.Is(name, f.Options[i].Value)
		}
	}
	return f, nil
}

// set takes one of the pairs of a field.
func (f *Field) set(what string, v any) error {
	texts := map[string]*string{"label": &f.Label, "hint": &f.Hint, "type": &f.Type, "autocomplete": &f.Autocomplete,
		"dir": &f.Dir, "lang": &f.Lang, "mode": &f.Mode, "pattern": &f.Pattern, "min": &f.Min, "max": &f.Max, "suggest": &f.Suggest, "blank": &f.Blank, "id": &f.ID}
	flags := map[string]*bool{"required": &f.Required, "optional": &f.Optional, "multiple": &f.Multiple}
	numbers := map[string]*int{"rows": &f.Rows, "length": &f.Length}
	var fits bool
	switch {
	case texts[what] != nil:
		*texts[what], fits = fmt.Sprint(v), true
	case flags[what] != nil:
		*flags[what], fits = v.(bool)
	case numbers[what] != nil:
		*numbers[what], fits = v.(int)
	case what == "options":
		f.Options, fits = v.([]Option)
	default:
		return fmt.Errorf("%q is nothing a field has", what)
	}
	if !fits {
		return fmt.Errorf("%T is nothing for %q", v, what)
	}
	return nil
}

// Tongues is a text asked for in each language.
type Tongues struct {
	Label, Hint, Error, ID string
	Main, More             []Tongue // those shown at once; the rest, folded
	Rows                   int
	Required               bool
}

// Tongue is such a text in one language.
type Tongue struct {
	i18n.Language
	Field
}

// tongues gathers what the part "languages" shows. English, French, the reader's language and those
// in which something is written stand open; the rest is folded.
func (r *Renderer) tongues(w *i18n.Words, form *Form, name string, pairs []any) (Tongues, error) {
	whole, err := field(w, form, name, pairs)
	if err != nil {
		return Tongues{}, err
	}
	t := Tongues{Label: whole.Label, Hint: whole.Hint, Error: whole.Error, ID: whole.ID, Rows: whole.Rows, Required: whole.Required}
	for _, l := range r.languages {
		f, err := field(w, form, name+"."+l.Tag, []any{"label", l.Name, "rows", whole.Rows, "lang", l.Tag, "dir", l.Dir, "length", whole.Length})
		if err != nil {
			return Tongues{}, err
		}
		f.Hint = ""
		if slices.Contains([]string{"en", "fr", w.Tag()}, l.Tag) || f.Value != "" || f.Error != "" {
			t.Main = append(t.Main, Tongue{l, f})
		} else {
			t.More = append(t.More, Tongue{l, f})
		}
	}
	return t, nil
}

// Meter shows how many of a number of seats are taken.
type Meter struct {
	Taken, Waiting, Of int
	Words              string
}

// NewMeter makes a meter; words say the same to those who do not see it.
func NewMeter(taken, of int, words string) Meter {
	return Meter{Taken: min(max(taken, 0), max(of, 0)), Of: max(of, 1), Words: words}
}

// Step is one of the steps of a longer way.
type Step struct {
	Text          string
	Done, Current bool
}

// Steps makes the steps of a way from their words; the current one counts from 0.
func Steps(current int, words ...string) []Step {
	steps := make([]Step, len(words))
	for i, w := range words {
		steps[i] = Step{Text: w, Done: i < current, Current: i == current}
	}
	return steps
}

// Pager leads through a long list.
type Pager struct {
	Summary        string // "51–100 of 223"
	Previous, Next string // addresses; "" where there is none
}

// Confirmation asks before an act that others will notice: what it does, whom it tells, and the way
// back. It is the Data of the page "page/confirm".
type Confirmation struct {
	Action string   // where it posts
	Lead   string   // one sentence that says what is asked
	Does   []string // what will happen, a sentence each
	Tells  []string // who will be told, a sentence each
	Reason string   // the field in which a reason is given; "" when none is asked for
	Forced bool     // the reason must be given
	Hidden []Hidden // what the act needs besides
	Button string
	Grave  bool // it cannot be undone
	Back   string
}

// Hidden is a value that a form carries unseen.
type Hidden struct{ Name, Value string }

// Stale shows both versions when somebody else changed what is being edited. It is the Data of the
// page "page/stale"; nothing is overwritten until one of its buttons is pressed.
type Stale struct {
	Action string
	Rows   []StaleRow
	Hidden []Hidden // what was typed, and the version that is now the newest
	Back   string   // drops what was typed
}

// StaleRow is one field of both versions.
type StaleRow struct{ Label, Theirs, Yours string }

// Changed tells whether the versions differ in this field.
func (r StaleRow) Changed() bool { return r.Theirs != r.Yours }

// Message is a page of a few sentences: "look into your mail". It is the Data of "page/message".
type Message struct {
	Tone       string // "good", "wait", "stop" or ""
	Paragraphs []string
	Action     Link
	Links      []Link
}
