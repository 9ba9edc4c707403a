package views

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// cacheFirst has the app answer strangers with what is kept for them before anything else is looked at:
// the middlewares cost several times as much as the answer.
func (g *gate) cacheFirst(app *fiber.App) {
	handle := app.Server().Handler
	app.Server().Handler = func(rc *fasthttp.RequestCtx) {
		if !g.fromCache(rc) {
			handle(rc)
		}
	}
}

// fromCache answers as the middlewares and the page would; false, with nothing done, where it is not
// sure that they would answer so. Among that is the answer with which a reader's language is remembered.
func (g *gate) fromCache(rc *fasthttp.RequestCtx) (answered bool) {
	start := rc.Time() // when the request had been read
	h := &rc.Request.Header
	a := g.findKept(rc)
	if a == nil || !slices.Contains(g.hosts, string(rc.URI().Host())) {
		return false
	}
	if forwarded := h.Peek(fiber.HeaderXForwardedHost); len(forwarded) > 0 && !slices.Contains(g.hosts, string(forwarded)) {
		return false
	}
	method, log := fiber.MethodHead, a.headLine
	if h.IsGet() {
		if method, log = fiber.MethodGet, a.getLine; a.lang != "" && a.lang != g.guess(h) {
			return false
		}
	}
	defer func() {
		if fault := recover(); fault != nil {
			g.Log.Error("a kept answer could not be given", "error", fmt.Sprintf("%v\n%s", fault, debug.Stack()))
			rc.Response.Reset()
			answered = false
		}
	}()
	number := reference()
	a.write(&rc.Request, &rc.Response, number)
	g.Watch.began()
	took := writeLine(log, number, &rc.Response, start)
	g.Watch.answered(Request{Route: a.route, Method: method, Status: rc.Response.StatusCode(), Took: took})
	return true
}

// findKept finds the answer that is kept for a request and still holds; nil without one.
func (g *gate) findKept(rc *fasthttp.RequestCtx) *answer {
	k, h := g.cache, &rc.Request.Header
	if !stranger(rc, g.secure) {
		return nil
	}
	language := ""
	if !named(rc.URI()) {
		language = g.guess(h)
	}
	var room [longestKept + 80]byte
	key := appendKey(room[:0], rc.URI(), h.Cookie(zoneCookie), language)
	a, at := k.linked.find(key)
	if a == nil {
		a, at = k.typed.find(key)
	}
	if a == nil || k.now().Unix() != at.second {
		return nil
	}
	if stamp, ok := k.stamp(context.Background(), a.reads...); !ok || stamp != at.stamp {
		return nil
	}
	return a
}

// guess gives the language of a reader whom the address tells nothing of.
func (g *gate) guess(h *fasthttp.RequestHeader) string {
	return g.Renderer.Guess(string(h.Cookie(languageCookie)), string(h.Peek(fiber.HeaderAcceptLanguage)))
}
