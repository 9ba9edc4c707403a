package views

import (
	"crypto/rand"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/views/page"
)

// forms gives pages the token of their forms, and lets nothing but those forms change anything.
func (g *gate) forms(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/api/") {
		return c.Next()
	}
	s, browser := page.Of(c), c.Cookies(browserCookie)
	known := browser
	s.Token = func() string {
		if browser == "" {
			browser = rand.Text()
			page.SetCookie(c, browserCookie, browser, 0)
		}
		return g.tokens.Make(browser, s.Session)
	}
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions, fiber.MethodTrace:
		return c.Next()
	}
	f, err := page.Parse(c)
	if err != nil {
		return err
	}
	own := g.fromHere(c)
	if own == fromElsewhere || !g.tokens.Valid(f.Value(page.TokenField), known, s.Session) {
		return g.Renderer.Expired(c, own == fromHere)
	}
	return c.Next()
}

// origin is what a browser says about where a form came from.
type origin int

const (
	unsaid origin = iota
	fromHere
	fromElsewhere
)

// fromHere reads Sec-Fetch-Site and, where a browser does not send it, Origin.
func (g *gate) fromHere(c *fiber.Ctx) origin {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin":
		return fromHere
	case "cross-site", "same-site":
		return fromElsewhere
	}
	said := c.Get(fiber.HeaderOrigin)
	if said == "" || said == "null" {
		return unsaid
	}
	u, err := url.Parse(said)
	if err != nil || plainHost(u.Host) != plainHost(c.Hostname()) {
		return fromElsewhere
	}
	return fromHere
}
