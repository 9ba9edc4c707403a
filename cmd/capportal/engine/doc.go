// Package engine opens the database of the portal and offers transactions on it.
//
// One code path serves three engines, told apart by Options: MongoDB (a replica
// set, because transactions need one), the embedded engine (package embedded in this
// process, every commit made durable in one file before it is acknowledged), and
// memory (the same without the file, for tests). Stores are written against the
// interfaces of github.com/256dpi/lungo and never ask which engine they run on.
//
// The package owns opening and refusing, transactions and their retries, the
// embedded file, the migrations that create indexes, backups, which go from either
// engine to either, and stamps, by which whoever keeps something in memory learns that
// it has changed. It knows no collection's meaning: what a registration is stands in
// its own package.
//
// What a store must not do, because an engine refuses it or differs: operators other
// than embedded.Operators lists, aggregation, the positional $, collations; an _id that
// is no string; a sort that does not end in _id; an insert that expects its duplicate
// key to leave the transaction alive (look first, insert after).
package engine
