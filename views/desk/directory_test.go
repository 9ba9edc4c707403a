package desk_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/views/viewstest"
)

// The directory and the notices are the Secretariat's; management looks and changes nothing.
func TestDirectory_WhoSeesIt(t *testing.T) {
	h := openHouse(t, true)
	h.nominate(1)
	pages := []string{"/people", "/people/" + h.zambia, "/organisations", "/organisations/ZM", "/notices"}
	forms := []string{"/people/new", "/organisations/new"}
	for _, c := range []struct {
		name, who string
		see, new  int
	}{
		{"administrator", h.administrator, ok, ok}, {"officer", h.officer, ok, ok}, {"management", h.management, ok, notFound},
		{"contact point", h.zambia, notFound, notFound}, {"delegate", h.delegate, notFound, notFound},
	} {
		for _, path := range pages {
			a := h.As(c.who).Get("/en/desk" + path).Is(c.see)
			if c.see == notFound {
				a.Hides("officer.ipr@secretariat.example", "contact.sn@douanes-sn.example", "Right holder A", "delegate1.zm")
			}
			if c.new == notFound && a.Doc.Find("main form[method=post]").Length() > 0 {
				t.Errorf("%s is offered a form on %s", c.name, path)
			}
		}
		for _, path := range forms {
			h.As(c.who).Get("/en/desk" + path).Is(c.new)
		}
		if c.new == notFound {
			for _, path := range append(forms, "/people/"+h.zambia, "/people/"+h.zambia+"/sign-out", "/organisations/ZM") {
				h.As(c.who).Post("/en/desk"+path, url.Values{}).Is(notFound)
			}
		}
	}
	for _, path := range []string{"/people/0123", "/organisations/XX"} {
		h.As(h.officer).Get("/en/desk" + path).Is(notFound)
	}
}

func TestPeople(t *testing.T) {
	h := openHouse(t, true)
	b := h.As(h.officer)
	for query, want := range map[string][2]string{
		"?q=zambia": {"Contact point (Zambia)", "Contact point (Senegal)"}, "?role=contact_point": {"Contact point (Senegal)", "Delegate 9"},
		"?organisation=ZM": {"Delegate 9 (Zambia)", "contact.sn"}, "?q=nobody": {"Nobody found.", "Delegate 9"},
	} {
		b.Get("/en/desk/people" + query).Is(ok).Says(want[0]).Hides(want[1])
	}
	form := b.Get("/en/desk/people/new?role=contact_point&organisation=SN").Is(ok)
	if role := form.Doc.Find("select[name=role] option[value=administrator]").Length(); role > 0 {
		t.Error("an officer is offered to make administrators")
	}
	form.Submit("form.form", "email", "two@douanes-sn.example").Is(wrong).Says("Please fill this in.")
	action, values := form.Values("form.form", "given_name", "Contact point 2", "family_name", "(Senegal)", "email", "Two@Douanes-SN.example", "expert", "accredited")
	made := b.Post(action, values).Is(ok).Says("The person has been added.", "Contact point 2 (Senegal)", "Created")
	if again := b.Post(action, values).Is(ok); again.Path != made.Path {
		t.Errorf("the form sent twice led to %s and %s", made.Path, again.Path)
	}
	b.Get("/en/desk/people/new").Submit("form.form", "given_name", "contact  POINT 2", "family_name", "(Senegal)", "email", "two@douanes-sn.example").Is(wrong).Says("already in the directory")
	edit := b.Get(made.Path)
	edit.Submit("form.form", "organisation", "").Is(wrong).Says("A contact point needs an organisation.")
	edit.Submit("form.form", "timezone", "Europe/Nowhere").Is(wrong).Says("There is no time zone")
	edit.Submit("form.form", "post", "Director").Is(ok).Says("Saved.", "Changed: post")
	edit.Submit("form.form", "post", "Adviser").Is(conflict).Says("As it stands now", "Director", "Adviser").Submit("main form").Is(ok).Says("Saved.")
	officer := b.Get("/en/desk/people/" + h.administrator).Is(ok)
	officer.Submit("form.form", "email", "mine@secretariat.example").Is(wrong).Says("Only an administrator can change this address.")
	b.Post("/en/desk/people/"+h.zambia, url.Values{"version": {"1"}, "given_name": {"Contact point"}, "family_name": {"(Zambia)"}, "email": {"contact.zm@customs-zm.example"}, "role": {"administrator"}}).
		Is(wrong).Says("Only an administrator can give this role.")
	delegate := h.As(h.delegate)
	delegate.Get("/en/me").Is(ok)
	b.Get("/en/desk/people/" + h.delegate).Submit("form[action$=sign-out]:not(header form)").Is(ok).Says("Every session of this person has been ended.")
	if a := delegate.Get("/en/me"); !strings.HasPrefix(a.Path, "/en/sign-in") {
		t.Errorf("still signed in: %s", a.Path)
	}
}

