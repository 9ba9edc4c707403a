package views

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/views/page"
)

// Watch is told of requests, by many goroutines at once; each of its funcs may be nil and must return
// at once. It hears nothing of those that the server refuses before they are read, as one that is no
// HTTP.
type Watch struct {
	Began func()        // one has arrived
	Ended func(Request) // one has been answered; each that began ends
}

// Request is one that has been answered. It holds nothing that tells of a person or an activity.
type Request struct {
	Route  string // as page.Route gives it
	Method string // one of HTTP's, or "OTHER"
	Status int
	Took   time.Duration // on this machine's clock
}

func (w Watch) began() {
	if w.Began != nil {
		w.Began()
	}
}

// ended tells of a request that is answered.
func (w Watch) ended(c *fiber.Ctx, method string, start time.Time) {
	w.answered(Request{Route: page.Route(c), Method: method, Status: c.Response().StatusCode(), Took: time.Since(start)})
}

func (w Watch) answered(r Request) {
	if w.Ended != nil {
		w.Ended(r)
	}
}
