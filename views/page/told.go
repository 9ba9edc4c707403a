package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/views/i18n"
)

// ToldCookie carries, over a redirect, which of the catalogue's sentences "told.…" is to be shown.
const ToldCookie = "told"

// Tell has the next page say what was done: the catalogue's sentence "told." + key, for a count when
// one is given. Only keys that the catalogue holds are ever shown, so that nobody can put words of
// their own on a page.
func Tell(c *fiber.Ctx, key string, count ...int) {
	value := key
	if len(count) > 0 {
		value += ":" + strconv.Itoa(count[0])
	}
	SetCookie(c, ToldCookie, value, time.Minute)
}

// told reads the sentence left by Tell and takes it off.
func told(c *fiber.Ctx, w *i18n.Words) string {
	value := c.Cookies(ToldCookie)
	if value == "" {
		return ""
	}
	SetCookie(c, ToldCookie, "", -1)
	key, count, counted := strings.Cut(value, ":")
	key = "told." + key
	if len(value) > 100 || !w.Has(key) {
		return ""
	}
	if !counted {
		return w.T(key)
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 {
		return ""
	}
	return w.N(key, n)
}
