package desk

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// invitationsView is an activity's invitation list.
type invitationsView struct {
	Activity             events.Activity
	Crumbs               []page.Link
	Filter               *page.Form
	Shows, Many          []page.Option
	Organisations        []page.Option // those not invited yet
	Pools                []poolField
	Rows                 []invitedRow
	Tally                []tallied
	Pager                page.Pager
	Found, All           int
	Clear                string
	Narrowed, Decides    bool
	Open                 bool // invitations can still be made
	Waiting              int  // not sent, though there is somebody to write to by now, and the others have gone out
	Later                bool // nothing is sent before the activity comes to that
	Done                 []string
	Zone                 string
	PerOrganisationWords string // what goes for whoever has no seats of its own
}

// poolField is the field in which the seats of a pool are typed.
type poolField struct{ Name, Label string }

// invitedRow is one organisation of the list.
type invitedRow struct {
	Name, Code, Href, Region, Answer string
	Seats                            []string // of each pool
	Funded, Nominated                int
	Sent                             *time.Time
	AddPoint                         string // where a contact point is added; "" when there is one
	Unreachable                      bool
}

// What the list can be narrowed to, beside the answers.
const (
	showUnreachable = "unreachable"
	showUnsent      = "unsent"
)

// Invitations lists who is invited to an activity, and what they said.
func (p *Pages) Invitations(c *fiber.Ctx) error {
	return p.showInvitations(c, page.NewForm(c))
}

func (p *Pages) showInvitations(c *fiber.Ctx, form *page.Form) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	a, err := p.Programme.Find(ctx, s.Visitor, c.Params("code"))
	if err != nil {
		return err
	}
	list, err := p.Desk.Invitations(ctx, s.Visitor, a.Code)
	if err != nil {
		return err
	}
	organisations, err := p.Directory.Organisations(ctx, directory.Query{})
	if err != nil {
		return err
	}
	points, err := p.contactPoints(c)
	if err != nil {
		return err
	}
	title, _ := w.Pick(a.Title)
	v := invitationsView{Activity: a, Clear: p.at(c, a.Code, "invitations"), Decides: s.Visitor.Decides(), Open: a.State.Stands(), All: len(list),
		Later: a.State == events.Planned || a.State == events.Approved, Zone: cmp.Or(s.Zone, p.Zone), Pools: poolFields(w, &a), Many: manyOptions(w),
		PerOrganisationWords: perOrganisation(w, &a),
		Crumbs:               []page.Link{{Href: s.Link("desk"), Text: w.T("nav.programme")}, {Href: p.at(c, a.Code), Text: title}, {Text: w.T("invite.title")}}}
	known := map[string]directory.Organisation{}
	for _, o := range organisations {
		known[o.Code] = o
	}
	v.Tally = invitedTally(w, list, points)
	v.Waiting = waiting(&a, list, points)
	v.offerOrganisations(w, organisations, list)
	if err := p.listInvited(c, &v, list, known, points); err != nil {
		return err
	}
	if v.Done, err = p.invitedDone(c, a.Code); err != nil {
		return err
	}
	form.Label("organisation", w.T("invite.one"))
	form.Label("many", w.T("invite.many"))
	return p.Renderer.Render(c, "desk/invitations", page.View{Active: "desk", Data: v, Form: form, NoIndex: true, Wide: true})
}

// poolFields are the fields for the seats of an activity's pools.
func poolFields(w *i18n.Words, a *events.Activity) []poolField {
	var fields []poolField
	for _, pool := range a.Mode.Pools() {
		fields = append(fields, poolField{Name: "seats." + string(pool), Label: w.T("field.seats." + string(pool))})
	}
	return fields
}

// manyOptions are the groups of organisations that can be invited in one go: all Members, those of a
// region, every organisation of a group that is not made of Members.
func manyOptions(w *i18n.Words) []page.Option {
	list := []page.Option{{Value: "members", Label: w.T("invite.all_members")}}
	for _, region := range regionOptions(w) {
		list = append(list, page.Option{Value: "region:" + region.Value, Label: w.T("invite.members_of", "region", region.Label)})
	}
	for _, g := range events.Groups() {
		if g != events.Member && g != events.PublicGroup {
			list = append(list, page.Option{Value: "group:" + string(g), Label: w.T("groups." + string(g))})
		}
	}
	return list
}

// perOrganisation says what goes for whoever is invited without seats of its own.
func perOrganisation(w *i18n.Words, a *events.Activity) string {
	if a.SeatsEach > 0 {
		return w.N("invite.each", a.SeatsEach)
	}
	return w.T("invite.each_unlimited")
}

func (v *invitationsView) offerOrganisations(w *i18n.Words, all []directory.Organisation, list []invitations.Invitation) {
	invited := map[string]bool{}
	for _, i := range list {
		invited[i.Organisation] = true
	}
	for _, o := range all {
		if !invited[o.Code] {
			name, _ := w.Pick(o.Name)
			v.Organisations = append(v.Organisations, page.Option{Value: o.Code, Label: cmp.Or(name, o.Code)})
		}
	}
	i18n.SortBy(w, v.Organisations, func(o page.Option) string { return o.Label })
}

