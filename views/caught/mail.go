package caught

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

type mailView struct {
	Mail  caughtMail
	Text  template.HTML // with its links to click on
	Entry *entryView    // nil: no calendar entry
	Zone  string
	Back  string
}

// Mail shows one mail in all its forms.
func (p *Pages) Mail(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	v := mailView{Mail: m, Text: linked(m.Text), Zone: p.zone(c), Back: page.Of(c).Link("demo", "mail")}
	if len(m.Calendar) > 0 {
		if v.Entry, err = readEntry(m.Calendar); err != nil {
			return err
		}
	}
	return p.Renderer.Render(c, "caught/mail", page.View{Data: v, NoIndex: true})
}

// mailPolicy lets a mail show its own looks, run and load nothing, and open its links in a new window.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; " +
	"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

var head = regexp.MustCompile(`(?i)<head[^>]*>`)

// HTML gives a mail's HTML alone, for the frame that shows it: whatever it holds can do nothing.
func (p *Pages) HTML(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	body := m.HTML
	if at := head.FindStringIndex(body); at != nil {
		body = body[:at[1]] + `<base target="_blank">` + body[at[1]:]
	}
	c.Set(fiber.HeaderContentSecurityPolicy, mailPolicy)
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.SendString(body)
}

// Raw gives a mail's bytes as they were sent, as text to read.
func (p *Pages) Raw(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return c.Send(m.Received.Data)
}

// Calendar gives the calendar entry that came with a mail, to be opened in a calendar.
func (p *Pages) Calendar(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	if len(m.Calendar) == 0 {
		return events.E(events.NotFound, "no_such_page", "")
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8; method="+m.Method)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="invite.ics"`)
	return c.Status(http.StatusOK).Send(m.Calendar)
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked makes the addresses in a plain text links.
func linked(text string) template.HTML {
	var b strings.Builder
	from := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		whole := strings.TrimRight(text[at[0]:at[1]], ".,;:)!?")
		b.WriteString(template.HTMLEscapeString(text[from:at[0]]))
		escaped := template.HTMLEscapeString(whole)
		b.WriteString(`<a href="` + escaped + `">` + escaped + `</a>`)
		from = at[0] + len(whole)
	}
	b.WriteString(template.HTMLEscapeString(text[from:]))
	return template.HTML(b.String())
}
