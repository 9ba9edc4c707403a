package desk

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// advanceView asks before an activity goes to another state.
type advanceView struct {
	Crumbs  []page.Link
	Title   string
	Box     page.Confirmation
	Refused []string
	Warned  []string
	Merge   bool
	Others  []page.Option
}

// Advance shows what a change of state does and whom it tells.
func (p *Pages) Advance(c *fiber.Ctx) error {
	return p.showAdvance(c, page.NewForm(c), events.State(c.Query("to")))
}

func (p *Pages) showAdvance(c *fiber.Ctx, form *page.Form, to events.State) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	a, err := p.Programme.Load(ctx, c.Params("code"))
	if err != nil {
		return err
	}
	step, err := events.FindStep(&a, to)
	if err != nil {
		return err
	}
	counts, err := p.Desk.Facts(ctx, a.Code)
	if err != nil {
		return err
	}
	j := events.Judge(step, &a, events.Now{Time: p.Now(), Facts: counts})
	after := a
	after.State = to
	audience, err := p.Desk.Audience(ctx, a, after)
	if err != nil {
		return err
	}
	title, _ := w.Pick(a.Title)
	v := advanceView{Title: w.T("step." + string(to)), Merge: to == events.Merged,
		Crumbs: []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Text: w.T("step." + string(to))}},
		Box: page.Confirmation{Action: p.at(c, a.Code, "advance"), Lead: w.T("activity_sentence." + string(to)), Tells: p.tells(c, audience), Reason: "reason",
			Forced: step.Reason || len(j.Warned) > 0, Button: w.T("step." + string(to)), Grave: to.Off(), Back: p.at(c, a.Code),
			Hidden: []page.Hidden{{Name: "to", Value: string(to)}, {Name: "version", Value: strconv.Itoa(a.Version)}}}}
	if audience.Mails+audience.ContactPoints == 0 {
		v.Box.Tells = []string{w.T("ask.nobody")}
	}
	for _, g := range j.Refused {
		v.Refused = append(v.Refused, w.T("error."+g.Key))
	}
	for _, g := range j.Warned {
		v.Warned = append(v.Warned, w.T("error."+g.Key))
	}
	if v.Merge {
		if v.Others, err = p.others(c, a.Code); err != nil {
			return err
		}
	}
	return p.Renderer.Render(c, "desk/advance", page.View{Active: "desk", Data: v, Form: form, NoIndex: true})
}

// others offers the activities into which one can be merged.
func (p *Pages) others(c *fiber.Ctx, code string) ([]page.Option, error) {
	s := page.Of(c)
	list, err := p.Programme.List(c.UserContext(), s.Visitor, events.Query{From: p.Now()})
	var options []page.Option
	for _, a := range list {
		if title, _ := s.Words.Pick(a.Title); a.Code != code && !a.State.Off() {
			options = append(options, page.Option{Value: a.Code, Label: a.Code + " – " + title})
		}
	}
	return options, err
}

// AdvanceOne takes the activity to the state.
func (p *Pages) AdvanceOne(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, code, to := page.Of(c), c.Params("code"), events.State(form.Value("to"))
	reason := form.Text("reason", 1000)
	if form.OK() {
		_, err = p.Programme.Advance(c.UserContext(), s.Visitor, code, form.Int("version", 1, 1<<30), to, reason, form.Value("into"), nil)
		if events.Is(err, "stale_edit") { // the page shows it anew as it stands
			form.Refuse("", "stale_edit")
			err = nil
		}
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showAdvance(c, form, to)
	}
	page.Tell(c, "activity_advanced")
	return c.Redirect(p.at(c, code), http.StatusSeeOther)
}
