package views

import (
	"github.com/gofiber/fiber/v2"

	"capportal/events"
)

// need says who may call a route at all; what exactly may be seen or done there the domain judges.
type need int

const (
	anyone need = iota
	signedIn
	secretariat // officers, management, administrators
	decides     // officers and administrators
)

// guard is the handler that holds a need. Anonymous visitors are led to the sign-in, whatever lies
// below; for others whom the page is not for it does not exist (contract.md 4).
func (n need) guard() fiber.Handler {
	switch n {
	case signedIn:
		return SignedIn
	case secretariat:
		return Only(events.Visitor.Secretariat)
	case decides:
		return Only(events.Visitor.Decides)
	}
	return func(c *fiber.Ctx) error { return c.Next() }
}

// route is one line of the table. An address that begins with a language stands without it.
type route struct {
	method, path string
	need         need
	handle       fiber.Handler
}

// pages lists every page below /{lang}, with the role it needs.
func (s *Site) pages() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	return []route{
		{get, "/", anyone, s.public.Calendar},
		{get, "/events/:slug", anyone, s.public.Activity},
		{get, "/events/:slug/register", anyone, s.public.Register},
		{post, "/events/:slug/register", anyone, s.public.SendRegister},

		{get, "/sign-in", anyone, s.me.SignIn},
		{post, "/sign-in", anyone, s.me.SendSignIn},
		{get, "/sign-in/:token", anyone, s.me.OpenLink},
		{post, "/sign-in/:token", anyone, s.me.UseLink},
		{post, "/sign-out", anyone, s.me.SignOut},
		{get, "/first/:token", anyone, s.me.First},
		{post, "/first/:token", anyone, s.me.SendFirst},
		{get, "/me", signedIn, s.me.Mine},
		{get, "/me/profile", signedIn, s.me.Profile},
		{post, "/me/profile", signedIn, s.me.SendProfile},
		{post, "/me/profile/feed", signedIn, s.me.RenewFeed},
		{post, "/me/profile/sign-out", signedIn, s.me.SignOutEverywhere},

		// Open by the personal link of a mail too; without one they lead to the sign-in themselves.
		{get, "/registrations/:id", anyone, s.me.Registration},
		{get, "/registrations/:id/confirm", anyone, s.me.Here},
		{post, "/registrations/:id/confirm", anyone, s.me.Confirm},
		{get, "/registrations/:id/edit", anyone, s.me.Edit},
		{post, "/registrations/:id/edit", anyone, s.me.SendEdit},
		{get, "/registrations/:id/withdraw", anyone, s.me.AskWithdraw},
		{post, "/registrations/:id/withdraw", anyone, s.me.Withdraw},
		{get, "/registrations/:id/come", anyone, s.me.Here},
		{post, "/registrations/:id/come", anyone, s.me.Come},

		{get, "/delegation/:organisation", signedIn, s.delegation.Home},
		{get, "/delegation/:organisation/nominate", signedIn, s.delegation.Nominate},
		{post, "/delegation/:organisation/nominate", signedIn, s.delegation.NominateOne},
		{post, "/delegation/:organisation/endorse", signedIn, s.delegation.Endorse},
		{get, "/delegation/:organisation/reject", signedIn, s.delegation.AskReject},
		{post, "/delegation/:organisation/reject", signedIn, s.delegation.Reject},
		{get, "/delegation/:organisation/withdraw", signedIn, s.delegation.AskWithdraw},
		{post, "/delegation/:organisation/withdraw", signedIn, s.delegation.Withdraw},
		{post, "/delegation/:organisation/answer", signedIn, s.delegation.Answer},
		{get, "/delegation/:organisation/decline", signedIn, s.delegation.AskDecline},
		{post, "/delegation/:organisation/decline", signedIn, s.delegation.Decline},
		{get, "/delegation/:organisation/leave", signedIn, s.delegation.AskLeave},
		{post, "/delegation/:organisation/leave", signedIn, s.delegation.Leave},
		{get, "/delegation/:organisation/registrations/:id/edit", signedIn, s.delegation.Edit},
		{post, "/delegation/:organisation/registrations/:id/edit", signedIn, s.delegation.EditOne},

		{get, "/desk", secretariat, s.desk.Activities},
		{get, "/desk/activities/new", decides, s.desk.NewActivity},
		{post, "/desk/activities/new", decides, s.desk.AddActivity},
		{get, "/desk/activities/:code", secretariat, s.desk.Activity},
		{get, "/desk/activities/:code/edit", decides, s.desk.EditActivity},
		{post, "/desk/activities/:code/edit", decides, s.desk.ChangeActivity},
		{get, "/desk/activities/:code/sessions/new", decides, s.desk.NewSession},
		{post, "/desk/activities/:code/sessions/new", decides, s.desk.AddSession},
		{get, "/desk/activities/:code/sessions/:id", decides, s.desk.Session},
		{post, "/desk/activities/:code/sessions/:id", decides, s.desk.ChangeSession},
		{post, "/desk/activities/:code/sessions/:id/delete", decides, s.desk.DeleteSession},
		{get, "/desk/activities/:code/move", decides, s.desk.Move},
		{post, "/desk/activities/:code/move", decides, s.desk.MoveOne},
		{get, "/desk/activities/:code/advance", decides, s.desk.Advance},
		{post, "/desk/activities/:code/advance", decides, s.desk.AdvanceOne},
		{get, "/desk/activities/:code/board", secretariat, s.desk.Board},
		{post, "/desk/activities/:code/board", decides, s.desk.Decide},
		{get, "/desk/activities/:code/board.csv", secretariat, s.desk.BoardCSV},
		{get, "/desk/activities/:code/enter", decides, s.desk.Enter},
		{post, "/desk/activities/:code/enter", decides, s.desk.EnterOne},
		{get, "/desk/registrations/:id", secretariat, s.desk.Registration},
		{post, "/desk/registrations/:id", decides, s.desk.DecideOne},
		{get, "/desk/registrations/:id/edit", decides, s.desk.Amend},
		{post, "/desk/registrations/:id/edit", decides, s.desk.AmendOne},
		{get, "/desk/people", secretariat, s.desk.People},
		{get, "/desk/people/new", decides, s.desk.NewPerson},
		{post, "/desk/people/new", decides, s.desk.AddPerson},
		{get, "/desk/people/:id", secretariat, s.desk.Person},
		{post, "/desk/people/:id", decides, s.desk.ChangePerson},
		{post, "/desk/people/:id/sign-out", decides, s.desk.SignOutPerson},
		{get, "/desk/organisations", secretariat, s.desk.Organisations},
		{get, "/desk/organisations/new", decides, s.desk.NewOrganisation},
		{post, "/desk/organisations/new", decides, s.desk.AddOrganisation},
		{get, "/desk/organisations/:code", secretariat, s.desk.Organisation},
		{post, "/desk/organisations/:code", decides, s.desk.ChangeOrganisation},
		{get, "/desk/activities/:code/invitations", secretariat, s.desk.Invitations},
		{post, "/desk/activities/:code/invitations", decides, s.desk.Invite},
		{get, "/desk/activities/:code/invitations/:organisation", secretariat, s.desk.Invitation},
		{post, "/desk/activities/:code/invitations/:organisation", decides, s.desk.ChangeInvitation},
		{get, "/desk/activities/:code/copy", decides, s.desk.Copy},
		{post, "/desk/activities/:code/copy", decides, s.desk.CopyOne},
		{get, "/desk/import/:what", decides, s.desk.ImportForm},
		{post, "/desk/import/:what", decides, s.desk.Import},
		{get, "/desk/notices", secretariat, s.desk.Notices},
		{post, "/desk/notices/:id/retry", decides, s.desk.Retry},
	}
}

