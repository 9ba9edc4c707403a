package page

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
)

// Limits of a form. A board posts one field per chosen row; a pasted list is one long field.
const (
	maxFields = 5000
	maxName   = 100       // characters of a field's name
	maxValue  = 1_000_000 // bytes of one value
)

// Form is what was typed: every value copied out of the request, kept for showing it again, and the
// faults found in it. Field names are the JSON names of the API (contract.md 5).
//
// The zero Form has no language; take one from NewForm or Parse.
type Form struct {
	words  *i18n.Words
	values url.Values
	files  map[string][]*multipart.FileHeader
	faults events.Errors
	labels map[string]string
	order  []string // of fields on the page, as far as told by Order
}

// NewForm makes an empty form in the reader's language, to be filled by Set before it is shown.
func NewForm(c *fiber.Ctx) *Form { return newForm(Of(c).Words) }

func newForm(w *i18n.Words) *Form {
	return &Form{words: w, values: url.Values{}, labels: map[string]string{}}
}

type formKey struct{}

// Parse reads the form that was posted; asked again, it gives the same Form. What cannot be text
// (broken UTF-8, control characters, too long) becomes a fault of its field. The error is a user's
// one and concerns a body that is no form at all, or one of too many fields.
func Parse(c *fiber.Ctx) (*Form, error) {
	if f, ok := c.Locals(formKey{}).(*Form); ok {
		return f, nil
	}
	// Copies of the body and the header: what Fiber hands out is overwritten by the next request on
	// the same connection.
	f, err := parse(Of(c).Words, strings.Clone(c.Get(fiber.HeaderContentType)), bytes.Clone(c.BodyRaw()))
	if err != nil {
		return nil, err
	}
	c.Locals(formKey{}, f)
	return f, nil
}

var (
	errNoForm    = events.E(events.Invalid, "form_unreadable", "")
	errTooMany   = events.E(events.TooLarge, "form_too_large", "")
	errFormParts = errors.New("too many parts")
)

func parse(w *i18n.Words, contentType string, body []byte) (*Form, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil && len(body) > 0 {
		return nil, errNoForm.Because(err)
	}
	f := newForm(w)
	var sent url.Values
	switch {
	case len(body) == 0:
	case kind == fiber.MIMEApplicationForm:
		if bytes.Count(body, []byte{'&'}) >= maxFields {
			return nil, errTooMany
		}
		if sent, err = url.ParseQuery(string(body)); err != nil {
			return nil, errNoForm.Because(err)
		}
	case kind == fiber.MIMEMultipartForm:
		if sent, err = f.parts(body, parameters["boundary"]); errors.Is(err, errFormParts) {
			return nil, errTooMany
		} else if err != nil {
			return nil, errNoForm.Because(err)
		}
	default:
		return nil, errNoForm
	}
	f.take(sent)
	return f, nil
}

// parts reads a multipart form; it stays in memory, since the whole body already does.
func (f *Form) parts(body []byte, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, errors.New("a multipart form without boundary")
	}
	if bytes.Count(body, []byte("--"+boundary)) > maxFields {
		return nil, errFormParts
	}
	m, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(int64(len(body)) + 1<<20)
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		return nil, errFormParts
	}
	if err != nil {
		return nil, err
	}
	f.files = m.File
	return m.Value, nil
}

// take keeps what was sent, field by field in the order of names, so that faults come in one order.
func (f *Form) take(sent url.Values) {
	names := make([]string, 0, len(sent))
	for name := range sent {
		if utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, control) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range sent[name] {
			f.values.Add(name, f.clean(name, v))
		}
	}
}

// clean checks that a value is text, and gives it as it can be shown again.
func (f *Form) clean(name, v string) string {
	switch {
	case len(v) > maxValue:
		f.Refuse(name, "too_long", "max", maxValue)
		v = v[:maxValue]
	case !utf8.ValidString(v) || strings.ContainsFunc(v, control):
		f.Refuse(name, "control_characters")
	default:
		return v
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(v, string(utf8.RuneError)))
}

// control tells the characters that no text has; tab and line ends are judged where they are read.
func control(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85
}

// Set fills a field, for a form shown for the first time.
func (f *Form) Set(name string, values ...string) { f.values[name] = slices.Clone(values) }

// SetInt fills a field with a number.
func (f *Form) SetInt(name string, n int) { f.Set(name, strconv.Itoa(n)) }

// SetBool fills a checkbox.
func (f *Form) SetBool(name string, on bool) {
	if on {
		f.Set(name, "on")
	} else {
		f.Set(name, "")
	}
}

// SetText fills the fields of a text in several languages.
func (f *Form) SetText(name string, t events.Text) {
	for tag, s := range t {
		f.Set(name+"."+tag, s)
	}
}

// Label names a field whose words are not the catalogue's "field." + name, for the box of faults.
func (f *Form) Label(name, words string) { f.labels[name] = words }

// Order tells in which order the fields stand on the page, so that the box of faults follows it; a
// name that ends in a dot stands for all that begin with it.
func (f *Form) Order(names ...string) { f.order = names }

// Value is what was typed into a field, as typed; "" when nothing was.
func (f *Form) Value(name string) string { return f.values.Get(name) }

// Values are all values of a field: the chosen rows of a board.
func (f *Form) Values(name string) []string { return slices.Clone(f.values[name]) }

// Names are the names of the fields that were sent, in alphabetical order.
func (f *Form) Names() []string {
	names := make([]string, 0, len(f.values))
	for name := range f.values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Has tells whether the field was sent or filled at all.
func (f *Form) Has(name string) bool { return f.values.Has(name) }

// Is tells whether a value of the field is the given one.
func (f *Form) Is(name, value string) bool { return slices.Contains(f.values[name], value) }

// Echo gives what was sent as hidden values, without the form's own token: for a page that asks again.
func (f *Form) Echo(except ...string) []Hidden {
	var all []Hidden
	for _, name := range f.Names() {
		if name == TokenField || slices.Contains(except, name) {
			continue
		}
		for _, v := range f.values[name] {
			all = append(all, Hidden{name, v})
		}
	}
	return all
}

// File reads an uploaded file of at most limit bytes. Without one it gives nil and no name; a file
// that is too large becomes a fault of the field.
func (f *Form) File(name string, limit int64) (content []byte, filename string, err error) {
	if len(f.files[name]) == 0 || f.files[name][0].Filename == "" {
		return nil, "", nil
	}
	h := f.files[name][0]
	if h.Size > limit {
		f.Refuse(name, "file_too_large", "megabytes", int(limit>>20))
		return nil, "", nil
	}
	r, err := h.Open()
	if err != nil {
		return nil, "", err
	}
	defer r.Close()
	content, err = io.ReadAll(io.LimitReader(r, limit))
	return content, strings.ToValidUTF8(h.Filename, string(utf8.RuneError)), err
}
