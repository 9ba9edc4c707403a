package desk

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/events/papers"
	"capportal/registrations/audit"
	"capportal/views/page"
)

// Limits of an import on a page.
const (
	maxUpload = 8 << 20   // bytes of the file; the body of a request is no larger
	maxPiece  = 900_000   // bytes of one hidden field
	maxKept   = 4_000_000 // bytes of the packed file that the form carries
	maxFaults = 100       // rows named in one answer
)

// importing is a kind of file that is taken in.
type importing struct {
	what    string // as in the address, the words and the audit
	active  string // the navigation's item
	nav     string // the words of the page that lies above
	back    []string
	columns []string // that the file must have
	more    []string // that it may have
	take    func(ctx context.Context, p *Pages, v events.Visitor, file io.Reader, dry bool) (importCount, error)
}

// importCount is what an import did, or would do.
type importCount struct {
	Added, Changed, Unchanged int
	Members, Others           int // of a file of Members
}

func importings() []importing {
	return []importing{
		{what: "members", active: "organisations", nav: "organisations", back: []string{"desk", "organisations"}, columns: []string{"iso2", "name_en", "region_code", "status"},
			more: []string{"name_fr", "name_es", "name_ar", "name_ru", "name_pt", "iso3", "m49", "accession_date", "note"},
			take: func(ctx context.Context, p *Pages, v events.Visitor, file io.Reader, dry bool) (importCount, error) {
				r, err := p.Directory.ImportMembers(ctx, v.Person, file, dry)
				return importCount{r.Added, r.Changed, r.Unchanged, r.Members, r.Others}, err
			}},
		{what: "programme", active: "desk", nav: "programme", back: []string{"desk"}, columns: events.ImportedColumns(),
			more: []string{"city", "country_iso2", "venue", "capacity_onsite", "capacity_remote", "quota_per_member", "nomination_deadline", "registration_deadline", "parent"},
			take: func(ctx context.Context, p *Pages, v events.Visitor, file io.Reader, dry bool) (importCount, error) {
				r, err := p.Programme.Import(ctx, v, file, p.ImportLimit, dry)
				return importCount{Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged}, err
			}},
		{what: "people", active: "people", nav: "people", back: []string{"desk", "people"}, columns: []string{"email", "given_name", "family_name"},
			more: []string{"role", "organisation", "language", "expert", "title", "post", "timezone"},
			take: func(ctx context.Context, p *Pages, v events.Visitor, file io.Reader, dry bool) (importCount, error) {
				r, err := p.Directory.ImportPeople(ctx, v.Person, file, dry)
				return importCount{Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged}, err
			}},
	}
}

// importView is the page of an import: the file is chosen, then what it would do is shown, then it is
// done.
type importView struct {
	What, Title, Lead, Action, Back string
	Crumbs                          []page.Link
	Steps                           []page.Step
	Columns, More                   []string
	MoreWords                       string
	Limit                           int
	Preview, Done                   *importCount
	File                            string        // its name
	Kept                            []page.Hidden // the file, packed, for the step that does it
	Rows                            []string      // what is wrong, a sentence each
	Further                         int           // rows that are wrong and not named
	Problem                         string        // what is wrong with the whole file
	Upload                          *page.Form    // nil when there is nothing to upload
}

func importingOf(c *fiber.Ctx) (importing, error) {
	what := c.Params("what")
	for _, i := range importings() {
		if i.what == what {
			return i, nil
		}
	}
	return importing{}, fiber.ErrNotFound
}

// ImportForm asks for the file, or shows what an import did.
func (p *Pages) ImportForm(c *fiber.Ctx) error {
	i, err := importingOf(c)
	if err != nil {
		return err
	}
	v, done := importView{}, importCount{}
	found, err := p.keptResult(c, "import "+i.what, &done)
	if err != nil {
		return err
	}
	if found {
		v.Done = &done
	}
	return p.showImport(c, i, page.NewForm(c), v, 0)
}

func (p *Pages) showImport(c *fiber.Ctx, i importing, form *page.Form, v importView, status int) error {
	s, w := page.Of(c), page.Of(c).Words
	v.What, v.Title, v.Lead = i.what, w.T("import.title."+i.what), w.T("import.lead."+i.what)
	v.Action, v.Back, v.Columns, v.More, v.Limit = s.Link("desk", "import", i.what), s.Link(i.back...), i.columns, i.more, p.ImportLimit
	v.Crumbs = []page.Link{{Href: v.Back, Text: w.T("nav." + i.nav)}, {Text: v.Title}}
	if v.MoreWords = w.T("import.more"); i.what == "programme" {
		v.MoreWords = w.T("import.more.programme")
	}
	form.Label("file", w.T("import.file"))
	step := 0
	switch {
	case v.Preview != nil:
		step = 1
	case v.Done != nil:
		step = 2
	}
	v.Steps = page.Steps(step, w.T("import.step.file"), w.T("import.step.look"), w.T("import.step.done"))
	if v.Preview == nil && v.Done == nil {
		v.Upload = form
	}
	return p.Renderer.Render(c, "desk/import", page.View{Active: i.active, Data: v, Form: form, Status: status, NoIndex: true})
}

