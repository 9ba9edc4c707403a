package directory

import (
	"slices"
	"strings"
	"time"

	"capportal/events"
)

// The career of an expert (domain.md 5). Who is none has the empty word.
const (
	Candidate     = "candidate"
	PreAccredited = "pre_accredited"
	Accredited    = "accredited"
	Recognized    = "recognized"
)

// ExpertStates lists the states of an expert's career, in its order.
func ExpertStates() []string { return []string{Candidate, PreAccredited, Accredited, Recognized} }

// Person is somebody the portal knows: an address and a name together.
type Person struct {
	ID           string          `bson:"_id"`   // 128 random bits, in hexadecimal
	Email        string          `bson:"email"` // as NormalAddress gives it
	GivenName    string          `bson:"given_name"`
	FamilyName   string          `bson:"family_name"`
	NameKey      string          `bson:"name_key"`           // as NormalName gives it
	Twin         string          `bson:"twin,omitempty"`     // address and name key: what no two people share; the store keeps it unique
	Language     string          `bson:"language"`           // in which it is written to
	Zone         string          `bson:"timezone,omitempty"` // IANA zone in which it reads times; none: the activity's
	Role         events.Role     `bson:"role"`
	Organisation string          `bson:"organisation,omitempty"` // code
	Expert       string          `bson:"expert,omitempty"`       // state of an expert's career, or none
	Title        string          `bson:"title,omitempty"`        // before the name: Ms, Dr
	Post         string          `bson:"post,omitempty"`
	FeedVersion  int             `bson:"feed_version"` // raised to revoke the personal calendar feed
	LinkVersion  int             `bson:"link_version"` // raised to revoke the links in mails
	Created      time.Time       `bson:"created"`      // UTC
	Version      int             `bson:"version"`
	History      []events.Change `bson:"history,omitempty"`
}

// Name gives the person's name as it is spoken: given name, then family name.
func (p Person) Name() string { return strings.TrimSpace(p.GivenName + " " + p.FamilyName) }

// IsExpert tells whether the person counts as an accredited expert: accredited, or recognized, which
// comes after it.
func (p Person) IsExpert() bool { return p.Expert == Accredited || p.Expert == Recognized }

// Groups gives the groups a person belongs to on a day: that of its organisation, and Expert for an
// accredited expert. A Member's people belong to Member only while the membership lasts. Whoever
// belongs nowhere belongs to the public.
func Groups(p Person, o Organisation, on time.Time) []events.Group {
	var groups []events.Group
	if o.Code != "" && o.Code == p.Organisation && o.Group != "" && (o.Group != events.Member || o.Lasts(on)) {
		groups = append(groups, o.Group)
	}
	if p.IsExpert() && !slices.Contains(groups, events.Expert) {
		groups = append(groups, events.Expert)
	}
	if len(groups) == 0 {
		groups = []events.Group{events.PublicGroup}
	}
	return groups
}

// tidy brings what was typed into the form that is kept, and says what is wrong with it, field by
// field. Languages are those on offer; the first is the default.
func (p *Person) tidy(languages []string) events.Errors {
	var faults events.Errors
	if address, fault := NormalAddress(p.Email); fault != nil {
		faults.Add(fault)
	} else {
		p.Email = address
	}
	for _, part := range []struct {
		field string
		text  *string
	}{{"given_name", &p.GivenName}, {"family_name", &p.FamilyName}, {"title", &p.Title}, {"post", &p.Post}} {
		text, fault := CleanName(*part.text, part.field)
		if fault != nil {
			faults.Add(fault)
			continue
		}
		*part.text = text
	}
	p.NameKey = NormalName(p.GivenName, p.FamilyName)
	if p.NameKey == "" && len(faults) == 0 {
		faults.Add(events.E(events.Invalid, "name_missing", "family_name"))
	}
	p.Twin = p.Email + " " + p.NameKey
	return append(faults, p.tidyWords(languages)...)
}

func (p *Person) tidyWords(languages []string) events.Errors {
	var faults events.Errors
	p.Organisation = strings.ToUpper(strings.TrimSpace(p.Organisation))
	if p.Language == "" {
		p.Language = languages[0]
	}
	if !slices.Contains(languages, p.Language) {
		faults.Add(events.E(events.Invalid, "language_unknown", "language").With("language", p.Language))
	}
	if !validZone(p.Zone) {
		faults.Add(events.E(events.Invalid, "zone_unknown", "timezone").With("zone", p.Zone))
	}
	if p.Role == "" {
		p.Role = events.Participant
	}
	if !events.Valid(p.Role, events.Roles()) {
		faults.Add(events.E(events.Invalid, "role_unknown", "role").With("role", string(p.Role)))
	}
	if p.Expert != "" && !slices.Contains(ExpertStates(), p.Expert) {
		faults.Add(events.E(events.Invalid, "expert_unknown", "expert").With("expert", p.Expert))
	}
	if p.Role == events.ContactPoint && p.Organisation == "" {
		faults.Add(events.E(events.Invalid, "contact_point_organisation", "organisation"))
	}
	return faults
}

// validZone tells whether a zone is a known IANA name; none is fine. "Local" is the machine's, not a zone.
func validZone(zone string) bool {
	if zone == "" {
		return true
	}
	_, err := events.LoadZone(zone)
	return err == nil
}

// changed names the fields in which two states of a person differ, as the API spells them. Names
// of fields only: a history must not keep what an erasure takes out.
func (p Person) changed(before Person) []string {
	var fields []string
	note := func(name string, differs bool) {
		if differs {
			fields = append(fields, name)
		}
	}
	note("email", p.Email != before.Email)
	note("given_name", p.GivenName != before.GivenName)
	note("family_name", p.FamilyName != before.FamilyName)
	note("title", p.Title != before.Title)
	note("post", p.Post != before.Post)
	note("language", p.Language != before.Language)
	note("timezone", p.Zone != before.Zone)
	note("role", p.Role != before.Role)
	note("organisation", p.Organisation != before.Organisation)
	note("expert", p.Expert != before.Expert)
	note("feed_version", p.FeedVersion != before.FeedVersion)
	note("link_version", p.LinkVersion != before.LinkVersion)
	return fields
}
