package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/directory"
	"capportal/registrations/signin"
	"capportal/views/viewstest"
)

// world is a whole portal, with a token for each role. Whatever it answers
// is held against the description it serves.
type world struct {
	*viewstest.House
	t       *testing.T
	people  map[string]string // ids, by the names below
	tokens  map[string]string
	schemas *description
}

// Who asks. A read token is the officer's.
const (
	nobody      = ""
	admin       = "administrator"
	officer     = "officer"
	reader      = "officer's read token"
	management  = "management"
	zambia      = "contact point of ZM"
	senegal     = "contact point of SN"
	delegate    = "delegate of ZM"
	rightHolder = "right holder"
	stranger    = "participant of no organisation"
)

func newWorld(t *testing.T) *world { return newWorldOn(t, enginetest.Memory(t)) }

func newWorldOn(t *testing.T, db viewstest.Database) *world {
	t.Helper()
	w := &world{House: viewstest.OpenSite(t, db, true), t: t, people: map[string]string{}, tokens: map[string]string{}}
	w.Organisation("ZM", events.Member, "ESA", events.Text{"en": "Zambia", "fr": "Zambie"})
	w.Organisation("SN", events.Member, "WCA", events.Text{"en": "Senegal"})
	w.Organisation("PHARMA-A", events.RightHolder, "EUR", events.Text{"en": "Right holder A"})
	for _, p := range []struct {
		who, email   string
		role         events.Role
		organisation string
	}{
		{admin, "administrator@secretariat.example", events.Administrator, ""},
		{officer, "officer.ipr@secretariat.example", events.Officer, ""},
		{management, "management@secretariat.example", events.Management, ""},
		{zambia, "contact@customs-zm.example", events.ContactPoint, "ZM"},
		{senegal, "contact@customs-sn.example", events.ContactPoint, "SN"},
		{delegate, "delegate1@customs-zm.example", events.Participant, "ZM"},
		{rightHolder, "counsel@rightholder-a.example", events.Participant, "PHARMA-A"},
		{stranger, "somebody@post.example", events.Participant, ""},
	} {
		w.people[p.who] = w.Person(p.email, strings.ToUpper(p.who[:1])+p.who[1:], "(test)", p.role, p.organisation)
		w.tokens[p.who] = w.token(p.who, signin.WriteScope)
	}
	w.people[reader] = w.people[officer]
	w.tokens[reader] = w.token(reader, signin.ReadScope)
	w.schemas = describedBy(t, w.raw("GET", "/api/openapi.json", nobody, nil).body)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) token(who, scope string) string {
	w.t.Helper()
	token, err := w.Signin.AddToken(w.Ctx, directory.ByPortal, w.people[who], scope, 0)
	w.must(err)
	return token
}

// object is a JSON object, sent or answered.
type object = map[string]any

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	body   string
	object
}

// raw sends a request to any address. Body is text as it is, or anything put into JSON; headers are
// pairs.
func (w *world) raw(method, path, who string, body any, headers ...string) answer {
	w.t.Helper()
	var send io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		send = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		w.must(err)
		send = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, path, send)
	r.Host = "portal.example"
	if who != nobody {
		r.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.App.Test(r, 20_000)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{status: res.StatusCode, header: res.Header, body: string(text)}
}

