// Package audit keeps the acts that have no document of their own to carry their history: sign-ins,
// exports, imports, erasures.
//
// Acts are grouped by day (UTC), at most 256 a document, so that no document grows without end. It
// names people by their ids, never by name or address, and judges nothing. A leaf: its errors are plain.
package audit
