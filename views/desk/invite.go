package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/views/page"
)

// readSeats reads the seats of each pool; a pool left empty is not named.
func readSeats(f *page.Form, a *events.Activity) []invitations.Seats {
	var list []invitations.Seats
	for _, field := range a.Mode.Pools() {
		name := "seats." + string(field)
		if f.Value(name) != "" {
			list = append(list, invitations.Seats{Pool: field, Seats: f.Int(name, 0, events.MaxCapacity)})
		}
	}
	return list
}

// Invite adds organisations to an activity's invitation list, or sends what could not be sent before.
func (p *Pages) Invite(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	a, err := p.Programme.Find(ctx, s.Visitor, c.Params("code"))
	if err != nil {
		return err
	}
	if form.Value("act") == "send" {
		return p.sendUnsent(c, form, a.Code)
	}
	in := registrations.Invited{Seats: readSeats(form, &a), Funded: form.Int("funded", 0, events.MaxCapacity)}
	readWhom(form, &in)
	if form.OK() {
		_, err = form.Again(ctx, p.keeper(), s.Visitor.Person, "invite "+a.Code, func() (string, error) {
			result, err := p.Desk.Invite(ctx, s.Visitor, a.Code, in)
			if err != nil {
				return "", err
			}
			answer, err := json.Marshal(result)
			return string(answer), err
		})
		if err = form.Fault(err); err != nil {
			return err
		}
	}
	if !form.OK() {
		return p.showInvitations(c, form)
	}
	return c.Redirect(withQuery(p.at(c, a.Code, "invitations"), url.Values{"done": {form.Sum()}}), http.StatusSeeOther)
}

// readWhom reads who is to be invited: one organisation, many, or both.
func readWhom(f *page.Form, in *registrations.Invited) {
	if code := f.Line("organisation", 40); code != "" {
		in.Organisations = []string{code}
	}
	many := f.Value("many")
	for _, region := range events.Regions() {
		if many == "region:"+region {
			in.Region = region
		}
	}
	for _, group := range events.Groups() {
		if many == "group:"+string(group) {
			in.Group = group
		}
	}
	in.AllMembers = many == "members"
	if many != "" && !in.AllMembers && in.Region == "" && in.Group == "" {
		f.Refuse("many", "choose_one")
	}
}

func (p *Pages) sendUnsent(c *fiber.Ctx, form *page.Form, code string) error {
	sent, err := p.Desk.SendUnsent(c.UserContext(), page.Of(c).Visitor, code)
	if err = form.Fault(err); err != nil {
		return err
	}
	if !form.OK() {
		return p.showInvitations(c, form)
	}
	page.Tell(c, "invitations_sent", sent)
	return c.Redirect(p.at(c, code, "invitations"), http.StatusSeeOther)
}

// invitedDone says what the act named in the address did; only who did it is told.
func (p *Pages) invitedDone(c *fiber.Ctx, code string) ([]string, error) {
	var result registrations.InviteResult
	if done, err := p.keptResult(c, "invite "+code, &result); err != nil || !done {
		return nil, err
	}
	w := page.Of(c).Words
	said := []string{w.N("invite.done.added", result.Added)}
	if result.Known > 0 {
		said = append(said, w.N("invite.done.known", result.Known))
	}
	if result.Unreachable > 0 {
		said = append(said, w.N("invite.done.unreachable", result.Unreachable))
	}
	return said, nil
}

// keptResult reads what the act named in the address (done) answered; false without one, or when it is
// somebody else's.
func (p *Pages) keptResult(c *fiber.Ctx, what string, result any) (bool, error) {
	once := c.Query("done")
	if once == "" || len(once) > 64 || p.keeper() == nil {
		return false, nil
	}
	answer, err := p.keeper().Kept(c.UserContext(), page.AgainKey(what, once), page.Of(c).Visitor.Person)
	if err != nil || answer == nil {
		return false, err
	}
	return json.Unmarshal(answer, result) == nil, nil
}

// fillInvitation puts an invitation into the form that changes it.
func fillInvitation(f *page.Form, i *invitations.Invitation) {
	for _, seats := range i.Seats {
		f.SetInt("seats."+string(seats.Pool), seats.Seats)
	}
	f.Set("funded", strconv.Itoa(i.Funded))
	f.SetInt("version", i.Version)
}
