package views

import (
	"log/slog"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"capportal/events"
	"capportal/views/page"
)

// How much is kept, in bytes.
const (
	linkedSize = 16 << 20 // of what the portal's own links ask for
	// typedSize is for what visitors ask for in words of their own. Somebody who asks for ten thousand
	// things pushes out what others asked for in this way, and nothing else.
	typedSize = 4 << 20
	// longestKept is the longest address whose answer is kept.
	longestKept = 500
)

// cache keeps whole answers to strangers: visitors who are not signed in and whom nothing is told.
//
// A kept answer is given again while the stamp of all it was made from is the same, and within the very
// second of the clock in which it was made: what passes by time, a deadline, is judged to the second
// (events.Passed), so that a kept answer says what a new one would say. What another instance changed
// shows at the latest with the next second.
//
// An answer is kept when it is a page that went well, sets no cookie but the language's, and holds no
// token of a form. Many who ask at once for what is not kept wait for one of them.
type cache struct {
	stamp  events.Stamp
	now    func() time.Time
	log    *slog.Logger
	linked shelf // what the portal's own links ask for
	typed  shelf // what visitors ask for in words of their own
}

func newCache(stamp events.Stamp, now func() time.Time, log *slog.Logger) *cache {
	return &cache{stamp: stamp, now: now, log: log, linked: newShelf(linkedSize), typed: newShelf(typedSize)}
}

// keeping says how the answers of a route are kept.
type keeping struct {
	reads  []string // the collections that the answer is made from
	query  []string // the parameters that the route understands; with others nothing is kept
	linked []string // whole queries that the portal's own links carry
}

// keep answers as the handler does, from what is kept where that can be.
func (k *cache) keep(how keeping, handle fiber.Handler) fiber.Handler {
	if k == nil {
		return handle
	}
	return func(c *fiber.Ctx) error {
		key, ok := k.keyOf(c, how)
		if !ok {
			return handle(c)
		}
		on := k.shelfOf(c, how)
		stamp, ok := k.stamp(c.UserContext(), how.reads...)
		if !ok {
			return handle(c)
		}
		// The page is to be judged in the second under which it is kept.
		page.Of(c).Now = k.now().UTC()
		at := moment{stamp, page.Of(c).Now.Unix()}
		a, f, mine := on.take(key, at)
		if mine {
			return k.answerAnew(c, on, f, how, handle)
		}
		if a == nil {
			select {
			case <-f.done:
				a = f.answer
			case <-c.UserContext().Done():
				return c.UserContext().Err()
			}
		}
		if a == nil { // one that is not kept: an error, a cookie
			return handle(c)
		}
		a.send(c)
		return nil
	}
}

// answerAnew has the handler answer, and keeps that for those who wait and for the rest of the second.
func (k *cache) answerAnew(c *fiber.Ctx, on *shelf, f *flight, how keeping, handle fiber.Handler) error {
	defer on.land(f) // also when the handler panics
	s, personal := page.Of(c), false
	if token := s.Token; token != nil {
		s.Token = func() string { personal = true; return token() }
	}
	condition := slices.Clone(c.Request().Header.Peek(fiber.HeaderIfNoneMatch))
	c.Request().Header.Del(fiber.HeaderIfNoneMatch) // the whole answer is wanted, to be kept
	err := handle(c)
	if len(condition) > 0 {
		c.Request().Header.SetBytesV(fiber.HeaderIfNoneMatch, condition)
	}
	if err != nil || personal || !forEverybody(c) {
		return err
	}
	f.answer = newAnswer(c, how.reads, k.log)
	if k.now().Unix() == f.at.second {
		on.put(f)
	}
	f.answer.send(c)
	return nil
}

// forEverybody tells whether an answer is the same for every stranger.
func forEverybody(c *fiber.Ctx) bool {
	res := c.Response()
	if res.StatusCode() != fiber.StatusOK || res.IsBodyStream() {
		return false
	}
	for name := range res.Header.Cookies() {
		if string(name) != languageCookie {
			return false
		}
	}
	return true
}

// keyOf names everything that an answer to a stranger depends on: the address as it was sent, since
// pages repeat it in their links; the reader's zone; and the language where the address has none.
func (k *cache) keyOf(c *fiber.Ctx, how keeping) (string, bool) {
	s := page.Of(c)
	if s.Visitor.SignedIn() || s.Session != "" || !stranger(c.Context(), s.Secure) {
		return "", false
	}
	uri := c.Request().URI()
	for name := range uri.QueryArgs().All() {
		if !slices.Contains(how.query, string(name)) {
			return "", false
		}
	}
	zone := c.Cookies(zoneCookie)
	if zone != s.Zone {
		zone = "" // none that is known
	}
	language := ""
	if !named(uri) {
		language = s.Lang()
	}
	return string(appendKey(nil, uri, []byte(zone), language)), true
}

func appendKey(to []byte, uri *fasthttp.URI, zone []byte, language string) []byte {
	to = append(append(to, uri.PathOriginal()...), '?')
	to = append(append(to, uri.QueryString()...), 0)
	to = append(append(to, zone...), 0)
	return append(to, language...)
}

// stranger tells whether a request is one whose answer may be kept: nothing in it tells of a person,
// and nothing is to be told.
func stranger(rc *fasthttp.RequestCtx, secure bool) bool {
	h := &rc.Request.Header
	return (h.IsGet() || h.IsHead()) && rc.RequestBodyStream() == nil && len(h.RequestURI()) <= longestKept &&
		len(h.Cookie(page.SessionName(secure))) == 0 && len(h.Cookie(page.ToldCookie)) == 0
}

// named tells whether an address begins with a language: "/en/".
func named(uri *fasthttp.URI) bool {
	path := uri.PathOriginal()
	return len(path) >= 4 && path[3] == '/'
}

// shelfOf gives the shelf for an answer: one for what the portal's own links ask for, one for the rest.
func (k *cache) shelfOf(c *fiber.Ctx, how keeping) *shelf {
	query := string(c.Request().URI().QueryString())
	if query == "" || slices.Contains(how.linked, query) {
		return &k.linked
	}
	return &k.typed
}
