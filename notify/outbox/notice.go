package outbox

import (
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// State is where a notice stands (contract.md 4).
type State string

// The states, in the contract's order.
const (
	Queued    State = "queued"    // waits for its time, or for a mail server to be configured
	Sending   State = "sending"   // leased to a worker until LeaseUntil
	Sent      State = "sent"      // the mail server took it
	Deferred  State = "deferred"  // failed for now; tried again at Due
	Bounced   State = "bounced"   // taken, then returned by a mail server further on
	Failed    State = "failed"    // refused for good, or given up
	Cancelled State = "cancelled" // overtaken before it was sent
)

// States are all states in the contract's order.
func States() []State {
	return []State{Queued, Sending, Sent, Deferred, Bounced, Failed, Cancelled}
}

// Methods of the calendar part that goes along; empty means none.
const (
	Request = "request"
	Cancel  = "cancel"
)

// Notice is one thing to tell one person, or, with Fanout, to expand into one
// notice for each person it concerns. All times are UTC, to the millisecond.
type Notice struct {
	// ID sorts by the time of writing and holds 128 random bits. Message-ID and MIME
	// boundaries derive from it.
	ID string `bson:"_id"`
	// Kind is the letter to write, in the words of package notify.
	Kind string `bson:"kind"`
	// Activity, Registration, Person and Organisation are ids of what it speaks of,
	// each empty where it speaks of none.
	Activity     string `bson:"activity,omitempty"`
	Registration string `bson:"registration,omitempty"`
	Person       string `bson:"person,omitempty"`
	Organisation string `bson:"organisation,omitempty"`
	// To is the address, bare; empty for a fan-out.
	To       string `bson:"to,omitempty"`
	Language string `bson:"language,omitempty"`
	// Method says whether a calendar part goes along: "", Request or Cancel; UID is
	// the calendar entry it speaks of.
	Method string `bson:"method,omitempty"`
	UID    string `bson:"uid,omitempty"`
	// Data is what only this notice knows, a few short words (a reason, the subject of
	// a link). It is dropped once sent.
	Data map[string]string `bson:"data,omitempty"`
	// Urgent notices are leased before all others: somebody sits and waits for them (a
	// sign-in link must not stand behind ten thousand invitations).
	Urgent bool `bson:"urgent,omitempty"`
	// Fanout marks a notice that is expanded, not sent; Cursor is how far, in the
	// words of whoever expands it.
	Fanout bool   `bson:"fanout,omitempty"`
	Cursor string `bson:"cursor,omitempty"`

	State State `bson:"state"`
	// Queued is when it was written, Sent when the mail server took it.
	Queued time.Time `bson:"queued"`
	Sent   time.Time `bson:"sent,omitempty"`
	// Due is the earliest time of the next attempt, as long as it is still to be sent.
	// Ended repeats State where it came to no good: Failed, Bounced or Cancelled. The
	// queue is looked for by these two and not by State, which changes too often for an
	// index.
	Due   time.Time `bson:"due,omitempty"`
	Ended State     `bson:"ended,omitempty"`
	// Attempts counts leases that were not released.
	Attempts int `bson:"attempts,omitempty"`
	// LastError is what the last failed attempt met, at most 300 bytes.
	LastError string `bson:"last_error,omitempty"`
	MessageID string `bson:"message_id,omitempty"`

	// LeaseOwner is unique to one lease: the owner, "/" and a random word.
	LeaseOwner string    `bson:"lease_owner,omitempty"`
	LeaseUntil time.Time `bson:"lease_until,omitempty"`

	// Snapshot is the document from which alone the mail is composed, fixed when the
	// notice was first leased. Its field `letter` is what is dropped once sent.
	Snapshot bson.Raw `bson:"snapshot,omitempty"`
	// Version rises with each write by others than the sender; a transaction that
	// relies on the notice raises it, so that a lease at the same time conflicts.
	Version int `bson:"version,omitempty"`
}

// order names what a notice must not overtake another in: its registration, the
// calendar entry, the expansion of one activity. Empty means it may go at any time.
func (n Notice) order() string {
	switch {
	case n.Registration != "":
		return "registration " + n.Registration
	case n.UID != "":
		return "uid " + n.UID
	case n.Fanout && n.Activity != "":
		return "fanout " + n.Activity
	}
	return ""
}

// free is from when on a worker may lease it, as far as it alone is concerned.
func (n Notice) free() time.Time {
	if n.State == Sending {
		return n.LeaseUntil
	}
	return n.Due
}

// event is what happens to a notice.
type event string

const (
	lease   event = "lease"   // a worker takes it
	release event = "release" // a worker gives it back untried
	send    event = "send"    // the mail server took it, or a fan-out is at its end
	delay   event = "defer"   // it failed for now
	fail    event = "fail"    // it failed for good
	cancel  event = "cancel"  // it is overtaken
	bounce  event = "bounce"  // it came back
	retry   event = "retry"   // somebody asks to try again
)

// transition is one row of the table of states.
type transition struct {
	event event
	from  []State
	to    State
}

// transitions is the whole life of a notice. A lease of one that is being sent
// needs its former lease to have expired; what a worker does needs its own.
var transitions = []transition{
	{lease, []State{Queued, Deferred, Sending}, Sending},
	{release, []State{Sending}, Queued},
	{send, []State{Sending}, Sent},
	{delay, []State{Sending}, Deferred},
	{fail, []State{Sending}, Failed},
	{cancel, []State{Queued, Deferred}, Cancelled},
	{bounce, []State{Sent}, Bounced},
	{retry, []State{Deferred, Failed}, Queued},
}

// pending are the states of a notice that is still to be sent.
var pending = []State{Queued, Deferred, Sending}

func rule(e event) transition {
	for _, t := range transitions {
		if t.event == e {
			return t
		}
	}
	return transition{event: e}
}
