package registrations

import (
	"slices"
	"strings"
	"time"

	"capportal/events"
	"capportal/registrations/directory"
)

// Capacity is the role in which a person takes part (domain.md 7.3).
type Capacity string

// The capacities the rules speak of; Capacities lists them all.
const (
	Delegate  Capacity = "delegate"
	Alternate Capacity = "alternate" // holds no seat until it moves up
)

// Capacities lists every capacity, in the order of a list of participants.
func Capacities() []Capacity {
	return []Capacity{"chair", "vice_chair", "head_of_delegation", Delegate, Alternate, "adviser", "observer_igo", "observer_ngo",
		"observer_non_member", "right_holder", "platform", "academia", "expert", "resource_person", "speaker", "moderator",
		"host_staff", "other_authority", "secretariat", "interpreter", "technical_staff", "media"}
}

// OwnCapacities lists those that a person may give itself when registering alone; the others are
// given by a contact point (Nominated) or by the Secretariat.
func OwnCapacities() []Capacity {
	return []Capacity{Delegate, "adviser", "observer_igo", "observer_ngo", "observer_non_member", "right_holder", "platform",
		"academia", "expert", "other_authority", "media"}
}

// NominatedCapacities lists those that a contact point may give.
func NominatedCapacities() []Capacity {
	return []Capacity{"head_of_delegation", Delegate, Alternate, "adviser", "observer_igo", "observer_ngo", "right_holder",
		"platform", "academia", "expert", "speaker", "host_staff", "other_authority"}
}

// UsualCapacity gives the capacity that a group usually comes in.
func UsualCapacity(g events.Group) Capacity {
	switch g {
	case events.Member, events.RegionalEntity:
		return Delegate
	case events.IGO:
		return "observer_igo"
	case events.RightHolder:
		return "right_holder"
	case events.Academia:
		return "academia"
	case events.Expert:
		return "expert"
	}
	return "observer_ngo"
}

// Person is who takes part, as entered; a copy, since a name on a list of participants does not
// change when a profile does.
type Person struct {
	GivenName  string `bson:"given_name" json:"given_name"`
	FamilyName string `bson:"family_name" json:"family_name"`
	Email      string `bson:"email" json:"email"` // normalised
	Language   string `bson:"language" json:"language"`
}

// Name gives the whole name.
func (p Person) Name() string { return strings.TrimSpace(p.GivenName + " " + p.FamilyName) }

// Registration is one person's part in one activity.
type Registration struct {
	ID           string            `bson:"_id"`
	Activity     string            `bson:"activity"`
	PersonID     string            `bson:"person_id,omitempty"` // of the directory, once the address is known to be the person's
	Person       Person            `bson:"person"`
	Email        string            `bson:"email"` // the person's, for look-ups
	Organisation string            `bson:"organisation,omitempty"`
	Group        events.Group      `bson:"group"` // of the organisation
	Capacity     Capacity          `bson:"capacity"`
	Pool         events.Pool       `bson:"pool"`           // the pool asked for
	Seat         events.Pool       `bson:"seat,omitempty"` // the pool in which it holds a seat; empty: none
	State        State             `bson:"state"`
	Via          Via               `bson:"via"`
	Unendorsed   bool              `bson:"unendorsed,omitempty"`    // a Member's officer who registered alone: the administration endorses first
	Queue        int64             `bson:"queue,omitempty"`         // number on the waiting list of its pool
	Held         bool              `bson:"held,omitempty"`          // kept waiting by the Secretariat: not promoted by itself
	WaitReason   string            `bson:"wait_reason,omitempty"`   // why it waits: a message key
	FormerHolder bool              `bson:"former_holder,omitempty"` // held a seat when the activity was postponed and has not answered since
	Overridden   bool              `bson:"overridden,omitempty"`    // seated past a limit, in words
	Reason       string            `bson:"reason,omitempty"`        // of the last decision, shown to the person
	Undo         *Undoable         `bson:"undo,omitempty"`          // what it was before the Secretariat's last decision
	Request      *Request          `bson:"request,omitempty"`       // a replacement asked for after the deadline
	Answers      map[string]string `bson:"answers,omitempty"`
	Calendar     Calendar          `bson:"calendar"`
	Earlier      []Calendar        `bson:"earlier_entries,omitempty"` // entries taken back before the present one: feeds show them as cancelled
	Revision     int               `bson:"calendar_revision"`         // rises only with a notice that tells of it
	Link         int               `bson:"link_version"`              // raising it revokes the links mailed before
	Duplicate    string            `bson:"duplicate,omitempty"`       // its key while it lives: what no two of an activity share
	Created      time.Time         `bson:"created"`
	Expires      time.Time         `bson:"expires,omitempty"` // of a draft: when it is forgotten
	NameKey      string            `bson:"name_key"`
	Version      int               `bson:"version"`
	History      []events.Change   `bson:"history,omitempty"`
}

