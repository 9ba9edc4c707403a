package page

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"capportal/events"
	"capportal/views/i18n"
)

// Fault is one fault of a form as it is shown.
type Fault struct {
	Name  string // the field; "" for the whole form
	ID    string // of its element, for the link
	Label string // the field's words
	Text  string
}

// Refuse adds a fault to a field: the catalogue's sentence "error." + key, filled by pairs.
func (f *Form) Refuse(name, key string, pairs ...any) {
	e := events.E(events.Invalid, key, name)
	for i := 0; i+1 < len(pairs); i += 2 {
		e = e.With(pairs[i].(string), pairs[i+1])
	}
	f.faults.Add(e)
}

// Fault takes the user's errors out of err and shows them beside their fields. What is no user's
// error, or a fault of ours, it gives back: the page cannot go on.
func (f *Form) Fault(err error) error {
	faults := events.Faults(err)
	if err != nil && len(faults) == 0 {
		return err
	}
	for _, e := range faults {
		if StatusOf(e.Code) >= 500 || e.Code == events.NotFound || e.Code == events.Stale {
			return err
		}
		f.faults.Add(e)
	}
	return nil
}

// OK tells whether no fault has been found so far.
func (f *Form) OK() bool { return len(f.faults) == 0 }

// Err gives the faults found so far as one error; nil when there is none.
func (f *Form) Err() error { return f.faults.Or() }

// Error is the sentence that stands beside a field; "" when it has no fault.
func (f *Form) Error(name string) string {
	for _, e := range f.faults {
		if e.Field == name {
			return Sentence(f.words, e)
		}
	}
	return ""
}

// Faults lists the faults for the box on top: the first of each field, in the order of the page
// where Order told it, else in that in which they were found.
func (f *Form) Faults() []Fault {
	var list []Fault
	seen := map[string]bool{}
	for _, e := range f.faults {
		if e.Field != "" && seen[e.Field] {
			continue
		}
		seen[e.Field] = true
		fault := Fault{Name: e.Field, Text: Sentence(f.words, e)}
		if e.Field != "" {
			fault.ID, fault.Label = fieldID(e.Field), f.labelOf(e.Field)
		}
		list = append(list, fault)
	}
	slices.SortStableFunc(list, func(x, y Fault) int { return cmp.Compare(f.place(x.Name), f.place(y.Name)) })
	return list
}

// place is where a field stands on the page; what Order did not name stands after what it did.
func (f *Form) place(name string) int {
	for i, o := range f.order {
		if name == o || strings.HasSuffix(o, ".") && strings.HasPrefix(name, o) {
			return i
		}
	}
	return len(f.order)
}

func (f *Form) labelOf(name string) string {
	if l, ok := f.labels[name]; ok {
		return l
	}
	return fieldLabel(f.words, name)
}

// fieldLabel names a field: "field." + its name. Numbers in the name do not count ("sessions.0.start"
// is "sessions.start"), and a language at its end is named behind it ("title.fr"). A name the
// catalogue does not know is shown as it is.
func fieldLabel(w *i18n.Words, name string) string {
	var kept []string
	for _, part := range strings.Split(name, ".") {
		if !strings.ContainsFunc(part, unicode.IsDigit) {
			kept = append(kept, part)
		}
	}
	if key := "field." + strings.Join(kept, "."); w.Has(key) {
		return w.T(key)
	}
	if last := len(kept) - 1; last > 0 && w.Has("language."+kept[last]) {
		if key := "field." + strings.Join(kept[:last], "."); w.Has(key) {
			return w.T("part.label_in", "label", w.T(key), "language", w.LanguageName(kept[last]))
		}
	}
	return name
}
