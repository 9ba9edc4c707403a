package me

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/page"
)

// nextCookie remembers where a sign-in leads back to, until the link from the mail is opened.
const nextCookie = "next"

// signInView is the form that asks for an address.
type signInView struct {
	Action string
	Next   string
	Life   int // minutes
}

// SignIn shows the form that asks for an address, or, after it was sent, where the link went.
func (p *Pages) SignIn(c *fiber.Ctx) error {
	s, w := page.Of(c), page.Of(c).Words
	if c.Query("sent") == "1" {
		return p.Renderer.Render(c, "page/message", page.View{Title: w.T("signin.sent"), Active: "sign_in", NoIndex: true, Data: page.Message{Tone: "good",
			Paragraphs: []string{w.T("signin.sent.open"), w.N("signin.sent.life", int(signin.LinkLife/time.Minute)), w.T("signin.sent.unknown")},
			Links:      []page.Link{{Href: s.Link("sign-in"), Text: w.T("signin.sent.again")}}}})
	}
	return p.showSignIn(c, page.NewForm(c), 0)
}

func (p *Pages) showSignIn(c *fiber.Ctx, form *page.Form, status int) error {
	s := page.Of(c)
	v := signInView{Action: s.Link("sign-in"), Next: page.Next(c, form), Life: int(signin.LinkLife / time.Minute)}
	return p.Renderer.Render(c, "me/sign_in", page.View{Active: "sign_in", Data: v, Form: form, Status: status, NoIndex: true})
}

// SendSignIn mails a link. The answer is the same for an address that nobody has.
func (p *Pages) SendSignIn(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s := page.Of(c)
	if form.OK() {
		asked := p.Signin.Request(c.UserContext(), form.Value("email"), page.Asker(c), s.Lang())
		if err := form.Fault(asked); err != nil {
			return err
		}
		if !form.OK() {
			return p.showSignIn(c, form, page.StatusOf(events.CodeOf(asked)))
		}
	}
	if !form.OK() {
		return p.showSignIn(c, form, 0)
	}
	if to := page.Next(c, form); to != "" {
		page.SetCookie(c, nextCookie, to, signin.LinkLife)
	}
	return c.Redirect(s.Link("sign-in")+"?sent=1", http.StatusSeeOther)
}

// linkView is what a sign-in link opens: who would be signed in, and the button.
type linkView struct {
	Action string
	Name   string // of the only one at the address
	People []page.Option
}

// OpenLink shows what a sign-in link opens. It consumes nothing: mail scanners open links too.
func (p *Pages) OpenLink(c *fiber.Ctx) error {
	return p.showLink(c, page.NewForm(c))
}

func (p *Pages) showLink(c *fiber.Ctx, form *page.Form) error {
	s := page.Of(c)
	token := c.Params("token")
	offer, err := p.Signin.Look(c.UserContext(), token)
	if err != nil {
		return p.spent(c, err)
	}
	if offer.First {
		return c.Redirect(s.Link("first", token), http.StatusSeeOther)
	}
	if len(offer.People) == 0 {
		return p.spent(c, events.E(events.Expired, "link_expired", ""))
	}
	v := linkView{Action: s.Link("sign-in", token)}
	if len(offer.People) == 1 {
		v.Name = offer.People[0].Name()
	} else {
		v.People = choices(s, offer.People)
	}
	return p.Renderer.Render(c, "me/link", page.View{Active: "sign_in", Data: v, Form: form, NoIndex: true})
}

// choices are the people who share an address.
func choices(s *page.State, people []directory.Person) []page.Option {
	list := make([]page.Option, len(people))
	for i, one := range people {
		list[i] = page.Option{Value: one.ID, Label: one.Name(), Note: s.Words.T("role." + string(one.Role))}
	}
	return list
}

// UseLink signs in by a link, once.
func (p *Pages) UseLink(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	session, raw, err := p.Signin.Consume(c.UserContext(), c.Params("token"), form.Value("person"))
	switch {
	case events.Is(err, "signin_who"):
		if err := form.Fault(err); err != nil {
			return err
		}
		return p.showLink(c, form)
	case err != nil:
		return p.spent(c, err)
	}
	return p.enter(c, session, raw)
}

// enter starts the session and leads to where the visitor wanted to go, or has to do.
func (p *Pages) enter(c *fiber.Ctx, session signin.Session, raw string) error {
	v, err := p.Desk.Visitor(c.UserContext(), session.Person)
	if err != nil {
		return err
	}
	s := page.Of(c)
	if s.Session != "" {
		if err := p.Signin.SignOut(c.UserContext(), s.Session); err != nil {
			return err
		}
	}
	page.StartSession(c, raw, signin.SessionLife)
	page.Tell(c, "signed_in")
	to := p.wanted(c)
	switch {
	case to != "":
	case v.Secretariat():
		to = s.Link("desk")
	case v.Role == events.ContactPoint && v.Organisation != "":
		to = s.Link("delegation", v.Organisation)
	default:
		to = s.Link("me")
	}
	return c.Redirect(to, http.StatusSeeOther)
}

// wanted is the page that was asked for before the sign-in, in the language of now; "" without one.
func (p *Pages) wanted(c *fiber.Ctx) string {
	to := c.Cookies(nextCookie)
	if to == "" {
		return ""
	}
	page.SetCookie(c, nextCookie, "", -1)
	if len(to) > 4 && to[0] == '/' && to[3] == '/' {
		to = page.Of(c).Link() + to[4:]
	}
	form := page.NewForm(c)
	form.Set("next", to)
	return page.Next(c, form)
}

// spent says that a link cannot be used any more, and how to get another.
func (p *Pages) spent(c *fiber.Ctx, err error) error {
	faults := events.Faults(err)
	if len(faults) == 0 || faults[0].Key != "link_expired" && faults[0].Key != "link_invalid" {
		return err
	}
	s, w := page.Of(c), page.Of(c).Words
	return p.Renderer.Render(c, "page/message", page.View{Title: w.T("fault.expired"), Active: "sign_in", NoIndex: true, Status: page.StatusOf(faults[0].Code), Data: page.Message{
		Tone: "wait", Paragraphs: []string{page.Sentence(w, faults[0]), w.T("signin.spent")},
		Action: page.Link{Href: s.Link("sign-in"), Text: w.T("signin.spent.again")}}})
}

// SignOut ends the session.
func (p *Pages) SignOut(c *fiber.Ctx) error {
	s := page.Of(c)
	if s.Session != "" {
		if err := p.Signin.SignOut(c.UserContext(), s.Session); err != nil {
			return err
		}
	}
	page.EndSession(c)
	page.Tell(c, "signed_out")
	return c.Redirect(s.Link(), http.StatusSeeOther)
}
