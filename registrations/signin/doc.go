// Package signin owns how a person proves who it is, and what follows from that: the key that
// signs links, one-time sign-in links, sessions, API tokens; and the two guards that go with
// strangers' requests, limits and idempotency keys.
//
// A link is an HMAC of purpose, subject and version: composed again at will, revoked by raising the
// version, never stored. A sign-in link's subject is the row that holds its expiry and single use.
// Session ids and tokens are random and stored hashed, so that who reads the store cannot use them.
// All of it lies in the store, none in a process, so that several instances share it.
//
// The package knows no HTTP: no cookie, no header. It decides nothing about roles or access, and it
// sends nothing: it hands a notice to a func in the transaction of the sign-in's row.
package signin
