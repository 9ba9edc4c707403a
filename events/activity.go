package events

import (
	"slices"
	"time"
)

// Text is a text in several languages, by BCP 47 tag.
type Text map[string]string

// Activity is one entry of the programme. Times are instants in UTC; Zone is the IANA zone in
// which they are read, and in which its days and deadlines are counted.
type Activity struct {
	Code             string        `bson:"_id" json:"code"` // IPR-2026-20; given once, never changed
	Slug             string        `bson:"slug" json:"slug"`
	Kind             Kind          `bson:"kind" json:"kind"`
	State            State         `bson:"state" json:"state"`
	Parent           string        `bson:"parent" json:"parent"` // code of the operation this belongs to
	Title            Text          `bson:"title" json:"title"`
	Description      Text          `bson:"description,omitempty" json:"description"`
	Objective        Text          `bson:"objective,omitempty" json:"objective"`
	ExpectedResults  Text          `bson:"expected_results,omitempty" json:"expected_results"`
	Start            time.Time     `bson:"start" json:"start"`
	End              time.Time     `bson:"end" json:"end"` // exclusive: an all-day activity ends at 00:00 after its last day
	Zone             string        `bson:"timezone" json:"timezone"`
	AllDay           bool          `bson:"all_day,omitempty" json:"all_day"`
	Mode             Mode          `bson:"mode" json:"mode"`
	Place            Place         `bson:"place" json:"place"`
	Host             string        `bson:"host,omitempty" json:"host"`
	Funding          string        `bson:"funding,omitempty" json:"funding"`
	Responsible      string        `bson:"responsible_officer,omitempty" json:"responsible_officer"` // an officer's address
	Regions          []string      `bson:"regions,omitempty" json:"regions"`                         // region codes, or ["all"]
	Languages        []string      `bson:"languages,omitempty" json:"languages"`
	Interpretation   []string      `bson:"interpretation,omitempty" json:"interpretation"`
	Visibility       Visibility    `bson:"visibility" json:"visibility"`
	Lane             Lane          `bson:"lane" json:"lane"`
	Acceptance       Acceptance    `bson:"acceptance" json:"acceptance"`
	Seats            []Seats       `bson:"seats,omitempty" json:"seats"`
	SeatsEach        int           `bson:"seats_per_organisation,omitempty" json:"seats_per_organisation"` // per pool; 0: no limit
	Deadlines        Deadlines     `bson:"deadlines" json:"deadlines"`
	Sessions         []Session     `bson:"sessions,omitempty" json:"sessions"`
	SessionsNote     string        `bson:"sessions_note,omitempty" json:"sessions_note"` // kept as typed; opens nothing
	Experts          []string      `bson:"experts,omitempty" json:"experts"`             // addresses of the experts assigned
	PublicReport     *PublicReport `bson:"public_report,omitempty" json:"public_report"`
	ParentReport     string        `bson:"parent_report,omitempty" json:"-"` // date of the parent's public report, written with the parent
	Figures          *Figures      `bson:"figures,omitempty" json:"figures"`
	Note             string        `bson:"note,omitempty" json:"-"`      // the Secretariat's own
	Announced        bool          `bson:"announced,omitempty" json:"-"` // it has been `approved` or beyond, so others than the Secretariat may see it
	Left             State         `bson:"left,omitempty" json:"-"`      // the state a postponed activity left
	MergedInto       string        `bson:"merged_into,omitempty" json:"merged_into,omitempty"`
	Imported         string        `bson:"imported,omitempty" json:"-"` // fingerprint of the row it was last imported from
	PreviousEdition  string        `bson:"previous_edition,omitempty" json:"-"`
	CalendarRevision int           `bson:"calendar_revision" json:"-"`          // rises only with a notice telling of it (design.md 3.5)
	CalendarChanged  time.Time     `bson:"calendar_changed,omitempty" json:"-"` // when what calendar entries say last changed
	Version          int           `bson:"version" json:"version"`
	History          []Change      `bson:"history,omitempty" json:"-"`
}

