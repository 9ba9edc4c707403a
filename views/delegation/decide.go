package delegation

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/views/page"
)

// Endorse gives the organisation's word for somebody who registered alone.
func (p *Pages) Endorse(c *fiber.Ctx) error { return p.decide(c, registrations.Endorse) }

// Reject refuses the organisation's word; it needs a reason.
func (p *Pages) Reject(c *fiber.Ctx) error { return p.decide(c, registrations.Reject) }

// Withdraw takes one of the organisation's people out.
func (p *Pages) Withdraw(c *fiber.Ctx) error { return p.decide(c, registrations.Withdraw) }

// decide carries out a decision about one of the organisation's people.
func (p *Pages) decide(c *fiber.Ctx, event registrations.Event) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s := page.Of(c)
	r, err := p.nominee(c, o.Code, form.Value("registration"))
	if err != nil {
		return err
	}
	reason := form.Text("reason", 1000)
	if event == registrations.Reject && reason == "" {
		form.Refuse("reason", "reason_required")
	}
	if form.OK() {
		_, err = form.Again(c.UserContext(), p.keeper(), s.Visitor.Person, string(event)+" "+r.ID, func() (string, error) {
			_, err := p.Desk.Decide(c.UserContext(), s.Visitor, r.ID, registrations.Decision{Event: event, Reason: reason})
			return "done", err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showAsk(c, form, o, &r, event)
	}
	page.Tell(c, "board_"+string(event), 1)
	return c.Redirect(s.Link("delegation", o.Code)+"#"+r.Activity, http.StatusSeeOther)
}

// AskReject asks before somebody's registration is not endorsed.
func (p *Pages) AskReject(c *fiber.Ctx) error { return p.ask(c, registrations.Reject) }

// AskWithdraw asks before somebody is taken out.
func (p *Pages) AskWithdraw(c *fiber.Ctx) error { return p.ask(c, registrations.Withdraw) }

func (p *Pages) ask(c *fiber.Ctx, event registrations.Event) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	r, err := p.nominee(c, o.Code, c.Query("registration"))
	if err != nil {
		return err
	}
	return p.showAsk(c, page.NewForm(c), o, &r, event)
}

// showAsk shows what a decision does and whom it tells, and asks for the reason.
func (p *Pages) showAsk(c *fiber.Ctx, form *page.Form, o directory.Organisation, r *registrations.Registration, event registrations.Event) error {
	s, w := page.Of(c), page.Of(c).Words
	title := w.T("delegation.ask."+string(event), "name", r.Person.Name())
	box := page.Confirmation{Action: s.Link("delegation", o.Code, string(event)), Tells: []string{w.T("delegation.ask.mail", "name", r.Person.Name())}, Reason: "reason",
		Forced: event == registrations.Reject, Hidden: []page.Hidden{{Name: "registration", Value: r.ID}}, Button: w.T("event_do." + string(event)), Grave: true, Back: s.Link("delegation", o.Code)}
	if event == registrations.Withdraw && r.Seat != "" {
		box.Does = append(box.Does, w.T("delegation.ask.seat"))
	}
	return p.Renderer.Render(c, "page/confirm", page.View{Title: title, Active: "delegation", Form: form, Data: box, NoIndex: true})
}

// Answer records what the organisation says to an invitation: that it comes, or joins an operation.
func (p *Pages) Answer(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	return p.answer(c, form, invitations.Answer(form.Value("answer")), form.Value("activity"))
}

// Decline records that the organisation does not come, with its reason.
func (p *Pages) Decline(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	return p.answer(c, form, invitations.Declined, form.Value("activity"))
}

// Leave records that the organisation leaves an operation that it had joined.
func (p *Pages) Leave(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	return p.answer(c, form, invitations.Left, form.Value("activity"))
}

func (p *Pages) answer(c *fiber.Ctx, form *page.Form, answer invitations.Answer, activity string) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	one, err := p.invited(c, o.Code, activity)
	if err != nil {
		return err
	}
	reason := form.Text("reason", 1000)
	if form.OK() && one.Invitation.Answer != answer { // the same answer twice is the same answer
		if _, err := p.Desk.Answer(ctx, s.Visitor, activity, o.Code, answer, reason); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showAskAnswer(c, form, o, &one, answer)
	}
	page.Tell(c, "answer_"+string(answer))
	return c.Redirect(s.Link("delegation", o.Code)+"#"+activity, http.StatusSeeOther)
}

// AskDecline asks before an invitation is declined.
func (p *Pages) AskDecline(c *fiber.Ctx) error { return p.askAnswer(c, invitations.Declined) }

// AskLeave asks before an operation is left.
func (p *Pages) AskLeave(c *fiber.Ctx) error { return p.askAnswer(c, invitations.Left) }

func (p *Pages) askAnswer(c *fiber.Ctx, answer invitations.Answer) error {
	o, err := p.speaks(c)
	if err != nil {
		return err
	}
	one, err := p.invited(c, o.Code, c.Query("activity"))
	if err != nil {
		return err
	}
	return p.showAskAnswer(c, page.NewForm(c), o, &one, answer)
}

func (p *Pages) showAskAnswer(c *fiber.Ctx, form *page.Form, o directory.Organisation, one *registrations.Share, answer invitations.Answer) error {
	s, w := page.Of(c), page.Of(c).Words
	title, _ := w.Pick(one.Activity.Title)
	way := map[invitations.Answer]string{invitations.Declined: "decline", invitations.Left: "leave"}[answer]
	if way == "" {
		return events.E(events.Conflict, "no_such_answer", "answer").With("answer", string(answer))
	}
	box := page.Confirmation{Action: s.Link("delegation", o.Code, way), Lead: title + " · " + w.DateRange(one.Activity.Start, one.Activity.End, one.Activity.Zone, one.Activity.AllDay),
		Does: []string{w.T("delegation.ask.answer." + string(answer))}, Reason: "reason", Hidden: []page.Hidden{{Name: "activity", Value: one.Activity.Code}},
		Button: w.T("delegation.answer." + string(answer)), Grave: true, Back: s.Link("delegation", o.Code)}
	living := 0
	for _, r := range one.People {
		if r.Living() {
			living++
		}
	}
	if living > 0 {
		box.Does = append(box.Does, w.N("delegation.ask.stay", living))
	}
	return p.Renderer.Render(c, "page/confirm", page.View{Title: w.T("delegation.ask.title." + string(answer)), Active: "delegation", Form: form, Data: box, NoIndex: true})
}
