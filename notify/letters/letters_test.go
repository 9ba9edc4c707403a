package letters_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"capportal/notify/letters"
	"capportal/views/i18n"
)

var update = flag.Bool("update", false, "write the golden letters anew")

// link is where every button leads.
const link = "https://portal.example/en/registrations/1f0c?key=token"

func bundle(t *testing.T) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// full are facts with everything in them, so that each letter writes all it can.
func full() letters.Facts {
	start := time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC)
	return letters.Facts{
		Code: "IPR-2026-20", Title: "23rd Meeting of the Counterfeiting and Piracy (CAP) Group",
		Start: start, End: start.Add(32 * time.Hour), Zone: "Europe/Brussels", ReaderZone: "Pacific/Apia", HomeZone: "Europe/Brussels",
		Place: "WCO Headquarters, Brussels, Belgium", Was: &letters.When{Start: start.AddDate(0, 0, -1), End: start.AddDate(0, 0, 1), Zone: "Europe/Brussels"},
		WasPlace: "WCO Headquarters, room A, Brussels, Belgium",
		Person:   "Delegate 1 (Senegal)", Organisation: "Administration of Senegal", Capacity: "delegate", Pool: "onsite", State: "endorsed",
		Position: 7, Rule: "pool_full", Reason: "First line\n<b>second</b> line", Into: "Another activity",
		Seats: []letters.Seats{{Pool: "onsite", Seats: 2}, {Pool: "remote", Seats: -1}}, Funded: 1,
		Deadline: time.Date(2026, 10, 2, 21, 59, 59, 0, time.UTC), Lasts: 20 * time.Minute,
	}
}

// Every kind in every language renders whole: no key without its words, no value without its fact,
// nothing empty, the HTML in its direction and without anything to be loaded.
func TestWrite_EveryKindInEveryLanguage(t *testing.T) {
	b := bundle(t)
	for _, kind := range letters.Kinds() {
		for _, language := range b.Languages() {
			t.Run(kind+"/"+language.Tag, func(t *testing.T) {
				f := full()
				f.Updates, f.AnswerAgain = true, true
				l, err := letters.Write(kind, f, b.In(language.Tag))
				if err != nil {
					t.Fatal(err)
				}
				html, err := l.HTML(link)
				if err != nil {
					t.Fatal(err)
				}
				checkWhole(t, l, l.Text(link), html)
				if !strings.Contains(html, `<html lang="`+language.Tag+`" dir="`+language.Dir+`">`) {
					t.Errorf("language and direction are not said")
				}
			})
		}
	}
}

var (
	loads = regexp.MustCompile(`(?i)<img|<link|<script|<style|src=|@import|url\(|<iframe|<object`)
	tags  = regexp.MustCompile(`<[^>]*>`)
)

func checkWhole(t *testing.T, l letters.Letter, text, html string) {
	t.Helper()
	for name, part := range map[string]string{"subject": l.Subject, "text": text, "html": html} {
		if strings.Contains(part, "⟦") || strings.Contains(part, "<no value>") {
			t.Errorf("%s: something is missing in\n%s", name, part)
		}
		if strings.TrimSpace(part) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if found := loads.FindString(html); found != "" {
		t.Errorf("the HTML holds %q", found)
	}
	if strings.Contains(html, "<b>") {
		t.Error("markup that somebody typed is not escaped")
	}
	for _, line := range append(append([]string{l.Title, l.Button}, l.Lines...), l.Foot...) {
		if line == "" {
			continue
		}
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(line), " ")) {
			t.Errorf("the text lacks %q:\n%s", line, text)
		}
	}
	if len(l.Lines) == 0 || !strings.HasPrefix(text, strings.Fields(l.Lines[0])[0]) {
		t.Errorf("the text does not begin with what happened:\n%s", text)
	}
	if strings.Count(html, `href="`) != 1 || strings.Count(text, link) != 1 {
		t.Error("not exactly one link")
	}
	for _, line := range strings.Split(text, "\n") {
		if utf8.RuneCountInString(line) > 76 && !strings.HasPrefix(line, "https://") {
			t.Errorf("a line of %d signs: %q", utf8.RuneCountInString(line), line)
		}
		if line != "-- " && strings.TrimRight(line, " ") != line {
			t.Errorf("a line ends in a blank: %q", line)
		}
	}
	if strings.TrimSpace(tags.ReplaceAllString(html, "")) == "" {
		t.Error("the HTML says nothing")
	}
}

func TestWrite_UnknownKind(t *testing.T) {
	if _, err := letters.Write("postcard", full(), bundle(t).In("en")); err == nil || letters.Has("postcard") {
		t.Error("a letter was written for a kind that has none")
	}
}

// The subject of what not everybody may see names its code alone; the letter itself, which goes to
// who takes part, names it.
func TestWrite_DiscreetSubject(t *testing.T) {
	b := bundle(t)
	for _, kind := range letters.Kinds() {
		for _, language := range b.Languages() {
			f := full()
			f.Discreet = true
			l, err := letters.Write(kind, f, b.In(language.Tag))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(l.Subject, "CAP) Group") || strings.Contains(l.Subject, "Brussels") {
				t.Errorf("%s/%s: the subject betrays the activity: %q", kind, language.Tag, l.Subject)
			}
			if kind != "sign_in" && !strings.Contains(l.Subject, "IPR-2026-20") {
				t.Errorf("%s/%s: the subject does not name the code: %q", kind, language.Tag, l.Subject)
			}
		}
	}
}

