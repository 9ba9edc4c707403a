package page

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// SetCookie writes a cookie that only the server reads, for the whole portal, sent along when a
// link from outside leads here. An age of 0 lasts as long as the browser runs; a negative one takes
// the cookie away.
func SetCookie(c *fiber.Ctx, name, value string, age time.Duration) {
	s := Of(c)
	cookie := fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: s != nil && s.Secure,
		SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: age == 0, MaxAge: int(age.Seconds())}
	if age < 0 {
		cookie.Value, cookie.MaxAge, cookie.Expires = "", 0, time.Unix(1, 0)
	}
	c.Cookie(&cookie)
}

// SessionName is the name of the session's cookie: over https one that no other host can set.
func SessionName(secure bool) string {
	if secure {
		return "__Host-session"
	}
	return "session"
}

// StartSession gives the browser the secret of a session, for as long as the session lasts.
func StartSession(c *fiber.Ctx, secret string, age time.Duration) {
	SetCookie(c, SessionName(Of(c).Secure), secret, age)
}

// EndSession takes the session's secret away from the browser.
func EndSession(c *fiber.Ctx) { SetCookie(c, SessionName(Of(c).Secure), "", -1) }

// Next gives where a sign-in leads back to: the page named by the form or the address, when it is one
// of the portal's own; else "".
func Next(c *fiber.Ctx, f *Form) string {
	to := c.Query("next")
	if f != nil && f.Value("next") != "" {
		to = f.Value("next")
	}
	if strings.HasPrefix(to, Of(c).Link()) && len(to) < 2000 && !strings.Contains(to, "//") && !strings.ContainsFunc(to, odd) {
		return to
	}
	return ""
}

// odd tells characters that browsers read in more than one way within an address.
func odd(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }
