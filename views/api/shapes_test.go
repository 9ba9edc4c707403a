package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// shape is what contract.md 5 shows of an answer: names, and for each what kind of value it is.
// "null" is beside the kind where nothing may be said.
type shape map[string]any

// hold compares an answer with a shape. Names may be added to an answer, never missing.
func (s shape) hold(t *testing.T, at string, got object) {
	t.Helper()
	for name, want := range s {
		value, ok := got[name]
		if !ok {
			t.Errorf("%s.%s is missing from %v", at, name, slices.Sorted(maps.Keys(got)))
			continue
		}
		switch want := want.(type) {
		case shape:
			inner, ok := value.(object)
			if !ok {
				t.Errorf("%s.%s is %v", at, name, value)
			}
			want.hold(t, at+"."+name, inner)
		case []shape:
			list, ok := value.([]any)
			if !ok || len(list) == 0 {
				t.Errorf("%s.%s is %v", at, name, value)
			}
			for _, x := range list {
				want[0].hold(t, at+"."+name, x.(object))
			}
		case string:
			if kind := typeOf(value); !slices.Contains(strings.Fields(want), kind) {
				t.Errorf("%s.%s is %v, no %s", at, name, value, want)
			}
		}
	}
}

var activityShape = shape{"code": "string", "slug": "string", "kind": "string", "state": "string", "parent": "string",
	"title": shape{"en": "string", "fr": "string"}, "description": shape{"en": "string"}, "objective": shape{"en": "string"}, "expected_results": shape{"en": "string"},
	"start": "string", "end": "string", "timezone": "string", "mode": "string", "place": shape{"city": "string", "country": "string", "venue": "string"},
	"host": "string", "funding": "string", "responsible_officer": "string", "regions": "array", "languages": "array", "interpretation": "array",
	"visibility": "string", "lane": "string", "acceptance": "string",
	"seats":                  []shape{{"pool": "string", "capacity": "integer", "confirmed": "integer", "waiting": "integer"}},
	"seats_per_organisation": "integer", "deadlines": shape{"nomination": "string", "registration": "string"},
	"sessions": []shape{{"id": "string", "title": shape{"en": "string"}, "start": "string", "end": "string", "open_to": "array"}},
	"all_day":  "boolean", "experts": "array", "public_report": "null object",
	"figures": "null object", "version": "integer"}

