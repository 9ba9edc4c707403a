package public_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/events"
)

// year fills the calendar with what the tests of its views speak of.
func (h *house) year() map[string]events.Activity {
	h.T.Helper()
	day := func(month time.Month, first, days int) (time.Time, time.Time) {
		return at(2026, month, first, 9, 0), at(2026, month, first+days-1, 17, 0)
	}
	title := func(en, fr string) events.Text { return events.Text{"en": en, "fr": fr} }
	all := map[string]events.Activity{}
	a := events.Activity{Kind: events.NationalWorkshop, Title: title("Workshop Dakar", "Atelier Dakar"), Place: events.Place{City: "Dakar", Country: "SN"},
		Zone: "Africa/Dakar", Regions: []string{"WCA"}, Languages: []string{"fr"}, Mode: events.OnSite}
	a.Start, a.End = day(time.November, 24, 4)
	all["workshop"] = h.announce(a)
	a = events.Activity{Title: title("Symposium on parcels", "Symposium sur les colis"), Regions: []string{events.AllRegions}, Interpretation: []string{"ar"}}
	a.Start, a.End = at(2026, time.December, 15, 13, 0), at(2026, time.December, 15, 16, 0)
	all["symposium"] = h.open(a)
	a = events.Activity{Kind: events.CAPMeeting, Title: title("Meeting of the Group", "Réunion du Groupe"), Visibility: events.ForMembers}
	a.Start, a.End = day(time.November, 3, 2)
	all["meeting"] = h.announce(a)
	a = events.Activity{Kind: events.RegionalWorkshop, Title: title("Workshop Tirana", "Atelier Tirana"), Regions: []string{"EUR"}, Place: events.Place{City: "Tirana", Country: "AL"}}
	a.Start, a.End = day(time.November, 10, 3)
	all["cancelled"] = h.advance(h.announce(a), events.Cancelled)
	a = events.Activity{Kind: events.ELearningCohort, Title: title("Cohort of the autumn", "Session d’automne"), Mode: events.Remote, AllDay: true,
		Start: at(2026, time.October, 26, 0, 0), End: at(2026, time.December, 5, 0, 0)}
	all["cohort"] = h.announce(a)
	a = events.Activity{Title: title("Drafted symposium", "Symposium en préparation")}
	all["planned"] = h.plan(a)
	a = events.Activity{Kind: events.Operation, Title: title("Operation Quiet Harbour", "Opération Port calme")}
	a.Start, a.End = day(time.November, 16, 14)
	all["operation"] = h.announce(a)
	a = events.Activity{Kind: events.NationalWorkshop, Title: title("Workshop of the spring", "Atelier de printemps"), Mode: events.OnSite}
	a.Start, a.End = day(time.September, 2, 2)
	all["past"] = h.announce(a)
	a = events.Activity{Title: title("Symposium without date", "Symposium sans date"), Mode: events.OnSite}
	a.Start, a.End = day(time.September, 8, 1)
	all["postponed"] = h.advance(h.announce(a), events.Postponed)
	h.Now = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	return all
}

