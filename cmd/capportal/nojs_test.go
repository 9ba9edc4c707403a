package main_test

import (
	"net/http"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine"
)

// A person registers, confirms the address, looks, changes answers and withdraws, in a browser that
// runs no script, in Arabic.
func TestWithoutScript(t *testing.T) {
	p := serve(t, engine.Embedded)
	p.publicWorld()
	w := p.window("ar").withoutScript()
	box := p.postbox("visitor.1@visitors.example")

	page := w.open("./events/open-symposium").press(`main a[href$="/register"]`).is(http.StatusOK)
	if cookie := w.script("document.cookie"); cookie != "" {
		t.Fatalf("a script of the page ran: it wrote %q", cookie)
	}
	form := "main form[data-guard]"
	// A form that comes back keeps everything typed; the browser would hold back what it can judge itself.
	page = page.send(form, "given_name", "زائر", "family_name", "١", "email", "visitor.1@nowhere", "capacity", "academia", "pool", "onsite", "language", "ar", "answers.diet", "حلال").is(http.StatusUnprocessableEntity)
	if kept := page.doc.Find("input[name=given_name]").AttrOr("value", "") + page.doc.Find("[name='answers.diet']").AttrOr("value", ""); kept != "زائرحلال" {
		t.Errorf("the form keeps %q", kept)
	}
	page.send(form, "email", box.address).is(http.StatusOK)
	mail := box.next("")
	if mail.Language != "ar" {
		t.Errorf("the mail speaks %q", mail.Language)
	}
	page = w.open(mail.link(p)).press("main form[action*=confirm] button").is(http.StatusOK)
	if mail = box.next(""); mail.Calendar == nil {
		t.Errorf("the confirmation %q has no calendar entry", mail.Subject)
	}
	page = page.press(`main a[href*="/edit"]`).send(form, "answers.diet", "نباتي").is(http.StatusOK)
	page = page.press(`main a[href*="/edit"]`)
	if kept := page.doc.Find("[name='answers.diet']").AttrOr("value", ""); kept != "نباتي" {
		t.Errorf("the changed answer is %q", kept)
	}
	page = w.open(mail.link(p)).press(`main a[href*="/withdraw"]`).press(`main form[action*="/withdraw"] button`).is(http.StatusOK)
	if mail = box.next(""); !strings.Contains(string(mail.Calendar), "METHOD:CANCEL") {
		t.Errorf("the mail %q takes no calendar entry back", mail.Subject)
	}
	if page.doc.Find(`main a[href*="/withdraw"]`).Length() > 0 {
		t.Error("who has withdrawn can withdraw again")
	}
}
