package page

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// NoRoute is the Route of a request that no route has answered: its address is unknown, or it was
// refused before its route was looked for.
const NoRoute = "none"

// Route names the route that a request has come to, for logs and counts: its pattern, such as
// "/:lang/events/:slug", never the address, which holds what is nobody's business. It is one of as
// many as there are routes, or NoRoute.
func Route(c *fiber.Ctx) string {
	r := c.Route()
	if len(r.Handlers) == 0 { // Fiber makes one up, of the address, where nothing was looked for
		return NoRoute
	}
	pattern := r.Path
	// Middlewares stand at "/", so that a request which has met nothing else is there.
	if pattern == "/" && c.Path() != "/" {
		return NoRoute
	}
	// The pattern of a parameter is of no interest: "/:lang<regex(^[a-z]{2}$)>/me".
	before, rest, constrained := strings.Cut(pattern, "<")
	if !constrained {
		return pattern
	}
	_, after, _ := strings.Cut(rest, ">")
	return before + after
}
