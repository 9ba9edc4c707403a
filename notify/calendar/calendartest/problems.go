package calendartest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Check fails the test with everything that Problems finds in the object.
func Check(t testing.TB, ics []byte) {
	t.Helper()
	if found := Problems(ics); len(found) > 0 {
		t.Errorf("%s\nin\n%s", strings.Join(found, "\n"), ics)
	}
}

// Problems lists which rules for outgoing objects this one breaks, each with its
// number; none gives nil. It judges what one object shows by itself: bytes, syntax, what
// its METHOD asks for, and that nothing is in it which no object of ours carries.
func Problems(ics []byte) []string {
	found := checkOctets(ics)
	cal, err := readTree(contentLines(ics))
	if err != nil {
		return append(found, "syntax (rules 5, 6): "+err.Error())
	}
	method := cal.value("METHOD")
	found = append(found, checkComponent(cal, calendarProps)...)
	found = append(found, checkCalendar(cal, method)...)
	uids := map[string]bool{}
	for _, c := range cal.children {
		if c.name != "VEVENT" {
			found = append(found, ruleOf(c.name)+": a "+c.name+" is never written")
			continue
		}
		found = append(found, checkComponent(c, eventProps)...)
		found = append(found, checkEvent(c, method)...)
		uids[c.value("UID")] = true
	}
	events := len(cal.children)
	if method != "PUBLISH" && events != 1 {
		found = append(found, fmt.Sprintf("rule 11: %s holds %d events, want 1", method, events))
	}
	if len(uids) != events && method == "PUBLISH" {
		found = append(found, "rule 55: two events share a UID")
	}
	return found
}

// form is how often and with which parameters a property may stand, and how its value
// reads.
type form struct {
	once   bool // exactly once, else at most once
	text   bool // a TEXT value of user text
	params string
	value  *regexp.Regexp
}

func re(s string) *regexp.Regexp { return regexp.MustCompile(`\A(?:` + s + `)\z`) }

const (
	utcTime  = `\d{8}T\d{6}Z`
	bareMail = `mailto:[^\s<>"\\,;:@]+@[A-Za-z0-9.-]+`
)

// calendarProps are the properties that a VCALENDAR of ours may have (rules 6, 9, 56, 57).
var calendarProps = map[string]form{
	"VERSION":          {once: true, value: re(`2\.0`)},
	"PRODID":           {once: true, value: re(`[ -~]+`)},
	"METHOD":           {once: true, value: re(`REQUEST|CANCEL|PUBLISH`)},
	"CALSCALE":         {value: re(`GREGORIAN`)},
	"NAME":             {text: true},
	"X-WR-CALNAME":     {text: true},
	"REFRESH-INTERVAL": {params: "VALUE", value: re(`PT\d+H`)},
	"X-PUBLISHED-TTL":  {value: re(`PT\d+H`)},
}

// eventProps are the properties that a VEVENT of ours may have (rules 6, 13, 16, 20, 21,
// 29, 36, 37). What is not here is never written: RRULE, RDATE, EXDATE, RECURRENCE-ID,
// DURATION, ATTACH, X-ALT-DESC, X-MICROSOFT-CDO-ALLDAYEVENT.
var eventProps = map[string]form{
	"UID":                          {once: true, value: re(`[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+`)},
	"SEQUENCE":                     {once: true, value: re(`0|[1-9]\d{0,9}`)},
	"DTSTAMP":                      {once: true, value: re(utcTime)},
	"LAST-MODIFIED":                {once: true, value: re(utcTime)},
	"DTSTART":                      {once: true, params: "VALUE", value: re(utcTime + `|\d{8}`)},
	"DTEND":                        {once: true, params: "VALUE", value: re(utcTime + `|\d{8}`)},
	"SUMMARY":                      {once: true, text: true, params: "LANGUAGE"},
	"LOCATION":                     {text: true, params: "LANGUAGE"},
	"DESCRIPTION":                  {text: true, params: "LANGUAGE"},
	"URL":                          {value: re(`https?://[!-~]+`)},
	"ORGANIZER":                    {once: true, params: "CN", value: re(bareMail)},
	"ATTENDEE":                     {params: "CN CUTYPE PARTSTAT ROLE RSVP", value: re(bareMail)},
	"STATUS":                       {once: true, value: re(`CONFIRMED|TENTATIVE|CANCELLED`)},
	"TRANSP":                       {once: true, value: re(`OPAQUE|TRANSPARENT`)},
	"CLASS":                        {value: re(`PUBLIC|PRIVATE|CONFIDENTIAL`)},
	"X-MICROSOFT-DISALLOW-COUNTER": {value: re(`TRUE`)},
}

