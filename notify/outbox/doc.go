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
// On the embedded engine a write clones the collection, also for each document of
// an insertion, but only once for an update of many documents. So what happens to
// a batch is one UpdateMany, and notices are short.
package outbox
