package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"capportal/views/assets"
	"capportal/views/i18n"
)

//go:embed *.html
var own embed.FS

// Options is what a Renderer is made of. Bundle, Assets and Log are required.
type Options struct {
	Bundle    *i18n.Bundle
	Assets    *assets.Set
	BaseURL   string   // the portal's own origin, without a slash at the end
	Languages []string // the languages on offer, by tag; empty: all
	Demo      bool     // a plain banner says that nothing here is real
	Nav       []NavItem
	Sources   map[string]fs.FS // the page files, by the name of their package: "desk" → "desk/board"
	Log       *slog.Logger
	// Fault makes a reader's error of one of the database; what is none it gives back. nil: there are none.
	Fault func(error) error
}

// Renderer turns a View into a page in the reader's language. It never changes after New, so pages
// render side by side: each language has a set of templates with every page in it.
type Renderer struct {
	bundle    *i18n.Bundle
	assets    *assets.Set
	languages []i18n.Language
	tags      []string // of the languages
	nav       []NavItem
	baseURL   string
	demo      bool
	log       *slog.Logger
	fault     func(error) error
	// sets are by language. That of the first is built at the start, which so tries every template: the
	// others are the same ones, built when they are first asked for.
	sets    map[string]func() (*template.Template, error)
	buffers sync.Pool
}

// New reads every template. A template that cannot be parsed, escapes wrongly, lacks "title" or
// "content", or calls what does not exist, is an error: the program must not start with it.
func New(o Options) (*Renderer, error) {
	r := &Renderer{bundle: o.Bundle, assets: o.Assets, nav: o.Nav, baseURL: strings.TrimSuffix(o.BaseURL, "/"),
		demo: o.Demo, log: o.Log, fault: o.Fault, sets: map[string]func() (*template.Template, error){}}
	if r.fault == nil {
		r.fault = func(err error) error { return err }
	}
	r.buffers.New = func() any { return new(bytes.Buffer) }
	for _, l := range o.Bundle.Languages() {
		if len(o.Languages) == 0 || slices.Contains(o.Languages, l.Tag) {
			r.languages, r.tags = append(r.languages, l), append(r.tags, l.Tag)
		}
	}
	if len(r.languages) == 0 {
		return nil, fmt.Errorf("none of the languages %v is known", o.Languages)
	}
	files, err := pageFiles(o.Sources)
	if err != nil {
		return nil, err
	}
	for _, l := range r.languages {
		r.sets[l.Tag] = sync.OnceValues(func() (*template.Template, error) { return r.build(l, files) })
	}
	_, err = r.sets[r.languages[0].Tag]()
	return r, err
}

// Languages are the languages on offer, in their order.
func (r *Renderer) Languages() []i18n.Language { return r.languages }

// Words gives the portal in a language; English where the tag is unknown.
func (r *Renderer) Words(tag string) *i18n.Words { return r.bundle.In(tag) }

// Render answers with a page, e.g. "desk/board". A page that cannot be rendered is a fault of ours:
// the reader gets none of it. The notice left by Tell is shown once, on a page that went well.
func (r *Renderer) Render(c *fiber.Ctx, name string, v View) error {
	s := Of(c)
	if s == nil {
		return fmt.Errorf("render %s: the request has no state", name)
	}
	if v.Status == 0 {
		v.Status = fiber.StatusOK
		if v.Form != nil && !v.Form.OK() {
			v.Status = fiber.StatusUnprocessableEntity
		}
	}
	sheet := &Sheet{View: v, State: s, r: r}
	if v.Status < 300 {
		sheet.Told = told(c, s.Words)
	}
	build, ok := r.sets[s.Lang()]
	if !ok {
		return fmt.Errorf("render %s: the portal does not speak %s", name, s.Lang())
	}
	set, err := build()
	if err != nil {
		return fmt.Errorf("render %s in %s: %w", name, s.Lang(), err)
	}
	page := set.Lookup(name)
	if page == nil {
		return fmt.Errorf("render %s in %s: there is no such page", name, s.Lang())
	}
	b := r.buffers.Get().(*bytes.Buffer)
	defer r.buffers.Put(b)
	b.Reset()
	if err := page.Execute(b, sheet); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	c.Status(v.Status)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, s.Lang())
	return c.Send(bytes.Clone(b.Bytes()))
}