// rules names the rule that a property, parameter or component belongs to.
var rules = map[string]string{
	"VERSION": "9", "PRODID": "9", "METHOD": "9", "CALSCALE": "9", "UID": "13",
	"SEQUENCE": "16", "DTSTAMP": "20", "LAST-MODIFIED": "55", "DTSTART": "29", "DTEND": "29",
	"SUMMARY": "13", "ORGANIZER": "21", "ATTENDEE": "22", "STATUS": "36", "TRANSP": "36", "CLASS": "36",
	"X-MICROSOFT-DISALLOW-COUNTER": "37", "REFRESH-INTERVAL": "56", "X-PUBLISHED-TTL": "56",
	"NAME": "57", "X-WR-CALNAME": "57", "DURATION": "28", "SENT-BY": "27", "TZID": "29",
	"VTIMEZONE": "30", "VALARM": "38", "RDATE": "35", "RRULE": "35", "EXDATE": "35", "RECURRENCE-ID": "41",
	"ALTREP": "39", "X-ALT-DESC": "39", "X-MICROSOFT-CDO-ALLDAYEVENT": "34",
	"CN": "5", "CUTYPE": "24", "ROLE": "24", "PARTSTAT": "24", "RSVP": "24",
}

// ruleOf is the rule of the first of the names that has one; else that names are ours.
func ruleOf(names ...string) string {
	for _, name := range names {
		if n := rules[name]; n != "" {
			return "rule " + n
		}
	}
	return "rule 6"
}

// checkComponent judges each property by its form (rules 4 to 6), and what is nested.
func checkComponent(c *component, forms map[string]form) []string {
	var found []string
	report := func(name, format string, args ...any) {
		found = append(found, ruleOf(name)+": "+name+" "+fmt.Sprintf(format, args...))
	}
	for name, f := range forms {
		if n := len(c.all(name)); n > 1 || f.once && n != 1 {
			report(name, "stands %d times in %s", n, c.name)
		}
	}
	for _, p := range c.props {
		f, known := forms[p.name]
		if !known {
			report(p.name, "is never written in %s", c.name)
			continue
		}
		if f.value != nil && !f.value.MatchString(p.value) {
			report(p.name, "has the value %q", p.value)
		}
		if f.text {
			if s, err := unescape(p.value); err != nil {
				found = append(found, fmt.Sprintf("rule 4: %s: %v", p.name, err))
			} else if strings.TrimSpace(s) == "" {
				report(p.name, "is empty")
			}
		}
		seen := map[string]bool{}
		for _, q := range p.params {
			if !slices.Contains(strings.Fields(f.params), q.name) {
				found = append(found, fmt.Sprintf("%s: %s is never written as a parameter of %s", ruleOf(q.name, p.name), q.name, p.name))
			}
			if seen[q.name] || len(q.values) != 1 || q.values[0] == "" {
				found = append(found, fmt.Sprintf("rule 5: %s of %s has not exactly one value", q.name, p.name))
			}
			seen[q.name] = true
		}
	}
	if c.name == "VEVENT" {
		for _, child := range c.children {
			report(child.name, "is never written in an event")
		}
	}
	slices.Sort(found)
	return found
}

// checkCalendar judges the hints of a feed: rules 56 and 57.
func checkCalendar(cal *component, method string) []string {
	var found []string
	hints := cal.all("REFRESH-INTERVAL")
	if len(hints) != len(cal.all("X-PUBLISHED-TTL")) || cal.value("REFRESH-INTERVAL") != cal.value("X-PUBLISHED-TTL") {
		found = append(found, "rule 56: REFRESH-INTERVAL and X-PUBLISHED-TTL do not say the same")
	}
	if len(hints) > 0 && hints[0].get("VALUE") != "DURATION" {
		found = append(found, "rule 56: REFRESH-INTERVAL has no VALUE=DURATION")
	}
	if cal.value("NAME") != cal.value("X-WR-CALNAME") {
		found = append(found, "rule 57: NAME and X-WR-CALNAME do not say the same")
	}
	if method != "PUBLISH" && (len(hints) > 0 || cal.value("NAME") != "") {
		found = append(found, "rule 56: only a feed has a name and refresh hints")
	}
	if len(cal.children) == 0 && len(hints) == 0 {
		found = append(found, "rule 60: only a feed may be empty")
	}
	return found
}

