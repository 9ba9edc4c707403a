// Package embedded is the database of a portal that runs without MongoDB: collections
// in memory, behind the interfaces of github.com/256dpi/lungo that the stores are
// written against, with every commit handed to a keeper that makes it durable.
//
// A document is kept as the BSON it was written as and never changes; a new version
// is a new document. A collection is a handful of copy-on-write B-trees, one by _id
// and one for each index. So a copy of everything costs nothing: a reader takes the
// roots of the last commit and nobody makes it wait, a transaction works on a copy
// of its own that is put in the place of the roots when the keeper has it, or dropped.
// A filter is compiled once and put to the BSON as it lies; a small planner chooses
// the index that leaves the fewest documents to be looked at.
//
// Operators, options and methods that no store uses are not there: asking for one is
// an error, never a panic and never a silent difference from MongoDB. What is there
// means what it means to MongoDB; the tests hold it against mongokit and a real server.
//
// The package knows no file and no collection's meaning, and it does not queue
// writers: package engine lets one at a time begin.
package embedded
