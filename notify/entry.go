package notify

import (
	"crypto/sha256"
	"strings"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/mail"
	"capportal/registrations"
	"capportal/views/i18n"
)

// Entries says what a calendar entry says, for every outlet: mail, download and feed ask it, so
// that they agree at once.
type Entries struct {
	Words *i18n.Bundle
	// From is the Secretariat's own address, which is ORGANIZER; its zero value, where no mail is
	// configured, gives one at Domain.
	From mail.Address
	// BaseURL is the portal's origin without a slash at its end; Domain stands behind the @ of UIDs.
	BaseURL, Domain string
}

// Own is the present calendar entry of a registration as it stands now; false when it has none,
// because nobody gave it a seat yet. What no longer takes place, or was taken back, is Cancelled.
//
// It says what the last mail said until the registration's SEQUENCE rises; then the newest truth,
// which the mail on its way will say too.
func (e Entries) Own(a *events.Activity, r *registrations.Registration) (calendar.Entry, bool) {
	c := &r.Calendar
	if c.UID == "" {
		return calendar.Entry{}, false
	}
	if c.Said != nil && (c.Cancelled || c.Said.Sequence == r.Sequence(a)) {
		return e.again(c, a), true
	}
	entry, where := e.newest(a, r)
	entry.UID, entry.Sequence, entry.Cancelled = c.UID, r.Sequence(a), c.Cancelled || a.State.Off()
	entry.Stamp = changed(a)
	if c.Requested {
		entry.Stamp = registrations.NextStamp(c.Stamp, entry.Stamp)
	}
	if entry.PartStat = c.Reply; c.Moves(entry, where) {
		entry.PartStat = ""
	}
	return entry, true
}

// Earlier are the entries of a registration that people were told of and that were taken back
// before the present one: a feed shows them as cancelled.
func (e Entries) Earlier(a *events.Activity, r *registrations.Registration) []calendar.Entry {
	var list []calendar.Entry
	for i := range r.Earlier {
		if r.Earlier[i].Said != nil {
			list = append(list, e.again(&r.Earlier[i], a))
		}
	}
	return list
}

// again says what the last mail said.
func (e Entries) again(c *registrations.Calendar, a *events.Activity) calendar.Entry {
	entry := *c.Said
	entry.Stamp, entry.PartStat = c.Stamp, c.Reply
	if c.Cancelled {
		entry.Sequence, entry.Cancelled = c.Final, true
	}
	entry.Cancelled = entry.Cancelled || a.State.Off()
	entry.Description = describe(e.Words.In(entry.Language), entry, "mail.calendar.registration")
	return entry
}

// newest says what a registration's entry is to say now, in its person's language, and where in
// stored words. UID, SEQUENCE, DTSTAMP and the answer are the registration's to give.
func (e Entries) newest(a *events.Activity, r *registrations.Registration) (entry calendar.Entry, at string) {
	pool := poolOf(r.Seat, r.Pool)
	w := e.Words.In(r.Person.Language)
	entry = e.of(a, w, pool)
	entry.URL = e.BaseURL + "/" + w.Tag() + "/registrations/" + r.ID
	entry.Description = describe(w, entry, "mail.calendar.registration")
	entry.Attendee = calendar.Address{Name: r.Person.Name(), Email: wire(r.Email)}
	if said := r.Calendar.Said; said != nil {
		entry.Organizer = said.Organizer // the same through the life of a UID
	}
	return entry, where(a.Place, a.Mode, pool)
}

// Public is the activity's own entry, for its file and the public feed; nobody is invited by it.
// Who asks has judged that the activity may be seen, and passes what may be seen of it.
func (e Entries) Public(a *events.Activity, language string) calendar.Entry {
	w := e.Words.In(language)
	entry := e.of(a, w, "")
	sum := sha256.Sum256([]byte("activity\x00" + a.Code))
	entry.UID = calendar.NewUID(func(b []byte) { copy(b, sum[:]) }, e.Domain)
	entry.Sequence, entry.Stamp, entry.Cancelled = a.CalendarRevision, changed(a), a.State.Off()
	entry.URL = e.BaseURL + "/" + w.Tag() + "/events/" + a.Slug
	entry.Description = describe(w, entry, "mail.calendar.page")
	return entry
}

// of is what every entry of an activity says.
func (e Entries) of(a *events.Activity, w *i18n.Words, pool events.Pool) calendar.Entry {
	return calendar.Entry{Start: a.Start, End: a.End, Zone: a.Zone, AllDay: a.AllDay, Summary: summary(w, a),
		Location: place(w, a.Place, a.Mode, pool), Organizer: e.organizer(), Language: w.Tag()}
}

// summary is the title in a calendar. Calendars are shared with colleagues and shown on locked
// telephones; so what only the invited or an operation's circle may know goes by its code alone
// (domain.md 11.1), and the registration's page tells the rest.
func summary(w *i18n.Words, a *events.Activity) string {
	title, _ := w.Pick(a.Title)
	if a.Visibility == events.ForInvited || a.Visibility == events.ForOperation || title == "" {
		return w.T("mail.calendar.discreet", "code", a.Code)
	}
	return title
}

// describe says in plain text when by which clock, where, and the page to open, which changes
// nothing by being opened. The title stands in the summary, if it may stand at all.
func describe(w *i18n.Words, entry calendar.Entry, link string) string {
	lines := []string{w.LongDateRange(entry.Start, entry.End, entry.Zone, true)}
	if !entry.AllDay {
		lines = []string{w.DateTimeRange(entry.Start, entry.End, entry.Zone), w.Zone(entry.Zone, entry.Start)}
	}
	if entry.Location != "" {
		lines = append(lines, entry.Location)
	}
	return strings.Join(append(lines, "", w.T(link, "url", entry.URL)), "\n")
}

func (e Entries) organizer() calendar.Address {
	if e.From.Email == "" {
		uid := calendar.NewUID(func([]byte) {}, e.Domain)
		return calendar.Address{Email: "secretariat" + uid[strings.LastIndexByte(uid, '@'):]}
	}
	return calendar.Address{Name: e.From.Name, Email: e.From.Email}
}

// changed is when what calendars say of an activity last changed, in whole seconds.
func changed(a *events.Activity) time.Time {
	switch {
	case !a.CalendarChanged.IsZero():
		return a.CalendarChanged.UTC()
	case len(a.History) > 0:
		return a.History[len(a.History)-1].At.UTC().Truncate(time.Second)
	}
	return time.Date(2000, 1, 1, 0, 0, a.CalendarRevision, 0, time.UTC)
}

// wire is the address as mails and calendars spell it; one that cannot be spelled stays as it is,
// and is refused where it is used.
func wire(address string) string {
	if spelled, err := mail.WireAddress(address); err == nil {
		return spelled
	}
	return address
}
