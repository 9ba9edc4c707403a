package desk

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/i18n"
	"capportal/views/page"
)

// pastOf puts an activity's history into words, the latest first: who did what, when and why, from
// which state to which, from which days to which.
func (p *Pages) pastOf(c *fiber.Ctx, a *events.Activity) ([]passage, error) {
	list, err := p.passages(c, a.History)
	if err != nil {
		return nil, err
	}
	w := page.Of(c).Words
	for i := range list {
		list[i].Change = passedWords(w, a.History[len(a.History)-1-i], a.Zone)
	}
	return list, nil
}

// passedWords says what one change of an activity did.
func passedWords(w *i18n.Words, change events.Change, zone string) string {
	var parts []string
	said := []string{}
	switch change.What {
	case "state":
		parts = append(parts, w.T("history.from_to", "from", w.T("activity_state."+change.From), "to", w.T("activity_state."+change.To)))
		said = []string{"state", "merged_into"}
	case "moved":
		from, err1 := time.Parse(time.RFC3339, change.From)
		to, err2 := time.Parse(time.RFC3339, change.To)
		if err1 == nil && err2 == nil && !from.Equal(to) {
			parts = append(parts, w.T("history.from_to", "from", w.DateTime(from, zone), "to", w.DateTime(to, zone)))
			said = []string{"start", "end", "sessions"}
		}
	}
	fields := slices.DeleteFunc(strings.Fields(change.Detail["fields"]), func(name string) bool { return slices.Contains(said, name) })
	if len(fields) > 0 {
		parts = append(parts, w.T("history.fields", "fields", page.FieldNames(w, strings.Join(fields, " "))))
	}
	return strings.Join(parts, " · ")
}