// TestAPI_Shape_Activity sends what contract.md 5 shows and finds it again.
func TestAPI_Shape_Activity(t *testing.T) {
	w := newWorld(t)
	sent := `{"code": "IPR-2026-20", "slug": "23rd-cap-meeting", "kind": "cap_meeting", "parent": "",
	 "title": {"en": "23rd Meeting of the Counterfeiting and Piracy (CAP) Group", "fr": "23e réunion"},
	 "description": {"en": "D"}, "objective": {"en": "O"}, "expected_results": {"en": "E"},
	 "start": "2026-11-03T08:30:00Z", "end": "2026-11-04T16:30:00Z", "timezone": "Europe/Brussels",
	 "mode": "hybrid", "place": {"city": "Brussels", "country": "BE", "venue": "WCO Headquarters"},
	 "host": "WCO", "funding": "Regular budget", "responsible_officer": "officer.ipr@secretariat.example",
	 "regions": ["AMS"], "languages": ["en", "fr"], "interpretation": ["es", "ar"],
	 "visibility": "public", "lane": "nomination", "acceptance": "decided",
	 "seats": [{"pool": "onsite", "capacity": 130}, {"pool": "remote", "capacity": 400}],
	 "seats_per_organisation": 4,
	 "deadlines": {"nomination": "2026-10-02T21:59:59Z", "registration": "2026-10-23T21:59:59Z"},
	 "sessions": [{"title": {"en": "Draft guidance"}, "start": "2026-11-03T08:30:00Z", "end": "2026-11-03T16:30:00Z",
	               "open_to": ["member", "regional_entity", "igo", "expert"]}],
	 "all_day": false, "experts": ["expert1@post.example"], "public_report": null}`
	made := w.ok(201, "POST", "/activities", officer, sent)
	activityShape.hold(t, "activity", made.object)
	if got := made.header.Get("Location"); got != "/api/v1/activities/IPR-2026-20" {
		t.Errorf("Location: %s", got)
	}
	var want object
	if err := json.Unmarshal([]byte(sent), &want); err != nil {
		t.Fatal(err)
	}
	got := w.ok(200, "GET", "/activities/IPR-2026-20", officer, nil)
	if got.body != made.body {
		t.Errorf("made  %s\nfound %s", made.body, got.body)
	}
	for name, value := range want {
		if name == "seats" || name == "sessions" {
			continue
		}
		if fmt.Sprint(got.object[name]) != fmt.Sprint(value) {
			t.Errorf("%s: sent %v, found %v", name, value, got.object[name])
		}
	}
	if got.text("state") != "planned" || got.version() != 1 {
		t.Errorf("%s, version %d", got.text("state"), got.version())
	}
	listed := w.ok(200, "GET", "/activities?from=2026-11-04&to=2026-11-04&kind=cap_meeting&region=AMS&language=ar&q=counterfeiting%20brussels", officer, nil)
	if len(listed.items()) != 1 || fmt.Sprint(listed.items()[0]) != fmt.Sprint(got.object) {
		t.Errorf("in the list: %s", listed.body)
	}
	shape{"items": []shape{activityShape}, "next_cursor": "string"}.hold(t, "list", listed.object)
	for _, query := range []string{"from=2026-11-05", "to=2026-11-02", "kind=symposium", "region=WCA", "language=ru", "q=piracy%20lima"} {
		if got := w.ok(200, "GET", "/activities?"+query, officer, nil); len(got.items()) != 0 || got.object["items"] == nil {
			t.Errorf("%s: %s", query, got.body)
		}
	}
	t.Run("Bare", func(t *testing.T) {
		w.t = t
		bare := w.ok(201, "POST", "/activities", officer, object{"kind": "national_workshop", "title": object{"fr": "Atelier"}, "start": "2026-10-05T07:00:00Z",
			"end": "2026-10-09T15:00:00Z", "timezone": "Africa/Lusaka"})
		bareWant := map[string]string{"code": "IPR-2026-21", "slug": "ipr-2026-21", "regions": "[]", "languages": "[]", "interpretation": "[]", "seats": "[]",
			"sessions": "[]", "experts": "[]", "description": "map[]", "lane": "nomination", "acceptance": "decided", "visibility": "public", "mode": "onsite"}
		for name, want := range bareWant {
			if got := fmt.Sprint(bare.object[name]); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		for _, name := range []string{"figures", "public_report"} {
			if bare.object[name] != nil {
				t.Errorf("%s is %v", name, bare.object[name])
			}
		}
		if d := bare.object["deadlines"].(object); d["nomination"] != nil || d["registration"] != nil {
			t.Errorf("deadlines %v", d)
		}
	})
}

// TestAPI_Shape_Session holds a session to the contract, as an officer and as somebody to whom it is closed.
func TestAPI_Shape_Session(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	made := w.ok(201, "POST", "/activities/"+code+"/sessions", officer, session("", "2026-11-04T10:00:00Z", "2026-11-04T11:00:00Z"))
	shape{"id": "string", "title": shape{"en": "string"}, "start": "string", "end": "string", "open_to": "array", "version": "integer"}.hold(t, "session", made.object)
	if got := fmt.Sprint(made.object["open_to"]); got != "[member regional_entity igo expert]" {
		t.Errorf("open to %s, not to whom is usual for the kind", got)
	}
	none := w.ok(201, "POST", "/activities/"+code+"/sessions", officer, session("x", "2026-11-04T11:00:00Z", "2026-11-04T12:00:00Z", "open_to", []string{}))
	if got := fmt.Sprint(none.object["open_to"]); got != "[]" {
		t.Errorf("open to %s, not to Members alone", got)
	}
	seen, _ := w.ok(200, "GET", "/activities/"+code, rightHolder, nil).object["sessions"].([]any)
	if len(seen) != 4 {
		t.Fatalf("a right holder sees %d sessions", len(seen))
	}
	closed := seen[0].(object)
	if fmt.Sprintf("%v|%v|%v|%v|%v", closed["title"], closed["id"], closed["open_to"], closed["closed"], closed["start"]) != "map[]||[]|true|2026-11-03T08:30:00Z" {
		t.Errorf("a closed session: %v", closed)
	}
	if open := seen[1].(object); fmt.Sprint(open["title"]) != "map[en:"+openTitle+"]" || open["closed"] != nil {
		t.Errorf("an open session: %v", open)
	}
}

// TestAPI_Shape_Registration holds a registration to the contract in its states.
func TestAPI_Shape_Registration(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	form := shape{"id": "string", "activity": "string", "person": shape{"given_name": "string", "family_name": "string", "email": "string", "language": "string"},
		"organisation": "string", "capacity": "string", "pool": "string", "state": "string", "waiting_position": "null", "answers": shape{},
		"calendar": shape{"uid": "string", "sequence": "integer", "reply": "string"}, "history": []shape{{"at": "string", "by": "string", "what": "string"}},
		"version": "integer", "request": "null"}
	made := w.ok(201, "POST", "/activities/"+code+"/registrations", zambia, object{"person": object{"given_name": " Delegate ", "family_name": "1", "email": " D1@CUSTOMS-ZM.example ", "language": "fr"},
		"organisation": "ZM", "capacity": "head_of_delegation", "pool": "onsite", "answers": object{"post": "Head", "diet": ""}})
	form.hold(t, "registration", made.object)
	id := made.text("id")
	if made.header.Get("Location") != "/api/v1/registrations/"+id {
		t.Errorf("Location: %s", made.header.Get("Location"))
	}
	for path, want := range map[string]string{"activity": code, "person/given_name": "Delegate", "person/email": "d1@customs-zm.example", "person/language": "fr", "organisation": "ZM",
		"capacity": "head_of_delegation", "pool": "onsite", "state": "endorsed", "answers": "map[post:Head]", "calendar/uid": "", "calendar/reply": "none", "version": "1"} {
		if got := made.text(strings.Split(path, "/")...); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	sure := w.decide(id, "confirm")
	if uid := sure.text("calendar", "uid"); sure.text("state") != "confirmed" || !strings.HasSuffix(uid, "@portal.example") || len(uid) < 32 {
		t.Errorf("confirmed: %s", sure.body)
	}
	if got := w.ok(200, "GET", "/registrations/"+id, zambia, nil); got.text("calendar", "uid") != sure.text("calendar", "uid") {
		t.Errorf("found again: %s", got.body)
	}
	file := w.ok(200, "GET", "/registrations/"+id+"/invitation.ics", zambia, nil)
	if !strings.Contains(file.header.Get("Content-Type"), "text/calendar") || !strings.Contains(file.body, "UID:"+sure.text("calendar", "uid")) {
		t.Errorf("the entry: %v %s", file.header, file.body)
	}
	t.Run("Waiting", func(t *testing.T) {
		w.t = t
		w.decide(w.nominateFor(code, "SN", senegal, "Delegate 2"), "confirm")
		third := w.nominateFor(code, "SN", senegal, "Delegate 3")
		w.refused(409, "pool_full", "POST", "/registrations/"+third+"/decision", officer, object{"decision": "confirm"})
		got := w.decide(third, "waitlist")
		if got.text("waiting_position") != "1" || got.text("waiting_reason") != "pool_full" || got.text("state") != "waitlisted" {
			t.Errorf("%s", got.body)
		}
		seats := fmt.Sprint(w.ok(200, "GET", "/activities/"+code, officer, nil).object["seats"])
		if want := "[map[capacity:2 confirmed:2 pool:onsite waiting:1] map[capacity:100 confirmed:0 pool:remote waiting:0]]"; seats != want {
			t.Errorf("seats %s", seats)
		}
		forced := w.ok(200, "POST", "/registrations/"+third+"/decision", officer, object{"decision": "confirm", "override": true, "reason": "The speaker"})
		if forced.text("overridden") != "true" || forced.text("reason") != "The speaker" || forced.object["waiting_position"] != nil {
			t.Errorf("%s", forced.body)
		}
	})
	t.Run("History", func(t *testing.T) {
		w.t = t
		for who, names := range map[string]bool{officer: true, zambia: false} {
			body := fmt.Sprint(w.ok(200, "GET", "/registrations/"+id, who, nil).object["history"])
			if strings.Contains(body, w.people[officer]) != names || !strings.Contains(body, w.people[zambia]) {
				t.Errorf("%s reads %s", who, body)
			}
		}
	})
}

func (w *world) nominateFor(code, organisation, who, name string) string {
	w.t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", "") + "@customs-" + strings.ToLower(organisation) + ".example"
	return w.ok(201, "POST", "/activities/"+code+"/registrations", who,
		object{"person": person(name, email), "organisation": organisation, "capacity": "delegate", "pool": "onsite"}).text("id")
}

// TestAPI_Shape_Invitation holds an invitation to the contract.
func TestAPI_Shape_Invitation(t *testing.T) {
	w := newWorld(t)
	form := shape{"organisation": "string", "seats": "array", "funded": "integer", "capacities": "array", "sessions": "array", "answer": "string",
		"reason": "string", "sent": "string null", "nominated": "integer", "reported": "null object", "version": "integer"}
	code := w.meeting()
	w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	for _, i := range w.ok(200, "GET", "/activities/"+code+"/invitations", officer, nil).items() {
		form.hold(t, "invitation", i)
		if i["organisation"] == "ZM" && (i["nominated"] != 1.0 || i["sent"] != "2026-09-01T08:00:00Z" || i["answer"] != "none") {
			t.Errorf("%v", i)
		}
	}
	made := w.ok(201, "POST", "/activities/"+code+"/invitations", officer, object{"organisation": "PHARMA-A", "seats": []object{{"pool": "onsite", "seats": 2}}, "funded": 1})
	form.hold(t, "invitation", made.object)
	if made.object["sent"] != nil || made.text("unreachable") != "1" || made.text("seats") != "[map[pool:onsite seats:2]]" {
		t.Errorf("%s", made.body)
	}
	changed := w.ok(200, "PATCH", "/activities/"+code+"/invitations/PHARMA-A", officer, object{"version": 1, "seats": []object{}})
	if changed.text("seats") != "[]" || changed.text("funded") != "1" || changed.version() != 2 {
		t.Errorf("%s", changed.body)
	}
	w.refused(409, "stale_edit", "PATCH", "/activities/"+code+"/invitations/PHARMA-A", officer, object{"version": 1, "funded": 3})
	w.refused(409, "seats_below_nominated", "PATCH", "/activities/"+code+"/invitations/ZM", officer, object{"version": 2, "seats": []object{{"pool": "onsite", "seats": 0}}})
	declined := w.ok(200, "POST", "/activities/"+code+"/invitations/SN/answer", senegal, object{"answer": "declined", "reason": "No budget"})
	if declined.text("answer") != "declined" || declined.text("reason") != "No budget" {
		t.Errorf("%s", declined.body)
	}
	operation := w.operation()
	w.ok(200, "POST", "/activities/"+operation+"/invitations/SN/answer", senegal, object{"answer": "joined"})
	reported := w.ok(200, "POST", "/activities/"+operation+"/invitations/SN/reported", officer, object{"reported": true, "on": "2026-05-15"})
	form.hold(t, "invitation", reported.object)
	if reported.text("reported") != "map[on:2026-05-15 reported:true]" {
		t.Errorf("%s", reported.body)
	}
	w.refused(422, "date_form", "POST", "/activities/"+operation+"/invitations/SN/reported", officer, object{"reported": true, "on": "15 May"})
}

// TestAPI_Shape_Directory holds Members, organisations, people and notices to the contract.
func TestAPI_Shape_Directory(t *testing.T) {
	w := newWorld(t)
	members := w.ok(200, "GET", "/members", stranger, nil).items()
	if len(members) != 2 {
		t.Fatalf("%d Members", len(members))
	}
	shape{"code": "string", "status": "string", "name": shape{"en": "string", "fr": "string"}, "region": "string", "since": "null", "until": "null"}.hold(t, "member", members[1])
	if members[1]["status"] != "member" || members[1]["code"] != "ZM" {
		t.Errorf("%v", members[1])
	}
	if got := w.ok(200, "GET", "/members?region=WCA", stranger, nil).items(); len(got) != 1 || got[0]["code"] != "SN" {
		t.Errorf("of WCA: %v", got)
	}
	sent := object{"code": "PHARMA-B", "group": "right_holder", "name": object{"en": "Right holder B"}, "country": "BE", "region": "EUR", "domains": []string{"rightholder-b.example"}}
	made := w.ok(201, "POST", "/organisations", officer, sent)
	form := shape{"code": "string", "group": "string", "name": shape{"en": "string"}, "country": "string", "region": "string", "domains": "array", "version": "integer"}
	form.hold(t, "organisation", made.object)
	for name, value := range sent {
		if fmt.Sprint(made.object[name]) != fmt.Sprint(value) {
			t.Errorf("%s: sent %v, made %v", name, value, made.object[name])
		}
	}
	for _, o := range w.ok(200, "GET", "/organisations?group=right_holder", management, nil).items() {
		form.hold(t, "organisation", o)
	}
	w.ok(201, "POST", "/organisations", officer, object{"code": "MX", "group": "member", "name": object{"en": "Mexico"}, "region": "AMS"})
	if got := w.ok(200, "GET", "/members?region=AMS", stranger, nil).items(); len(got) != 1 {
		t.Errorf("a Member that was added: %v", got)
	}
	people := w.ok(200, "GET", "/people?q=counsel", officer, nil).items()
	if len(people) != 1 {
		t.Fatalf("%d people", len(people))
	}
	shape{"id": "string", "given_name": "string", "family_name": "string", "email": "string", "language": "string", "role": "string", "organisation": "string"}.hold(t, "person", people[0])

	code := w.meeting()
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	notices := w.ok(200, "GET", "/notices?state=queued&activity="+code, officer, nil).items()
	if len(notices) != 3 {
		t.Fatalf("%d notices", len(notices))
	}
	shape{"id": "string", "activity": "string", "registration": "string", "kind": "string", "to": "string", "language": "string", "state": "string",
		"attempts": "integer", "last_error": "string", "queued": "string", "sent": "null", "message_id": "string"}.hold(t, "notice", notices[0])
	if n := notices[0]; n["registration"] != id || n["kind"] != "nominated" || n["to"] != "d1@customs-zm.example" || n["queued"] != w.Now.Format(time.RFC3339) {
		t.Errorf("%v", n)
	}
	if got := w.ok(200, "GET", "/notices?state=sent", officer, nil); fmt.Sprint(got.object["items"]) != "[]" {
		t.Errorf("nothing has been sent: %s", got.body)
	}
}
