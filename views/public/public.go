// Package public is what everybody may open: the calendar, an activity's page, the form with which one
// registers, and the calendar files and feeds.
//
// Whoever is signed in sees more of the same pages. What that is has been decided by events.See before
// a page shows it; no page, feed or title here judges for itself.
package public

import (
	"embed"
	"time"

	"capportal/events"
	"capportal/notify"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/page"
)

// Templates are the page files of this package.
//
//go:embed *.html
var Templates embed.FS

// Parts is what the pages are put together from.
type Parts struct {
	Programme *events.Programme
	Desk      *registrations.Desk
	Directory *directory.Directory
	Keys      signin.Keys
	Entries   notify.Entries // what calendar entries say
	Renderer  *page.Renderer
	Now       func() time.Time
	BaseURL   string // the portal's own origin, without a slash at its end
	Zone      string // the Secretariat's IANA zone
}

// Pages are the pages and files for everybody.
type Pages struct{ Parts }

// New makes the pages.
func New(p Parts) *Pages { return &Pages{p} }
