package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
)

// EntryOf reads what was typed about a person who is to take part. Faults of reading are the form's;
// what the rules ask for is judged by the Desk.
func EntryOf(f *Form) registrations.Entry {
	f.Order("given_name", "family_name", "email", "organisation", "capacity", "pool", "answers.post", "answers.unit", "language", "answers.")
	e := registrations.Entry{
		Person: registrations.Person{GivenName: f.Line("given_name", 200), FamilyName: f.Line("family_name", 200),
			Email: f.Value("email"), Language: f.Value("language")},
		Organisation: f.Line("organisation", 40),
		Capacity:     registrations.Capacity(f.Value("capacity")),
		Pool:         events.Pool(f.Value("pool")),
		Answers:      map[string]string{},
	}
	for _, key := range registrations.AnswerKeys() {
		if f.Has("answers." + key) {
			e.Answers[key] = f.Text("answers."+key, 1000)
		}
	}
	return e
}

// FillEntry shows a registration in the form that EntryOf reads.
func FillEntry(f *Form, r *registrations.Registration) {
	f.Set("given_name", r.Person.GivenName)
	f.Set("family_name", r.Person.FamilyName)
	f.Set("email", r.Email)
	f.Set("language", r.Person.Language)
	f.Set("organisation", r.Organisation)
	f.Set("capacity", string(r.Capacity))
	f.Set("pool", string(r.Pool))
	for key, answer := range r.Answers {
		f.Set("answers."+key, answer)
	}
	f.SetInt("version", r.Version)
}

// Amendment changes a registration to what was typed; what the form did not ask stays as it is.
func Amendment(f *Form, typed registrations.Entry) func(*registrations.Entry) error {
	return func(e *registrations.Entry) error {
		e.Person.GivenName, e.Person.FamilyName = typed.Person.GivenName, typed.Person.FamilyName
		if f.Has("email") {
			e.Person.Email = typed.Person.Email
		}
		if typed.Person.Language != "" {
			e.Person.Language = typed.Person.Language
		}
		if f.Has("capacity") {
			e.Capacity = typed.Capacity
		}
		if f.Has("pool") {
			e.Pool = typed.Pool
		}
		for key, answer := range typed.Answers {
			if e.Answers == nil {
				e.Answers = map[string]string{}
			}
			e.Answers[key] = answer
		}
		return nil
	}
}

// StaleEntry shows a registration as it stands now beside what was typed over an older version. The
// button sends what was typed again, over the version shown.
func StaleEntry(c *fiber.Ctx, r *Renderer, f *Form, now registrations.Registration, action, back string) error {
	w := Of(c).Words
	theirs := newForm(w)
	FillEntry(theirs, &now)
	fields := []string{"given_name", "family_name", "email", "capacity", "pool", "language"}
	for _, key := range registrations.AnswerKeys() {
		fields = append(fields, "answers."+key)
	}
	return ShowStale(c, r, f, theirs, now.Version, fields, action, back)
}

// ShowStale shows both versions of a form's fields: theirs as stored, and what was typed. Words that
// are stored as keys are shown by their names.
func ShowStale(c *fiber.Ctx, r *Renderer, yours, theirs *Form, version int, fields []string, action, back string) error {
	w := Of(c).Words
	stale := Stale{Action: action, Back: back, Hidden: append(yours.Echo("version"), Hidden{"version", strconv.Itoa(version)})}
	for _, name := range fields {
		if !yours.Has(name) {
			continue
		}
		row := StaleRow{Label: yours.labelOf(name), Theirs: shownValues(w, name, theirs.values[name]), Yours: shownValues(w, name, yours.values[name])}
		if row.Theirs != "" || row.Yours != "" {
			stale.Rows = append(stale.Rows, row)
		}
	}
	return r.Render(c, "page/stale", View{Title: w.T("stale.title"), Data: stale, Status: StatusOf(events.Stale), NoIndex: true})
}

// storedWords are the fields that hold words of the domain, with the prefix of the keys that name them.
var storedWords = map[string]string{"capacity": "capacity.", "pool": "pool.", "language": "language.", "role": "role.", "group": "group.",
	"expert": "expert_state.", "status": "member_status.", "region": "region.short.", "kind": "kind.", "mode": "mode.", "visibility": "visibility.",
	"lane": "lane.", "acceptance": "acceptance.", "regions": "region.short.", "languages": "language.", "interpretation": "language.", "open_to": "groups."}

// shownValues writes what a field holds, all of it, in the reader's language where it holds stored words.
func shownValues(w *i18n.Words, name string, values []string) string {
	var shown []string
	for _, value := range values {
		if prefix, known := storedWords[name]; known && w.Has(prefix+value) {
			value = w.T(prefix + value)
		} else if name == "all_day" && value == "on" {
			value = w.T("part.yes")
		}
		if value != "" {
			shown = append(shown, value)
		}
	}
	slices.Sort(shown) // the order in which boxes stand says nothing
	return w.List(shown)
}

// Moment is an instant in the zones that matter: that in which it counts, and the reader's own where
// its clock shows something else; Own is empty otherwise.
type Moment struct{ There, Own string }

// MomentIn writes an instant in a zone, and in the reader's own zone ("" when unknown).
func MomentIn(w *i18n.Words, t time.Time, zone, own string) Moment {
	m := Moment{There: w.T("moment.there", "time", w.DateTime(t, zone), "city", w.City(zone))}
	if own != "" && own != zone && t.In(location(own)).Format("15:04 2") != t.In(location(zone)).Format("15:04 2") {
		m.Own = w.T("moment.own", "time", w.DateTime(t, own), "city", w.City(own))
	}
	return m
}
