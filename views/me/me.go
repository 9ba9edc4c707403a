// Package me is what belongs to one person: the sign-in, the own registrations, the profile with the
// calendar feed, and the page of one registration, which also opens by the personal link of a mail.
//
// A link from a mail opens a page and changes nothing; only a button does. The pages decide nothing:
// who may see and do what is judged by the domain.
package me

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
	Signin    *signin.SignIn
	Keys      signin.Keys
	Entries   notify.Entries // what calendar entries say
	Renderer  *page.Renderer
	Now       func() time.Time
	BaseURL   string // the portal's own origin, without a slash at its end
}

// Pages are the pages of one person.
type Pages struct{ Parts }

// New makes the pages.
func New(p Parts) *Pages { return &Pages{p} }
