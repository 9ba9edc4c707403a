package desk

import (
	"slices"
	"strings"
	"time"

	"capportal/events"
	"capportal/views/page"
)

// fillActivity puts an activity into the form's fields.
func fillActivity(f *page.Form, a *events.Activity) {
	for name, text := range map[string]events.Text{"title": a.Title, "description": a.Description, "objective": a.Objective, "expected_results": a.ExpectedResults} {
		f.SetText(name, text)
	}
	end := a.End
	if a.AllDay && !end.IsZero() {
		end = end.Add(-time.Minute) // the last day is inclusive to a reader
	}
	for name, value := range map[string]string{"kind": string(a.Kind), "timezone": a.Zone, "mode": string(a.Mode), "place.city": a.Place.City, "place.country": a.Place.Country,
		"place.venue": a.Place.Venue, "host": a.Host, "funding": a.Funding, "responsible_officer": a.Responsible, "visibility": string(a.Visibility),
		"lane": string(a.Lane), "acceptance": string(a.Acceptance), "parent": a.Parent, "note": a.Note, "experts": strings.Join(a.Experts, "\n"),
		"start": local(a.Start, a.Zone), "end": local(end, a.Zone), "deadlines.nomination": localPointer(a.Deadlines.Nomination, a.Zone),
		"deadlines.registration": localPointer(a.Deadlines.Registration, a.Zone)} {
		f.Set(name, value)
	}
	f.Set("regions", a.Regions...)
	f.Set("languages", a.Languages...)
	f.Set("interpretation", a.Interpretation...)
	f.SetBool("all_day", a.AllDay)
	for _, pool := range events.Hybrid.Pools() {
		f.SetInt("seats."+string(pool), a.Capacity(pool))
	}
	f.SetInt("seats_per_organisation", a.SeatsEach)
	if a.PublicReport != nil {
		f.Set("public_report.date", a.PublicReport.Date)
		f.Set("public_report.url", a.PublicReport.URL)
	}
	f.SetInt("version", a.Version)
}

func local(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	return page.LocalValue(t, zone)
}

func localPointer(t *time.Time, zone string) string {
	if t == nil {
		return ""
	}
	return local(*t, zone)
}

// readActivity brings what was typed onto an activity.
func readActivity(f *page.Form, a *events.Activity) {
	a.Title = unasked(f, "title", a.Title, f.LineByLanguage("title", events.MaxTitle))
	for name, text := range map[string]*events.Text{"description": &a.Description, "objective": &a.Objective, "expected_results": &a.ExpectedResults} {
		*text = unasked(f, name, *text, f.TextByLanguage(name, events.MaxText))
	}
	a.Kind = page.Choice(f, "kind", events.Kinds())
	a.Zone = f.Zone("timezone")
	readTimes(f, a)
	readDeadlines(f, a)
	a.Mode = page.Choice(f, "mode", events.Modes())
	readPlace(f, a)
	a.Host, a.Funding = f.Line("host", events.MaxLine), f.Line("funding", events.MaxLine)
	a.Responsible, a.Parent, a.Note = f.Value("responsible_officer"), f.Line("parent", 20), f.Text("note", events.MaxText)
	a.Regions = ticked(a.Regions, page.Choices(f, "regions", append([]string{events.AllRegions}, events.Regions()...)))
	a.Languages, a.Interpretation = ticked(a.Languages, f.Values("languages")), ticked(a.Interpretation, f.Values("interpretation"))
	a.Visibility, a.Lane = page.Choice(f, "visibility", events.Visibilities()), page.Choice(f, "lane", events.Lanes())
	a.Acceptance = page.Choice(f, "acceptance", []events.Acceptance{events.Automatic, events.Decided})
	had := a.Seats
	a.Seats = nil
	for _, pool := range a.Mode.Pools() {
		n := f.Int("seats."+string(pool), 0, events.MaxCapacity)
		if n > 0 || slices.ContainsFunc(had, func(s events.Seats) bool { return s.Pool == pool }) {
			a.Seats = append(a.Seats, events.Seats{Pool: pool, Capacity: n})
		}
	}
	a.SeatsEach = f.Int("seats_per_organisation", 0, events.MaxCapacity)
	a.Experts = strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(f.Text("experts", events.MaxText)))
	a.PublicReport = nil
	if date, url := f.Date("public_report.date"), f.Line("public_report.url", events.MaxLine); date != "" || url != "" {
		a.PublicReport = &events.PublicReport{Date: date, URL: url}
	}
}

// unasked adds to a text what stands in languages that the form does not ask for.
func unasked(f *page.Form, name string, before, typed events.Text) events.Text {
	for tag, s := range before {
		if !f.Has(name + "." + tag) {
			typed[tag] = s
		}
	}
	return typed
}

// ticked gives what was ticked, in the order in which it was kept before where it is the same: a form
// that nobody touched changes nothing.
func ticked(before, now []string) []string {
	now = slices.DeleteFunc(now, func(word string) bool { return word == "" })
	if same := slices.Sorted(slices.Values(now)); slices.Equal(slices.Sorted(slices.Values(before)), same) {
		return before
	}
	return now
}

// readTimes reads start and end in the activity's zone; of whole days the end is the last day. The
// seconds of a time that stands as it was shown are kept.
func readTimes(f *page.Form, a *events.Activity) {
	a.AllDay = f.Bool("all_day")
	for _, moment := range []struct {
		name string
		at   *time.Time
	}{{"start", &a.Start}, {"end", &a.End}} {
		if typed := f.LocalTime(moment.name, a.Zone); f.Value(moment.name) != local(*moment.at, a.Zone) {
			*moment.at = typed
		}
	}
	if zone := a.Location(); a.AllDay && !a.Start.IsZero() && !a.End.IsZero() {
		y, m, d := a.Start.In(zone).Date()
		a.Start = time.Date(y, m, d, 0, 0, 0, 0, zone)
		y, m, d = a.End.In(zone).Date()
		a.End = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
}

// readDeadlines reads the deadlines in the activity's zone; one that stands as it was shown keeps its
// second.
func readDeadlines(f *page.Form, a *events.Activity) {
	for _, deadline := range []struct {
		name string
		at   **time.Time
	}{{"deadlines.nomination", &a.Deadlines.Nomination}, {"deadlines.registration", &a.Deadlines.Registration}} {
		if typed := f.Deadline(deadline.name, a.Zone); f.Value(deadline.name) != localPointer(*deadline.at, a.Zone) {
			*deadline.at = typed
		}
	}
}

func readPlace(f *page.Form, a *events.Activity) {
	a.Place = events.Place{City: f.Line("place.city", events.MaxLine), Country: strings.ToUpper(f.Line("place.country", 2)), Venue: f.Line("place.venue", events.MaxLine)}
}
