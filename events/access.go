package events

import (
	"slices"
	"time"
)

// Visitor is whoever asks, filled once a request by the Desk. The zero value is an anonymous
// visitor of the public.
type Visitor struct {
	Person       string // id; empty: nobody is signed in
	Email        string // normalised address
	Name         string
	Language     string
	Zone         string // the reader's IANA zone, "" when unknown
	Role         Role
	Groups       []Group // of its organisation; an accredited expert also Expert
	Organisation string  // code
	Region       string  // of its organisation
	ReadOnly     bool    // acts by a read token: sees, changes nothing

	Invited   []string // codes of activities to which its organisation's invitation has been sent
	Joined    []string // codes of operations its organisation has joined and not left
	Assigned  []string // codes of activities to which the person is assigned as expert
	TakesPart []string // codes of activities in which the person is endorsed, waitlisted, confirmed or attended
}

// SignedIn tells whether somebody is signed in.
func (v Visitor) SignedIn() bool { return v.Person != "" }

// Secretariat tells whether the visitor sees all: officers, management and administrators.
func (v Visitor) Secretariat() bool {
	return v.Role == Officer || v.Role == Management || v.Role == Administrator
}

// Decides tells whether the visitor may change the programme and decide on registrations.
func (v Visitor) Decides() bool {
	return !v.ReadOnly && (v.Role == Officer || v.Role == Administrator)
}

// Speaks tells whether the visitor is a contact point of this organisation.
func (v Visitor) Speaks(organisation string) bool {
	return v.Role == ContactPoint && organisation != "" && v.Organisation == organisation
}

// In tells whether the visitor belongs to a group. Everybody belongs to the public.
func (v Visitor) In(g Group) bool { return g == PublicGroup || slices.Contains(v.Groups, g) }

// Sight is how much of an activity a visitor may see.
type Sight int

// What may be seen.
const (
	Nothing Sight = iota // not even that it exists
	Entry                // title, dates, place, figures: the calendar entry
	Page                 // the page with its programme; of a closed session only that it takes place
	All                  // everything: the Secretariat
)

// See is the one rule for who may see an activity (contract.md 4, domain.md 7.4). Pages, lists,
// search, feeds, documents, the API and mail subjects all ask it, or its twin for lists, Filter.
func See(v Visitor, a *Activity, now time.Time) Sight {
	if v.Secretariat() {
		return All
	}
	if !a.Announced {
		return Nothing
	}
	in := func(codes []string) bool { return slices.Contains(codes, a.Code) }
	if in(v.TakesPart) || in(v.Assigned) {
		return Page
	}
	switch a.Visibility {
	case Public:
		return Page
	case ForMembers:
		if v.In(Member) || v.In(RegionalEntity) || v.In(IGO) || v.In(Expert) {
			return Page
		}
	case ForInvited:
		if in(v.Invited) || v.regional(a) {
			return Page
		}
	case ForOperation:
		if in(v.Joined) || a.Parent != "" && slices.Contains(v.Joined, a.Parent) || v.regional(a) {
			return Page
		}
		if in(v.Invited) || a.Reported(now) {
			return Entry
		}
	}
	return Nothing
}

// regional tells whether the visitor is an entity of one of the activity's regions.
func (v Visitor) regional(a *Activity) bool {
	return v.In(RegionalEntity) && (slices.Contains(a.Regions, AllRegions) || v.Region != "" && slices.Contains(a.Regions, v.Region))
}

// SeeSession tells whether a visitor who sees the activity's page may also see a session's title
// and content. A session is open to the groups it names; one that names none, to Members only.
// `expert` means an expert assigned to this activity.
func SeeSession(v Visitor, a *Activity, s Session, now time.Time) bool {
	switch See(v, a, now) {
	case All:
		return true
	case Page:
		return slices.ContainsFunc(s.Groups(), func(g Group) bool {
			if g == Expert {
				return slices.Contains(v.Assigned, a.Code)
			}
			return v.In(g)
		})
	}
	return false
}

// Groups gives the groups a session is open to; nobody named means Members.
func (s Session) Groups() []Group {
	if len(s.OpenTo) == 0 {
		return []Group{Member}
	}
	return s.OpenTo
}

// Neutral tells whether a mail's subject about the activity must not betray it: whatever not
// everyone may see.
func (a *Activity) Neutral() bool { return a.Visibility != Public }

// Shown gives the activity as this visitor may see it: closed sessions keep their times and lose
// title, text and groups; an entry loses everything but title, dates, place and, once the public
// report is out, figures. The second value is false when it may not be seen at all.
func Shown(v Visitor, a Activity, now time.Time) (Activity, bool) {
	sight := See(v, &a, now)
	switch sight {
	case Nothing:
		return Activity{}, false
	case All:
		return a, true
	case Entry:
		entry := Activity{Code: a.Code, Slug: a.Slug, Kind: a.Kind, State: a.State, Title: a.Title, Start: a.Start, End: a.End,
			Zone: a.Zone, AllDay: a.AllDay, Mode: a.Mode, Place: a.Place, Regions: a.Regions, Languages: a.Languages,
			Visibility: a.Visibility, CalendarRevision: a.CalendarRevision, CalendarChanged: a.CalendarChanged,
			Announced: true, Version: a.Version, Lane: a.Lane, Acceptance: a.Acceptance}
		if a.Reported(now) {
			entry.Figures, entry.PublicReport = a.Figures, a.PublicReport
		}
		return entry, true
	}
	shown := a
	shown.Note, shown.SessionsNote, shown.History, shown.Experts, shown.Responsible, shown.Funding = "", "", nil, nil, "", ""
	shown.Sessions = make([]Session, 0, len(a.Sessions))
	for _, s := range a.Sessions {
		if !SeeSession(v, &a, s, now) {
			s = Session{ID: "", Start: s.Start, End: s.End}
		}
		shown.Sessions = append(shown.Sessions, s)
	}
	return shown, true
}
