package page

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"capportal/events"
	"capportal/views/i18n"
)

func bundle(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// typed makes a form as if these fields had been sent.
func typed(t testing.TB, pairs ...string) *Form {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	f, err := parse(bundle(t).In("en"), "application/x-www-form-urlencoded; charset=utf-8", []byte(v.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// faultOf gives the key of the first fault of a field.
func faultOf(f *Form, name string) string {
	for _, e := range f.faults {
		if e.Field == name {
			return e.Key
		}
	}
	return ""
}

func TestForm_Read(t *testing.T) {
	read := map[string]func(*Form) any{
		"line":     func(f *Form) any { return f.Line("x", 10) },
		"text":     func(f *Form) any { return f.Text("x", 10) },
		"int":      func(f *Form) any { return f.Int("x", 0, 2000) },
		"bool":     func(f *Form) any { return f.Bool("x") },
		"date":     func(f *Form) any { return f.Date("x") },
		"zone":     func(f *Form) any { return f.Zone("x") },
		"kind":     func(f *Form) any { return Choice(f, "x", events.Kinds()) },
		"required": func(f *Form) any { f.Required("x"); return nil },
		"chosen":   func(f *Form) any { f.Chosen("x"); return nil },
	}
	for _, tt := range []struct {
		reader, typed string
		want          any
		fault         string
	}{
		{"line", "  Delegate 1 ", "Delegate 1", ""},
		{"line", "", "", ""},
		{"line", "شششششششششش"[:20], "شششششششششش", ""},
		{"line", "12345678901", "", "too_long"},
		{"line", "a\r\nBcc: b", "", "line_break"},
		{"line", "a\u2028b", "", "line_break"},
		{"line", "a\x00b", "a\uFFFDb", "control_characters"},
		{"line", "a\u0085b", "", "line_break"},
		{"line", "a\xffb", "a\uFFFDb", "control_characters"},
		{"line", "<b>&'\"", "<b>&'\"", ""},
		{"text", "a\r\nb\r\n", "a\nb", ""},
		{"int", "1 234", 1234, ""},
		{"int", "١٢٣", 123, ""},
		{"int", "", 0, ""},
		{"int", "2001", 0, "number_range"},
		{"int", "-1", 0, "number_range"},
		{"int", "1.5", 0, "number_form"},
		{"int", "99999999999999999999", 0, "number_form"},
		{"bool", "on", true, ""},
		{"bool", "", false, ""},
		{"date", "2026-11-03", "2026-11-03", ""},
		{"date", "٢٠٢٦-١١-٠٣", "2026-11-03", ""},
		{"date", "2026-02-29", "", "date_form"},
		{"date", "3/11/2026", "", "date_form"},
		{"date", "0026-11-03", "", "date_form"},
		{"zone", "Europe/Brussels", "Europe/Brussels", ""},
		{"zone", "Mars/Base", "", "zone_unknown"},
		{"zone", "Local", "", "zone_unknown"},
		{"zone", "../../etc/passwd", "", "zone_unknown"},
		{"kind", "symposium", events.Symposium, ""},
		{"kind", "party", events.Kind(""), "choose_one"},
		{"required", " \t ", nil, "required"},
		{"required", "x", nil, ""},
		{"chosen", "", nil, "choose_one"},
	} {
		t.Run(tt.reader+" "+tt.typed, func(t *testing.T) {
			f := typed(t, "x", tt.typed)
			if got := read[tt.reader](f); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("read %#v, want %#v", got, tt.want)
			}
			if got := faultOf(f, "x"); got != tt.fault {
				t.Errorf("fault %q, want %q", got, tt.fault)
			}
		})
	}
}

func TestForm_LocalTime(t *testing.T) {
	for _, tt := range []struct{ typed, zone, want, fault string }{
		{"2026-11-03T09:30", "Europe/Brussels", "2026-11-03T08:30:00Z", ""},
		{"2026-11-03 09:30:15", "Europe/Brussels", "2026-11-03T08:30:15Z", ""},
		{"2026-03-29T02:30", "Europe/Brussels", "", "time_does_not_exist"},
		{"2026-03-29T01:59", "Europe/Brussels", "2026-03-29T00:59:00Z", ""},
		{"2026-03-29T03:00", "Europe/Brussels", "2026-03-29T01:00:00Z", ""},
		{"2026-10-25T02:30", "Europe/Brussels", "2026-10-25T00:30:00Z", ""}, // twice: the first
		{"2026-10-04T02:15", "Australia/Lord_Howe", "", "time_does_not_exist"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z", ""},
		{"2011-12-30T12:00", "Pacific/Apia", "", "time_does_not_exist"}, // a day that was left out
		{"2026-07-01T00:00", "Pacific/Kiritimati", "2026-06-30T10:00:00Z", ""},
		{"", "Europe/Brussels", "", ""},
		{"2026-11-03", "Europe/Brussels", "", "time_form"},
		{"9:30", "Europe/Brussels", "", "time_form"},
		{"2026-11-03T25:00", "Europe/Brussels", "", "time_form"},
	} {
		t.Run(tt.typed+" "+tt.zone, func(t *testing.T) {
			f := typed(t, "start", tt.typed)
			got := ""
			if at := f.LocalTime("start", tt.zone); !at.IsZero() {
				got = at.Format(time.RFC3339)
			}
			if got != tt.want || faultOf(f, "start") != tt.fault {
				t.Errorf("%s %q, want %s %q", got, faultOf(f, "start"), tt.want, tt.fault)
			}
		})
	}
	t.Run("RoundTrip", func(t *testing.T) {
		at := time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)
		f := typed(t, "start", LocalValue(at, "Pacific/Fiji"))
		if got := f.LocalTime("start", "Pacific/Fiji"); !got.Equal(at) {
			t.Errorf("%s", got)
		}
	})
}

func TestForm_Deadline(t *testing.T) {
	for written, want := range map[string]string{
		"2026-10-02":          "2026-10-02T21:59:59Z",
		"2026-10-02T23:59":    "2026-10-02T21:59:59Z",
		"2026-10-02T12:00:30": "2026-10-02T10:00:30Z",
	} {
		if got := typed(t, "d", written).Deadline("d", "Europe/Brussels"); got == nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, want %s", written, got, want)
		}
	}
	if got := typed(t, "d", "").Deadline("d", "Europe/Brussels"); got != nil {
		t.Errorf("nothing: %v", got)
	}
}

func TestForm_TextByLanguage(t *testing.T) {
	f := typed(t, "title.en", " Seminar ", "title.fr", "", "title.ar", "ندوة", "title.xx", "no language", "title", "none")
	if got := f.TextByLanguage("title", 100); !maps.Equal(got, events.Text{"en": "Seminar", "ar": "ندوة"}) {
		t.Errorf("%v", got)
	}
	f = typed(t, "title.fr", strings.Repeat("x", 101))
	f.LineByLanguage("title", 100)
	if faultOf(f, "title.fr") != "too_long" || f.Faults()[0].Label != "Title (French)" {
		t.Errorf("%+v", f.Faults())
	}
}

func TestForm_Choices(t *testing.T) {
	f := typed(t, "open_to", "igo", "open_to", "member", "open_to", "igo")
	if got := Choices(f, "open_to", events.Groups()); !slices.Equal(got, []events.Group{events.Member, events.IGO}) {
		t.Errorf("%v", got)
	}
}

func TestForm_Fault(t *testing.T) {
	f := typed(t, "email", "delegate1@")
	if err := f.Fault(events.Errors{events.E(events.Invalid, "email_no_domain", "email"), events.E(events.Conflict, "pool_full", "")}); err != nil {
		t.Fatal(err)
	}
	faults := f.Faults()
	if len(faults) != 2 || faults[0].ID != "f-email" || faults[1].ID != "" || f.Error("email") == "" || f.OK() {
		t.Errorf("%+v", faults)
	}
	for _, err := range []error{fmt.Errorf("database"), events.E(events.NotFound, "not_found", ""), events.E(events.Stale, "stale", ""), events.E(events.Unavailable, "unavailable", "")} {
		if f.Fault(err) == nil {
			t.Errorf("%v was taken for the user's", err)
		}
	}
}

// The box of faults follows the page, whatever the rules found first.
func TestForm_Order(t *testing.T) {
	f := typed(t, "email", "x")
	f.Order("given_name", "email", "answers.post", "language", "answers.")
	for _, name := range []string{"version", "answers.diet", "language", "answers.post", "email", "given_name", "a_first"} {
		f.Refuse(name, "required")
	}
	var got []string
	for _, fault := range f.Faults() {
		got = append(got, fault.Name)
	}
	if want := []string{"given_name", "email", "answers.post", "language", "answers.diet", "version", "a_first"}; !slices.Equal(got, want) {
		t.Errorf("the faults come as %q, want %q", got, want)
	}
}

func TestForm_Limits(t *testing.T) {
	w := bundle(t).In("en")
	if _, err := parse(w, "application/x-www-form-urlencoded", []byte(strings.Repeat("a=b&", maxFields)+"a=b")); !events.Is(err, "form_too_large") {
		t.Errorf("too many fields: %v", err)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for range maxFields {
		_ = m.WriteField("a", "b")
	}
	m.Close()
	if _, err := parse(w, m.FormDataContentType(), b.Bytes()); !events.Is(err, "form_too_large") {
		t.Errorf("too many parts: %v", err)
	}
	f := typed(t, "x", strings.Repeat("ش", maxValue), strings.Repeat("n", maxName+1), "y")
	if faultOf(f, "x") != "too_long" || !utf8.ValidString(f.Value("x")) || len(f.Names()) != 1 {
		t.Errorf("%q, names %d", faultOf(f, "x"), len(f.Names()))
	}
}

func TestForm_File(t *testing.T) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("file", "list\xff.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("name,email"))
	m.Close()
	f, err := parse(bundle(t).In("en"), m.FormDataContentType(), b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	content, name, err := f.File("file", 100)
	if err != nil || string(content) != "name,email" || !utf8.ValidString(name) {
		t.Errorf("%q %q %v", content, name, err)
	}
	if content, _, _ := f.File("file", 5); content != nil || faultOf(f, "file") != "file_too_large" {
		t.Errorf("over the limit: %q", content)
	}
	if content, _, err := f.File("other", 5); content != nil || err != nil {
		t.Errorf("no file: %q %v", content, err)
	}
}

// Whatever is sent, the form can be read, shown again and judged, and what it holds is clean text.
func FuzzForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("given_name=Delegate+1&title.en=x&start=2026-03-29T02%3A30&n=1"))
	f.Add("application/x-www-form-urlencoded", []byte("a=%zz&b;c=%00%ff&=&&a"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n1\r\n--b--\r\n"))
	f.Add("text/plain", []byte("x"))
	w := bundle(f).In("ar")
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		form, err := parse(w, kind, body)
		if err != nil {
			if len(events.Faults(err)) == 0 {
				t.Fatalf("no user's error: %v", err)
			}
			return
		}
		for _, name := range form.Names() {
			for _, v := range append(form.Values(name), name) {
				if !utf8.ValidString(v) || strings.ContainsFunc(v, control) {
					t.Fatalf("%q holds %q", name, v)
				}
			}
			line := form.Line(name, 200)
			if strings.ContainsAny(line, "\r\n") || utf8.RuneCountInString(line) > 200 {
				t.Fatalf("line %q", line)
			}
			form.Text(name, 1000)
			form.Int(name, 0, 100)
			form.Date(name)
			form.Zone(name)
			form.TextByLanguage(name, 100)
			if at := form.LocalTime(name, "Europe/Brussels"); !at.IsZero() && (at.Year() < 1949 || at.Year() > 2201) {
				t.Fatalf("time %s", at)
			}
			form.Deadline(name, "America/Lima")
			Choice(form, name, events.Kinds())
			_, _, _ = form.File(name, 10)
			if form.Error(name) == "" && faultOf(form, name) != "" {
				t.Fatalf("a fault without words: %q", faultOf(form, name))
			}
		}
		for _, fault := range form.Faults() {
			if fault.Text == "" || strings.Contains(fault.Text, "⟦") {
				t.Fatalf("fault %+v", fault)
			}
		}
	})
}
