package desk

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// registrationView is one registration as the Secretariat sees it.
type registrationView struct {
	registrations.Registration
	Crumbs       []page.Link
	Activity     events.Activity
	Sentence     string
	State        page.StateWords
	Organisation string
	OrgHref      string
	PersonHref   string // of the directory's person; "" until the address is known to be one's own
	Facts        []fact
	Answers      []fact
	Notes        []string
	Decisions    []page.Option
	Override     *overrideView
	Seats        []string
	Edit         string // "" when it cannot be changed any more
	Notices      []*noticeWords
	History      []passage
	Mail         bool
	Decides      bool
	Act          string // where decisions are sent
	Zone         string // in which times are read: the reader's, else the Secretariat's
}

// fact is a name and what it is, in words.
type fact struct{ Name, Words string }

// overrideView asks whether a limit is to be passed.
type overrideView struct{ Ask, Button string }

// decisions are what an officer can decide about one registration, in the order they are offered.
func decisions() []registrations.Event {
	return []registrations.Event{registrations.Confirm, registrations.Waitlist, registrations.Endorse, registrations.Refuse, registrations.Reject, registrations.Withdraw}
}

// Registration shows one registration: the person, how it stands, what was told, what happened.
func (p *Pages) Registration(c *fiber.Ctx) error {
	return p.showRegistration(c, page.NewForm(c), 0)
}

func (p *Pages) showRegistration(c *fiber.Ctx, form *page.Form, status int) error {
	s, ctx := page.Of(c), c.UserContext()
	r, err := p.Desk.Registration(ctx, s.Visitor, c.Params("id"))
	if err != nil {
		return err
	}
	part, err := p.Desk.Part(ctx, s.Visitor, r)
	if err != nil {
		return err
	}
	names, err := p.organisationNames(c)
	if err != nil {
		return err
	}
	w, a := s.Words, part.Activity
	v := registrationView{Registration: r, Activity: a, Sentence: page.Standing(w, &r, part.Position), State: page.StandingShort(w, &r, part.Position),
		Organisation: cmp.Or(names[r.Organisation], r.Organisation), Notes: notesOn(w, &r), Mail: p.Mail, Decides: s.Visitor.Decides(),
		Act: s.Link("desk", "registrations", r.ID), Zone: cmp.Or(s.Zone, p.Zone),
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: s.Link("desk", "activities", a.Code), Text: a.Code},
			{Href: s.Link("desk", "activities", a.Code, "board"), Text: w.T("board.crumb")}, {Text: r.Person.Name()}}}
	if r.Organisation != "" {
		v.OrgHref = s.Link("desk", "organisations", r.Organisation)
	}
	if r.PersonID != "" {
		v.PersonHref = s.Link("desk", "people", r.PersonID)
	}
	v.Facts, v.Answers = factsOf(w, &r, cmp.Or(s.Zone, p.Zone)), answersOf(w, &r)
	v.Decisions = decisionsFor(w, s.Visitor, &a, &r)
	v.Override = overrideFor(w, form)
	if s.Visitor.Decides() && r.Amendable(&a) {
		v.Edit = s.Link("desk", "registrations", r.ID, "edit")
	}
	counts, err := p.Desk.Seats(ctx, a.Code)
	if err != nil {
		return err
	}
	for _, pool := range poolsOf(w, &registrations.Board{Activity: a, Seats: counts}) {
		v.Seats = append(v.Seats, w.T("board.seats.pool", "pool", pool.Name, "seats", pool.Words))
	}
	notices, _, err := p.Outbox.List(ctx, outbox.Query{Registration: r.ID, Limit: 100})
	if err != nil {
		return err
	}
	for i := range notices {
		v.Notices = append(v.Notices, newNoticeWords(w, &notices[i]))
	}
	if v.History, err = p.passages(c, r.History); err != nil {
		return err
	}
	return p.Renderer.Render(c, "desk/registration", page.View{Active: "desk", Data: v, Form: form, Status: status, NoIndex: true})
}

// factsOf says who takes part and as what.
func factsOf(w *i18n.Words, r *registrations.Registration, zone string) []fact {
	return []fact{
		{w.T("field.capacity"), w.T("capacity." + string(r.Capacity))},
		{w.T("filter.seat"), w.T("pool." + string(r.Pool))},
		{w.T("field.language"), w.Capital(w.LanguageName(r.Person.Language))},
		{w.T("registration.via"), w.T("registration.via." + string(r.Via))},
		{w.T("registration.since"), w.DateTime(r.Created, zone)},
	}
}

