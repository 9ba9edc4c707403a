// Package portal puts the portal together: the database, the houses on it, the pages, the loops. It is
// the one place that does, so that the program, its commands, the demo and the tests of the whole run
// the same portal.
//
// It decides nothing and holds no rule; it knows no flag and no environment, which are the program's.
package portal
