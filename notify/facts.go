package notify

import (
	"context"
	"slices"
	"strings"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/letters"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/invitations"
	"capportal/registrations/signin"
	"capportal/views/i18n"
)

// overtaken says that there is nothing to tell any more.
type overtaken string

func (o overtaken) Error() string { return string(o) }

// decisions are the kinds that give the reason which the registration carries.
var decisions = []string{"endorsed", "rejected", "confirmed", "promoted", "waitlisted", "refused", "withdrawn", "replaced"}

// facts collects what the letter of a notice may speak of. The error is overtaken, or of the store.
func (t *taking) facts(ctx context.Context, n outbox.Notice, w *i18n.Words) (f letters.Facts, err error) {
	if n.Kind == "sign_in" {
		if n.Data[signInID] == "" || t.batch.now.After(n.Queued.Add(signin.LinkLife)) {
			return f, overtaken("the link has expired")
		}
		return letters.Facts{Lasts: signin.LinkLife}, nil
	}
	a, err := t.batch.activity(ctx, n.Activity)
	if err != nil {
		return f, err
	}
	if a == nil {
		return f, overtaken("the activity is gone")
	}
	f = about(a, w)
	f.ReaderZone, f.HomeZone = t.batch.zones[n.Person], t.HomeZone
	f.Place = place(w, a.Place, a.Mode, "")
	f.Organisation = t.batch.organisation(w, n.Organisation)
	if n.Kind == "invitation" {
		return f, t.invited(ctx, n, a, &f)
	}
	r := t.batch.registrations[n.Registration]
	if r == nil {
		return f, overtaken("the registration is gone")
	}
	return f, t.registered(ctx, n, a, r, w, &f)
}

// about is what every letter about an activity knows.
func about(a *events.Activity, w *i18n.Words) letters.Facts {
	title, _ := w.Pick(a.Title)
	return letters.Facts{Code: a.Code, Title: title, Discreet: a.Neutral(), Start: a.Start, End: a.End, Zone: a.Zone, AllDay: a.AllDay}
}

// invited adds what an organisation is invited to.
func (t *taking) invited(ctx context.Context, n outbox.Notice, a *events.Activity, f *letters.Facts) error {
	if a.State.Off() {
		return overtaken("the activity does not take place as planned")
	}
	i, err := t.batch.invitation(ctx, a.Code, n.Organisation)
	if err != nil {
		return err
	}
	if i == nil {
		return overtaken("the invitation has been taken back")
	}
	for _, pool := range a.Mode.Pools() {
		limit := invitations.Limit(i, a, pool)
		if limit == invitations.NoLimit {
			limit = -1
		}
		f.Seats = append(f.Seats, letters.Seats{Pool: string(pool), Seats: limit})
	}
	f.Funded, f.Deadline = i.Funded, a.NominationDeadline()
	return nil
}

// registered adds what is known of a person's part.
func (t *taking) registered(ctx context.Context, n outbox.Notice, a *events.Activity, r *registrations.Registration, w *i18n.Words, f *letters.Facts) (err error) {
	if n.Kind == "address_confirmation" {
		if r.State != registrations.Draft {
			return overtaken("the address has been confirmed")
		}
		f.Lasts = registrations.DraftLife
	}
	pool := poolOf(r.Seat, r.Pool)
	f.Person, f.Place = r.Person.Name(), place(w, a.Place, a.Mode, pool)
	f.Capacity, f.Pool, f.State = string(r.Capacity), string(pool), string(r.State)
	f.Seated = r.Seat != ""
	f.BySecretariat, f.Unendorsed, f.FormerHolder, f.Rule = r.Via == registrations.ByEntry, r.Unendorsed, r.FormerHolder, r.WaitReason
	if f.Position, err = t.batch.position(ctx, r); err != nil {
		return err
	}
	if f.Reason = n.Data["why"]; slices.Contains(decisions, n.Kind) {
		f.Reason = r.Reason
	}
	switch n.Kind {
	case "will_you_come":
		f.Deadline = a.RegistrationDeadline()
	case "activity_changed":
		changes(n, r.Calendar.Said, a, pool, w, f)
	case "activity_merged":
		return t.merged(ctx, a, r, w, f)
	}
	return nil
}

// changes says what was before: what the person's calendar says, or, where it holds no entry, what
// the activity said.
func changes(n outbox.Notice, said *calendar.Entry, a *events.Activity, pool events.Pool, w *i18n.Words, f *letters.Facts) {
	f.TitleChanged = n.Data["title"] != ""
	if said != nil {
		if !said.Start.Equal(a.Start) || !said.End.Equal(a.End) || said.AllDay != a.AllDay || said.Zone != a.Zone {
			f.Was = &letters.When{Start: said.Start, End: said.End, Zone: said.Zone, AllDay: said.AllDay}
		}
		if said.Location != f.Place && (said.Language == w.Tag() || n.Data["was_place"] != "") {
			f.WasPlace = said.Location
		}
		return
	}
	start, err := time.Parse(time.RFC3339, n.Data["was_start"])
	end, err2 := time.Parse(time.RFC3339, n.Data["was_end"])
	if err == nil && err2 == nil {
		f.Was = &letters.When{Start: start, End: end, Zone: n.Data["was_zone"], AllDay: n.Data["was_all_day"] != ""}
	}
	if parts := strings.Split(n.Data["was_place"], "\n"); len(parts) == 4 {
		before := place(w, events.Place{Venue: parts[0], City: parts[1], Country: parts[2]}, events.Mode(parts[3]), pool)
		if before != f.Place {
			f.WasPlace = before
		}
	}
}

// merged names the other activity, if whoever reads may know that it exists.
func (t *taking) merged(ctx context.Context, a *events.Activity, r *registrations.Registration, w *i18n.Words, f *letters.Facts) error {
	into, err := t.batch.activity(ctx, a.MergedInto)
	if err != nil || into == nil {
		return err
	}
	reader := events.Visitor{Person: r.PersonID, Organisation: r.Organisation, Groups: []events.Group{r.Group}}
	if events.See(reader, into, t.batch.now) != events.Nothing {
		f.Into, _ = w.Pick(into.Title)
	}
	return nil
}
