package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// reader is somebody who follows README.md with a browser that runs no script.
type reader struct {
	t       *testing.T
	browser *http.Client
	at      *url.URL
	page    *goquery.Document
}

func newReader(t *testing.T, signInLink string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, browser: &http.Client{Jar: jar}}
	r.open(signInLink)
	r.send("main form", nil)
	return r
}

func (r *reader) open(address string) {
	r.t.Helper()
	r.took(r.browser.Get(address))
}

func (r *reader) took(answer *http.Response, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	r.at = answer.Request.URL
	if r.page, err = goquery.NewDocumentFromReader(answer.Body); err != nil {
		r.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		r.t.Fatalf("%s answered %d: %s", r.at, answer.StatusCode, r.text())
	}
}

func (r *reader) text() string {
	return strings.Join(strings.Fields(r.page.Find("main").Text()), " ")
}

// follow opens the first link that a selector finds and whose words hold the text.
func (r *reader) follow(selector, words string) {
	r.t.Helper()
	link := r.page.Find(selector).FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), words) }).First()
	href, ok := link.Attr("href")
	if !ok {
		r.t.Fatalf("%s has no link %q with the words %q: %s", r.at, selector, words, r.text())
	}
	to, err := r.at.Parse(href)
	if err != nil {
		r.t.Fatal(err)
	}
	r.open(to.String())
}

// send posts the form that a selector finds, as it was shown but for the changes.
func (r *reader) send(selector string, changes url.Values) {
	r.t.Helper()
	form := r.page.Find(selector).First()
	if form.Length() == 0 {
		r.t.Fatalf("%s has no form %q: %s", r.at, selector, r.text())
	}
	values := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		kind, _ := s.Attr("type")
		if _, checked := s.Attr("checked"); checked || kind != "checkbox" && kind != "radio" {
			values.Add(s.AttrOr("name", ""), s.AttrOr("value", s.Text()))
		}
	})
	form.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		if chosen := s.Find("option[selected]").First(); chosen.Length() > 0 {
			values.Add(s.AttrOr("name", ""), chosen.AttrOr("value", ""))
		}
	})
	for name, list := range changes {
		values[name] = list
	}
	to, err := r.at.Parse(form.AttrOr("action", ""))
	if err != nil {
		r.t.Fatal(err)
	}
	r.took(r.browser.PostForm(to.String(), values))
}

// The way through the demo that README.md describes can be gone: a delegate registers, the Secretariat
// confirms, and the invitation can be read.
func TestDemo_FollowingREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const activity = "Online Workshop on Recognising Counterfeit Products"
	if !strings.Contains(strings.Join(strings.Fields(string(readme)), " "), activity) {
		t.Fatalf("README.md does not lead to the %s any more", activity)
	}
	r := newShell(t).start("sign in as expert: ", "demo", "--addr", "127.0.0.1:0")
	origin := r.after("listening on ")

	delegate := newReader(t, r.after("sign in as delegate: "))
	delegate.follow("nav a", "Calendar")
	delegate.follow("main a", activity)
	delegate.follow("aside .next a.action", "")
	delegate.send("main form[data-guard]", url.Values{"capacity": {"delegate"}})

	officer := newReader(t, r.after("sign in as officer: "))
	officer.follow("nav a", "Secretariat")
	officer.follow("main table a", activity)
	officer.follow(`main a[href$="/board"]`, "")
	row := officer.page.Find("main tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "Delegate 1 (Senegal)") })
	id, ok := row.Find("input[name=registration]").Attr("value")
	if !ok {
		t.Fatalf("the delegate is not on the board: %s", officer.text())
	}
	officer.send(`main form[method=post]:has(input[name=registration])`, url.Values{"registration": {id}, "decision": {"confirm"}})

	deadline := time.Now().Add(30 * time.Second)
	for {
		delegate.open(origin + "/demo/mail?q=delegate1.sn")
		if invitation := delegate.page.Find("main tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Find("td").Eq(1).Text() != "" }); invitation.Length() > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no invitation came: %s", delegate.text())
		}
		time.Sleep(20 * time.Millisecond)
	}
	delegate.follow("main tbody a", "")
	// The delegate reads French.
	if page := delegate.text(); !strings.Contains(page, "reconnaissance des produits contrefaits") || !strings.Contains(page, "SEQUENCE") {
		t.Errorf("the mail carries no invitation to the workshop: %s", page)
	}
}
