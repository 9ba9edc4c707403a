package views

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"capportal/views/page"
)

// How answers are packed.
const (
	smallestPacked = 500 // bytes; packing less saves nothing
	gzipLevel      = 6
	brotliLevel    = 5
)

// answer is a whole answer with status 200, as it is given to every stranger. It never changes.
type answer struct {
	route string
	lang  string   // that the address names; "" when it names none
	reads []string // the collections it was made from
	head  fasthttp.ResponseHeader
	body  []byte
	tag   string // its entity tag, without quotes

	getLine, headLine slog.Handler // for the log

	plain, gzip, brotli variant
}

// requestID is the head that carries a request's number, in the spelling in which heads are kept.
const requestID = "X-Request-Id"

// variant is an answer in one encoding, packed when it is first asked for.
type variant struct {
	once sync.Once
	head fasthttp.ResponseHeader
	body []byte
	tag  string
}

// newAnswer copies the answer that a handler has made, but for what is one request's own.
func newAnswer(c *fiber.Ctx, reads []string, log *slog.Logger) *answer {
	a := &answer{route: page.Route(c), reads: reads, body: bytes.Clone(c.Response().Body())}
	a.getLine, a.headLine = lineOf(log, fiber.MethodGet, a.route), lineOf(log, fiber.MethodHead, a.route)
	if named(c.Request().URI()) {
		a.lang = page.Of(c).Lang()
	}
	c.Response().Header.CopyTo(&a.head)
	a.head.DelAllCookies()
	a.head.Del(fiber.HeaderXRequestID)
	a.tag = strings.Trim(string(a.head.Peek(fiber.HeaderETag)), `"`)
	if a.tag == "" {
		sum := sha256.Sum256(a.body)
		a.tag = hex.EncodeToString(sum[:12])
	}
	vary := fiber.HeaderAcceptEncoding + ", " + fiber.HeaderCookie
	if a.lang == "" {
		vary += ", " + fiber.HeaderAcceptLanguage
	}
	a.head.Set(fiber.HeaderVary, vary)
	return a
}

// says tells whether two answers are the same.
func (a *answer) says(b *answer) bool {
	return bytes.Equal(a.body, b.body) && a.route == b.route && a.lang == b.lang && bytes.Equal(a.head.Header(), b.head.Header())
}

// in gives the answer in the best encoding that a request takes.
func (a *answer) in(h *fasthttp.RequestHeader) *variant {
	v, encoding := &a.plain, ""
	if len(a.body) >= smallestPacked {
		switch {
		case h.HasAcceptEncoding("br"):
			v, encoding = &a.brotli, "br"
		case h.HasAcceptEncoding("gzip"):
			v, encoding = &a.gzip, "gzip"
		}
	}
	v.once.Do(func() {
		v.body, v.tag = a.body, `"`+a.tag+`"`
		a.head.CopyTo(&v.head)
		switch encoding {
		case "br":
			v.body = fasthttp.AppendBrotliBytesLevel(nil, a.body, brotliLevel)
		case "gzip":
			v.body = fasthttp.AppendGzipBytesLevel(nil, a.body, gzipLevel)
		}
		if encoding != "" {
			// Other bytes, another tag (RFC 9110 8.8.3.3).
			v.tag = `"` + a.tag + "-" + encoding + `"`
			v.head.Set(fiber.HeaderContentEncoding, encoding)
		}
		v.head.Set(fiber.HeaderETag, v.tag)
	})
	return v
}

// send answers with it, within a request that has passed the middlewares: its number and the cookie of
// its language stay.
func (a *answer) send(c *fiber.Ctx) {
	res := c.Response()
	reference := string(res.Header.Peek(fiber.HeaderXRequestID))
	var cookies [][]byte
	for _, cookie := range res.Header.Cookies() {
		cookies = append(cookies, bytes.Clone(cookie))
	}
	a.write(c.Request(), res, reference)
	for _, raw := range cookies {
		var cookie fasthttp.Cookie
		if cookie.ParseBytes(raw) == nil {
			res.Header.SetCookie(&cookie)
		}
	}
}

// write answers with it, or with 304 where the asker has it already.
func (a *answer) write(req *fasthttp.Request, res *fasthttp.Response, reference string) {
	h := &req.Header
	v := a.in(h)
	v.head.CopyTo(&res.Header)
	res.Header.SetCanonical([]byte(requestID), []byte(reference))
	if known := h.Peek(fiber.HeaderIfNoneMatch); len(known) > 0 && page.Matches(string(known), v.tag) {
		res.ResetBody()
		res.SetStatusCode(fiber.StatusNotModified)
		return
	}
	res.SetBodyRaw(v.body)
}