// Everybody finds in the calendar what one may see, in the order of its days, and nothing else: neither
// in the list nor in the month, the past, a search or a filter.
func TestCalendar(t *testing.T) {
	h := openHouse(t)
	h.year()
	const cohort, meeting, cancelled, workshop, symposium, undated, operation, planned, spring = "Cohort of the autumn", "Meeting of the Group", "Workshop Tirana",
		"Workshop Dakar", "Symposium on parcels", "Symposium without date", "Operation Quiet Harbour", "Drafted symposium", "Workshop of the spring"
	secret := []string{meeting, operation, "Quiet Harbour", planned}
	for _, c := range []struct {
		name, who, path string
		lists           []string
		hides           []string
	}{
		{"anybody", "", "/en/", []string{cohort, cancelled, workshop, symposium, undated}, append(secret, spring)},
		{"a right holder", h.pharma, "/en/", []string{cohort, cancelled, workshop, symposium, undated}, append(secret, spring)},
		{"a Member", h.delegate, "/en/", []string{cohort, meeting, cancelled, workshop, symposium, undated}, []string{operation, planned, spring}},
		{"an officer", h.officer, "/en/", []string{cohort, meeting, planned, cancelled, operation, workshop, symposium, undated}, []string{spring}},
		{"the past", "", "/en/?past=1", []string{spring}, append(secret, workshop, undated)},
		{"a kind", "", query("kind", "national_workshop"), []string{workshop}, append(secret, symposium)},
		{"a kind that one may not see", "", query("kind", "operation"), nil, secret},
		{"a region, and what is for all", "", query("region", "WCA"), []string{workshop, symposium}, append(secret, cancelled)},
		{"a language of work", "", query("language", "fr", "region", "WCA"), []string{workshop, symposium}, nil},
		{"a language of interpretation", "", query("language", "ar"), []string{symposium}, append(secret, workshop)},
		{"words", "", query("q", "  PARCELS "), []string{symposium}, append(secret, workshop)},
		{"words of another language", "", query("q", "prep"), nil, secret},
		{"words without their accents", "", query("q", "automne session"), []string{cohort}, nil},
		{"a town", "", query("q", "dakar"), []string{workshop}, nil},
		{"a word that only a hidden one has", "", query("q", "Quiet Harbour"), nil, []string{operation, "/events/operation"}},
		{"a kind that does not exist narrows nothing", "", query("kind", "party"), []string{cohort, cancelled, workshop, symposium, undated}, secret},
		{"a region that does not exist", "", query("region", "MOON"), []string{cohort, cancelled, workshop, symposium, undated}, secret},
		{"a page that does not exist", "", "/en/?past=1&page=99", []string{spring}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.on(t).As(c.who).Get(c.path).Is(ok).Hides(append(c.hides, "⟦")...)
			if got := entries(a); !slices.Equal(got, c.lists) {
				t.Errorf("it lists %q, want %q", got, c.lists)
			}
		})
	}
}

// An entry says when, where, in which languages and how it stands; a whole day has no hours.
func TestCalendar_Entry(t *testing.T) {
	h := openHouse(t)
	all := h.year()
	a := h.As("").Get("/en/").Is(ok)
	for code, says := range map[string][]string{
		"workshop":  {"24–27", "Tue–Fri", "National workshop", "Dakar, Senegal", "French", "(Dakar)", "Registration opens later"},
		"symposium": {"15", "Tue", "Symposium", "Brussels, Belgium and online", "13:00–16:00 (Brussels)", "Open until 2 Oct 2026, 23:59"},
		"cancelled": {"Cancelled", "Will not take place"},
		"cohort":    {"26–4", "Oct–Dec", "Online"},
		"postponed": {"Sep 2026", "Postponed; everyone registered will be told the new dates"},
	} {
		entry := a.Doc.Find(`main article:has(a[href="` + page(all[code]) + `"])`)
		text := strings.Join(strings.Fields(entry.Text()), " ")
		for _, want := range says {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q; it says %s", code, want, text)
			}
		}
		if struck := entry.HasClass("off"); struck != (code == "cancelled") {
			t.Errorf("%s is struck through: %v", code, struck)
		}
		if code == "cohort" && strings.Contains(text, "00:00") {
			t.Errorf("whole days have hours: %s", text)
		}
	}
	a.Says("October 2026", "November 2026", "December 2026", "New dates not yet known")
	h.As(h.delegate).Get("/en/").Says("For Members and partners")
}

// The month lays each activity on its days; what runs through much of it stands above.
func TestCalendar_Month(t *testing.T) {
	h := openHouse(t)
	all := h.year()
	a := h.As("").Get("/en/?view=month&month=2026-11").Is(ok).Says("November 2026", "Through much of the month").Hides("Meeting of the Group", "Quiet Harbour", "Drafted", "⟦")
	days := func(slug string) []string {
		var list []string
		for _, cell := range a.Doc.Find(`table td:has(a[href$="/` + slug + `"]) time`).EachIter() {
			list = append(list, cell.AttrOr("datetime", ""))
		}
		return list
	}
	for code, want := range map[string][]string{
		"workshop":  {"2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"},
		"cancelled": {"2026-11-10", "2026-11-11", "2026-11-12"},
		"cohort":    nil,
	} {
		if got := days(all[code].Slug); !slices.Equal(got, want) {
			t.Errorf("%s stands on %v, want %v", code, got, want)
		}
	}
	if n := a.Doc.Find(`main h3 + ul a[href="` + page(all["cohort"]) + `"]`).Length(); n != 1 {
		t.Errorf("the cohort stands %d times above the grid", n)
	}
	if first := a.Doc.Find("table th").First().AttrOr("abbr", ""); first != "Monday" {
		t.Errorf("a week begins on %q", first)
	}
	if today := a.Doc.Find("td.today").Length(); today != 0 {
		t.Error("today stands in another month")
	}
	if n := h.As("").Get("/en/?view=month").Is(ok).Says("October 2026").Doc.Find(`td.today time[datetime="2026-10-01"]`).Length(); n != 1 {
		t.Error("today is not marked")
	}
	for path, says := range map[string]string{
		"/en/?view=month&month=2027-03":      "No activities in this month",
		"/en/?view=month&month=nonsense":     "October 2026",
		"/en/?view=month&month=9999-01":      "October 2026",
		"/ar/?view=month&month=2026-11":      "نوفمبر 2026",
		"/en/?view=month&month=2026-11&q=xx": "Nothing matches these filters",
	} {
		h.As("").Get(path).Is(ok).Says(says).Hides("⟦")
	}
	if first := h.As("").Get("/ar/?view=month&month=2026-11").Doc.Find("table th").First().AttrOr("abbr", ""); first != "السبت" {
		t.Errorf("a week in Arabic begins on %q", first)
	}
}

