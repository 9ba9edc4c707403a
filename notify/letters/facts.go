package letters

import "time"

// Facts are what a letter may speak of; each kind uses what it needs. Times are instants.
type Facts struct {
	// Code and Title name the activity, Title in the reader's language. A Discreet one is named in
	// the subject by its code alone, since subjects are read over shoulders (domain.md 11.1).
	Code, Title string
	Discreet    bool
	// Start and End are when it takes place, read in Zone (IANA); of an all-day activity End is the
	// midnight after the last day. ReaderZone is the reader's own, "" when unknown.
	Start, End       time.Time
	Zone, ReaderZone string
	AllDay           bool
	Place            string // in words; "" when there is none to name
	// Was is what a change changed; nil for what stayed.
	Was          *When
	WasPlace     string
	TitleChanged bool

	Person, Organisation string // names
	// Capacity, Pool and State are the stored words of the registration; "" where it has none.
	Capacity, Pool, State string
	Seated                bool   // holds a seat
	BySecretariat         bool   // entered by an officer, not nominated
	Unendorsed            bool   // the administration must endorse it first
	FormerHolder          bool   // held a seat when the activity was postponed
	Position              int    // on the waiting list, from 1; 0: does not wait
	Rule                  string // why it waits: pool_full, organisation_seats_full, held_by_secretariat
	Reason                string // as somebody wrote it
	Into                  string // title of the activity with which this one was merged; "" when it may not be named

	// Invites, Updates and Cancels say which calendar object goes along; AnswerAgain that an answer
	// given before is void.
	Invites, Updates, Cancels, AnswerAgain bool

	// Seats and Funded are what an organisation is invited to.
	Seats  []Seats
	Funded int
	// Deadline is the last instant to act, zero for none; HomeZone the Secretariat's zone.
	Deadline time.Time
	HomeZone string
	// Lasts is how long the link is good; zero says nothing about it.
	Lasts time.Duration
}

// When is a span of time as it was before a change.
type When struct {
	Start, End time.Time
	Zone       string
	AllDay     bool
}

// Seats is how many seats of a pool an organisation may fill; below 0 there is no limit.
type Seats struct {
	Pool  string
	Seats int
}