// Via is how a registration came about.
type Via string

// The ways in.
const (
	ByOneself    Via = "self"       // the person filled in the form
	ByNomination Via = "nomination" // a contact point did
	ByEntry      Via = "entry"      // an officer did
)

// Living tells whether the registration still counts against another one of the same person.
func (r *Registration) Living() bool {
	return !slices.Contains([]State{Draft, Rejected, Refused, Withdrawn, Replaced}, r.State)
}

// TakesPart tells whether the person sees the activity because it takes part (contract.md 4).
func (r *Registration) TakesPart() bool {
	return slices.Contains([]State{Endorsed, Waitlisted, Confirmed, Attended}, r.State)
}

// Stands tells whether the registration is in somebody's hands or holds its seat: an address has been
// confirmed, and nothing has ended it yet.
func (r *Registration) Stands() bool {
	return slices.Contains([]State{Submitted, Endorsed, Waitlisted, Confirmed}, r.State)
}

// Amendable tells whether what was entered can be changed while the activity is as it is.
func (r *Registration) Amendable(a *events.Activity) bool { return a.State.Stands() && r.Stands() }

// Withdrawable tells whether somebody may still withdraw it. It need not be heard that a postponed
// activity is on again to be rid of it.
func (r *Registration) Withdrawable(a *events.Activity, by Who) bool {
	return !a.State.Over() && slices.Contains(Possible(r.State, by), Withdraw)
}

// key gives what makes two living registrations of one activity the same person's.
func (r *Registration) key() string { return r.Email + " " + r.NameKey }

// note appends to the history.
func (r *Registration) note(at time.Time, by, what string, from, to State, why string) {
	c := events.Change{At: at, By: by, What: what, Why: why}
	if from != to {
		c.From, c.To = string(from), string(to)
	}
	r.History = append(slices.Clone(r.History), c)
}

// Entry is what somebody typed to take part.
type Entry struct {
	Person       Person
	Organisation string
	Capacity     Capacity
	Pool         events.Pool
	Answers      map[string]string
}

// AnswerKeys are the questions every activity asks; further ones come from questionnaires.
func AnswerKeys() []string { return []string{"post", "unit", "access_needs", "diet", "remark"} }

const maxAnswer = 1000

// check brings an entry into stored form for an activity: every fault, each beside its field.
func (e *Entry) check(a *events.Activity, capacities []Capacity, languages []string) error {
	var f events.Errors
	e.Person.GivenName = cleanName(e.Person.GivenName, "given_name", &f)
	e.Person.FamilyName = cleanName(e.Person.FamilyName, "family_name", &f)
	email, fault := directory.NormalAddress(e.Person.Email)
	if fault != nil {
		fault.Field = "email"
		f.Add(fault)
	}
	e.Person.Email = email
	if e.Person.Language == "" {
		e.Person.Language = "en"
	}
	if !slices.Contains(languages, e.Person.Language) {
		f.Add(events.E(events.Invalid, "language_not_offered", "language").With("language", e.Person.Language))
	}
	if !slices.Contains(capacities, e.Capacity) {
		f.Add(events.E(events.Invalid, "choose_one", "capacity"))
	}
	if pools := a.Mode.Pools(); e.Pool == "" && len(pools) == 1 {
		e.Pool = pools[0]
	}
	if !slices.Contains(a.Mode.Pools(), e.Pool) {
		f.Add(events.E(events.Invalid, "choose_one", "pool"))
	}
	f = append(f, e.checkAnswers()...)
	return f.Or()
}

func (e *Entry) checkAnswers() (f events.Errors) {
	for key, answer := range e.Answers {
		if !slices.Contains(AnswerKeys(), key) {
			f.Add(events.E(events.Invalid, "unknown_field", "answers."+key).With("field", key))
		}
		answer = strings.TrimSpace(answer)
		if len([]rune(answer)) > maxAnswer {
			f.Add(events.E(events.Invalid, "too_long", "answers."+key).With("max", maxAnswer))
		}
		if !events.Printable(answer, true) {
			f.Add(events.E(events.Invalid, "control_characters", "answers."+key))
		}
		if answer == "" {
			delete(e.Answers, key)
		} else {
			e.Answers[key] = answer
		}
	}
	return f
}

func cleanName(typed, field string, f *events.Errors) string {
	name, fault := directory.CleanName(typed, field)
	switch {
	case fault != nil:
		f.Add(fault)
	case name == "":
		f.Add(events.E(events.Invalid, "required", field))
	}
	return name
}

// clone copies an entry so that bringing it into stored form never reaches the caller's.
func (e Entry) clone() Entry {
	answers := make(map[string]string, len(e.Answers))
	for k, v := range e.Answers {
		answers[k] = v
	}
	e.Answers = answers
	return e
}