// do sends a request to an operation and holds its answer against the description.
func (w *world) do(method, path, who string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.raw(method, "/api/v1"+path, who, body, headers...)
	if a.status >= 500 {
		w.t.Errorf("%s %s as %q: %d %s", method, path, who, a.status, a.body)
	}
	media := a.header.Get("Content-Type")
	if media == "application/json" || media == "application/problem+json" {
		if err := json.Unmarshal([]byte(a.body), &a.object); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	for _, fault := range w.schemas.judge(method, path, a) {
		w.t.Errorf("%s %s answers otherwise than described: %s\n%s", method, path, fault, a.body)
	}
	return a
}

// ok sends a request that must succeed with this status.
func (w *world) ok(status int, method, path, who string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.do(method, path, who, body, headers...)
	if a.status != status {
		w.t.Fatalf("%s %s as %q: %d, want %d: %s", method, path, who, a.status, status, a.body)
	}
	return a
}

// refused sends a request that must fail with this status and key, and gives the places that are named.
func (w *world) refused(status int, key string, method, path, who string, body any, headers ...string) []string {
	w.t.Helper()
	a := w.do(method, path, who, body, headers...)
	if a.status != status || a.text("key") != key {
		w.t.Errorf("%s %s as %q: %d %q, want %d %q: %s", method, path, who, a.status, a.text("key"), status, key, a.body)
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		w.t.Errorf("%s %s: a fault is told as %q", method, path, got)
	}
	var places []string
	faults, _ := a.object["errors"].([]any)
	for _, f := range faults {
		places = append(places, fmt.Sprint(f.(object)["location"], " ", f.(object)["key"]))
	}
	return places
}

// text gives a value by its path, as text.
func (a answer) text(path ...string) string {
	var v any = a.object
	for _, name := range path {
		inner, _ := v.(object)
		v = inner[name]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (a answer) version() int {
	n, _ := a.object["version"].(float64)
	return int(n)
}

func (a answer) items() []object {
	list, _ := a.object["items"].([]any)
	items := make([]object, len(list))
	for i, x := range list {
		items[i], _ = x.(object)
	}
	return items
}

// The marks that must appear to nobody but those they are for.
const (
	closedTitle = "Closed talks Quassia"
	openTitle   = "Joint session Tamarind"
	hiddenTitle = "Operation Mahogany"
)

// meetingBody is the body of a hybrid meeting in the nomination lane, a closed day and an open one.
func meetingBody() object {
	return object{"kind": "cap_meeting", "title": object{"en": "23rd Meeting of the Group", "fr": "23e réunion du groupe"}, "objective": object{"en": "To meet"},
		"start": "2026-11-03T08:30:00Z", "end": "2026-11-04T16:30:00Z", "timezone": "Europe/Brussels", "mode": "hybrid",
		"place": object{"city": "Brussels", "country": "BE", "venue": "Headquarters"}, "responsible_officer": "officer.ipr@secretariat.example",
		"languages": []string{"en", "fr"}, "seats_per_organisation": 2,
		"seats":     []object{{"pool": "onsite", "capacity": 2}, {"pool": "remote", "capacity": 100}},
		"deadlines": object{"nomination": "2026-10-02T21:59:59Z", "registration": "2026-10-23T21:59:59Z"},
		"sessions": []object{
			{"id": "day-1", "title": object{"en": closedTitle}, "start": "2026-11-03T08:30:00Z", "end": "2026-11-03T16:30:00Z", "open_to": []string{"member"}},
			{"title": object{"en": openTitle}, "start": "2026-11-04T08:30:00Z", "end": "2026-11-04T16:30:00Z",
				"open_to": []string{"member", "regional_entity", "igo", "expert", "right_holder"}},
		}}
}

// open creates an activity, invites the Members and opens it.
func (w *world) open(body object) string {
	w.t.Helper()
	made := w.ok(201, "POST", "/activities", officer, body)
	code := made.text("code")
	w.lead(code, "approved")
	if made.text("lane") != "self_registration" {
		w.ok(201, "POST", "/activities/"+code+"/invitations", officer, object{"all_members": true})
		w.lead(code, "invitations_sent")
	}
	w.lead(code, "registration_open")
	return code
}

func (w *world) lead(code string, states ...string) {
	w.t.Helper()
	for _, state := range states {
		w.ok(200, "POST", "/activities/"+code+"/lifecycle", officer, object{"to": state, "reason": "test"})
	}
}

func (w *world) meeting() string { return w.open(meetingBody()) }

func (w *world) symposium() string {
	return w.open(object{"kind": "symposium", "title": object{"en": "Symposium"}, "objective": object{"en": "To learn"}, "mode": "remote",
		"start": "2026-12-01T13:00:00Z", "end": "2026-12-01T16:00:00Z", "timezone": "Europe/Brussels",
		"responsible_officer": "officer.ipr@secretariat.example", "seats": []object{{"pool": "remote", "capacity": 2}}})
}

// operation opens an activity that nobody outside its circle may know of; nobody is invited but SN.
func (w *world) operation() string {
	w.t.Helper()
	made := w.ok(201, "POST", "/activities", officer, object{"kind": "operation", "title": object{"en": hiddenTitle}, "objective": object{"en": "To find"},
		"start": "2026-10-05T00:00:00Z", "end": "2026-10-19T00:00:00Z", "timezone": "UTC", "responsible_officer": "officer.ipr@secretariat.example",
		"seats": []object{{"pool": "remote", "capacity": 50}}})
	code := made.text("code")
	w.lead(code, "approved")
	w.ok(201, "POST", "/activities/"+code+"/invitations", officer, object{"organisation": "SN"})
	w.lead(code, "invitations_sent")
	return code
}

func person(name, email string) object {
	return object{"given_name": name, "family_name": "(test)", "email": email, "language": "en"}
}

// nominate puts somebody of ZM down and gives the registration's id.
func (w *world) nominate(code, name, email string) string {
	w.t.Helper()
	return w.ok(201, "POST", "/activities/"+code+"/registrations", zambia,
		object{"person": person(name, email), "organisation": "ZM", "capacity": "delegate", "pool": "onsite"}).text("id")
}

func (w *world) decide(id, decision string) answer {
	w.t.Helper()
	return w.ok(200, "POST", "/registrations/"+id+"/decision", officer, object{"decision": decision})
}
