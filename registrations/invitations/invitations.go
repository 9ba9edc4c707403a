// Package invitations owns which organisation is invited to which activity, with how many seats
// per pool, whether the invitation has been sent, and what the organisation answered.
//
// It never knows who takes part, and never sends: the Desk tells the contact points.
package invitations

import (
	"fmt"
	"slices"
	"time"

	"capportal/events"
)

// Answer is what an organisation said to its invitation.
type Answer string

// The answers; `joined` and `left` are an operation's.
const (
	None     Answer = "none"
	Accepted Answer = "accepted"
	Declined Answer = "declined"
	Joined   Answer = "joined"
	Left     Answer = "left"
)

// Answers lists every answer.
func Answers() []Answer { return []Answer{None, Accepted, Declined, Joined, Left} }

// Invitation is one organisation's invitation to one activity.
type Invitation struct {
	ID           string          `bson:"_id" json:"-"` // activity/organisation
	Activity     string          `bson:"activity" json:"activity"`
	Organisation string          `bson:"organisation" json:"organisation"`
	Seats        []Seats         `bson:"seats,omitempty" json:"seats"` // empty: the activity's seats per organisation
	Funded       int             `bson:"funded,omitempty" json:"funded"`
	Answer       Answer          `bson:"answer" json:"answer"`
	Reason       string          `bson:"reason,omitempty" json:"reason"`
	Sent         *time.Time      `bson:"sent,omitempty" json:"sent"`
	Reported     *Reported       `bson:"reported,omitempty" json:"reported"`
	Nominations  int             `bson:"nominations" json:"-"` // counts every nomination made, so that two at once meet in one document
	Version      int             `bson:"version" json:"version"`
	History      []events.Change `bson:"history,omitempty" json:"-"`
}

// Seats is how many seats of a pool an organisation is invited to.
type Seats struct {
	Pool  events.Pool `bson:"pool" json:"pool"`
	Seats int         `bson:"seats" json:"seats"`
}

// Reported says whether a Member reported in an operation, and when (YYYY-MM-DD); nothing else.
type Reported struct {
	Reported bool   `bson:"reported" json:"reported"`
	On       string `bson:"on,omitempty" json:"on"`
}

// NoLimit says that an organisation may fill every seat there is.
const NoLimit = -1

// Limit gives how many seats of a pool an organisation may fill, NoLimit when nobody said. What the
// invitation says overrides the activity's seats per organisation (contract.md 4); one that names
// pools but not this one gives none of it.
func Limit(i *Invitation, a *events.Activity, pool events.Pool) int {
	if i != nil && len(i.Seats) > 0 {
		for _, s := range i.Seats {
			if s.Pool == pool {
				return s.Seats
			}
		}
		return 0
	}
	if a.SeatsEach > 0 {
		return a.SeatsEach
	}
	return NoLimit
}

// Validate judges an invitation for an activity.
func Validate(i *Invitation, a *events.Activity) error {
	var f events.Errors
	seen := map[events.Pool]bool{}
	for n, s := range i.Seats {
		field := fmt.Sprintf("seats.%d", n)
		switch {
		case !slices.Contains(a.Mode.Pools(), s.Pool) || seen[s.Pool]:
			f.Add(events.E(events.Invalid, "pool_not_of_mode", field+".pool").With("pool", string(s.Pool)))
		case s.Seats < 0 || s.Seats > events.MaxCapacity:
			f.Add(events.E(events.Invalid, "number_range", field+".seats").With("min", 0).With("max", events.MaxCapacity))
		}
		seen[s.Pool] = true
	}
	if i.Funded < 0 || i.Funded > events.MaxCapacity {
		f.Add(events.E(events.Invalid, "number_range", "funded").With("min", 0).With("max", events.MaxCapacity))
	}
	return f.Or()
}

// MayAnswer judges an answer: an operation is joined or left, anything else accepted or declined,
// and only who has joined can leave.
func MayAnswer(i *Invitation, a *events.Activity, to Answer) error {
	allowed := []Answer{Accepted, Declined}
	if a.Kind == events.Operation {
		allowed = []Answer{Joined, Declined}
		if i.Answer == Joined {
			allowed = []Answer{Left}
		}
	}
	if !slices.Contains(allowed, to) {
		return events.E(events.Conflict, "no_such_answer", "answer").With("answer", string(to))
	}
	return nil
}