// Views keep the filters, and the filters the view; one link takes the filters away.
func TestCalendar_Filters(t *testing.T) {
	h := openHouse(t)
	h.year()
	b := h.As("")
	a := b.Get("/en/").Is(ok)
	if robots := a.Doc.Find(`meta[name=robots]`).Length(); robots != 0 {
		t.Error("the calendar is hidden from search engines")
	}
	narrowed := a.Submit("form.filters", "kind", "symposium", "q", `"><i>`).Is(ok).Says("Nothing matches these filters").Hides(`"><i>`)
	if narrowed.Doc.Find(`meta[name=robots][content*=noindex]`).Length() != 1 {
		t.Error("a search is shown to search engines")
	}
	if typed := narrowed.Doc.Find(`input[name=q]`).AttrOr("value", ""); typed != `"><i>` {
		t.Errorf("the field says %q", typed)
	}
	found := a.Submit("form.filters", "kind", "symposium", "region", "EUR").Is(ok).Says("1 result")
	month, exists := found.Doc.Find(`a[href*="view=month"]`).First().Attr("href")
	if !exists || !strings.Contains(month, "kind=symposium") || !strings.Contains(month, "region=EUR") {
		t.Errorf("the month is at %q", month)
	}
	back := b.Get(month).Is(ok).Submit("form.filters", "region", "")
	if !strings.Contains(back.Path, "view=month") || !strings.Contains(back.Path, "kind=symposium") {
		t.Errorf("the form leaves the month for %q", back.Path)
	}
	clear, _ := found.Doc.Find("a:contains('Clear the filters')").Attr("href")
	if clear != "/en/" && clear != "/en" {
		t.Errorf("the filters are cleared at %q", clear)
	}
}

// An empty calendar says what one can do, each visitor in another way.
func TestCalendar_Empty(t *testing.T) {
	h := openHouse(t)
	for who, says := range map[string]string{"": "Sign in", h.delegate: "As soon as the Secretariat announces one", h.officer: "Begin at the desk"} {
		h.As(who).Get("/en/").Is(ok).Says("No activities are announced at present", says).Hides("⟦")
	}
	h.As("").Get("/en/?past=1").Is(ok).Says("No past activities")
	h.As("").Get("/fr/?view=month").Is(ok).Says("Aucune activité ce mois-ci")
}

// Many past activities come page by page, each once.
func TestCalendar_Pages(t *testing.T) {
	h := openHouse(t)
	for i := range 53 {
		start := at(2026, 9, 2, 9, 0).AddDate(0, 0, i/10)
		h.announce(events.Activity{Title: events.Text{"en": fmt.Sprintf("Past %02d", i)}, Mode: events.Remote, Start: start, End: start.Add(time.Hour)})
	}
	h.Now = at(2026, 12, 1, 9, 0)
	first := h.As("").Get("/en/?past=1").Is(ok).Says("1–50 of 53")
	second := h.As("").Get("/en/?past=1&page=2").Is(ok).Says("51–53 of 53")
	both := append(entries(first), entries(second)...)
	slices.Sort(both)
	if len(slices.Compact(both)) != 53 {
		t.Errorf("the pages show %d activities", len(both))
	}
	if next := first.Doc.Find("a[rel=next]").AttrOr("href", ""); !strings.Contains(next, "past=1") || !strings.Contains(next, "page=2") {
		t.Errorf("the next page is %q", next)
	}
}
