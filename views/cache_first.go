package views

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/views/page"
)

// fromCache stands before everything else and answers to strangers what is kept for them, as the
// middlewares and the page would: they cost more than the answer. Whatever it is not sure of, it leaves
// to them.
func (g *gate) fromCache(c *fiber.Ctx) error {
	start := time.Now()
	a := g.kept(c)
	if a == nil || !g.ownHost(c) {
		return c.Next()
	}
	g.Watch.began()
	number := reference()
	a.write(c, number)
	if a.lang != "" && c.Method() == fiber.MethodGet {
		g.remember(c, a.lang)
	}
	res := c.Response()
	g.log(c, number, a.route, start)
	g.Watch.answered(Request{Route: a.route, Method: c.Method(), Status: res.StatusCode(), Took: time.Since(start)})
	return nil
}

// kept finds the answer that is kept for a request and still holds; nil without one.
func (g *gate) kept(c *fiber.Ctx) *answer {
	k := g.cache
	if !stranger(c, g.secure) {
		return nil
	}
	h := &c.Request().Header
	language := ""
	if !named(c) {
		language = g.Renderer.Guess(string(h.Cookie(languageCookie)), string(h.Peek(fiber.HeaderAcceptLanguage)))
	}
	var room [longestKept + 80]byte
	key := appendKey(room[:0], c.Request().URI(), h.Cookie(zoneCookie), language)
	a, at := k.common.find(key)
	if a == nil {
		a, at = k.words.find(key)
	}
	if a == nil || k.now().Unix() != at.second {
		return nil
	}
	if stamp, ok := k.stamp(context.Background(), a.reads...); !ok || stamp != at.stamp {
		return nil
	}
	return a
}

// remember keeps the language that an address names, where it is not the one the reader would get.
func (g *gate) remember(c *fiber.Ctx, named string) {
	h := &c.Request().Header
	cookie := string(h.Cookie(languageCookie))
	if cookie == named || g.Renderer.Guess(cookie, string(h.Peek(fiber.HeaderAcceptLanguage))) == named {
		return
	}
	if page.Of(c) == nil {
		page.Keep(c, &page.State{Secure: g.secure})
	}
	page.SetCookie(c, languageCookie, named, 365*24*time.Hour)
}