// Import tries a file that was uploaded and shows what it would do, or does it with the file that this
// page kept. Nothing is kept on the server in between: the form carries the file.
func (p *Pages) Import(c *fiber.Ctx) error {
	i, err := importingOf(c)
	if err != nil {
		return err
	}
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	if form.Value("act") == "import" {
		return p.importFile(c, i, form)
	}
	file, name, err := form.File("file", maxUpload)
	if err != nil {
		return err
	}
	switch {
	case form.OK() && name == "":
		form.Refuse("file", "file_missing")
	case form.OK() && len(file) == 0:
		form.Refuse("file", "file_empty")
	}
	if !form.OK() {
		return p.showImport(c, i, form, importView{}, 0)
	}
	return p.tryImport(c, i, form, file, name)
}

func (p *Pages) tryImport(c *fiber.Ctx, i importing, form *page.Form, file []byte, name string) error {
	would, err := i.take(c.UserContext(), p, page.Of(c).Visitor, bytes.NewReader(file), true)
	if err != nil {
		return p.importFaults(c, i, form, err)
	}
	kept := packed(file)
	if len(kept) > maxKept {
		form.Refuse("file", "file_too_large", "megabytes", maxKept/1_000_000)
		return p.showImport(c, i, form, importView{}, 0)
	}
	v := importView{Preview: &would, File: name}
	for piece := range slices.Chunk([]byte(kept), maxPiece) {
		v.Kept = append(v.Kept, page.Hidden{Name: "content", Value: string(piece)})
	}
	return p.showImport(c, i, form, v, 0)
}

// importFile takes in the file that the form carries, and records the act; both or neither.
func (p *Pages) importFile(c *fiber.Ctx, i importing, form *page.Form) error {
	s, ctx := page.Of(c), c.UserContext()
	file, err := unpacked(strings.Join(form.Values("content"), ""))
	if err != nil {
		form.Refuse("file", "file_missing")
		return p.showImport(c, i, form, importView{}, 0)
	}
	_, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "import "+i.what, func() (string, error) {
		var did importCount
		err := p.Transact(ctx, func(ctx context.Context) (err error) {
			if did, err = i.take(ctx, p, s.Visitor, bytes.NewReader(file), false); err != nil || did.Added+did.Changed == 0 {
				return err
			}
			return p.Audit.Record(ctx, audit.Act{By: s.Visitor.Person, What: audit.Import, Detail: map[string]string{
				"of": i.what, "added": strconv.Itoa(did.Added), "changed": strconv.Itoa(did.Changed)}})
		})
		if err != nil {
			return "", err
		}
		answer, err := json.Marshal(did)
		return string(answer), err
	})
	if err != nil {
		return p.importFaults(c, i, form, err)
	}
	return c.Redirect(withQuery(s.Link("desk", "import", i.what), url.Values{"done": {form.Sum()}}), http.StatusSeeOther)
}

// importFaults shows what is wrong with a file: each row with its line and column, and the sentence.
func (p *Pages) importFaults(c *fiber.Ctx, i importing, form *page.Form, err error) error {
	faults := events.Faults(err)
	if len(faults) == 0 || page.StatusOf(faults[0].Code) >= 500 {
		return err
	}
	w, v := page.Of(c).Words, importView{}
	for _, fault := range faults {
		line, ok := fault.Args["line"].(string)
		if !ok {
			form.Refuse("file", fault.Key, pairsOf(fault.Args)...)
			continue
		}
		v.Rows = append(v.Rows, w.T("error.file_row", "line", line, "column", fault.Field, "reason", page.Sentence(w, fault)))
	}
	if len(v.Rows) > maxFaults {
		v.Further = len(v.Rows) - maxFaults
		v.Rows = v.Rows[:maxFaults]
	}
	if len(v.Rows) > 0 {
		v.Problem = w.N("import.bad", len(v.Rows)+v.Further)
	}
	return p.showImport(c, i, form, v, http.StatusUnprocessableEntity)
}

func pairsOf(args events.Args) []any {
	var pairs []any
	for name, value := range args {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// packed writes a file as text that a form can carry, as small as may be.
func packed(file []byte) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(file) // a buffer takes everything
	_ = z.Close()
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// errNoFile says that a form carries no file.
var errNoFile = errors.New("no file in the form")

// unpacked reads what packed wrote. It gives no more than one byte beyond what a table may have, so
// that a few kilobytes sent by somebody else cannot unfold into a mountain.
func unpacked(text string) ([]byte, error) {
	if text == "" {
		return nil, errNoFile
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, errNoFile
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, errNoFile
	}
	return io.ReadAll(io.LimitReader(z, papers.MaxBytes+1))
}
