package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"capportal/events"
	"capportal/notify/calendar"
	"capportal/notify/letters"
	"capportal/notify/mail"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// signInID is the word in a notice's data under which the id of a sign-in stands.
const signInID = "sign_in"

// taking takes the snapshots of notices that are leased for the first time.
type taking struct {
	*Worker
	batch     *batch
	stamped   []*registrations.Registration
	fixed     map[string]outbox.Fixed
	snapshots map[string]Snapshot
}

// fix takes the snapshot of each notice, or says why it is dropped, and stores the calendar identity
// of each registration, in the caller's transaction. The known registrations are not read again.
func (w *Worker) fix(ctx context.Context, notices []outbox.Notice, known map[string]*registrations.Registration) (*taking, error) {
	t := &taking{Worker: w, fixed: make(map[string]outbox.Fixed, len(notices)), snapshots: make(map[string]Snapshot, len(notices))}
	var err error
	if t.batch, err = w.gather(ctx, w.Now(), notices, known); err != nil {
		return nil, err
	}
	for _, n := range notices {
		if err := t.one(ctx, n); err != nil {
			return nil, err
		}
	}
	return t, w.Desk.KeepEntries(ctx, t.stamped...)
}

// one takes the snapshot of one notice, or drops it: it has been overtaken, or can never be written.
func (t *taking) one(ctx context.Context, n outbox.Notice) error {
	s, err := t.snapshot(ctx, n)
	var gone overtaken
	var never *unmakeable
	if failed := errors.As(err, &never); failed || errors.As(err, &gone) {
		t.fixed[n.ID] = outbox.Fixed{Drop: err, Failed: failed}
		return nil
	}
	if err != nil {
		return fmt.Errorf("take the snapshot of notice %s of kind %s: %w", n.ID, n.Kind, err)
	}
	id, err := mail.MessageID(n.ID, t.From)
	if err != nil {
		return err
	}
	t.fixed[n.ID] = outbox.Fixed{MessageID: id, Snapshot: s}
	t.snapshots[n.ID] = s
	return nil
}

// snapshot composes what a notice's mail will say.
func (t *taking) snapshot(ctx context.Context, n outbox.Notice) (Snapshot, error) {
	words := t.Words.In(n.Language)
	f, err := t.facts(ctx, n, words)
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{Stamp: t.batch.now.UTC().Truncate(time.Second), From: address(t.From), To: address{Email: n.To}, Letter: &content{}}
	r := t.batch.registrations[n.Registration]
	if r != nil {
		s.To.Name = r.Person.Name()
		if err := t.calendar(ctx, n, r, &s, &f); err != nil {
			return s, err
		}
	}
	if s.Letter.Words, err = letters.Write(n.Kind, f, words); err != nil {
		return s, &unmakeable{err}
	}
	s.Letter.Target = t.target(n, r, words.Tag())
	return s, nil
}

// calendar adds the calendar object that goes along. What cannot be written as one, such as an
// invitation of the organizer itself, goes without: the mail tells it.
func (t *taking) calendar(ctx context.Context, n outbox.Notice, r *registrations.Registration, s *Snapshot, f *letters.Facts) error {
	a, err := t.batch.activity(ctx, n.Activity)
	if err != nil || n.Method == "" {
		return err
	}
	c := r.EntryOf(n.UID)
	if c == nil {
		return nil
	}
	before := *c
	var entry calendar.Entry
	method, ok := calendar.Request, false
	if n.Method == outbox.Cancel {
		method = calendar.Cancel
		entry, ok = c.Cancelling(t.batch.now)
	} else if ok = c == &r.Calendar && !c.Cancelled && r.Seat != ""; ok {
		entry = t.request(a, r)
	}
	if ok && !strings.EqualFold(entry.Attendee.Email, wire(n.To)) {
		ok = false // the entry lies with another address
	}
	if ok {
		s.object, err = object(string(method), entry)
		ok = err == nil
	}
	if !ok {
		*c = before
		return nil
	}
	t.stamped = append(t.stamped, r)
	f.Cancels = method == calendar.Cancel
	f.Invites = !f.Cancels && entry.Sequence == 0
	f.Updates = !f.Cancels && !f.Invites
	f.AnswerAgain = f.Updates && before.Moves(entry, c.Where)
	s.Method, s.Stamp, s.Letter.Description = string(method), entry.Stamp, entry.Description
	entry.Description = ""
	s.Entry = &entry
	return nil
}

// request brings a registration's entry to the newest truth.
func (t *taking) request(a *events.Activity, r *registrations.Registration) calendar.Entry {
	said, where := t.newest(a, r)
	return r.Requesting(a, t.batch.now, said, where)
}

// target is where the letter's button leads. The personal link goes to the registration's own
// address alone.
func (t *taking) target(n outbox.Notice, r *registrations.Registration, language string) Target {
	base := t.BaseURL + "/" + language
	switch {
	case n.Kind == "sign_in":
		return Target{Address: base + "/sign-in", Purpose: "sign_in", Subject: n.Data[signInID]}
	case n.Kind == "invitation":
		return Target{Address: base + "/delegation/" + n.Organisation}
	case r == nil:
		return Target{Address: base + "/"}
	case n.To != r.Email:
		return Target{Address: base + "/registrations/" + r.ID}
	}
	return Target{Address: base + "/registrations/" + r.ID, Purpose: "registration", Subject: r.ID, Version: r.Link}
}

// SignIn puts the notice with a sign-in link into the outbox, before all others: it is what a
// signin.Parts asks for as Notify.
func SignIn(o *outbox.Outbox) func(ctx context.Context, to, language, signinID string) error {
	return func(ctx context.Context, to, language, signinID string) error {
		return o.Put(ctx, outbox.Notice{Kind: "sign_in", To: to, Language: language, Urgent: true, Data: map[string]string{signInID: signinID}})
	}
}
