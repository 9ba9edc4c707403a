package caught_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/notify/calendar"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/views/caught"
	"capportal/views/viewstest"
)

func mailOf(t *testing.T, id, to, subject string, change func(*mail.Message)) sink.Received {
	t.Helper()
	m := mail.Message{ID: id, Date: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), From: mail.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"},
		To: mail.Address{Name: "Delegate 1 (Zambia)", Email: to}, Subject: subject, Language: "en",
		Text: "Open http://portal.example/en/registrations/1?key=a&b.\n<script>alert(1)</script>",
		HTML: `<!doctype html><html><head><title>x</title></head><body><script>alert(1)</script><a href="http://portal.example/">x</a></body></html>`}
	if change != nil {
		change(&m)
	}
	data, err := mail.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	return sink.Received{From: "cap@portal.example", To: to, Data: data, At: m.Date}
}

func open(t *testing.T, mails ...sink.Received) *viewstest.House {
	h := viewstest.Open(t, enginetest.Memory(t), map[string]fs.FS{"caught": caught.Templates})
	caught.New(caught.Parts{Mails: func() []sink.Received { return mails }, Renderer: h.Renderer, Zone: "Europe/Brussels"}).Mount(h.App)
	return h
}

func TestList(t *testing.T) {
	h := open(t, mailOf(t, "m1", "delegate1.zm@customs-zm.example", "Invitation", nil), mailOf(t, "m2", "contact.sn@customs-sn.example", "Désignation", nil))
	h.As("").Get("/demo/mail").Is(200).Says("Invitation", "Désignation", "delegate1.zm@customs-zm.example", "contact.sn@customs-sn.example")
	h.As("").Get("/demo/mail?q=DELEGATE1").Is(200).Says("Invitation").Hides("Désignation")
	h.As("").Get("/demo/mail?q=nobody").Is(200).Says("No mail fits").Hides("Désignation")
	h.As("").Get("/ar/demo/mail").Is(200).Says("رسائل")
	open(t).As("").Get("/demo/mail").Is(200).Says("No mail yet")
}

func TestMail(t *testing.T) {
	entry := calendar.Entry{UID: "u1@portal.example", Sequence: 2, Stamp: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), Start: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
		End: time.Date(2026, 11, 3, 16, 30, 0, 0, time.UTC), Zone: "Europe/Brussels", Summary: "CAP Group", Location: "Room 9", Language: "en",
		Organizer: calendar.Address{Name: "WCO CAP Secretariat", Email: "cap@portal.example"}, Attendee: calendar.Address{Name: "Delegate 1 (Zambia)", Email: "d@customs-zm.example"}}
	object, err := calendar.Invitation(entry)
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, mailOf(t, "m1", "d@customs-zm.example", "You have a seat", func(m *mail.Message) { m.Calendar, m.Method = object, "REQUEST" }))
	list := h.As("").Get("/demo/mail")
	href, _ := list.Doc.Find("th.head a").Attr("href")

	page := h.As("").Get(href).Is(200).Says("You have a seat", "CAP Group", "Room 9", "u1@portal.example", "3 November 2026").Hides("<script>alert")
	if link, _ := page.Doc.Find("pre.words a").Attr("href"); link != "http://portal.example/en/registrations/1?key=a&b" {
		t.Errorf("the text's link leads to %q", link)
	}
	if sandbox, ok := page.Doc.Find("iframe").Attr("sandbox"); !ok || strings.Contains(sandbox, "scripts") || strings.Contains(sandbox, "same-origin") {
		t.Errorf("the frame's sandbox is %q, %v", sandbox, ok)
	}

	get := func(path string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, viewstest.BaseURL+path, nil)
		answer, err := h.App.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	html := get(href + "/html")
	defer html.Body.Close()
	policy := html.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script-src") {
		t.Errorf("the HTML's policy is %q", policy)
	}
	if body, _ := io.ReadAll(html.Body); !strings.Contains(string(body), `<base target="_blank">`) {
		t.Errorf("the HTML's links open in the frame: %s", body)
	}
	raw := get(href + "/raw")
	defer raw.Body.Close()
	if kind := raw.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("the raw mail is %q", kind)
	}
	invite := get(href + "/invite.ics")
	defer invite.Body.Close()
	if body, _ := io.ReadAll(invite.Body); string(body) != string(object) {
		t.Errorf("the entry is %q", body)
	}
	h.As("").Get("/demo/mail/0000").Is(404)
}