// files lists what lies outside a language: calendars, and what a watcher asks.
func (s *Site) files() []route {
	const get = fiber.MethodGet
	return []route{
		{get, "/", anyone, s.home},
		{get, "/calendar.ics", anyone, s.public.PublicFeed},
		{get, "/events/:slug.ics", anyone, s.public.File},
		{get, "/registrations/:id/invitation.ics", anyone, s.me.Invitation},
		{get, "/feeds/*", anyone, s.public.PersonalFeed},
		{get, "/healthz", anyone, s.alive},
		{get, "/readyz", anyone, s.ready},
	}
}

// inLanguage stands before the path of every page.
const inLanguage = "/:lang<regex(^[a-z]{2}$)>"

// mount adds the tables to the app.
func (s *Site) mount(app *fiber.App) {
	kept := s.keepings()
	add := func(r route, path string) {
		if how, ok := kept[path]; ok && r.method == fiber.MethodGet {
			r.handle = s.cache.keep(how, r.handle)
		}
		if r.method == fiber.MethodGet {
			app.Get(path, r.need.guard(), r.handle) // and HEAD, with which calendar programs ask first
			return
		}
		app.Add(r.method, path, r.need.guard(), r.handle)
	}
	for _, r := range s.files() {
		add(r, r.path)
	}
	for _, r := range s.pages() {
		add(r, inLanguage+r.path)
	}
	s.api.Mount(app)
}
