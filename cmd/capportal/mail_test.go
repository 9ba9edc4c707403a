package main_test

import (
	"bytes"
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capportal/notify/calendar/calendartest"
	"capportal/notify/mail/sink"
)

// letter is a mail that arrived, taken apart.
type letter struct {
	sink.Mail
	raw []byte
}

// link is the one address of the portal's own in a mail's text, without the origin.
func (l letter) link(p *program) string {
	p.t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(p.origin)+`/\S+`).FindAllString(l.Text, -1)
	if len(found) != 1 {
		p.t.Fatalf("the mail %q holds %d links, want one: %s", l.Subject, len(found), l.Text)
	}
	return strings.TrimPrefix(found[0], p.origin)
}

// says fails unless the mail says each of the texts, in its text and in its HTML alike.
func (l letter) says(t testing.TB, texts ...string) letter {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(flat(l.Text), text) {
			t.Errorf("the mail %q does not say %q; it says: %s", l.Subject, text, flat(l.Text))
		}
		if !strings.Contains(flat(plain(l.HTML)), text) {
			t.Errorf("the HTML of the mail %q does not say %q; it says: %s", l.Subject, text, flat(plain(l.HTML)))
		}
	}
	return l
}

// flat collapses blanks and drops the marks that keep directions apart.
func flat(s string) string {
	s = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "", "\u00a0", " ", "\u202f", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// postbox is where somebody's mail arrives, read in order.
type postbox struct {
	p       *program
	address string
	read    int
}

func (p *program) postbox(address string) *postbox { return &postbox{p: p, address: address} }

// all are the mails that have arrived so far.
func (b *postbox) all() []sink.Received {
	return slices.DeleteFunc(b.p.mail.Messages(), func(r sink.Received) bool { return r.To != b.address })
}

// next waits for the next mail, whose subject must begin as said, and holds it to the rules of mails.
func (b *postbox) next(subject string) letter {
	t := b.p.t
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.p.mail.Wait(ctx, func([]sink.Received) bool { return len(b.all()) > b.read }); err != nil {
		t.Fatalf("%s waits for %q: %v\n%s", b.address, subject, err, b.p.log)
	}
	raw := b.all()[b.read].Data
	b.read++
	m, err := sink.Parse(raw)
	if err != nil {
		t.Fatalf("a mail to %s: %v\n%s", b.address, err, raw)
	}
	if !strings.HasPrefix(m.Subject, subject) {
		t.Fatalf("the next mail to %s is %q, want %q", b.address, m.Subject, subject)
	}
	l := letter{m, raw}
	l.judge(t, b.address)
	return l
}

// judge holds a mail to the rules of its make-up (calendar-rules.md 10, 21, 22, 45 to 52).
func (l letter) judge(t testing.TB, to string) {
	t.Helper()
	fault := func(format string, args ...any) {
		t.Helper()
		t.Errorf("the mail %q to %s: "+format, append([]any{l.Subject, to}, args...)...)
	}
	if l.To.Address != to {
		fault("rule 51: To is %s", l.To.Address)
	}
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "Cc": "", "Bcc": ""} {
		if got := l.Header.Get(name); got != want {
			fault("rule 51, 52: %s is %q, want %q", name, got, want)
		}
	}
	if l.From.Address != "cap@portal.example" || !strings.HasSuffix(l.MessageID, "@portal.example") {
		fault("rule 51: From is %s, Message-ID %s", l.From.Address, l.MessageID)
	}
	if l.Text == "" || l.HTML == "" {
		fault("it has no text or no HTML")
	}
	if bytes.Contains(bytes.ReplaceAll(l.raw, []byte("\r\n"), nil), []byte("\n")) {
		fault("it has bare line feeds")
	}
	if l.Calendar == nil {
		if len(l.Parts) != 2 {
			fault("it has %d parts without a calendar entry, want text and HTML", len(l.Parts))
		}
		return
	}
	l.judgeCalendar(t, fault)
}

func (l letter) judgeCalendar(t testing.TB, fault func(string, ...any)) {
	t.Helper()
	var kinds []string
	for _, part := range l.Parts {
		kinds = append(kinds, part.Type)
	}
	if want := []string{"text/plain", "text/html", "text/calendar", "application/ics"}; !slices.Equal(kinds, want) {
		fault("rule 45, 50: its parts are %v, want %v", kinds, want)
		return
	}
	invite, file := l.Parts[2], l.Parts[3]
	if !slices.Equal(invite.Within, []string{"multipart/mixed", "multipart/alternative"}) {
		fault("rule 45: the calendar part stands within %v", invite.Within)
	}
	event := calendartest.One(t, l.Calendar)
	if l.Method != event.Method {
		fault("rule 10: METHOD is %s, method=%s", event.Method, l.Method)
	}
	if !strings.EqualFold(invite.Params["charset"], "UTF-8") || invite.Encoding != "base64" {
		fault("rule 46, 47: charset %q, encoding %q", invite.Params["charset"], invite.Encoding)
	}
	if invite.Disposition != "" || invite.Header.Has("Content-Id") {
		fault("rule 48: the calendar part has a disposition or an id")
	}
	if !bytes.Equal(invite.Body, file.Body) || file.Disposition != "attachment" || file.Filename != "invite.ics" {
		fault("rule 49: the attachment %q differs from the calendar part", file.Filename)
	}
	if event.Organizer != l.From.Address || event.Attendee != strings.ToLower(l.To.Address) || event.Attendees != 1 {
		fault("rule 22, 23, 26: ORGANIZER %s, ATTENDEE %s of %d", event.Organizer, event.Attendee, event.Attendees)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// plain is HTML without its tags.
func plain(source string) string { return html.UnescapeString(tag.ReplaceAllString(source, " ")) }