// invitedTally counts the invitations by what became of them. Those without a contact point are
// counted beside the others.
func invitedTally(w *i18n.Words, list []invitations.Invitation, points map[string]int) []tallied {
	answers, unsent, unreachable := map[invitations.Answer]int{}, 0, 0
	for _, i := range list {
		answers[i.Answer]++
		if i.Sent == nil {
			unsent++
		}
		if points[i.Organisation] == 0 {
			unreachable++
		}
	}
	tally := []tallied{{Number: len(list), Words: w.N("invite.tally.all", len(list))}}
	for _, answer := range invitations.Answers() {
		if answers[answer] > 0 {
			tally = append(tally, tallied{Number: answers[answer], Words: w.T("invitation_answer." + string(answer))})
		}
	}
	if unsent > 0 {
		tally = append(tally, tallied{Number: unsent, Words: w.T("invite.show.unsent")})
	}
	if unreachable > 0 {
		tally = append(tally, tallied{Number: unreachable, Words: w.T("invite.show.unreachable")})
	}
	return tally
}

// waiting counts the invitations that a contact point added since could get by now.
func waiting(a *events.Activity, list []invitations.Invitation, points map[string]int) int {
	n := 0
	if a.State == events.InvitationsSent || a.State == events.RegistrationOpen {
		for _, i := range list {
			if i.Sent == nil && points[i.Organisation] > 0 {
				n++
			}
		}
	}
	return n
}

// listInvited fills in the rows that the filter lets through, a page at a time.
func (p *Pages) listInvited(c *fiber.Ctx, v *invitationsView, list []invitations.Invitation, known map[string]directory.Organisation, points map[string]int) error {
	s, w, kept := page.Of(c), page.Of(c).Words, url.Values{}
	v.Shows = []page.Option{{Value: showUnreachable, Label: w.T("invite.show.unreachable")}, {Value: showUnsent, Label: w.T("invite.show.unsent")}}
	for _, answer := range invitations.Answers() {
		v.Shows = append(v.Shows, page.Option{Value: string(answer), Label: w.T("invitation_answer." + string(answer))})
	}
	q, show := c.Query("q"), c.Query("show")
	if q != "" && len(q) <= 200 {
		kept.Set("q", q)
	}
	if slices.ContainsFunc(v.Shows, func(o page.Option) bool { return o.Value == show }) {
		kept.Set("show", show)
	}
	v.Filter, v.Narrowed = page.FormOf(w, kept), len(kept) > 0
	list = slices.DeleteFunc(slices.Clone(list), func(i invitations.Invitation) bool {
		return !showsInvited(&i, kept.Get("show"), points[i.Organisation]) || !directory.Found(kept.Get("q"), append(textsOf(known[i.Organisation].Name), i.Organisation)...)
	})
	name := func(i invitations.Invitation) string {
		name, _ := w.Pick(known[i.Organisation].Name)
		return cmp.Or(name, i.Organisation)
	}
	i18n.SortBy(w, list, name)
	number := pageNumber(c)
	v.Found, v.Pager = len(list), pagerOf(w, v.Clear, kept, number, len(list))
	for _, i := range list[min((number-1)*perPage, len(list)):min(number*perPage, len(list))] {
		row := invitedRow{Name: name(i), Code: i.Organisation, Href: p.at(c, i.Activity, "invitations", i.Organisation), Seats: seatsWords(w, &v.Activity, &i),
			Answer: w.T("invitation_answer." + string(i.Answer)), Funded: i.Funded, Sent: i.Sent, Unreachable: points[i.Organisation] == 0}
		if region := known[i.Organisation].Region; region != "" {
			row.Region = w.RegionShort(region)
		}
		if row.Unreachable && v.Decides {
			row.AddPoint = addPoint(s, i.Organisation)
		}
		var err error
		if row.Nominated, err = p.Desk.Nominated(c.UserContext(), i.Activity, i.Organisation); err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	return nil
}

func textsOf(t events.Text) []string {
	var texts []string
	for _, text := range t {
		texts = append(texts, text)
	}
	return texts
}

func showsInvited(i *invitations.Invitation, show string, points int) bool {
	switch show {
	case "":
		return true
	case showUnreachable:
		return points == 0
	case showUnsent:
		return i.Sent == nil
	}
	return string(i.Answer) == show
}

// addPoint is where a contact point is added to an organisation.
func addPoint(s *page.State, organisation string) string {
	return withQuery(s.Link("desk", "people", "new"), url.Values{"organisation": {organisation}, "role": {string(events.ContactPoint)}})
}

// seatsWords says how many seats of each pool an organisation may fill, pool by pool.
func seatsWords(w *i18n.Words, a *events.Activity, i *invitations.Invitation) []string {
	var words []string
	for _, pool := range a.Mode.Pools() {
		limit := invitations.Limit(i, a, pool)
		if limit == invitations.NoLimit {
			return []string{w.T("invite.no_limit")}
		}
		words = append(words, w.T("invite.pool", "pool", w.T("pool."+string(pool)), "seats", limit))
	}
	return words
}