// answersOf lists what was answered, in the order of the questions.
func answersOf(w *i18n.Words, r *registrations.Registration) []fact {
	var list []fact
	for _, key := range registrations.AnswerKeys() {
		if answer := r.Answers[key]; answer != "" {
			list = append(list, fact{w.T("field.answers." + key), answer})
		}
	}
	return list
}

// decisionsFor lists what the visitor may decide about a registration where it stands.
func decisionsFor(w *i18n.Words, v events.Visitor, a *events.Activity, r *registrations.Registration) []page.Option {
	var list []page.Option
	if !v.Decides() || a.State.Over() {
		return nil
	}
	possible := registrations.Possible(r.State, registrations.Secretariat)
	for _, d := range decisions() {
		awaited := r.AwaitsEndorsement()
		switch {
		case !slices.Contains(possible, d), a.State.Off() && d != registrations.Withdraw:
		case awaited && (d == registrations.Confirm || d == registrations.Waitlist), !awaited && (d == registrations.Endorse || d == registrations.Reject):
		default:
			list = append(list, page.Option{Value: string(d), Label: w.T("event_do." + string(d)), Note: w.T("event_note." + string(d))})
		}
	}
	return list
}

// overrideFor asks to pass the limit that a decision has just met; nil when none was met.
func overrideFor(w *i18n.Words, form *page.Form) *overrideView {
	if form.Error("override") == "" && !form.Has("override") {
		return nil
	}
	decision := form.Value("decision")
	if decision != string(registrations.Confirm) && decision != string(registrations.Waitlist) {
		return nil
	}
	return &overrideView{Ask: w.T("registration.override." + decision), Button: w.T("event_do." + decision)}
}

// DecideOne carries out a decision about one registration.
func (p *Pages) DecideOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s := page.Of(c)
	decision := page.Choice(form, "decision", decisions())
	reason, override := form.Text("reason", 1000), form.Bool("override")
	form.Required("decision")
	if needsReason(decision) && reason == "" || override && reason == "" {
		form.Refuse("reason", "reason_required")
	}
	if !form.OK() {
		return p.showRegistration(c, form, 0)
	}
	_, err = form.Again(c.UserContext(), p.keeper(), s.Visitor.Person, "decide "+c.Params("id"), func() (string, error) {
		_, err := p.Desk.Decide(c.UserContext(), s.Visitor, c.Params("id"), registrations.Decision{Event: decision, Reason: reason, Override: override})
		return "done", err
	})
	if err != nil {
		if err = form.Fault(err); err != nil {
			return err
		}
		return p.showRegistration(c, form, http.StatusConflict)
	}
	page.Tell(c, "board_"+string(decision), 1)
	return c.Redirect(s.Link("desk", "registrations", c.Params("id")), http.StatusSeeOther)
}

// passage is one entry of a history in words.
type passage struct {
	At     time.Time
	What   string
	Change string // from what to what
	By     string
	Why    string
}

// passages puts a history into words, the latest first.
func (p *Pages) passages(c *fiber.Ctx, history []events.Change) ([]passage, error) {
	w := page.Of(c).Words
	names := map[string]string{}
	list := make([]passage, 0, len(history))
	for _, change := range slices.Backward(history) {
		by, known := names[change.By]
		if !known {
			var err error
			if by, err = p.who(c, change.By); err != nil {
				return nil, err
			}
			names[change.By] = by
		}
		list = append(list, passage{At: change.At, What: doneWords(w, change.What), By: by, Why: change.Why, Change: fieldsWords(w, change)})
	}
	return list, nil
}

// doneWords says what was done.
func doneWords(w *i18n.Words, what string) string {
	for _, key := range []string{"event." + what, "change." + what} {
		if w.Has(key) {
			return w.T(key)
		}
	}
	return what
}

// fieldsWords names the fields that a change touched, or the roles it led from and to.
func fieldsWords(w *i18n.Words, change events.Change) string {
	if change.What == "role" && change.From != "" {
		return w.T("history.from_to", "from", w.T("role."+change.From), "to", w.T("role."+change.To))
	}
	if change.Detail["fields"] == "" {
		return ""
	}
	return w.T("history.fields", "fields", page.FieldNames(w, change.Detail["fields"]))
}

// who names somebody who did something.
func (p *Pages) who(c *fiber.Ctx, by string) (string, error) {
	w := page.Of(c).Words
	switch by {
	case "portal", "import", "self":
		return w.T("history.by." + by), nil
	}
	person, err := p.Directory.Person(c.UserContext(), by)
	if events.IsGone(err) {
		return w.T("history.by.gone"), nil
	}
	return person.Name(), err
}
