// Package outbox is the durable queue of notices: what somebody is to be told,
// written in the transaction of the change it tells of, so that neither is ever
// stored without the other.
//
// It owns the collection `notices`: the states of a notice, leases with an expiry
// (one sender per notice, however many instances run), the order within one
// registration, the snapshot from which alone a mail is composed, and what is kept
// once it is sent (design.md 3).
//
// It never composes, sends or judges a mail, and it knows neither activities nor
// registrations: they are ids here, and a snapshot is somebody else's document.
//
// A transaction costs a wait for the disk or for a majority, so what happens to a batch
// is one transaction and one write: leased together with its snapshots, recorded
// together when sent. A fan-out's notices are leased by who expands it, where nothing
// speaks against it: each is written when it is made and when it is sent, and no more.
package outbox
