package desk

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/invitations"
	"capportal/views/page"
)

// invitationView is one organisation's invitation.
type invitationView struct {
	Crumbs               []page.Link
	Title                string
	Activity             events.Text // its title
	Action, Back         string
	Facts                []fact
	Points               []page.Link
	AddPoint             string
	Pools                []poolField
	Answers              []page.Option
	Decides, Open        bool
	PerOrganisationWords string
	History              []passage
	Sent                 *time.Time
	Zone                 string
}

// Invitation shows one organisation's invitation, with the forms that change it and record its answer.
func (p *Pages) Invitation(c *fiber.Ctx) error {
	i, err := p.Desk.Invitation(c.UserContext(), page.Of(c).Visitor, c.Params("code"), c.Params("organisation"))
	if err != nil {
		return err
	}
	form := page.NewForm(c)
	fillInvitation(form, &i)
	return p.showInvitation(c, form, &i)
}

func (p *Pages) showInvitation(c *fiber.Ctx, form *page.Form, i *invitations.Invitation) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	a, err := p.Programme.Find(ctx, s.Visitor, i.Activity)
	if err != nil {
		return err
	}
	o, err := p.Directory.Organisation(ctx, i.Organisation)
	if err != nil {
		return err
	}
	name, _ := w.Pick(o.Name)
	title, _ := w.Pick(a.Title)
	v := invitationView{Title: cmp.Or(name, o.Code), Activity: a.Title, Action: p.at(c, a.Code, "invitations", i.Organisation), Back: p.at(c, a.Code, "invitations"),
		Pools: poolFields(w, &a), Decides: s.Visitor.Decides(), Open: a.State.Stands(), PerOrganisationWords: perOrganisation(w, &a), Sent: i.Sent,
		Zone: cmp.Or(s.Zone, p.Zone), AddPoint: addPoint(s, o.Code)}
	v.Crumbs = []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Href: v.Back, Text: w.T("invite.title")}, {Text: v.Title}}
	nominated, err := p.Desk.Nominated(ctx, a.Code, o.Code)
	if err != nil {
		return err
	}
	v.Facts = []fact{{w.T("field.answer"), w.T("invitation_answer." + string(i.Answer))}, {w.T("field.seats"), strings.Join(seatsWords(w, &a, i), " · ")},
		{w.T("field.funded"), w.Number(i.Funded)}, {w.T("invite.nominated"), w.Number(nominated)}}
	if i.Reason != "" {
		v.Facts = append(v.Facts, fact{w.T("field.reason"), i.Reason})
	}
	people, err := p.Directory.ContactPoints(ctx, o.Code)
	if err != nil {
		return err
	}
	for _, person := range people {
		v.Points = append(v.Points, page.Link{Href: s.Link("desk", "people", person.ID), Text: person.Name()})
	}
	for _, answer := range invitations.Answers() {
		if invitations.MayAnswer(i, &a, answer) == nil {
			v.Answers = append(v.Answers, page.Option{Value: string(answer), Label: w.T("invitation_answer." + string(answer))})
		}
	}
	if v.History, err = p.invitationPassages(c, i.History); err != nil {
		return err
	}
	return p.Renderer.Render(c, "desk/invitation", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// invitationPassages puts an invitation's history into words, with the answers that were given.
func (p *Pages) invitationPassages(c *fiber.Ctx, history []events.Change) ([]passage, error) {
	list, err := p.passages(c, history)
	for n := range list {
		if change := history[len(history)-1-n]; change.What == "answered" {
			list[n].Change = page.Of(c).Words.T("invitation_answer." + change.To)
		} else {
			list[n].Why = "" // the reason of an answer that stood before
		}
	}
	return list, err
}

// ChangeInvitation changes an organisation's seats, or records its answer on its behalf. When somebody
// else has changed it since, a page shows both versions.
func (p *Pages) ChangeInvitation(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	i, err := p.Desk.Invitation(ctx, s.Visitor, c.Params("code"), c.Params("organisation"))
	if err != nil {
		return err
	}
	if form.Value("act") == "answer" {
		return p.answerFor(c, form, &i)
	}
	a, err := p.Programme.Find(ctx, s.Visitor, i.Activity)
	if err != nil {
		return err
	}
	seats, funded, version := readSeats(form, &a), form.Int("funded", 0, events.MaxCapacity), form.Int("version", 1, 1<<30)
	if form.OK() {
		_, err = p.Desk.ChangeInvitation(ctx, s.Visitor, a.Code, i.Organisation, version, func(now *invitations.Invitation) error {
			now.Seats, now.Funded = seats, funded
			return nil
		})
		if events.IsOutdated(err) {
			return p.staleInvitation(c, form, &a, i.Organisation)
		}
		if err = form.Fault(besidePools(err, seats)); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showInvitation(c, form, &i)
	}
	page.Tell(c, "saved")
	return c.Redirect(p.at(c, a.Code, "invitations", i.Organisation), http.StatusSeeOther)
}

func (p *Pages) staleInvitation(c *fiber.Ctx, form *page.Form, a *events.Activity, organisation string) error {
	now, err := p.Desk.Invitation(c.UserContext(), page.Of(c).Visitor, a.Code, organisation)
	if err != nil {
		return err
	}
	theirs, fields := page.NewForm(c), []string{"funded"}
	fillInvitation(theirs, &now)
	for _, field := range poolFields(page.Of(c).Words, a) {
		fields = append(fields, field.Name)
	}
	here := p.at(c, a.Code, "invitations", organisation)
	return page.ShowStale(c, p.Renderer, form, theirs, now.Version, fields, here, here)
}

// besidePools puts a fault about seats beside the field of its pool.
func besidePools(err error, seats []invitations.Seats) error {
	faults := events.Faults(err)
	for at, fault := range faults {
		if n, ok := fault.Args["n"].(int); ok && fault.Field == "seats" && n < len(seats) {
			beside := *fault
			beside.Field = "seats." + string(seats[n].Pool)
			faults[at] = &beside
		}
	}
	if len(faults) == 0 {
		return err
	}
	return faults
}

// answerFor records what an organisation said by letter or telephone.
func (p *Pages) answerFor(c *fiber.Ctx, form *page.Form, i *invitations.Invitation) error {
	s, ctx := page.Of(c), c.UserContext()
	form.Chosen("answer")
	answer, reason := page.Choice(form, "answer", invitations.Answers()), form.Text("reason", 1000)
	if form.OK() {
		_, err := p.Desk.Answer(ctx, s.Visitor, i.Activity, i.Organisation, answer, reason)
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		fillInvitation(form, i)
		return p.showInvitation(c, form, i)
	}
	page.Tell(c, "answer_recorded")
	return c.Redirect(p.at(c, i.Activity, "invitations", i.Organisation), http.StatusSeeOther)
}
