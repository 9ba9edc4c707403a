// Package desk is where the Secretariat works: the programme and its activities, the board of an
// activity, people, organisations, notices. One page is one file, beside its template.
//
// A page parses, asks the domain and shows; it decides nothing. Who may open a page is said in the
// routes; what an officer may change is judged by the domain once more.
package desk

import (
	"embed"
	"time"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/audit"
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
	Signin    *signin.SignIn
	Outbox    *outbox.Outbox
	Audit     *audit.Audit
	Renderer  *page.Renderer
	Now       func() time.Time
	BaseURL   string // the portal's own origin, without a slash at its end
	Zone      string // the Secretariat's IANA zone
	Mail      bool   // a mail server is configured
	// Transact runs what several houses do as one act.
	Transact events.Transact
	// ImportLimit is the most rows an import takes in one go; 0: as many as there are.
	ImportLimit int
}

// Pages are the pages of the Secretariat.
type Pages struct{ Parts }

// New makes the pages.
func New(p Parts) *Pages { return &Pages{p} }
