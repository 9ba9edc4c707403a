// Package calendar turns what the portal knows about one calendar entry into
// iCalendar bytes (RFC 5545) that Outlook, Gmail, Apple Calendar and Thunderbird
// all take: the REQUEST and CANCEL that go out by mail (RFC 5546 3.2.2 and 3.2.5),
// and the PUBLISH objects of feeds and downloads (RFC 5546 3.2.1).
//
// It owns the shape of the bytes: escaping, folding, which properties stand in
// which object. The same Entry always gives the same bytes. It never decides what
// an entry says, when SEQUENCE rises or to whom it goes (the Desk does), never makes
// a mail (notify/mail does), and reads no clock, no store and no package of ours.
//
// What is never written, because some client stumbles over it: time zones (every
// timed event is in UTC), recurrences, alarms, SENT-BY, and any name or parameter
// name that came from a user.
package calendar
