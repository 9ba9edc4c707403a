package views

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// The cookies of the portal. None is read by a script but the zone, which a script writes.
const (
	languageCookie = "language"
	zoneCookie     = "zone"
	browserCookie  = "browser" // a random number that binds a form's token to the browser
)

// watch stands outermost: it gives the request its state and number, turns a panic and every error
// into an answer, and writes the log line, which holds no personal data: the route's pattern, never
// the address itself.
func (g *gate) watch(c *fiber.Ctx) (err error) {
	start := time.Now()
	g.Watch.began()
	s := &page.State{Reference: reference(), Now: g.Now().UTC(), Secure: g.secure}
	page.Keep(c, s)
	found := g.language(c, s)
	c.Set(fiber.HeaderXRequestID, s.Reference)
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
		}
		if err != nil {
			err = c.App().ErrorHandler(c, err)
		}
		writeLine(lineOf(g.Log, strings.Clone(c.Method()), page.Route(c)), s.Reference, c.Response(), start)
		g.Watch.ended(c, strings.Clone(c.Method()), start)
	}()
	if found != nil {
		return found
	}
	return c.Next()
}

// oneLanguage is the head of an address that names a language.
var oneLanguage = regexp.MustCompile(`^/([a-z]{2})(?:/(.*))?$`)

// language finds the reader's language: the address names it, else the cookie, else the browser. A
// language that the portal does not speak is refused on a page in one that the reader may know.
func (g *gate) language(c *fiber.Ctx, s *page.State) error {
	r := g.Renderer
	guess := r.Guess(c.Cookies(languageCookie), c.Get(fiber.HeaderAcceptLanguage))
	s.Words, s.Path = r.Words(guess), strings.TrimPrefix(c.Path(), "/")
	s.Query = string(c.Context().QueryArgs().QueryString())
	named := oneLanguage.FindStringSubmatch(c.Path())
	if named == nil {
		return nil
	}
	s.Path = named[2]
	if !r.Offers(named[1]) {
		return events.E(events.NotFound, "language_not_offered", "").With("language", named[1])
	}
	s.Words = r.Words(named[1])
	if named[1] != guess && c.Method() == fiber.MethodGet {
		page.SetCookie(c, languageCookie, named[1], 365*24*time.Hour)
	}
	return nil
}

// policy lets a page load its own style, script and pictures and post to itself, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (g *gate) headers(c *fiber.Ctx) error {
	g.head(c)
	return c.Next()
}

// head sets what every answer carries.
func (g *gate) head(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	// same-origin and not no-referrer, so that a form from here says so.
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if g.secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}

// drain reads the body, as much as is taken. One that is too large is read on to its end, within
// bounds, so that the refusal arrives in full and not as a broken connection.
func (g *gate) drain(c *fiber.Ctx) error {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return c.Next()
	}
	if c.Request().Header.ContentLength() > g.BodyLimit {
		return tooLarge(c, stream)
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(g.BodyLimit)+1))
	if err != nil {
		return refusedBody(c, err)
	}
	if len(body) > g.BodyLimit {
		return tooLarge(c, stream)
	}
	c.Request().SetBody(body) // also closes the stream
	if packed := c.Get(fiber.HeaderContentEncoding); packed != "" && packed != "identity" {
		return fiber.ErrUnsupportedMediaType // a small packed body may unpack to any size
	}
	return c.Next()
}

// tooLarge reads the rest of a body that is refused.
func tooLarge(c *fiber.Ctx, rest io.Reader) error {
	if n, err := io.Copy(io.Discard, io.LimitReader(rest, drainLimit)); err != nil || n == drainLimit {
		c.Context().SetConnectionClose()
	}
	return fiber.ErrRequestEntityTooLarge
}

// refusedBody tells a body that came too slowly from one that came broken.
func refusedBody(c *fiber.Ctx, err error) error {
	c.Context().SetConnectionClose()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fiber.ErrRequestTimeout
	}
	return fiber.ErrBadRequest
}

// anyHost are the addresses that a watcher asks by whatever name it knows.
var anyHost = []string{"/healthz", "/readyz"}

// host refuses requests for another host than the portal's own: a link or a cookie must never be made
// under a name that somebody else chose.
func (g *gate) host(c *fiber.Ctx) error {
	if slices.Contains(anyHost, c.Path()) || g.ownHost(c) {
		return c.Next()
	}
	return page.Misdirected
}

// ownHost tells whether a request is for one of the portal's own names.
func (g *gate) ownHost(c *fiber.Ctx) bool { return slices.Contains(g.hosts, plainHost(c.Hostname())) }

// ownHosts lists the names the portal answers to: that of its base URL, and its address; every name
// of this machine when it listens on this machine alone.
func ownHosts(base *url.URL, addr string) []string {
	hosts := []string{plainHost(base.Host)}
	name, port, err := net.SplitHostPort(addr)
	if err != nil {
		return hosts
	}
	names := []string{name}
	if ip := net.ParseIP(name); name == "localhost" || ip != nil && ip.IsLoopback() {
		names = append(names, "localhost", "127.0.0.1", "::1")
	}
	for _, n := range names {
		hosts = append(hosts, plainHost(net.JoinHostPort(n, port)))
	}
	return hosts
}

// plainHost writes a host in one way: small letters, no default port, no dot at its end.
func plainHost(host string) string {
	host = strings.ToLower(host)
	for _, port := range []string{":80", ":443"} {
		host = strings.TrimSuffix(host, port)
	}
	return strings.TrimSuffix(host, ".")
}

// deadline gives the act its context. Fiber's own is never cancelled.
func (g *gate) deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.Timeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// visitor finds out who asks, and what clock is theirs. The API asks by token instead, so a session
// says nothing there, and no form token is needed.
func (g *gate) visitor(c *fiber.Ctx) error {
	s := page.Of(c)
	s.Zone = knownZone(c.Cookies(zoneCookie))
	if strings.HasPrefix(c.Path(), "/api/") || slices.Contains(anyHost, c.Path()) {
		return c.Next()
	}
	s.Session = c.Cookies(page.SessionName(g.secure))
	if s.Session != "" && g.Visitor != nil {
		v, err := g.Options.Visitor(c.UserContext(), s.Session)
		if err != nil {
			return fmt.Errorf("find the visitor: %w", err)
		}
		s.Visitor = v
	}
	if s.Visitor.SignedIn() {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
		if zone := knownZone(s.Visitor.Zone); zone != "" {
			s.Zone = zone
		}
	}
	return c.Next()
}

// knownZone gives an IANA zone's name back, or "" when there is none of it.
func knownZone(name string) string {
	if len(name) > 60 {
		return ""
	}
	if _, err := events.LoadZone(name); err != nil {
		return ""
	}
	return name
}

// SignedIn answers everybody else by leading to the sign-in, and back from there.
func SignedIn(c *fiber.Ctx) error {
	s := page.Of(c)
	if s.Visitor.SignedIn() {
		return c.Next()
	}
	to := s.Link("sign-in")
	if c.Method() != fiber.MethodPost {
		to += "?next=" + url.QueryEscape(s.SameIn(s.Lang()))
	}
	return c.Redirect(to, http.StatusSeeOther)
}

// Only lets pass those whom a page is for. To others who are signed in it does not exist.
func Only(may func(events.Visitor) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s := page.Of(c)
		if !s.Visitor.SignedIn() {
			return SignedIn(c)
		}
		if !may(s.Visitor) {
			return events.E(events.NotFound, "not_found", "")
		}
		return c.Next()
	}
}
