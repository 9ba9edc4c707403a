package desk

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/views/page"
)

// noticesView is a page of what was told to whom.
type noticesView struct {
	Form              *page.Form
	States            []page.Option
	Activities        []page.Option
	Rows              []noticeRow
	Clear, Next       string
	Narrowed, Decides bool
	Mail              bool
	Waiting           int // still to be sent
	Zone              string
}

// noticeRow is one notice of the list.
type noticeRow struct {
	*noticeWords
	About     string // the activity's code
	AboutHref string
	Href      string // of the registration it speaks of
}

// Notices lists what was told to whom, and whether it arrived, the latest first.
func (p *Pages) Notices(c *fiber.Ctx) error {
	s, w, ctx := page.Of(c), page.Of(c).Words, c.UserContext()
	q, kept := outbox.Query{Limit: perPage, Cursor: c.Query("cursor")}, url.Values{}
	if state := outbox.State(c.Query("state")); slices.Contains(outbox.States(), state) {
		q.State = state
		kept.Set("state", string(state))
	}
	if q.Activity = c.Query("activity"); q.Activity != "" {
		kept.Set("activity", q.Activity)
	}
	list, next, err := p.Outbox.List(ctx, q)
	if err != nil {
		return err
	}
	v := noticesView{Form: page.FormOf(w, kept), Clear: s.Link("desk", "notices"), Narrowed: len(kept) > 0, Decides: s.Visitor.Decides(), Mail: p.Mail, Zone: cmp.Or(s.Zone, p.Zone)}
	if next != "" {
		v.Next = withQuery(v.Clear, with(kept, "cursor", next))
	}
	if v.Waiting, _, err = p.Outbox.Counts(ctx); err != nil {
		return err
	}
	for _, state := range outbox.States() {
		v.States = append(v.States, page.Option{Value: string(state), Label: w.T("notice_state." + string(state))})
	}
	if v.Activities, err = p.activityOptions(c); err != nil {
		return err
	}
	for i := range list {
		n := &list[i]
		row := noticeRow{noticeWords: newNoticeWords(w, n), About: n.Activity}
		if n.Activity != "" {
			row.AboutHref = s.Link("desk", "activities", n.Activity)
		}
		if n.Registration != "" {
			row.Href = s.Link("desk", "registrations", n.Registration)
		}
		v.Rows = append(v.Rows, row)
	}
	return p.Renderer.Render(c, "desk/notices", page.View{Active: "notices", Data: v, NoIndex: true, Wide: true})
}

// activityOptions lists the activities of the last year and those to come, the latest first.
func (p *Pages) activityOptions(c *fiber.Ctx) ([]page.Option, error) {
	s := page.Of(c)
	all, err := p.Programme.List(c.UserContext(), s.Visitor, events.Query{From: p.Now().Add(-365 * 24 * time.Hour), Reverse: true})
	if err != nil {
		return nil, err
	}
	list := make([]page.Option, len(all))
	for i, a := range all {
		title, _ := s.Words.Pick(a.Title)
		list[i] = page.Option{Value: a.Code, Label: a.Code + " · " + title}
	}
	return list, nil
}

// Retry sends a notice again that failed or waits for its next attempt. One that a later notice has
// overtaken stays where it is, and the page says why.
func (p *Pages) Retry(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, ctx := page.Of(c), c.UserContext()
	n, err := p.Outbox.Get(ctx, c.Params("id"))
	if errors.Is(err, outbox.ErrNotFound) {
		return events.E(events.NotFound, "no_such_notice", "")
	}
	if err != nil {
		return err
	}
	to := s.Link("desk", "notices")
	if form.Value("from") == "registration" && n.Registration != "" {
		to = s.Link("desk", "registrations", n.Registration)
	}
	switch err := p.Outbox.Retry(ctx, n.ID); {
	case errors.Is(err, outbox.ErrSuperseded):
		return events.E(events.Conflict, "notice_superseded", "").Because(err)
	case errors.Is(err, outbox.ErrNotFound) && (n.State == outbox.Queued || n.State == outbox.Sending):
		// Asked twice: it is on its way already.
	case errors.Is(err, outbox.ErrNotFound):
		return events.E(events.Conflict, "notice_not_again", "").Because(err)
	case err != nil:
		return err
	}
	page.Tell(c, "notice_again")
	return c.Redirect(to, http.StatusSeeOther)
}
