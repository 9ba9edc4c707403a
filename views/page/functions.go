package page

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	"capportal/events"
	"capportal/views/i18n"
)

// functions are what templates call, bound to one language.
func (r *Renderer) functions(w *i18n.Words) template.FuncMap {
	return template.FuncMap{
		"begin": begin,

		// Words.
		"T": w.T, "N": w.N, "has": w.Has, "Number": w.Number, "Decimal": w.Decimal, "Percent": w.Percent,
		"List": w.List, "Capital": w.Capital, "Isolate": w.Isolate,
		"Country": w.Country, "LanguageName": w.LanguageName, "Region": w.Region, "RegionShort": w.RegionShort,
		"pick":  func(t events.Text) string { s, _ := w.Pick(t); return s },
		"text":  func(t events.Text) template.HTML { return r.marked(w, t, "span", "", template.HTMLEscapeString) },
		"prose": func(t events.Text) template.HTML { return r.marked(w, t, "div", "prose", paragraphs) },
		"state": func(of string, word any) StateWords { return stateWords(w, of, fmt.Sprint(word)) },

		// Times: an instant, and the IANA zone it is read in.
		"Date": w.Date, "PlainDate": w.PlainDate, "ShortDate": w.ShortDate, "DayMonth": w.DayMonth, "Weekday": w.Weekday,
		"MonthYear": w.MonthYear, "Time": w.Time, "DateTime": w.DateTime, "ShortDateTime": w.ShortDateTime,
		"DateRange": w.DateRange, "LongDateRange": w.LongDateRange, "DayRange": w.DayRange, "WeekdayRange": w.WeekdayRange,
		"MonthRange": w.MonthRange, "TimeRange": w.TimeRange, "DateTimeRange": w.DateTimeRange, "Zone": w.Zone, "City": w.City,
		"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"isoDay": func(t time.Time, zone string) string { return t.In(location(zone)).Format(time.DateOnly) },

		// Addresses.
		"asset": r.assets.URL,
		"path":  func(parts ...any) string { return link(w.Tag(), texts(parts)) },
		// The portal's own origin, for addresses that are copied elsewhere: a calendar's feed.
		"origin": func() string { return r.baseURL },

		// Parts.
		"field":     func(f *Form, name string, pairs ...any) (Field, error) { return field(w, f, name, pairs) },
		"languages": func(f *Form, name string, pairs ...any) (Tongues, error) { return r.tongues(w, f, name, pairs) },
		"options":   func(prefix string, words any) ([]Option, error) { return options(w, prefix, words) },
		"meter":     NewMeter,
		"link":      func(href, text string) Link { return Link{href, text} },
		"list":      func(items ...any) []any { return items },
		"dict":      dict,
	}
}

// Link is an address and its words.
type Link struct{ Href, Text string }

// dict makes a map of pairs, to hand several values to a part.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d values do not make pairs", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: the name %v is no text", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

func texts(values []any) []string {
	s := make([]string, len(values))
	for i, v := range values {
		s[i] = fmt.Sprint(v)
	}
	return s
}

// options turns words of the domain ([]events.Kind) into what a form offers, each by the catalogue's
// name for it: prefix + word.
func options(w *i18n.Words, prefix string, words any) ([]Option, error) {
	v := reflect.ValueOf(words)
	if v.Kind() != reflect.Slice {
		return nil, fmt.Errorf("options: %T is no list", words)
	}
	list := make([]Option, v.Len())
	for i := range list {
		word := fmt.Sprint(v.Index(i).Interface())
		list[i] = Option{Value: word, Label: w.T(prefix + word)}
	}
	return list, nil
}

// marked writes a text in the language it was found in, and marks it where that is not the reader's,
// so that it is read out and set right.
func (r *Renderer) marked(w *i18n.Words, t events.Text, element, class string, write func(string) string) template.HTML {
	s, tag := w.Pick(t)
	if s == "" {
		return ""
	}
	attributes := ""
	if class != "" {
		attributes = ` class="` + class + `"`
	}
	if tag != w.Tag() {
		attributes += ` lang="` + template.HTMLEscapeString(tag) + `" dir="` + r.direction(tag) + `"`
	}
	if attributes == "" {
		return template.HTML(write(s))
	}
	return template.HTML("<" + element + attributes + ">" + write(s) + "</" + element + ">")
}

// direction is the direction a language is written in; the text's own where the portal does not know.
func (r *Renderer) direction(tag string) string {
	for _, l := range r.bundle.Languages() {
		if l.Tag == tag {
			return l.Dir
		}
	}
	return "auto"
}

// paragraphs writes a plain text of several lines: a blank line parts paragraphs.
func paragraphs(s string) string {
	var b strings.Builder
	for _, p := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + strings.ReplaceAll(template.HTMLEscapeString(p), "\n", "<br>") + "</p>")
		}
	}
	return b.String()
}

// location gives an IANA zone; an unknown one counts as UTC.
func location(zone string) *time.Location {
	if zone == "Local" {
		return time.UTC
	}
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return l
}
