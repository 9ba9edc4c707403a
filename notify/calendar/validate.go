package calendar

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// check says why the entry cannot be written in an object of method m, or nil.
func (e Entry) check(m Method) error {
	if !uidPattern.MatchString(e.UID) {
		return fmt.Errorf("UID %q is not one of NewUID", e.UID)
	}
	if e.Sequence < 0 || e.Sequence > math.MaxInt32 {
		return fmt.Errorf("SEQUENCE %d is out of range", e.Sequence)
	}
	if err := e.checkTimes(); err != nil {
		return err
	}
	if oneLine(e.Summary) == "" {
		return errors.New("the summary is empty")
	}
	if err := checkURL(e.URL); err != nil {
		return err
	}
	if e.Language != "" && !languagePattern.MatchString(e.Language) {
		return fmt.Errorf("language %q is no BCP 47 tag", e.Language)
	}
	if err := checkEmail(e.Organizer.Email); err != nil {
		return fmt.Errorf("organizer: %w", err)
	}
	if m == Publish {
		return nil
	}
	return e.checkInvitation(m)
}

// checkInvitation judges what only a REQUEST or CANCEL carries.
func (e Entry) checkInvitation(m Method) error {
	if err := checkEmail(e.Attendee.Email); err != nil {
		return fmt.Errorf("attendee: %w", err)
	}
	if strings.EqualFold(e.Attendee.Email, e.Organizer.Email) {
		// Outlook tells such a recipient that no answer is needed.
		return errors.New("the attendee is the organizer")
	}
	if _, ok := partStats[e.PartStat]; !ok {
		return fmt.Errorf("answer %q is unknown", e.PartStat)
	}
	if m == Request && e.Cancelled {
		// A REQUEST with STATUS:CANCELLED does not remove the event from a calendar.
		return errors.New("a cancelled entry cannot invite; use Cancellation")
	}
	if m == Cancel && e.Sequence == 0 {
		return errors.New("a cancellation has a SEQUENCE above that of its invitation (RFC 5546 3.2.5), so above 0")
	}
	return nil
}

// checkTimes judges the instants, as they will be written.
func (e Entry) checkTimes() error {
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"DTSTAMP", e.Stamp}, {"start", e.Start}, {"end", e.End}} {
		if !writable(t.at) {
			return fmt.Errorf("%s %v is no time that iCalendar can say", t.name, t.at)
		}
	}
	if !e.Modified.IsZero() && !writable(e.Modified) {
		return fmt.Errorf("modified %v is no time that iCalendar can say", e.Modified)
	}
	if e.End.Unix() <= e.Start.Unix() {
		return fmt.Errorf("end %v is not after start %v", e.End, e.Start)
	}
	if e.AllDay {
		_, _, err := e.days()
		return err
	}
	return nil
}

// writable tells whether t fits iCalendar's four-digit years with a day to spare, so
// that no zone pushes it out.
func writable(t time.Time) bool {
	return !t.IsZero() && t.UTC().Year() >= 2 && t.UTC().Year() <= 9998
}

var (
	// uidPattern holds what NewUID makes, and the UIDs of other makers that need no
	// escaping anywhere.
	uidPattern      = regexp.MustCompile(`^[A-Za-z0-9._+=-]{1,128}@[A-Za-z0-9.-]{1,253}$`)
	languagePattern = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)
	// emailPattern is RFC 5322's dot-atom on both sides, the right one as a host name.
	emailPattern = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
		`@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)
)

// checkEmail refuses whatever is not a bare ASCII address (RFC 6047 2.3).
func checkEmail(address string) error {
	if len(address) > 254 || !emailPattern.MatchString(address) {
		return fmt.Errorf("%q is no bare ASCII address", address)
	}
	return nil
}

// checkURL refuses whatever is not an absolute web address in URI characters.
func checkURL(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("URL: %w", err)
	}
	web := strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
	if !web || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("URL %q is no absolute web address", address)
	}
	for _, r := range address {
		if r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) {
			return fmt.Errorf("URL %q holds characters that a URI cannot", address)
		}
	}
	return nil
}
