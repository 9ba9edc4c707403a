// Package events owns what is held: the activities of the programme, their sessions, their
// lifecycle, and the one rule that says who may see what.
//
// The words are the Secretariat's. An activity is one entry of the programme: a meeting of the
// CAP Group, a symposium, a workshop, an operation, its training and its debriefing. It happens
// in one IANA time zone, has sessions with times of their own, seats in one or two pools (on site
// and remote), a lane (how one gets in) and a visibility (who learns that it exists). A session is
// closed unless it says which groups it is open to.
//
// Programme is the only way to change an activity. It judges by the lifecycle table and the gates,
// writes the activity with its history, and tells its Follower in the same transaction.
//
// The package never knows who takes part: it asks its Facts. It never sends, renders or speaks a
// language: an Error carries a key and arguments, put into words at the edge.
package events
