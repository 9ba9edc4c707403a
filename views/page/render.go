package page

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

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
// render side by side without a lock: each page has a set of templates per language, built at start.
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
	sets      map[string]*template.Template // language + ":" + page → its set
	buffers   sync.Pool
}

// New reads every template. A template that cannot be parsed, escapes wrongly, lacks "title" or
// "content", or calls what does not exist, is an error: the program must not start with it.
func New(o Options) (*Renderer, error) {
	r := &Renderer{bundle: o.Bundle, assets: o.Assets, nav: o.Nav, baseURL: strings.TrimSuffix(o.BaseURL, "/"),
		demo: o.Demo, log: o.Log, fault: o.Fault, sets: map[string]*template.Template{}}
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
	// Side by side, since every command waits for it: 130 ms for 45 pages one after the other.
	var building errgroup.Group
	built := make([]map[string]*template.Template, len(r.languages))
	for i, l := range r.languages {
		building.Go(func() (err error) {
			if built[i], err = r.build(l, files); err != nil {
				return fmt.Errorf("templates in %s: %w", l.Tag, err)
			}
			return nil
		})
	}
	if err := building.Wait(); err != nil {
		return nil, err
	}
	for _, sets := range built {
		maps.Copy(r.sets, sets)
	}
	return r, r.probe(files)
}

// pageFiles reads the source of every page, by its name: "desk/board".
func pageFiles(sources map[string]fs.FS) (map[string]string, error) {
	files := map[string]string{}
	read := func(folder string, from fs.FS) error {
		names, err := fs.Glob(from, "*.html")
		if err != nil {
			return fmt.Errorf("list the templates of %s: %w", folder, err)
		}
		if len(names) == 0 {
			return fmt.Errorf("there is no template in %s", folder)
		}
		for _, n := range names {
			content, err := fs.ReadFile(from, n)
			if err != nil {
				return fmt.Errorf("read the template: %w", err)
			}
			files[path.Join(folder, strings.TrimSuffix(n, ".html"))] = string(content)
		}
		return nil
	}
	if err := read("page", own); err != nil {
		return nil, err
	}
	for folder, from := range sources {
		if err := read(folder, from); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// The files that are no page but stand in every set.
const layoutFile, partsFile = "page/layout", "page/parts"

// build makes the sets of one language: layout and parts are parsed once and cloned for each page.
func (r *Renderer) build(l i18n.Language, files map[string]string) (map[string]*template.Template, error) {
	sets := make(map[string]*template.Template, len(files))
	base := template.New("base").Option("missingkey=error").Funcs(r.functions(r.bundle.In(l.Tag)))
	for _, name := range []string{layoutFile, partsFile} {
		if _, err := base.New(name).Parse(files[name]); err != nil {
			return nil, err
		}
	}
	for name, source := range files {
		if name == layoutFile || name == partsFile {
			continue
		}
		set, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := set.New(name).Parse(source); err != nil {
			return nil, err
		}
		for _, block := range []string{"title", "content"} {
			if set.Lookup(block) == nil {
				return nil, fmt.Errorf("page %s does not define %q", name, block)
			}
		}
		sets[l.Tag+":"+name] = set
	}
	return sets, nil
}

var errProbe = errors.New("nothing to render")

// probe has html/template escape every page once, in the first language: the others are the same
// templates. The layout's first action stops the rendering, so that only the escaping is tried.
func (r *Renderer) probe(files map[string]string) error {
	for name := range files {
		set, ok := r.sets[r.languages[0].Tag+":"+name]
		if !ok {
			continue
		}
		if err := set.ExecuteTemplate(io.Discard, "layout", (*Sheet)(nil)); !errors.Is(err, errProbe) {
			return fmt.Errorf("page %s: %w", name, err)
		}
	}
	return nil
}

// begin is the layout's first action; see probe.
func begin(s *Sheet) (string, error) {
	if s == nil {
		return "", errProbe
	}
	return "", nil
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
	set, ok := r.sets[s.Lang()+":"+name]
	if !ok {
		return fmt.Errorf("render %s in %s: there is no such page", name, s.Lang())
	}
	b := r.buffers.Get().(*bytes.Buffer)
	defer r.buffers.Put(b)
	b.Reset()
	if err := set.ExecuteTemplate(b, "layout", sheet); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	c.Status(v.Status)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, s.Lang())
	return c.Send(bytes.Clone(b.Bytes()))
}
