package events

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// bookkeeping are the fields that a change writes by itself; they are no part of what was edited.
var bookkeeping = []string{"version", "history", "calendar_revision", "calendar_changed", "announced", "left", "parent_report", "imported"}

// changedFields names, by stored name, what differs between two versions of an activity.
func changedFields(before, after *Activity) []string {
	var changed []string
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for i := range b.NumField() {
		name, _, _ := strings.Cut(b.Type().Field(i).Tag.Get("bson"), ",")
		if name != "-" && !slices.Contains(bookkeeping, name) && !reflect.DeepEqual(b.Field(i).Interface(), a.Field(i).Interface()) {
			changed = append(changed, name)
		}
	}
	return changed
}

// Differences names what an edit changes, for a page that shows both versions.
func Differences(before, after Activity) []string {
	normalise(&before)
	normalise(&after)
	return changedFields(&before, &after)
}

// MovesCalendar tells whether what changed is written in calendar entries: then the revision rises
// and everybody who holds an entry is told.
func MovesCalendar(before, after *Activity, changed []string) bool {
	if before.State != after.State && (after.State.Off() || before.State == Postponed) {
		return true
	}
	return slices.ContainsFunc(changed, func(f string) bool {
		return slices.Contains([]string{"title", "start", "end", "timezone", "all_day", "place", "mode"}, f)
	})
}

// normalise brings an activity into the one form in which it is stored and compared: instants in
// UTC to the second, texts without blanks around them and without empty languages, empty lists nil.
func normalise(a *Activity) {
	for _, t := range []*Text{&a.Title, &a.Description, &a.Objective, &a.ExpectedResults} {
		*t = t.trimmed()
	}
	for _, s := range []*string{&a.Slug, &a.Host, &a.Funding, &a.Place.City, &a.Place.Country, &a.Place.Venue, &a.Zone, &a.Parent, &a.Note, &a.SessionsNote} {
		*s = strings.TrimSpace(*s)
	}
	a.Responsible = strings.ToLower(strings.TrimSpace(a.Responsible))
	a.Start, a.End = second(a.Start), second(a.End)
	for _, d := range []**time.Time{&a.Deadlines.Nomination, &a.Deadlines.Registration} {
		if *d != nil {
			at := second(**d)
			*d = &at
		}
	}
	for i := range a.Sessions {
		s := &a.Sessions[i]
		s.Title, s.Text = s.Title.trimmed(), s.Text.trimmed()
		s.Start, s.End = second(s.Start), second(s.End)
		s.OpenTo = none(s.OpenTo)
	}
	slices.SortStableFunc(a.Sessions, func(x, y Session) int { return x.Start.Compare(y.Start) })
	for i, e := range a.Experts {
		a.Experts[i] = strings.ToLower(strings.TrimSpace(e))
	}
	a.Regions, a.Languages, a.Interpretation, a.Experts = none(a.Regions), none(a.Languages), none(a.Interpretation), none(a.Experts)
	a.Seats, a.Sessions = none(a.Seats), none(a.Sessions)
	if a.PublicReport != nil && a.PublicReport.Date == "" && a.PublicReport.URL == "" {
		a.PublicReport = nil
	}
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// none makes an empty list nil, which is how it comes back from the database.
func none[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func (t Text) trimmed() Text {
	var kept Text
	for lang, s := range t {
		if s = strings.TrimSpace(s); s != "" {
			if kept == nil {
				kept = Text{}
			}
			kept[lang] = s
		}
	}
	return kept
}
