package notify

import (
	"net/url"

	"capportal/registrations/signin"
)

// Links makes the secret part of links in mails. They are composed anew each time and never stored.
type Links struct {
	// Registration gives the token of a registration's personal link, SignIn that of a sign-in link.
	Registration func(id string, version int) string
	SignIn       func(id string) string
}

// LinksOf makes them with the portal's keys.
func LinksOf(keys signin.Keys) Links {
	return Links{
		Registration: func(id string, version int) string { return keys.Link("registration", id, version) },
		SignIn:       keys.SignInLink,
	}
}

// Target is where a letter's button leads, without the secret.
type Target struct {
	Address string `bson:"address"` // absolute
	// Purpose says which secret belongs to it: "registration", "sign_in" or none; of Subject, at Version.
	Purpose string `bson:"purpose,omitempty"`
	Subject string `bson:"subject,omitempty"`
	Version int    `bson:"version,omitempty"`
}

// whole is the address with its secret.
func (l Links) whole(t Target) string {
	switch t.Purpose {
	case "registration":
		return t.Address + "?key=" + url.QueryEscape(l.Registration(t.Subject, t.Version))
	case "sign_in":
		return t.Address + "/" + url.PathEscape(l.SignIn(t.Subject))
	}
	return t.Address
}
