package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/notify/mail/sink"
)

// wordy keeps every line the program writes.
func wordy(p *program) { p.log.all = true }

// What people type, who they are, and the secrets of links, sessions, feeds and tokens are in no line
// of the log, whatever goes well or wrong.
func TestServe_LogTellsOfNobody(t *testing.T) {
	p := serve(t, engine.Embedded, wordy)
	p.mail.Script(func(e sink.Event) sink.Answer {
		if e.Stage == sink.StageRecipient && strings.HasPrefix(e.To, "refused") {
			return sink.Answer{Code: 550, Text: "<" + e.To + ">: nobody of the name Marker here"}
		}
		return sink.Answer{}
	})
	desk := p.rushActivity()
	secrets := []string{"Marker", "marker", "visitors.example", "officer@secretariat.example", desk.token}
	secrets = append(secrets, p.markedRegistration(t)...)
	secrets = append(secrets, p.markedSignIn(t)...)
	p.markedMistakes(t)
	within(t, "the refused mail is in the log", func() error {
		if !strings.Contains(p.log.whole(), "a mail was not sent") {
			return fmt.Errorf("it is not:\n%s", p.log)
		}
		return nil
	})
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	written := p.log.whole()
	for _, secret := range secrets {
		if len(secret) < 6 {
			t.Fatalf("%q is no secret", secret)
		}
		for line := range strings.Lines(written) {
			if strings.Contains(line, secret) {
				t.Errorf("the log tells %q: %s", secret, line)
				break
			}
		}
	}
	for _, useful := range []string{"route=/:lang/events/:slug/register", "route=/:lang/sign-in/:token", "route=/feeds/*", "route=/:lang/registrations/:id",
		"route=none", "status=404", "code=550", "kind=address_confirmation"} {
		if !strings.Contains(written, useful) {
			t.Errorf("the log lacks %q", useful)
		}
	}
	if n := strings.Count(written, "msg=request "); n < 20 {
		t.Errorf("the log tells of %d requests", n)
	}
}

// markedRegistration registers two strangers, one whose address is refused, and confirms the other; it
// gives the secrets of the way.
func (p *program) markedRegistration(t *testing.T) (secrets []string) {
	t.Helper()
	for n, email := range []string{"marker@visitors.example", "refused.marker@visitors.example"} {
		s := p.newStranger(n)
		form := formOf(t, s.get("/en/events/rush/register?from=marker"), "form:has([name=given_name])")
		for name, value := range map[string]string{"given_name": "Marker", "family_name": "Marker", "email": email, "language": "en", "capacity": "right_holder"} {
			form.values.Set(name, value)
		}
		secrets = append(secrets, form.values.Get("_csrf"))
		for _, address := range []string{"marker@", email} {
			form.values.Set("email", address)
			s.send(form.request(p, "/en/events/rush/register"), s.client)
		}
		if n == 0 {
			box := p.postbox(email)
			link := box.next("Please confirm your address").link(p)
			secrets = append(secrets, keyOf(t, link))
			confirm := formOf(t, s.get(link), "form[action*=confirm]")
			if answer := s.send(confirm.request(p, link), s.client); answer.status != http.StatusSeeOther {
				t.Fatalf("confirming answered %d: %.500s", answer.status, answer.body)
			}
			link = box.next("").link(p)
			secrets = append(secrets, keyOf(t, link))
			s.get(link)
		}
	}
	return secrets
}

func keyOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("key") == "" {
		t.Fatalf("%q has no key: %v", link, err)
	}
	return u.Query().Get("key")
}

// markedSignIn signs the officer in by mail, looks for somebody, and reads the own feed.
func (p *program) markedSignIn(t *testing.T) (secrets []string) {
	t.Helper()
	s := p.newStranger(2)
	form := formOf(t, s.get("/en/sign-in"), "main form:has([name=email])")
	form.values.Set("email", "officer@secretariat.example")
	s.send(form.request(p, "/en/sign-in"), s.client)
	link := p.postbox("officer@secretariat.example").next("").link(p)
	button := formOf(t, s.get(link), "main form")
	if answer := s.send(button.request(p, link), s.client); answer.status != http.StatusSeeOther {
		t.Fatalf("signing in answered %d: %.500s", answer.status, answer.body)
	}
	secrets = append(secrets, link[strings.LastIndex(link, "/")+1:])
	origin, err := url.Parse(p.origin)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range s.client.Jar.Cookies(origin) {
		if len(cookie.Value) > 10 {
			secrets = append(secrets, cookie.Value)
		}
	}
	s.get("/en/desk/people?q=marker")
	feed := regexp.MustCompile(`/feeds/(\S+)\.ics`).FindStringSubmatch(s.get("/en/me/profile").Find("#feed code").Text())
	if feed == nil {
		t.Fatal("the profile shows no feed")
	}
	p.fetch(feed[0])
	return append(secrets, feed[1])
}

// markedMistakes asks what cannot be answered.
func (p *program) markedMistakes(t *testing.T) {
	t.Helper()
	p.fetchAs("marker", "/api/v1/people?q=marker", http.StatusUnauthorized)
	for _, path := range []string{"/marker", "/en/marker?key=marker", "/feeds/marker.ics", "/en/sign-in/marker", "/en/registrations/marker?key=marker", "/api/v1/marker"} {
		r, err := http.Get(p.origin + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
	}
	host := strings.TrimPrefix(p.origin, "http://")
	for _, said := range []string{
		"GET /en/marker HTTP/1.1\r\nHost: marker.example\r\nConnection: close\r\n\r\n",
		"BREW /en/marker?key=marker HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n",
		"GET /en/marker HTTP/1.1\r\nmarker\r\n\r\n",
		"marker@visitors.example\r\n\r\n",
		"POST /en/sign-in HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: marker\r\n\r\n",
		"GET /en/?marker=" + strings.Repeat("marker", 5000) + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
	} {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, said)
		_, _ = io.Copy(io.Discard, c)
		c.Close()
	}
}