// Place is where an activity is held. Country is an ISO 3166-1 alpha-2 code.
type Place struct {
	City    string `bson:"city,omitempty" json:"city"`
	Country string `bson:"country,omitempty" json:"country"`
	Venue   string `bson:"venue,omitempty" json:"venue"`
}

// Seats is the capacity of one pool. How many are left is owned by registrations/seats.
type Seats struct {
	Pool     Pool `bson:"pool" json:"pool"`
	Capacity int  `bson:"capacity" json:"capacity"`
}

// Deadlines are the last instants, inclusive to the second; nil means none.
type Deadlines struct {
	Nomination   *time.Time `bson:"nomination,omitempty" json:"nomination"`
	Registration *time.Time `bson:"registration,omitempty" json:"registration"`
}

// Session is one part of an activity's programme with times of its own. OpenTo names the groups
// that may see and attend it; empty is Members only (contract.md 4).
type Session struct {
	ID     string    `bson:"id" json:"id"`
	Title  Text      `bson:"title" json:"title"`
	Text   Text      `bson:"text,omitempty" json:"description,omitempty"`
	Start  time.Time `bson:"start" json:"start"`
	End    time.Time `bson:"end" json:"end"`
	OpenTo []Group   `bson:"open_to,omitempty" json:"open_to"`
}

// PublicReport says that what happened is public from a day on (YYYY-MM-DD in the activity's zone).
type PublicReport struct {
	Date string `bson:"date" json:"date"`
	URL  string `bson:"url,omitempty" json:"url"`
}

// Figures are what the yearly report counts of an activity. They name nobody.
type Figures struct {
	Participants       *int     `bson:"participants" json:"participants"`
	Women              *int     `bson:"women" json:"women"`
	MembersRepresented *int     `bson:"members_represented" json:"members_represented"`
	MemberCodes        []string `bson:"member_codes,omitempty" json:"member_codes"`
	MembersJoined      *int     `bson:"members_joined" json:"members_joined"`
	MembersReported    *int     `bson:"members_reported" json:"members_reported"`
	Source             string   `bson:"source" json:"source"` // "imported" or "recorded"
}

// Change is one entry of a document's history.
type Change struct {
	At     time.Time         `bson:"at" json:"at"`
	By     string            `bson:"by" json:"by"`     // a person's id, "import" or "portal"
	What   string            `bson:"what" json:"what"` // "created", "state", "moved", "edited", …
	From   string            `bson:"from,omitempty" json:"from,omitempty"`
	To     string            `bson:"to,omitempty" json:"to,omitempty"`
	Why    string            `bson:"why,omitempty" json:"why,omitempty"`
	Detail map[string]string `bson:"detail,omitempty" json:"detail,omitempty"` // e.g. field names that changed
}

// WasPostponed tells whether the activity is or once was postponed, after which former holders of seats may
// stand before all others.
func (a *Activity) WasPostponed() bool {
	return slices.ContainsFunc(a.History, func(c Change) bool { return c.To == string(Postponed) })
}

// Location gives the activity's zone; UTC when the zone is unknown, which validation refuses.
func (a *Activity) Location() *time.Location {
	l, err := zone(a.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Capacity gives how many seats a pool has; a pool the activity lacks has none.
func (a *Activity) Capacity(p Pool) int {
	for _, s := range a.Seats {
		if s.Pool == p {
			return s.Capacity
		}
	}
	return 0
}

// Session finds a session by its id.
func (a *Activity) Session(id string) (Session, bool) {
	for _, s := range a.Sessions {
		if s.ID == id {
			return s, true
		}
	}
	return Session{}, false
}

// Reported tells whether the public report is out on the day of now, in the activity's zone:
// its own, or that of the operation it belongs to.
func (a *Activity) Reported(now time.Time) bool {
	today := now.In(a.Location()).Format(time.DateOnly)
	out := func(day string) bool { return day != "" && day <= today }
	return a.PublicReport != nil && out(a.PublicReport.Date) || out(a.ParentReport)
}
