package events

import "slices"

// The field's words, each set in one place (contract.md 4). They are stored, shown in the API and
// used in code as they stand; the catalogues put them into a reader's language.

// Kind is the kind of an activity.
type Kind string

// The kinds of activity.
const (
	CAPMeeting            Kind = "cap_meeting"
	ConsultativeMeeting   Kind = "consultative_meeting"
	Symposium             Kind = "symposium"
	NationalWorkshop      Kind = "national_workshop"
	RegionalWorkshop      Kind = "regional_workshop"
	Operation             Kind = "operation"
	PreOperationTraining  Kind = "pre_operation_training"
	Debriefing            Kind = "debriefing"
	AccreditationWorkshop Kind = "accreditation_workshop"
	ExpertRefresher       Kind = "expert_refresher"
	DiagnosticMission     Kind = "diagnostic_mission"
	ELearningCohort       Kind = "elearning_cohort"
)

// Kinds lists every kind, in the order in which the forms offer them.
func Kinds() []Kind {
	return []Kind{CAPMeeting, ConsultativeMeeting, Symposium, NationalWorkshop, RegionalWorkshop, Operation,
		PreOperationTraining, Debriefing, AccreditationWorkshop, ExpertRefresher, DiagnosticMission, ELearningCohort}
}

// Visibility says who learns that an activity exists.
type Visibility string

// The visibilities.
const (
	Public       Visibility = "public"
	ForMembers   Visibility = "members"
	ForInvited   Visibility = "invited"
	ForOperation Visibility = "operation"
)

// Visibilities lists every visibility, widest first.
func Visibilities() []Visibility {
	return []Visibility{Public, ForMembers, ForInvited, ForOperation}
}

// Lane says how one gets into an activity.
type Lane string

// The lanes.
const (
	Nomination       Lane = "nomination"        // contact points nominate; some register alone
	SelfRegistration Lane = "self_registration" // anyone who may see it registers
	InvitationOnly   Lane = "invitation_only"   // contact points of the invited nominate, officers enter
	NoLane           Lane = "none"              // officers enter
)

// Lanes lists every lane.
func Lanes() []Lane { return []Lane{Nomination, SelfRegistration, InvitationOnly, NoLane} }

// Acceptance says who decides about a seat.
type Acceptance string

// The acceptances.
const (
	Automatic Acceptance = "automatic" // a free seat is taken at once
	Decided   Acceptance = "decided"   // the Secretariat confirms
)

// Mode says where an activity takes place.
type Mode string

// The modes.
const (
	OnSite Mode = "onsite"
	Remote Mode = "remote"
	Hybrid Mode = "hybrid"
)

// Modes lists every mode.
func Modes() []Mode { return []Mode{OnSite, Remote, Hybrid} }

// Pool is a kind of seat: in the room, or on the line.
type Pool string

// The pools.
const (
	OnSitePool Pool = "onsite"
	RemotePool Pool = "remote"
)

// Pools lists the pools a mode has.
func (m Mode) Pools() []Pool {
	switch m {
	case OnSite:
		return []Pool{OnSitePool}
	case Remote:
		return []Pool{RemotePool}
	}
	return []Pool{OnSitePool, RemotePool}
}

// Group is a class of organisation that access speaks of.
type Group string

// The groups. A person belongs to the group of its organisation; an accredited expert also to Expert.
const (
	Member         Group = "member"
	RegionalEntity Group = "regional_entity"
	IGO            Group = "igo"
	Expert         Group = "expert"
	RightHolder    Group = "right_holder"
	Academia       Group = "academia"
	PublicGroup    Group = "public"
)

// Groups lists every group, from the innermost outward.
func Groups() []Group {
	return []Group{Member, RegionalEntity, IGO, Expert, RightHolder, Academia, PublicGroup}
}

// Regions lists the WCO's six regions by the codes it uses itself.
func Regions() []string { return []string{"AMS", "AP", "ESA", "EUR", "MENA", "WCA"} }

// AllRegions stands in an activity's regions for every region.
const AllRegions = "all"

// Role is what a person may do in the portal.
type Role string

// The roles.
const (
	Administrator Role = "administrator"
	Officer       Role = "officer"
	Management    Role = "management" // sees all, changes nothing
	ContactPoint  Role = "contact_point"
	Participant   Role = "participant"
)

// Roles lists every role, highest first.
func Roles() []Role {
	return []Role{Administrator, Officer, Management, ContactPoint, Participant}
}

// Valid tells whether a word is one of its set.
func Valid[W comparable](word W, set []W) bool { return slices.Contains(set, word) }
