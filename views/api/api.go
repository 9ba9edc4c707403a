package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/page"
)

// Parts are what the API is put together from.
type Parts struct {
	Programme *events.Programme
	Desk      *registrations.Desk
	Directory *directory.Directory
	SignIn    *signin.SignIn
	Outbox    *outbox.Outbox
	Audit     *audit.Audit
	Now       func() time.Time
	BaseURL   string
	// Invitation gives a registration's calendar entry as an iCalendar file.
	Invitation func(ctx context.Context, a events.Activity, r registrations.Registration) ([]byte, error)
}

// API serves the operations.
type API struct {
	Parts
	operations  []operation
	description []byte
}

// New makes an API; the description is made once, here.
func New(p Parts) (*API, error) {
	a := &API{Parts: p}
	a.operations = a.table()
	var err error
	a.description, err = describe(a.operations, p.BaseURL)
	return a, err
}

// table lists every operation. The role each needs is judged by the domain; `write` refuses a token
// that only reads before anything else is looked at.
func (a *API) table() []operation {
	return []operation{
		op("GET", "/activities", "List the programme", a.listActivities).query("from", "to", "kind", "region", "language", "state", "q").paged(),
		op("POST", "/activities", "Add an activity", a.createActivity).creates(),
		op("GET", "/activities/{code}", "One activity", a.getActivity),
		op("PATCH", "/activities/{code}", "Change an activity", a.patchActivity).write(),
		op("POST", "/activities/{code}/lifecycle", "Take an activity to another state", a.advance).write(),
		op("GET", "/activities/{code}/history", "Who changed an activity", a.history).paged(),
		op("POST", "/activities/{code}/sessions", "Add a session", a.createSession).creates(),
		op("PATCH", "/activities/{code}/sessions/{id}", "Change a session", a.patchSession).write(),
		op("GET", "/activities/{code}/invitations", "Who is invited", a.listInvitations).paged(),
		op("POST", "/activities/{code}/invitations", "Invite organisations", a.invite).creates().turn(),
		op("PATCH", "/activities/{code}/invitations/{organisation}", "Change an invitation", a.patchInvitation).write(),
		op("POST", "/activities/{code}/invitations/{organisation}/answer", "Answer an invitation", a.answer).write().turn(),
		op("POST", "/activities/{code}/invitations/{organisation}/reported", "Record that a Member reported", a.reported).write().turn(),
		op("GET", "/activities/{code}/registrations", "Who is coming", a.listRegistrations).query("state", "organisation", "pool", "q").paged(),
		op("POST", "/activities/{code}/registrations", "Nominate or register somebody", a.createRegistration).creates().turn(),
		op("GET", "/registrations/{id}", "One registration", a.getRegistration),
		op("PATCH", "/registrations/{id}", "Change a registration", a.patchRegistration).write(),
		op("POST", "/registrations/{id}/decision", "Decide about a registration", a.decide).write().turn().or(http.StatusAccepted),
		op("GET", "/registrations/{id}/invitation.ics", "Its calendar entry as it stands", a.invitationFile).gives("text/calendar; charset=utf-8"),
		op("GET", "/notices", "What was told to whom", a.listNotices).query("state", "activity").paged(),
		op("GET", "/members", "The Members", a.listMembers).query("region", "on").paged(),
		op("GET", "/organisations", "The organisations", a.listOrganisations).query("group", "region", "q").paged(),
		op("POST", "/organisations", "Add an organisation", a.createOrganisation).creates(),
		op("GET", "/people", "The people", a.listPeople).query("q", "role", "organisation").paged(),
		op("GET", "/audit", "Acts that have no document of their own", a.listAudit).query("from", "to").paged(),
	}
}

// Mount adds the API's routes below /api.
func (a *API) Mount(app fiber.Router) {
	app.Get("/api/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		c.Set(fiber.HeaderCacheControl, "public, max-age=300")
		return c.Send(a.description)
	})
	api := app.Group("/api/v1", a.authenticate)
	methods := map[string][]string{}
	for _, o := range a.operations {
		path := pathParameter.ReplaceAllString(o.path, ":$1")
		methods[path] = append(methods[path], o.method)
		api.Add(o.method, path, a.serve(o))
		if o.method == http.MethodGet {
			api.Add(http.MethodHead, path, a.serve(o))
		}
	}
	for path, has := range methods {
		api.All(path, refuseOthers(has))
	}
	api.Use(func(*fiber.Ctx) error { return events.E(events.NotFound, "not_found", "") })
}

// authenticate finds the person behind the bearer token. Without one everything is 401, whatever lies
// below.
func (a *API) authenticate(c *fiber.Ctx) error {
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return events.E(events.Anonymous, "token_required", "")
	}
	person, readOnly, err := a.SignIn.Token(c.UserContext(), strings.TrimSpace(token))
	if err != nil {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
		return err
	}
	v, err := a.Desk.Visitor(c.UserContext(), person)
	if err != nil {
		return err
	}
	if !v.SignedIn() {
		return events.E(events.Anonymous, "token_invalid", "")
	}
	v.ReadOnly = readOnly
	page.Of(c).Visitor = v
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.Next()
}

// invitationFile gives a registration's calendar entry as it stands.
func (a *API) invitationFile(k *call, _ none) (file, error) {
	r, err := a.Desk.Registration(k.ctx, k.v, k.param("id"))
	if err != nil {
		return nil, err
	}
	activity, err := a.Programme.Load(k.ctx, r.Activity)
	if err != nil {
		return nil, err
	}
	// Of one that nobody was told of yet there is no end to show.
	if c := r.Calendar; c.UID == "" || !c.Requested && (c.Cancelled || activity.State.Off()) {
		return nil, events.E(events.NotFound, "no_calendar_entry", "")
	}
	return a.Invitation(k.ctx, activity, r)
}