func TestWrite_Facts(t *testing.T) {
	w := bundle(t).In("en")
	write := func(kind string, edit func(*letters.Facts)) string {
		t.Helper()
		f := full()
		f.Was, f.WasPlace = nil, ""
		if edit != nil {
			edit(&f)
		}
		l, err := letters.Write(kind, f, w)
		if err != nil {
			t.Fatal(err)
		}
		return l.Text(link)
	}
	for _, c := range []struct {
		name, kind string
		edit       func(*letters.Facts)
		want, not  []string
	}{
		{"both zones", "confirmed", nil, []string{"When: Tuesday 3 November 2026, 09:30", "Brussels time (UTC+1)", "In your time zone: Tuesday 3 November 2026, 21:30", "UTC+13"}, nil},
		{"the reader's zone unknown", "confirmed", func(f *letters.Facts) { f.ReaderZone = "" }, nil, []string{"In your time zone"}},
		{"the same clock", "confirmed", func(f *letters.Facts) { f.ReaderZone = "Europe/Paris" }, nil, []string{"In your time zone"}},
		{"all day", "confirmed", func(f *letters.Facts) {
			f.AllDay, f.Start, f.End = true, time.Date(2026, 11, 2, 23, 0, 0, 0, time.UTC), time.Date(2026, 11, 4, 23, 0, 0, 0, time.UTC)
		}, []string{"Tuesday 3 – Wednesday 4 November 2026"}, []string{"00:00", "In your time zone"}},
		{"first invitation", "confirmed", func(f *letters.Facts) { f.Invites = true }, []string{"accept the attached invitation"}, []string{"attached update"}},
		{"no calendar part", "confirmed", nil, []string{"Your seat is confirmed."}, []string{"attached"}},
		{"waits", "waitlisted", nil, []string{"in position 7", "All seats are taken", "Position on the waiting list: 7"}, nil},
		{"waits no longer", "waitlisted", func(f *letters.Facts) { f.Position = 0 }, []string{"You are on the waiting list."}, []string{"position"}},
		{"waits for its organisation", "waitlisted", func(f *letters.Facts) { f.Rule = "organisation_seats_full" }, []string{"of your organisation"}, nil},
		{"held back", "waitlisted", func(f *letters.Facts) { f.Rule = "held_by_secretariat" }, []string{"The Secretariat keeps"}, []string{"whoever has waited longest"}},
		{"moved", "activity_changed", func(f *letters.Facts) { f.Was = full().Was }, []string{"date or time", "Before: Monday 2 November 2026", "Now: Tuesday 3"}, []string{"place of the activity"}},
		{"moved elsewhere", "activity_changed", func(f *letters.Facts) { f.WasPlace = full().WasPlace }, []string{"place of the activity", "Place before"}, []string{"date or time"}},
		{"another title", "activity_changed", func(f *letters.Facts) { f.TitleChanged = true }, []string{"title of the activity"}, nil},
		{"cancelled", "activity_cancelled", func(f *letters.Facts) { f.Cancels = true }, []string{"Was planned for: ", "attached cancellation", "First line"}, []string{"Where:", "In your"}},
		{"merged", "activity_merged", nil, []string{"“Another activity”"}, nil},
		{"merged with what may not be named", "activity_merged", func(f *letters.Facts) { f.Into = "" }, []string{"with another one"}, []string{"“"}},
		{"invited", "invitation", nil, []string{"invite your organisation", "Organisation: Administration of Senegal", "On site: 2 seats", "Online: as long as seats are left", "Of these, funded: 1",
			"Deadline: Friday 2 October 2026, 23:59, Brussels time (UTC+2)", "Saturday 3 October 2026, 10:59"}, nil},
		{"to be endorsed", "received", func(f *letters.Facts) { f.State, f.Unendorsed = "submitted", true }, []string{"must endorse it first"}, nil},
		{"decided meanwhile", "nominated", func(f *letters.Facts) { f.State = "confirmed" }, nil, []string{"not yet a confirmation"}},
		{"alternate", "nominated", func(f *letters.Facts) { f.Capacity = "alternate" }, []string{"as an alternate"}, nil},
		{"entered by an officer", "nominated", func(f *letters.Facts) { f.BySecretariat = true }, []string{"The Secretariat has entered you"}, []string{"has nominated"}},
		{"confirm the address", "address_confirmation", func(f *letters.Facts) { f.Lasts = 48 * time.Hour }, []string{"48 hours", "ignore this message"}, nil},
		{"sign in", "sign_in", nil, []string{"20 minutes", "works once"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Join(strings.Fields(write(c.kind, c.edit)), " ")
			for _, s := range c.want {
				if !strings.Contains(text, s) {
					t.Errorf("lacks %q:\n%s", s, text)
				}
			}
			for _, s := range c.not {
				if strings.Contains(text, s) {
					t.Errorf("says %q:\n%s", s, text)
				}
			}
		})
	}
}

// One letter in three languages, as it goes out: a change of words or make-up shows here.
func TestLetter_Golden(t *testing.T) {
	b := bundle(t)
	for _, language := range []string{"en", "fr", "ar"} {
		f := full()
		f.Was, f.WasPlace, f.Invites, f.State, f.Reason, f.Position, f.Seats, f.Funded, f.Deadline = nil, "", true, "confirmed", "", 0, nil, 0, time.Time{}
		l, err := letters.Write("confirmed", f, b.In(language))
		if err != nil {
			t.Fatal(err)
		}
		html, err := l.HTML(link)
		if err != nil {
			t.Fatal(err)
		}
		for ext, got := range map[string]string{"txt": l.Subject + "\n\n" + l.Text(link), "html": html} {
			name := filepath.Join("testdata", "confirmed."+language+"."+ext)
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; if that is meant, run the test with -update:\n%s", name, got)
			}
		}
	}
}