func TestOrganisations(t *testing.T) {
	h := openHouse(t, true)
	b := h.As(h.officer)
	for query, want := range map[string][2]string{
		"": {"Senegal", "zzz"}, "?q=sénégal": {"Senegal", "Right holder A"}, "?group=right_holder": {"Right holder A", ">Zambia<"}, "?region=ESA": {"Zambia", ">Senegal<"},
	} {
		b.Get("/en/desk/organisations" + query).Is(ok).Says(want[0]).Hides(want[1])
	}
	b.Get("/en/desk/organisations").Says("3 results", "2 Members today")
	b.Get("/ar/desk/organisations").Is(ok).Hides("⟦")
	form := b.Get("/en/desk/organisations/new").Is(ok)
	form.Submit("form.form", "code", "igo 1").Is(wrong).Says("Please fill this in.")
	form.Submit("form.form", "code", "igo 1", "group", "igo").Is(wrong).Says("A code consists of capital letters", "Please give a name.")
	form.Submit("form.form", "code", "ZM", "group", "member", "name.en", "Again").Is(wrong).Says("There is already an organisation with the code ZM.")
	form.Submit("form.form", "code", "IGO-1", "group", "igo", "name.en", "International organisation one", "name.fr", "Organisation internationale une", "domains", "igo-one.example, @two.igo-one.example",
		"since", "2024-02-03", "until", "2023-01-01").Is(wrong).Says("The last day lies before the first.")
	made := form.Submit("form.form", "code", "igo-1", "group", "igo", "name.en", "International organisation one", "domains", "igo-one.example\n@two.igo-one.example").Is(ok)
	made.Says("The organisation has been added.", "International organisation one", "This organisation has no contact point")
	o, err := h.Directory.Organisation(h.Ctx, "IGO-1")
	if err != nil || len(o.Domains) != 2 || o.Group != events.IGO {
		t.Errorf("%+v, %v", o, err)
	}
	edit := b.Get("/en/desk/organisations/ZM").Is(ok).Says("Contact point (Zambia)")
	edit.Submit("form.form", "name.ar", "زامبيا", "since", "1978-09-27").Is(ok).Says("Saved.", "Member since")
	edit.Submit("form.form", "name.en", "Republic of Zambia").Is(conflict).Says("As it stands now", "Republic of Zambia").Submit("main form").Is(ok)
	if o, _ = h.Directory.Organisation(h.Ctx, "ZM"); o.Name["en"] != "Republic of Zambia" {
		t.Errorf("%+v", o.Name)
	}
	b.Get("/en/desk/organisations/ZM").Submit("form.form", "name.en", "", "name.fr", "", "name.ar", "").Is(wrong).Says("Please give a name.")
}

// An empty directory says what to do first.
func TestOrganisations_Empty(t *testing.T) {
	h := viewstest.OpenSite(t, enginetest.Memory(t), true)
	officer := h.Person("officer.ipr@secretariat.example", "Officer", "1", events.Officer, "")
	a := h.As(officer).Get("/en/desk/organisations").Is(ok).Says("There is no organisation yet", "Import the file of Members first")
	if a.Doc.Find(`a.action[href="/en/desk/import/members"]`).Length() != 1 {
		t.Error("nothing leads to the import")
	}
}

func TestNotices(t *testing.T) {
	h := openHouse(t, false)
	h.nominate(2)
	b := h.As(h.officer)
	b.Get("/en/desk/notices").Is(ok).Says("No mail server is configured", "Nothing is lost.", "CAPPORTAL_SMTP_URL", "delegate1.zm@customs-zm.example", "Waiting to be sent")
	leased, err := h.Outbox.Lease(h.Ctx, "test", 50, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range leased {
		cause, permanent := errors.New("421 try later"), i%2 == 0
		if permanent {
			cause = errors.New("550 no such mailbox")
		}
		if err := h.Outbox.Fail(h.Ctx, n, cause, permanent); err != nil {
			t.Fatal(err)
		}
	}
	b.Get("/en/desk/notices?state=failed").Says("Could not be sent", "550 no such mailbox").Hides("421 try later")
	b.Get("/en/desk/notices?state=deferred").Says("Delayed, will be tried again", "421 try later", "Next attempt:").Hides("550 no such mailbox")
	b.Get("/en/desk/notices?state=sent").Says("No notices found.")
	b.Get("/en/desk/notices?activity=IPR-2026-99").Says("No notices found.")
	b.Get("/en/desk/notices?state=nonsense&cursor=x").Is(ok)
	b.Get("/en/desk/notices?state=failed").Submit("form[action*=retry]").Is(ok).Says("The notice will be sent again.")
	with := openHouse(t, true)
	with.As(with.officer).Get("/en/desk/notices").Is(ok).Hides("No mail server is configured")
}
