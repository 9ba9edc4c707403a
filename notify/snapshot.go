package notify

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/notify/calendar"
	"capportal/notify/letters"
	"capportal/notify/mail"
	"capportal/notify/outbox"
)

// Snapshot is all that a notice's mail is composed from, fixed when the notice is first leased.
// Once sent, the outbox drops Letter and keeps envelope and calendar entry.
type Snapshot struct {
	// Stamp is the mail's Date, and DTSTAMP of its calendar object: UTC, whole seconds.
	Stamp time.Time `bson:"stamp"`
	From  address   `bson:"from"`
	To    address   `bson:"to"`
	// Method is the calendar object's: REQUEST, CANCEL, or empty for a mail without one.
	Method string `bson:"method,omitempty"`
	// Entry is what the object says, but for its description.
	Entry *calendar.Entry `bson:"entry,omitempty"`
	// Letter is what is dropped.
	Letter *content `bson:"letter,omitempty"`
	// object is what Entry is written as, while it is at hand.
	object []byte
}

type address struct {
	Name  string `bson:"name,omitempty"`
	Email string `bson:"email"`
}

// content is the letter in words, where its button leads, and the words of the calendar object.
type content struct {
	Words       letters.Letter `bson:"words"`
	Target      Target         `bson:"target"`
	Description string         `bson:"description,omitempty"`
}

// ReadSnapshot reads the snapshot of a notice; false when none has been taken.
func ReadSnapshot(n outbox.Notice) (Snapshot, bool, error) {
	var s Snapshot
	if len(n.Snapshot) == 0 {
		return s, false, nil
	}
	if err := bson.Unmarshal(n.Snapshot, &s); err != nil {
		return s, false, fmt.Errorf("read the snapshot of notice %s: %w", n.ID, err)
	}
	return s, true, nil
}

// message composes the mail of a notice from its snapshot alone: the same snapshot gives the same
// message. The error is permanent.
func (s Snapshot) message(id string, links Links, press *letters.Press) (mail.Message, error) {
	if s.Letter == nil {
		return mail.Message{}, fmt.Errorf("notice %s has been sent, its letter is dropped", id)
	}
	words := s.Letter.Words
	target := links.whole(s.Letter.Target)
	html, err := press.HTML(words, target)
	if err != nil {
		return mail.Message{}, err
	}
	m := mail.Message{ID: id, Date: s.Stamp, From: mail.Address(s.From), To: mail.Address(s.To), Subject: words.Subject,
		Text: words.Text(target), HTML: html, Language: words.Language, Method: s.Method}
	if s.Entry == nil {
		return m, nil
	}
	if m.Calendar = s.object; m.Calendar == nil {
		entry := *s.Entry
		entry.Description = s.Letter.Description
		m.Calendar, err = object(s.Method, entry)
	}
	return m, err
}

// object is the calendar object of a method.
func object(method string, entry calendar.Entry) ([]byte, error) {
	if method == string(calendar.Cancel) {
		return calendar.Cancellation(entry)
	}
	return calendar.Invitation(entry)
}
