package page

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// SendCalendar answers with calendar bytes, or with 304 when the asker has the same already. The same
// entries are the same bytes, so the checksum is the tag (calendar-rules.md 61, 62). A filename, in
// ASCII, makes it a download.
func SendCalendar(c *fiber.Ctx, body []byte, filename, cache string) error {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage+", "+fiber.HeaderCookie)
	c.Set("X-Robots-Tag", "noindex")
	if Matches(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(http.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	if filename != "" {
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+filename+`"`)
	}
	return c.Send(body)
}

// Matches reads If-None-Match (RFC 9110 13.1.2), which compares weakly, for an entity tag in quotes.
func Matches(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}