// checkEvent judges what the properties of an event say together.
func checkEvent(c *component, method string) []string {
	found := checkTimes(c)
	if n, err := strconv.ParseInt(c.value("SEQUENCE"), 10, 32); err == nil && n == 0 && method == "CANCEL" {
		found = append(found, "rule 40: a CANCEL has SEQUENCE 0, so it cannot be above that of its REQUEST")
	}
	status, transparent := c.value("STATUS"), c.value("TRANSP") == "TRANSPARENT"
	switch {
	case method == "CANCEL" && status != "CANCELLED":
		found = append(found, "rule 40: a CANCEL has STATUS:"+status)
	case method == "REQUEST" && status == "CANCELLED":
		found = append(found, "rule 36: a REQUEST has STATUS:CANCELLED")
	case transparent && (method != "PUBLISH" || status != "CANCELLED"):
		found = append(found, "rule 36: an event that takes place has TRANSP:TRANSPARENT")
	}
	if method == "REQUEST" && c.value("X-MICROSOFT-DISALLOW-COUNTER") == "" {
		found = append(found, "rule 37: a REQUEST lacks X-MICROSOFT-DISALLOW-COUNTER:TRUE")
	}
	return append(found, checkAttendee(c, method)...)
}

// checkAttendee judges who is invited: rules 22, 24, 25 and, where nobody is, 55.
func checkAttendee(c *component, method string) []string {
	attendees := c.all("ATTENDEE")
	if method == "PUBLISH" {
		if len(attendees) > 0 {
			return []string{"rule 55: a PUBLISH has an ATTENDEE"}
		}
		return nil
	}
	if len(attendees) != 1 {
		return []string{fmt.Sprintf("rule 22: %d ATTENDEE, want 1", len(attendees))}
	}
	var found []string
	a := attendees[0]
	for name, want := range map[string]*regexp.Regexp{
		"CN": re(`.+`), "CUTYPE": re(`INDIVIDUAL`), "ROLE": re(`REQ-PARTICIPANT`), "RSVP": re(`TRUE`),
		"PARTSTAT": re(`NEEDS-ACTION|ACCEPTED|TENTATIVE|DECLINED`),
	} {
		if !want.MatchString(a.get(name)) {
			found = append(found, fmt.Sprintf("rule 24: ATTENDEE has %s=%q", name, a.get(name)))
		}
	}
	if bare(a.value) == bare(c.value("ORGANIZER")) {
		found = append(found, "rule 25: the ATTENDEE is the ORGANIZER")
	}
	slices.Sort(found)
	return found
}

// checkTimes judges start and end: rules 28, 29, 31 and 34.
func checkTimes(c *component) []string {
	starts, ends := c.all("DTSTART"), c.all("DTEND")
	if len(starts) != 1 || len(ends) != 1 {
		return []string{"rule 28: there is not exactly one DTSTART and one DTEND"}
	}
	for _, p := range []prop{starts[0], ends[0]} {
		value, dated := p.get("VALUE"), len(p.value) == len("20060102")
		if dated != (value == "DATE") || value != "DATE" && value != "" {
			return []string{fmt.Sprintf("rule 34: %s:%s has VALUE=%q", p.name, p.value, value)}
		}
	}
	if starts[0].get("VALUE") != ends[0].get("VALUE") {
		return []string{"rule 28: DTSTART and DTEND have two value types"}
	}
	start, _, err := readTime(starts[0])
	if err != nil {
		return []string{"rule 29: DTSTART: " + err.Error()}
	}
	end, _, err := readTime(ends[0])
	if err != nil {
		return []string{"rule 29: DTEND: " + err.Error()}
	}
	if !end.After(start) {
		return []string{"rule 28: DTEND is not after DTSTART"}
	}
	for _, name := range []string{"DTSTAMP", "LAST-MODIFIED"} {
		for _, p := range c.all(name) {
			if _, dated, err := readTime(p); err != nil || dated {
				return []string{fmt.Sprintf("%s: %s:%s is no time in UTC", ruleOf(name), name, p.value)}
			}
		}
	}
	return nil
}
