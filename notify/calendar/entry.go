package calendar

import "time"

// Method is the METHOD of an object: what the receiver is asked to do with it
// (RFC 5546 1.4). Upper case, as some clients compare it so.
type Method string

const (
	// Request invites, or updates an invitation (RFC 5546 3.2.2).
	Request Method = "REQUEST"
	// Cancel takes an invitation back (RFC 5546 3.2.5).
	Cancel Method = "CANCEL"
	// Publish shows entries that want no answer: feeds and downloads (RFC 5546 3.2.1).
	Publish Method = "PUBLISH"
)

// Address is a calendar user: an organizer or an attendee.
type Address struct {
	// Name is the display name, in any script; empty shows the address.
	Name string `bson:"name,omitempty" json:"name,omitempty"`
	// Email is the bare address in ASCII (`delegate@customs.example`): no display
	// name, no quoted local part, the domain in its ASCII form.
	Email string `bson:"email,omitempty" json:"email,omitempty"`
}

// IsZero tells that there is no address, which stores then leave out.
func (a Address) IsZero() bool { return a == Address{} }

// Entry is what one VEVENT says. It is a value: a notice keeps it as its snapshot
// and is composed from it alone, so that a repeat is the same bytes.
type Entry struct {
	// UID names the event for ever, from its first REQUEST to its CANCEL (NewUID).
	UID string `bson:"uid" json:"uid"`
	// Sequence is the revision of the event, 0 at first, never lower than before
	// (RFC 5546 2.1.4).
	Sequence int `bson:"sequence" json:"sequence"`
	// Stamp is DTSTAMP: when this revision was made. Written in UTC, whole seconds.
	Stamp time.Time `bson:"stamp" json:"stamp"`
	// Start and End are the instants between which the event takes place; End is after
	// Start. Of an all-day entry they are read as dates in Zone: Start's date is the first
	// day, and End stands at 00:00 after the last. An End within a day counts that day.
	Start time.Time `bson:"start" json:"start"`
	End   time.Time `bson:"end" json:"end"`
	// Zone is the IANA zone of the activity. It decides the dates of an all-day
	// entry; timed entries are written in UTC whatever it is.
	Zone string `bson:"zone,omitempty" json:"zone,omitempty"`
	// AllDay says that the entry has dates and no hours.
	AllDay bool `bson:"all_day,omitempty" json:"all_day,omitempty"`
	// Summary is the title; it must not be empty.
	Summary string `bson:"summary" json:"summary"`
	// Location is where it takes place, on one line; empty writes none.
	Location string `bson:"location,omitempty" json:"location,omitempty"`
	// Description is plain text with line feeds. A link in it may open a page and
	// nothing more: scanners of mail follow links.
	Description string `bson:"description,omitempty" json:"description,omitempty"`
	// URL is the page of the entry: absolute, http or https, in ASCII; empty writes none.
	URL string `bson:"url,omitempty" json:"url,omitempty"`
	// Organizer is an address of the portal's own, the same through the life of a UID.
	Organizer Address `bson:"organizer" json:"organizer"`
	// Attendee is the one person invited, to whom the mail goes. Feeds and downloads
	// never write it.
	Attendee Address `bson:"attendee,omitempty" json:"attendee,omitzero"`
	// Language is the BCP 47 tag of the texts; empty says nothing about it.
	Language string `bson:"language,omitempty" json:"language,omitempty"`
	// PartStat is the attendee's answer as it is stored: needs_action (also none or
	// empty), accepted, tentative or declined.
	PartStat string `bson:"partstat,omitempty" json:"partstat,omitempty"`
	// Cancelled marks an entry of a feed or download that no longer takes place.
	Cancelled bool `bson:"cancelled,omitempty" json:"cancelled,omitempty"`
	// Modified is LAST-MODIFIED: when what the entry says last changed. Zero means Stamp.
	Modified time.Time `bson:"modified,omitempty" json:"modified,omitzero"`
}

// cancelledStays is how long a cancelled entry stays in a feed after its end, so that
// every subscriber's own clock fetches the feed at least once meanwhile.
const cancelledStays = 6 * 7 * 24 * time.Hour

// InFeed tells whether the entry still belongs in a feed at now: one that takes place
// always does, a cancelled one until six weeks after its end.
func (e Entry) InFeed(now time.Time) bool {
	return !e.Cancelled || now.Before(e.End.Add(cancelledStays))
}

// partStats maps the stored answer to PARTSTAT (RFC 5545 3.2.12).
var partStats = map[string]string{
	"":             "NEEDS-ACTION",
	"none":         "NEEDS-ACTION",
	"needs_action": "NEEDS-ACTION",
	"accepted":     "ACCEPTED",
	"tentative":    "TENTATIVE",
	"declined":     "DECLINED",
}
