// Package calendartest judges iCalendar objects in tests, so that every test that
// catches one (in a mail, a feed, a download) can hold it to the same rules.
//
// It owns two judges that share nothing with the package that writes the objects:
// Problems, a strict reader of our own, and Judge, which asks libical. Parse gives the
// values an object says, to compare them with those of a page or the API. It is
// imported by tests only, and never corrects what it reads.
//
// The rules are numbered as the sentences they print; they come from RFC 5545, 5546
// and 6047 and from what calendar clients were seen to drop.
package calendartest
