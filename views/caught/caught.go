// Package caught shows the mails that a demo has caught: as text, as HTML, and their calendar entries
// as facts. It exists only in a demo; a real portal shows nobody's mail.
//
// It owns its pages and nothing else: which mails there are it is told by a func.
package caught

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/mail/sink"
	"capportal/views/page"
)

// Templates are the files of the pages.
//
//go:embed *.html
var Templates embed.FS

// Parts are what the pages are made of.
type Parts struct {
	Mails    func() []sink.Received // those caught so far, oldest first
	Renderer *page.Renderer
	Zone     string // the Secretariat's IANA zone, for readers whose own is unknown
}

// Pages are the pages of the mails.
type Pages struct{ Parts }

// New makes the pages.
func New(p Parts) *Pages { return &Pages{p} }

// Mount adds the pages, at one address for all and at one in each language.
func (p *Pages) Mount(app fiber.Router) {
	for _, at := range []string{"/demo/mail", "/:lang/demo/mail"} {
		app.Get(at, p.List)
		app.Get(at+"/:id", p.Mail)
		app.Get(at+"/:id/html", p.HTML)
		app.Get(at+"/:id/raw", p.Raw)
		app.Get(at+"/:id/invite.ics", p.Calendar)
	}
}

// perPage is how many mails a page lists.
const perPage = 50

// caughtMail is a mail with the address it has here.
type caughtMail struct {
	sink.Mail
	ID       string
	Received sink.Received
	Href     string
}

func idOf(r sink.Received) string {
	sum := sha256.Sum256(append([]byte(r.At.String()), r.Data...))
	return hex.EncodeToString(sum[:8])
}

// find gives a mail by its id.
func (p *Pages) find(c *fiber.Ctx) (caughtMail, error) {
	for _, r := range p.Mails() {
		if id := idOf(r); id == c.Params("id") {
			return open(c, r, id)
		}
	}
	return caughtMail{}, events.E(events.NotFound, "no_such_page", "")
}

func open(c *fiber.Ctx, r sink.Received, id string) (caughtMail, error) {
	m, err := sink.Parse(r.Data)
	if err != nil {
		return caughtMail{}, fmt.Errorf("read a mail that was caught: %w", err)
	}
	return caughtMail{m, id, r, page.Of(c).Link("demo", "mail", id)}, nil
}

type listView struct {
	Form       *page.Form
	Rows       []caughtMail
	Total      int
	Clear      string
	Pager      page.Pager
	Narrowed   bool
	Zone       string
	Recipients []string
}

// List lists the mails, newest first, narrowed to those whose recipient or subject holds a text.
func (p *Pages) List(c *fiber.Ctx) error {
	s := page.Of(c)
	all := p.Mails()
	q := strings.TrimSpace(c.Query("q"))
	v := listView{Form: page.FormOf(s.Words, url.Values{"q": {q}}), Total: len(all), Clear: s.Link("demo", "mail"), Narrowed: q != "", Zone: p.zone(c)}
	from, found := c.QueryInt("from"), 0
	for i := len(all) - 1; i >= 0; i-- {
		m, err := open(c, all[i], "")
		if err != nil {
			return err
		}
		if !holds(m, q) {
			continue
		}
		if found++; found > from && found <= from+perPage {
			m.ID = idOf(all[i])
			m.Href = s.Link("demo", "mail", m.ID)
			v.Rows = append(v.Rows, m)
		}
	}
	v.Pager = pager(s, q, from, found, len(v.Rows))
	return p.Renderer.Render(c, "caught/list", page.View{Data: v, NoIndex: true, Wide: true})
}

func holds(m caughtMail, q string) bool {
	q = strings.ToLower(q)
	return strings.Contains(strings.ToLower(m.Received.To), q) || strings.Contains(strings.ToLower(m.Subject), q)
}

func pager(s *page.State, q string, from, found, shown int) page.Pager {
	var g page.Pager
	at := func(n int) string {
		return s.Link("demo", "mail") + "?" + url.Values{"q": {q}, "from": {fmt.Sprint(n)}}.Encode()
	}
	if from > 0 {
		g.Previous = at(max(0, from-perPage))
	}
	if from+shown < found {
		g.Next = at(from + perPage)
	}
	if g.Previous != "" || g.Next != "" {
		g.Summary = s.Words.T("part.range", "from", from+1, "to", from+shown, "total", found)
	}
	return g
}

// zone is the one times are told in here.
func (p *Pages) zone(c *fiber.Ctx) string {
	if zone := page.Of(c).Zone; zone != "" {
		return zone
	}
	return p.Zone
}
