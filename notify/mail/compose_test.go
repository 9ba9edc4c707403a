package mail_test

import (
	"bytes"
	"encoding/base64"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"capportal/notify/mail"
	"capportal/notify/mail/sink"
)

// request is a mail with everything in it: a REQUEST to a delegate, in Arabic.
func request() mail.Message {
	return mail.Message{
		ID:       "06d7k2v8s0q4t9w3example0001",
		Date:     time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
		From:     mail.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"},
		To:       mail.Address{Name: "المندوب 1 (السنغال)", Email: "delegate.1@customs-sn.example"},
		Subject:  "تأكيد مشاركتك في الاجتماع 23 لمجموعة CAP",
		Text:     "تم تأكيد مشاركتك.\nبروكسل، 3 نوفمبر 2026\n",
		HTML:     `<p dir="rtl">تم تأكيد مشاركتك.</p>`,
		Language: "ar",
		Calendar: []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//capportal//EN\r\nMETHOD:REQUEST\r\n" +
			"BEGIN:VEVENT\r\nUID:0001@portal.example\r\nSUMMARY:الاجتماع = 23\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
		Method: "REQUEST",
	}
}

func compose(t *testing.T, m mail.Message) ([]byte, sink.Mail) {
	t.Helper()
	data, err := mail.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := sink.Parse(data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return data, parsed
}

// shape writes the leaves of a mail as "outer>inner>type" lines.
func shape(m sink.Mail) string {
	var lines []string
	for _, p := range m.Parts {
		line := strings.Join(append(slices.Clone(p.Within), p.Type), ">")
		if p.Disposition != "" {
			line += " (" + p.Disposition + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func part(t *testing.T, m sink.Mail, kind string) sink.Part {
	t.Helper()
	i := slices.IndexFunc(m.Parts, func(p sink.Part) bool { return p.Type == kind })
	if i < 0 {
		t.Fatalf("no part of type %s in\n%s", kind, shape(m))
	}
	return m.Parts[i]
}

func TestRule45_CalendarIsTheLastAlternative(t *testing.T) {
	_, m := compose(t, request())
	want := `multipart/mixed>multipart/alternative>text/plain
multipart/mixed>multipart/alternative>text/html
multipart/mixed>multipart/alternative>text/calendar
multipart/mixed>application/ics (attachment)`
	if got := shape(m); got != want {
		t.Errorf("structure is\n%s\nwant\n%s", got, want)
	}

	t.Run("without HTML", func(t *testing.T) {
		r := request()
		r.HTML = ""
		_, m := compose(t, r)
		want := `multipart/mixed>multipart/alternative>text/plain
multipart/mixed>multipart/alternative>text/calendar
multipart/mixed>application/ics (attachment)`
		if got := shape(m); got != want {
			t.Errorf("structure is\n%s\nwant\n%s", got, want)
		}
	})
	t.Run("without calendar", func(t *testing.T) {
		r := request()
		r.Calendar, r.Method = nil, ""
		_, m := compose(t, r)
		if got, want := shape(m), "multipart/alternative>text/plain\nmultipart/alternative>text/html"; got != want {
			t.Errorf("structure is\n%s\nwant\n%s", got, want)
		}
		r.HTML = ""
		if _, m = compose(t, r); shape(m) != "text/plain" {
			t.Errorf("structure is\n%s\nwant text/plain alone", shape(m))
		}
	})
}

func TestRule46_CalendarPartNamesMethodAndCharset(t *testing.T) {
	for _, method := range []string{"REQUEST", "CANCEL"} {
		r := request()
		r.Calendar = bytes.Replace(r.Calendar, []byte("METHOD:REQUEST"), []byte("METHOD:"+method), 1)
		r.Method = method
		data, m := compose(t, r)
		if want := "Content-Type: text/calendar; method=" + method + "; charset=UTF-8\r\n"; !bytes.Contains(data, []byte(want)) {
			t.Errorf("no line %q in\n%s", want, data)
		}
		if m.Method != method {
			t.Errorf("method is %q, want %q", m.Method, method)
		}
	}
}

func TestRule47_CalendarPartIsBase64OfTheObject(t *testing.T) {
	r := request()
	data, m := compose(t, r)
	p := part(t, m, "text/calendar")
	if p.Encoding != "base64" {
		t.Errorf("transfer encoding is %q, want base64", p.Encoding)
	}
	if !bytes.Equal(p.Body, r.Calendar) {
		t.Errorf("decoded part is\n%q\nwant\n%q", p.Body, r.Calendar)
	}
	encoded := base64.StdEncoding.EncodeToString(r.Calendar)
	if flat := strings.ReplaceAll(string(data), "\r\n", ""); strings.Count(flat, encoded) != 2 {
		t.Errorf("the object's base64 stands %d times in the mail, want 2", strings.Count(flat, encoded))
	}
}

func TestRule48_CalendarPartHasNeitherDispositionNorID(t *testing.T) {
	_, m := compose(t, request())
	for _, name := range []string{"Content-Disposition", "Content-Id"} {
		for _, p := range m.Parts[:3] {
			if p.Header.Has(name) {
				t.Errorf("%s has %s: %s", p.Type, name, p.Header.Get(name))
			}
		}
	}
}

func TestRule49_AttachmentIsTheSameObject(t *testing.T) {
	r := request()
	_, m := compose(t, r)
	if len(m.Attachments) != 1 {
		t.Fatalf("%d attachments, want 1", len(m.Attachments))
	}
	a := m.Attachments[0]
	if a.Type != "application/ics" || a.Filename != "invite.ics" {
		t.Errorf("attachment is %s %q, want application/ics \"invite.ics\"", a.Type, a.Filename)
	}
	if !bytes.Equal(a.Body, m.Calendar) || !bytes.Equal(a.Body, r.Calendar) {
		t.Error("attachment and alternative are not the same bytes")
	}
}

func TestRule50_ExactlyOneCalendarPart(t *testing.T) {
	_, m := compose(t, request())
	n := 0
	for _, p := range m.Parts {
		if p.Type == "text/calendar" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d text/calendar parts, want 1", n)
	}
}

func TestRule51_HeadersOfOneMailToOnePerson(t *testing.T) {
	r := request()
	data, m := compose(t, r)
	parsed, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	once := []string{"From", "To", "Date", "Message-Id", "Mime-Version", "Subject", "Content-Language", "Auto-Submitted", "Content-Type"}
	for _, name := range once {
		if got := parsed.Header[name]; len(got) != 1 {
			t.Errorf("%s stands %d times, want once", name, len(got))
		}
	}
	for name := range parsed.Header {
		if !slices.Contains(once, name) {
			t.Errorf("unexpected header %s", name)
		}
	}
	if want := r.ID + "@portal.example"; m.MessageID != want {
		t.Errorf("Message-ID is %q, want %q on the sender's domain", m.MessageID, want)
	}
	if !m.Date.Equal(r.Date) {
		t.Errorf("Date is %v, want %v", m.Date, r.Date)
	}
	if m.To.Address != r.To.Email || m.To.Name != r.To.Name || m.From.Name != r.From.Name || m.Subject != r.Subject {
		t.Errorf("headers came back changed: %v %v %q", m.To, m.From, m.Subject)
	}
	if m.Language != "ar" || parsed.Header.Get("MIME-Version") != "1.0" {
		t.Errorf("language %q, MIME-Version %q", m.Language, parsed.Header.Get("MIME-Version"))
	}
}

func TestRule52_AutoSubmittedWithoutBulk(t *testing.T) {
	data, m := compose(t, request())
	if got := m.Header.Get("Auto-Submitted"); got != "auto-generated" {
		t.Errorf("Auto-Submitted is %q", got)
	}
	for _, name := range []string{"Precedence:", "X-Auto-Response-Suppress:", "User-Agent:", "X-Mailer:"} {
		if bytes.Contains(data, []byte("\r\n"+name)) {
			t.Errorf("the mail has a header %s", name)
		}
	}
}

func TestRule53_NoHeaderIsInjected(t *testing.T) {
	const evil = "x\r\nBcc: thief@evil.example\r\n\r\n<html>"
	t.Run("cleaned", func(t *testing.T) {
		r := request()
		r.Subject, r.To.Name, r.From.Name = evil, evil, "\x00"+evil+"\u2028"
		_, m := compose(t, r)
		if m.Header.Has("Bcc") || m.Header.Has("Cc") {
			t.Error("a header was injected")
		}
		if want := "x Bcc: thief@evil.example <html>"; m.Subject != want || m.To.Name != want || m.From.Name != want {
			t.Errorf("subject %q, to %q, from %q, want %q", m.Subject, m.To.Name, m.From.Name, want)
		}
	})
	refused := map[string]func(*mail.Message){
		"id":       func(m *mail.Message) { m.ID = evil },
		"language": func(m *mail.Message) { m.Language = "en" + evil },
		"method":   func(m *mail.Message) { m.Method = "REQUEST" + evil },
		"to":       func(m *mail.Message) { m.To.Email = "a@b.example" + evil },
		"local":    func(m *mail.Message) { m.To.Email = "a\r\nBcc: x@b.example" },
		"from":     func(m *mail.Message) { m.From.Email = "a@b.example>\r\nBcc: <x@b.example" },
		"two":      func(m *mail.Message) { m.To.Email = "a@b.example,c@d.example" },
		"quoted":   func(m *mail.Message) { m.To.Email = `"a b"@b.example` },
		"accented": func(m *mail.Message) { m.To.Email = "délégué@b.example" },
	}
	for name, change := range refused {
		t.Run(name, func(t *testing.T) {
			r := request()
			change(&r)
			data, err := mail.Compose(r)
			if err == nil {
				t.Fatalf("composed:\n%s", data)
			}
			if !mail.Permanent(err) {
				t.Errorf("%v is not permanent", err)
			}
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("the error %q holds a raw line break", err)
			}
		})
	}
}

func TestCompose_Refuses(t *testing.T) {
	for name, change := range map[string]func(*mail.Message){
		"no text":                    func(m *mail.Message) { m.Text = " \n" },
		"no subject":                 func(m *mail.Message) { m.Subject = "\r\n" },
		"no date":                    func(m *mail.Message) { m.Date = time.Time{} },
		"calendar without method":    func(m *mail.Message) { m.Method = "" },
		"method without calendar":    func(m *mail.Message) { m.Calendar = nil },
		"method the object does not": func(m *mail.Message) { m.Method = "CANCEL" },
		"lower-case method":          func(m *mail.Message) { m.Method = "request" },
		"calendar not UTF-8":         func(m *mail.Message) { m.Calendar = append(m.Calendar, 0xff) },
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			change(&r)
			if _, err := mail.Compose(r); !mail.Permanent(err) {
				t.Errorf("error is %v, want a permanent one", err)
			}
		})
	}
}

func TestCompose_SameMessageSameBytes(t *testing.T) {
	first, _ := compose(t, request())
	for range 20 {
		if again, _ := compose(t, request()); !bytes.Equal(first, again) {
			t.Fatalf("two composings differ:\n%s\n---\n%s", first, again)
		}
	}
	other := request()
	other.ID = "06d7k2v8s0q4t9w3example0002"
	second, _ := compose(t, other)
	if b1, b2 := boundaries(first), boundaries(second); len(b1) != 2 || slices.Equal(b1, b2) || b1[0] == b1[1] {
		t.Errorf("boundaries %v and %v: want two each, all different", b1, b2)
	}
}

func boundaries(data []byte) []string {
	var found []string
	for l := range strings.SplitSeq(string(data), "\r\n") {
		if b, ok := strings.CutPrefix(l, " boundary="); ok {
			found = append(found, b)
		}
	}
	return found
}

// TestCompose_AnyText holds whatever an officer or a delegate may type: every line
// ends in CRLF within the limit of RFC 5322 2.1.1, and text comes back as it was.
func TestCompose_AnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := request()
		m.Subject = "s" + rapid.String().Draw(t, "subject")
		m.To.Name = rapid.String().Draw(t, "name")
		m.Text = "t" + rapid.String().Draw(t, "text")
		m.HTML = rapid.String().Draw(t, "html")
		data, err := mail.Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.SplitSeq(string(data), "\r\n") {
			if strings.ContainsAny(l, "\r\n") {
				t.Fatalf("a bare CR or LF in %q", l)
			}
			if len(l) > 998 {
				t.Fatalf("a line of %d octets", len(l))
			}
		}
		parsed, err := sink.Parse(data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m.Text)
		if got := strings.ReplaceAll(parsed.Text, "\r\n", "\n"); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") {
			t.Fatalf("text came back as %q, want %q", got, want)
		}
		if !bytes.Equal(parsed.Calendar, m.Calendar) {
			t.Fatal("the calendar came back changed")
		}
	})
}

func TestCompose_LongLinesAndNames(t *testing.T) {
	m := request()
	m.Subject = strings.Repeat("w", 2000)
	m.To.Name = strings.Repeat("n", 2000)
	m.Text = strings.Repeat("x", 5000)
	data, parsed := compose(t, m)
	for l := range strings.SplitSeq(string(data), "\r\n") {
		if len(l) > 998 {
			t.Errorf("a line of %d octets", len(l))
		}
	}
	if !strings.HasSuffix(parsed.Subject, "…") || len([]rune(parsed.Subject)) != 250 {
		t.Errorf("subject of %d runes, want 250 ending in an ellipsis", len([]rune(parsed.Subject)))
	}
	if strings.TrimSpace(parsed.Text) != m.Text {
		t.Error("text came back changed")
	}
}
