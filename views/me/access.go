package me

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/page"
)

// linkPurpose is the purpose of the token in a mail's personal link; its subject is the registration.
const linkPurpose = "registration"

// keyField carries the token of a personal link, in addresses and in forms.
const keyField = "key"

// opened is a registration, and who has opened it by what right.
type opened struct {
	registrations.Registration
	visitor events.Visitor // who acts: whoever is signed in, or the bearer of the personal link
	key     string         // the personal link's token; "" when the session gives the right
	own     bool           // it is the visitor's own
}

// open finds the registration of an address for whoever may see it, by the token of a personal link or
// by the session. The token counts first, since somebody else may be signed in at the same machine. To
// whom it does not concern a registration does not exist; who has neither is led to the sign-in, and
// then led is true and the answer given.
func (p *Pages) open(c *fiber.Ctx, key string) (o opened, led bool, err error) {
	s, id := page.Of(c), c.Params("id")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	if key != "" {
		o, err = p.linked(c.UserContext(), id, key)
		if err == nil || !events.IsGone(err) || !s.Visitor.SignedIn() {
			return o, false, err
		}
	}
	if !s.Visitor.SignedIn() {
		to := s.Link("sign-in")
		if c.Method() != fiber.MethodPost {
			to += "?next=" + url.QueryEscape(s.Link("registrations", id))
		}
		return o, true, c.Redirect(to, http.StatusSeeOther)
	}
	r, err := p.Desk.Registration(c.UserContext(), s.Visitor, id)
	return opened{Registration: r, visitor: s.Visitor, own: r.PersonID == s.Visitor.Person}, false, err
}

// linked opens a registration by the token of its personal link. A token that is wrong, of another
// registration or revoked is NotFound, whether the registration exists or not.
func (p *Pages) linked(ctx context.Context, id, key string) (opened, error) {
	var r registrations.Registration
	_, err := p.Keys.Open(ctx, linkPurpose, key, func(ctx context.Context, subject string) (int, error) {
		if subject != id {
			return 0, events.E(events.NotFound, "no_such_registration", "")
		}
		var err error
		r, err = p.Desk.Linked(ctx, id)
		return r.Link, err
	})
	if err != nil {
		return opened{}, err
	}
	return opened{Registration: r, visitor: registrations.Bearer(&r), key: key, own: true}, nil
}

// link is the address of the registration's page, or of what lies below it, with the token where that
// is what opens it.
func (o *opened) link(s *page.State, below ...string) string {
	return o.keyed(s.Link(append([]string{"registrations", o.ID}, below...)...))
}

// keyed adds the token to an address.
func (o *opened) keyed(address string) string {
	if o.key == "" {
		return address
	}
	return address + "?" + url.Values{keyField: {o.key}}.Encode()
}

// hidden are the values that every form about the registration carries. The token stands in its address
// too, so that the page that comes back opens in another language as well.
func (o *opened) hidden() []page.Hidden {
	if o.key == "" {
		return nil
	}
	return []page.Hidden{{Name: keyField, Value: o.key}}
}

// elsewhere leads those whom a page about one's own registration is not for to the page of theirs: the
// Secretariat to its desk, a contact point to its delegation. "" for the person itself.
func (o *opened) elsewhere(s *page.State, desk, delegation string) string {
	switch {
	case o.own:
		return ""
	case o.visitor.Secretariat():
		return desk
	}
	return delegation
}

// keyOf is the token that a form or an address carries.
func keyOf(c *fiber.Ctx, f *page.Form) string {
	if f != nil && f.Value(keyField) != "" {
		return f.Value(keyField)
	}
	return c.Query(keyField)
}
