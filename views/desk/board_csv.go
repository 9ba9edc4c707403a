package desk

import (
	"bytes"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events/papers"
	"capportal/registrations"
	"capportal/registrations/audit"
	"capportal/views/i18n"
	"capportal/views/page"
)

// BoardCSV gives the board as the filters narrow it, all pages of it, as a table. That somebody took
// it away is recorded. What is said about health and diet is not in it (domain.md 11.4).
func (p *Pages) BoardCSV(c *fiber.Ctx) error {
	s, ctx := page.Of(c), c.UserContext()
	names, err := p.organisationNames(c)
	if err != nil {
		return err
	}
	asked, query := boardQuery(c)
	asked.Arrange = arrange(s.Words, asked.Sort, names)
	board, err := p.Desk.Board(ctx, s.Visitor, c.Params("code"), asked)
	if err != nil {
		return err
	}
	var table bytes.Buffer
	rows := make([][]string, len(board.Rows))
	for i, r := range board.Rows {
		rows[i] = csvRow(s.Words, &r, names, board.Activity.Zone)
	}
	if err := papers.WriteCSV(&table, csvHeader(s.Words), rows); err != nil {
		return err
	}
	detail := map[string]string{"what": "board", "activity": board.Activity.Code, "rows": strconv.Itoa(len(rows))}
	if len(query) > 0 {
		detail["narrowed"] = "yes"
	}
	if err := p.Audit.Record(ctx, audit.Act{By: s.Visitor.Person, What: audit.Export, Detail: detail}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8; header=present")
	c.Attachment(board.Activity.Code + ".csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8; header=present")
	return c.Send(table.Bytes())
}

func csvHeader(w *i18n.Words) []string {
	return []string{w.T("field.family_name"), w.T("field.given_name"), w.T("field.email"), w.T("field.code"), w.T("field.organisation"), w.T("field.group"),
		w.T("field.capacity"), w.T("filter.seat"), w.T("field.state"), w.T("board.csv.position"), w.T("field.reason"), w.T("field.language"),
		w.T("field.answers.post"), w.T("field.answers.unit"), w.T("registration.via"), w.T("board.csv.registered"), w.T("board.csv.notice"), w.T("board.csv.notice_state")}
}

func csvRow(w *i18n.Words, r *registrations.Row, names map[string]string, zone string) []string {
	position, kind, state := "", "", ""
	if r.Position > 0 {
		position = strconv.Itoa(r.Position)
	}
	if r.Notice != nil {
		kind, state = kindWords(w, r.Notice.Kind), w.T("notice_state."+string(r.Notice.State))
	}
	return []string{r.Person.FamilyName, r.Person.GivenName, r.Email, r.Organisation, names[r.Organisation], w.T("group." + string(r.Group)),
		w.T("capacity." + string(r.Capacity)), w.T("pool." + string(r.Pool)), page.StandingShort(w, &r.Registration, 0).Text, position, r.Reason,
		w.Capital(w.LanguageName(r.Person.Language)), r.Answers["post"], r.Answers["unit"], w.T("registration.via." + string(r.Via)),
		r.Created.In(zoneOf(zone)).Format("2006-01-02 15:04"), kind, state}
}

// zoneOf gives an IANA zone; UTC when it is unknown.
func zoneOf(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return l
}
