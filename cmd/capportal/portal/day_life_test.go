package portal_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"capportal/cmd/capportal/demo"
	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// life is the demo's world in a portal that serves, lived by the hour.
type life struct {
	started
	clock   *demo.Clock
	box     *sink.Sink
	line    *http.Transport // that all browsers share
	officer events.Visitor
	code    string   // of the activity that people come to
	people  int      // who came so far
	here    []string // registrations that hold a seat or wait for one, by id
	feed    string
}

// browser is somebody's, with cookies and a network address of its own.
type browser struct {
	l      *life
	client *http.Client
	from   string
}

func (l *life) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		l.t.Fatal(err)
	}
	l.people++
	return &browser{l, &http.Client{Jar: jar, Transport: l.line, Timeout: time.Minute}, fmt.Sprintf("10.0.%d.%d", l.people/250, 1+l.people%250)}
}

// do asks, and fails the test unless the answer has the status.
func (b *browser) do(method, path string, form url.Values, status int) *goquery.Document {
	b.l.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = portal.OriginOf(b.l.Settings.Addr) + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.l.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", b.from)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", portal.OriginOf(b.l.Settings.Addr))
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.l.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		b.l.t.Fatalf("%s %s answered %d, want %d: %v %.1500s", method, path, answer.StatusCode, status, err, body)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		b.l.t.Fatal(err)
	}
	return page
}

func (b *browser) get(path string) *goquery.Document {
	b.l.t.Helper()
	return b.do(http.MethodGet, path, nil, http.StatusOK)
}

// press sends the form of a page, filled in, and follows to where it leads.
func (b *browser) press(page *goquery.Document, selector, path string, fields ...string) *goquery.Document {
	b.l.t.Helper()
	form := page.Find(selector).First()
	if form.Length() == 0 {
		b.l.t.Fatalf("%s has no form %s", path, selector)
	}
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) { values.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, form.AttrOr("action", path), values, http.StatusOK)
}

// settled waits until nothing that is due waits in the outbox.
func (l *life) settled() {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		d, err := l.Outbox.Depth(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		if d.Oldest.IsZero() && d.States[outbox.Sending] == 0 {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("the outbox stays at %+v", d)
		}
	}
}

var ownLink = regexp.MustCompile(`http://[^\s/]+(/\S+)`)

// mailed gives the link of the last mail to an address.
func (l *life) mailed(to string) string {
	l.t.Helper()
	l.settled()
	mails := l.box.Messages()
	for i := len(mails) - 1; i >= 0; i-- {
		if mails[i].To != to {
			continue
		}
		m, err := sink.Parse(mails[i].Data)
		if err != nil {
			l.t.Fatal(err)
		}
		if found := ownLink.FindStringSubmatch(m.Text); found != nil {
			return found[1]
		}
	}
	l.t.Fatalf("no mail with a link came to %s", to)
	return ""
}

// register lets a stranger fill in the form; who confirms holds a seat afterwards, or waits for one.
func (l *life) register(confirms bool) {
	l.t.Helper()
	b := l.browser()
	email := fmt.Sprintf("visitor%d@visitors.example", l.people)
	path := "/en/events/day/register"
	b.press(b.get(path), "form:has([name=given_name])", path, "given_name", "Visitor", "family_name", fmt.Sprint(l.people), "email", email,
		"capacity", "right_holder", "pool", "onsite", "language", "en")
	if !confirms {
		return
	}
	link := l.mailed(email)
	b.press(b.get(link), "form[action*=confirm]", link)
	id, _, _ := strings.Cut(strings.TrimPrefix(link, "/en/registrations/"), "/")
	id, _, _ = strings.Cut(id, "?")
	l.here = append(l.here, id)
}

// withdraw lets the one who has been here longest go; who waits comes in.
func (l *life) withdraw() {
	l.t.Helper()
	if len(l.here) == 0 {
		return
	}
	_, err := l.Desk.Decide(l.t.Context(), l.officer, l.here[0], registrations.Decision{Event: registrations.Withdraw, Reason: "does not come"})
	if err != nil {
		l.t.Fatal(err)
	}
	l.here = l.here[1:]
}

// signIn lets somebody of the demo in by mail, look around, and go or stay.
func (l *life) signIn(email string, goes bool) {
	l.t.Helper()
	b := l.browser()
	path := "/en/sign-in"
	b.press(b.get(path), "main form:has([name=email])", path, "email", email)
	link := l.mailed(email)
	page := b.press(b.get(link), "main form", link)
	b.get("/en/me/profile")
	if l.feed == "" {
		l.feed = regexp.MustCompile(`/feeds/\S+\.ics`).FindString(b.get("/en/me/profile").Find("#feed code").Text())
	}
	if goes {
		b.press(page, "form[action$='/sign-out']", link)
	}
}

// browse is what visitors and calendar programs look at.
func (l *life) browse() {
	l.t.Helper()
	b := l.browser()
	for _, path := range []string{"/en/", "/fr/?view=month", "/ar/events/day", "/en/?past=1&q=counterfeit", "/calendar.ics", "/events/day.ics", "/readyz"} {
		b.get(path)
	}
	b.do(http.MethodGet, "/en/nowhere", nil, http.StatusNotFound)
	if l.feed != "" {
		b.get(l.feed)
	}
}

// move moves the activity by an hour and back, so that everybody's calendar is told.
func (l *life) move(by time.Duration) {
	l.t.Helper()
	a, err := l.Programme.Load(l.t.Context(), l.code)
	if err == nil {
		_, err = l.Programme.Change(l.t.Context(), l.officer, a.Code, a.Version, "the room", func(a *events.Activity) error {
			a.Start, a.End = a.Start.Add(by), a.End.Add(by)
			for i := range a.Sessions {
				a.Sessions[i].Start, a.Sessions[i].End = a.Sessions[i].Start.Add(by), a.Sessions[i].End.Add(by)
			}
			return nil
		})
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// hour lives through one: something happens every few minutes, and each third minute is tended.
func (l *life) hour(t *testing.T, n int) {
	t.Helper()
	roles := demo.Roles()
	for minute := range 60 {
		l.clock.Set(l.clock.Now().Add(time.Minute))
		if minute%3 == 0 {
			if err := l.Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		switch minute {
		case 5, 35:
			l.browse()
		case 10:
			l.signIn(roles[n%len(roles)].Email, true)
		case 20:
			l.signIn(roles[(n+3)%len(roles)].Email, false)
		case 30:
			l.register(true)
			l.register(true)
		case 40:
			l.register(n%2 == 0)
		case 45:
			l.withdraw()
			l.withdraw()
		case 50:
			if n%6 == 0 {
				l.move(map[bool]time.Duration{true: time.Hour, false: -time.Hour}[n%12 == 0])
			}
		}
	}
	l.settled()
}
