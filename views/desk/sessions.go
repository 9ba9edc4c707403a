package desk

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// sessionView is the form of one session.
type sessionView struct {
	Crumbs              []page.Link
	Title, Action, Back string
	Delete              string // address; "" for a new one
	Version             int
	Groups              []page.Option
	Zone                string
}

// NewSession shows an empty form; the groups are those usual for the kind.
func (p *Pages) NewSession(c *fiber.Ctx) error {
	a, err := p.Programme.Load(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	s := events.Session{Start: a.Start, End: a.Start, OpenTo: events.TemplateOf(a.Kind).OpenTo}
	if n := len(a.Sessions); n > 0 {
		s.Start, s.End = a.Sessions[n-1].End, a.Sessions[n-1].End
	}
	fillSession(form, &a, s)
	return p.showSession(c, form, &a, "")
}

// Session shows a session's form.
func (p *Pages) Session(c *fiber.Ctx) error {
	a, err := p.Programme.Load(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	s, known := a.Session(c.Params("id"))
	if !known {
		return events.E(events.NotFound, "no_such_session", "")
	}
	form := page.NewForm(c)
	fillSession(form, &a, s)
	return p.showSession(c, form, &a, s.ID)
}

func fillSession(f *page.Form, a *events.Activity, s events.Session) {
	f.SetText("title", s.Title)
	f.SetText("description", s.Text)
	f.Set("start", local(s.Start, a.Zone))
	f.Set("end", local(s.End, a.Zone))
	groups := make([]string, 0, len(s.OpenTo))
	for _, g := range s.Groups() {
		groups = append(groups, string(g))
	}
	f.Set("open_to", groups...)
	f.SetInt("version", a.Version)
}

func (p *Pages) showSession(c *fiber.Ctx, form *page.Form, a *events.Activity, id string) error {
	s, w := page.Of(c), page.Of(c).Words
	title, _ := w.Pick(a.Title)
	v := sessionView{Title: w.T("session.add"), Action: p.at(c, a.Code, "sessions", "new"), Back: p.at(c, a.Code), Version: a.Version, Zone: w.Zone(a.Zone, a.Start),
		Groups: wordOptions(w, "groups.", events.Groups())}
	if id != "" {
		v.Title, v.Action, v.Delete = w.T("session.edit"), p.at(c, a.Code, "sessions", id), p.at(c, a.Code, "sessions", id, "delete")
	}
	v.Crumbs = []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: v.Back, Text: title}, {Text: v.Title}}
	return p.Renderer.Render(c, "desk/session", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// readSession brings what was typed onto a session. Nobody ticked means Members only.
func readSession(f *page.Form, zone string, s *events.Session) {
	f.Required("start", "end")
	s.Title, s.Text = f.LineByLanguage("title", events.MaxTitle), f.TextByLanguage("description", events.MaxText)
	if s.Title.Empty() {
		f.Refuse("title.en", "title_required")
	}
	s.Start, s.End = f.LocalTime("start", zone), f.LocalTime("end", zone)
	if s.OpenTo = page.Choices(f, "open_to", events.Groups()); s.OpenTo == nil {
		s.OpenTo = []events.Group{}
	}
}

// AddSession adds a session to the programme of an activity.
func (p *Pages) AddSession(c *fiber.Ctx) error {
	return p.putSession(c, "", func(a *events.Activity, s events.Session) error {
		s.ID = events.SessionID(a)
		return events.AddSession(a, s)
	})
}

// ChangeSession edits a session.
func (p *Pages) ChangeSession(c *fiber.Ctx) error {
	id := c.Params("id")
	return p.putSession(c, id, func(a *events.Activity, s events.Session) error {
		i := slices.IndexFunc(a.Sessions, func(x events.Session) bool { return x.ID == id })
		if i < 0 {
			return events.E(events.NotFound, "no_such_session", "")
		}
		s.ID = id
		a.Sessions[i] = s
		return nil
	})
}

// putSession reads the form and puts the session into its activity.
func (p *Pages) putSession(c *fiber.Ctx, id string, put func(*events.Activity, events.Session) error) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx, code := page.Of(c), c.UserContext(), c.Params("code")
	a, err := p.Programme.Load(ctx, code)
	if err != nil {
		return err
	}
	var typed events.Session
	readSession(form, a.Zone, &typed)
	if form.OK() {
		_, err := p.Programme.Change(ctx, s.Visitor, code, form.Int("version", 1, 1<<30), "", func(a *events.Activity) error { return put(a, typed) })
		if events.Is(err, "stale_edit") {
			return p.staleSession(c, form, code, id)
		}
		if err = form.Fault(plainFields(err)); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showSession(c, form, &a, id)
	}
	page.Tell(c, "saved")
	if form.Value("then") == "another" {
		return c.Redirect(p.at(c, code, "sessions", "new"), http.StatusSeeOther)
	}
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}

// ofSession is the beginning of a field of one of an activity's sessions.
var ofSession = regexp.MustCompile(`^sessions\.\d+\.`)

// plainFields takes "sessions.3." off the fields of faults: the form has one session.
func plainFields(err error) error {
	faults := events.Faults(err)
	if faults == nil {
		return err
	}
	var plain events.Errors
	for _, f := range faults {
		copied := *f
		copied.Field = ofSession.ReplaceAllString(f.Field, "")
		plain.Add(&copied)
	}
	return plain.Or()
}

func (p *Pages) staleSession(c *fiber.Ctx, form *page.Form, code, id string) error {
	now, err := p.Programme.Load(c.UserContext(), code)
	if err != nil {
		return err
	}
	theirs, action := page.NewForm(c), p.at(c, code, "sessions", "new")
	if session, known := now.Session(id); known {
		fillSession(theirs, &now, session)
		action = p.at(c, code, "sessions", id)
	}
	return page.ShowStale(c, p.Renderer, form, theirs, now.Version, []string{"title.en", "title.fr", "description.en", "start", "end"}, action, p.at(c, code))
}

// DeleteSession takes a session out of the programme.
func (p *Pages) DeleteSession(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	code, id := c.Params("code"), c.Params("id")
	_, err = p.Programme.Change(c.UserContext(), page.Of(c).Visitor, code, form.Int("version", 1, 1<<30), "", func(a *events.Activity) error { return events.RemoveSession(a, id) })
	if err != nil {
		return err
	}
	page.Tell(c, "session_removed")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}
