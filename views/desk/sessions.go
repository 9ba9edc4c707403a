package desk

import (
	"net/http"
	"regexp"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// sessionView is the form of one session.
type sessionView struct {
	Crumbs              []page.Link
	Title, Action, Back string
	Delete              string // address; "" for a new one
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
	v := sessionView{Title: w.T("session.add"), Action: p.at(c, a.Code, "sessions", "new"), Back: p.at(c, a.Code), Zone: w.Zone(a.Zone, a.Start),
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

// AddSession adds a session to the programme of an activity, whatever else was changed of it since
// the form was opened: nothing is overwritten. The same form sent twice adds one.
func (p *Pages) AddSession(c *fiber.Ctx) error {
	return p.putSession(c, "", func(form *page.Form, typed events.Session) error {
		s, ctx, code := page.Of(c), c.UserContext(), c.Params("code")
		_, err := form.Again(ctx, p.keeper(), s.Visitor.Person, "session "+code, func() (string, error) {
			_, err := p.Programme.Change(ctx, s.Visitor, code, 0, "", func(a *events.Activity) error {
				typed.ID = events.SessionID(a)
				return events.AddSession(a, typed)
			})
			return typed.ID, err
		})
		return err
	})
}

// ChangeSession edits a session.
func (p *Pages) ChangeSession(c *fiber.Ctx) error {
	id := c.Params("id")
	return p.putSession(c, id, func(form *page.Form, typed events.Session) error {
		typed.ID = id
		_, err := p.Programme.Change(c.UserContext(), page.Of(c).Visitor, c.Params("code"), form.Int("version", 1, 1<<30), "", func(a *events.Activity) error {
			before, _ := a.Session(id)
			typed.Title, typed.Text = unasked(form, "title", before.Title, typed.Title), unasked(form, "description", before.Text, typed.Text)
			return events.ChangeSession(a, typed)
		})
		return err
	})
}

// putSession reads the form, has the session put into its activity, and says what came of it.
func (p *Pages) putSession(c *fiber.Ctx, id string, put func(*page.Form, events.Session) error) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	code := c.Params("code")
	a, err := p.Programme.Load(c.UserContext(), code)
	if err != nil {
		return err
	}
	var typed events.Session
	readSession(form, a.Zone, &typed)
	if form.OK() {
		err := put(form, typed)
		if id != "" && events.IsOutdated(err) {
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
