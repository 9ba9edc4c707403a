package api_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// with gives a meeting's body with some fields changed; a nil value takes the field out.
func with(pairs ...any) object {
	body := meetingBody()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(body, pairs[i].(string))
		} else {
			body[pairs[i].(string)] = pairs[i+1]
		}
	}
	return body
}

func session(id, start, end string, more ...any) object {
	s := object{"id": id, "title": object{"en": "Session"}, "start": start, "end": end}
	for i := 0; i < len(more); i += 2 {
		s[more[i].(string)] = more[i+1]
	}
	return s
}

// TestAPI_Input sends what cannot be taken, and finds what is said of it and where.
func TestAPI_Input(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	register := "/activities/" + code + "/registrations"
	delegation := func(pairs ...any) object {
		p := person("Delegate", "delegate@customs-zm.example")
		for i := 0; i < len(pairs); i += 2 {
			p[pairs[i].(string)] = pairs[i+1]
		}
		return object{"person": p, "organisation": "ZM", "capacity": "delegate", "pool": "onsite"}
	}
	for _, c := range []struct {
		name, method, path string
		body               any
		status             int
		places             string
	}{
		{"no body", "POST", "/activities", nil, 422, ""},
		{"blank", "POST", "/activities", " \n", 422, ""},
		{"broken", "POST", "/activities", `{"kind":`, 422, ""},
		{"two", "POST", "/activities", `{} {}`, 422, ""},
		{"no UTF-8", "POST", "/activities", "{\"kind\":\"\xff\",\"title\":{\"en\":\"T\"},\"start\":\"2026-11-03T08:30:00Z\",\"end\":\"2026-11-03T16:30:00Z\",\"timezone\":\"UTC\"}", 422, "body.kind choose_one"},
		{"a list", "POST", "/activities", `[]`, 422, ""},
		{"a text", "POST", "/activities", `"x"`, 422, ""},
		{"deep", "POST", "/activities", `{"title":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, 422, ""},
		{"unknown", "POST", "/activities", with("colour", "red", "state", "held"), 422, "body.colour unknown_field, body.state unknown_field"},
		{"unknown below", "POST", "/activities", with("place", object{"city": "Lima", "street": "1"}), 422, "body.place.street unknown_field"},
		{"unknown in a list", "POST", "/activities", with("sessions", []object{session("a", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00Z"), {"room": "A"}}), 422, "body.sessions.1.room unknown_field"},
		{"other spelling", "POST", "/activities", with("Kind", "symposium"), 422, "body.Kind unknown_field"},
		{"counts", "POST", "/activities", with("seats", []object{{"pool": "onsite", "capacity": 1, "confirmed": 3}}), 422, "body.seats.0.confirmed unknown_field"},
		{"type of text", "POST", "/activities", with("host", 5), 422, "body.host json_type"},
		{"type of number", "POST", "/activities", with("seats", []object{{"pool": "onsite", "capacity": "many"}}), 422, "body.seats.0.capacity json_type"},
		{"half a seat", "POST", "/activities", with("seats", []object{{"pool": "onsite", "capacity": 1.5}}), 422, "body.seats.0.capacity json_type"},
		{"large number", "POST", "/activities", with("seats_per_organisation", 1e30), 422, "body.seats_per_organisation json_type"},
		{"type of truth", "POST", "/activities", with("all_day", "yes"), 422, "body.all_day json_type"},
		{"type of list", "POST", "/activities", with("regions", "all"), 422, "body.regions json_type"},
		{"type of object", "POST", "/activities", with("title", "A title"), 422, "body.title json_type"},
		{"type in a text", "POST", "/activities", with("title", object{"en": 5}), 422, "body.title.en json_type"},
		{"no instant", "POST", "/activities", with("start", "tomorrow"), 422, "body.start instant_form"},
		{"a local time", "POST", "/activities", with("start", "2026-11-03T08:30:00"), 422, "body.start instant_form"},
		{"a day", "POST", "/activities", with("end", "2026-11-03"), 422, "body.end instant_form"},
		{"a number of seconds", "POST", "/activities", with("end", 1793694600), 422, "body.end instant_form"},
		{"year 10000", "POST", "/activities", with("end", "9999-12-31T23:59:59-01:00"), 422, "body.end instant_form"},
		{"instants below", "POST", "/activities", with("deadlines", object{"nomination": "soon"}, "sessions", []object{session("a", "x", "y")}), 422,
			"body.deadlines.nomination instant_form, body.sessions.0.end instant_form, body.sessions.0.start instant_form"},
		{"end before start", "POST", "/activities", with("end", "2026-11-03T08:30:00Z", "sessions", nil, "deadlines", nil), 422, "body.end end_before_start"},
		{"unknown zone", "POST", "/activities", with("timezone", "Europe/Atlantis"), 422, "body.timezone zone_unknown"},
		{"unknown words", "POST", "/activities", with("kind", "party", "mode", "dance", "lane", "fast"), 422, "body.kind choose_one, body.lane choose_one, body.mode choose_one"},
		{"unknown language", "POST", "/activities", with("title", object{"en": "T", "klingon!": "x"}), 422, "body.title.klingon! language_unknown"},
		{"unknown region", "POST", "/activities", with("regions", []string{"MARS"}), 422, "body.regions region_unknown"},
		{"negative seats", "POST", "/activities", with("seats", []object{{"pool": "remote", "capacity": 5}, {"pool": "onsite", "capacity": -1}}), 422, "body.seats.1.capacity number_range"},
		{"pool of another mode", "POST", "/activities", with("mode", "remote", "seats", []object{{"pool": "onsite", "capacity": 1}}), 422, "body.seats.0.pool pool_not_of_mode"},
		{"sessions out of order", "POST", "/activities", with("sessions", []object{
			session("late", "2026-11-04T09:00:00Z", "2026-11-04T08:00:00Z"), session("early", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00Z")}), 422,
			"body.sessions.0.end end_before_start"},
		{"a session outside", "POST", "/activities", with("sessions", []object{session("a", "2026-12-03T09:00:00Z", "2026-12-03T10:00:00Z")}), 422, "body.sessions.0.start session_outside"},
		{"a session twice", "POST", "/activities", with("sessions", []object{
			session("a", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00Z"), session("a", "2026-11-03T10:00:00Z", "2026-11-03T11:00:00Z")}), 422, "body.sessions.1.id session_id"},
		{"code of no form", "POST", "/activities", with("code", "CAP23"), 422, "body.code code_form"},
		{"code that is taken", "POST", "/activities", with("code", code), 409, "body.code code_taken"},
		{"unknown parent", "POST", "/activities", with("parent", "IPR-2026-99"), 422, "body.parent parent_unknown"},
		{"control characters", "POST", "/activities", with("host", "A\u0000B"), 422, "body.host control_characters"},
		{"a session's own end", "POST", "/activities/" + code + "/sessions", session("", "2026-11-04T09:00:00Z", "2026-11-04T09:00:00Z"), 422, "body.end end_before_start"},
		{"a session's known id", "POST", "/activities/" + code + "/sessions", session("day-1", "2026-11-04T09:00:00Z", "2026-11-04T10:00:00Z"), 409, "body.id session_id"},
		{"a session's other id", "PATCH", "/activities/" + code + "/sessions/day-1", object{"id": "day-2", "version": 4}, 422, "body.id session_id"},

		{"no version", "PATCH", "/activities/" + code, object{"host": "X"}, 422, "body.version version_required"},
		{"version of text", "PATCH", "/activities/" + code, object{"host": "X", "version": "4"}, 422, "body.version json_type"},
		{"stale", "PATCH", "/activities/" + code, object{"host": "X", "version": 1}, 409, "body.version stale_edit"},
		{"code is fixed", "PATCH", "/activities/" + code, object{"code": "IPR-2026-77", "version": 4}, 422, "body.code code_fixed"},
		{"state by PATCH", "PATCH", "/activities/" + code, object{"state": "held", "version": 4}, 422, "body.state unknown_field"},
		{"below confirmed", "PATCH", "/activities/" + code, object{"seats": []object{{"pool": "onsite", "capacity": 0}, {"pool": "remote", "capacity": 0}}, "version": 4}, 200, ""},

		{"step that is none", "POST", "/activities/" + code + "/lifecycle", object{"to": "closed"}, 409, "body.to no_such_step"},
		{"state that is none", "POST", "/activities/" + code + "/lifecycle", object{"to": "gone"}, 409, "body.to no_such_step"},
		{"no reason", "POST", "/activities/" + code + "/lifecycle", object{"to": "postponed"}, 422, "body.reason reason_required"},
		{"merged into nothing", "POST", "/activities/" + code + "/lifecycle", object{"to": "merged", "reason": "x", "into": "IPR-2026-99"}, 422, "body.into merge_into_unknown"},
		{"merged into itself", "POST", "/activities/" + code + "/lifecycle", object{"to": "merged", "reason": "x", "into": code}, 422, "body.into merge_into_unknown"},

		{"nobody invited", "POST", "/activities/" + code + "/invitations", object{}, 422, "body.organisation nobody_chosen"},
		{"unknown organisation", "POST", "/activities/" + code + "/invitations", object{"organisation": "XX"}, 422, "body.organisation organisation_unknown"},
		{"seats of no pool", "POST", "/activities/" + code + "/invitations", object{"organisation": "PHARMA-A", "seats": []object{{"pool": "roof", "seats": 1}}}, 422, "body.seats.0.pool pool_not_of_mode"},
		{"unknown answer", "POST", "/activities/" + code + "/invitations/ZM/answer", object{"answer": "joined"}, 409, "body.answer no_such_answer"},
		{"no operation", "POST", "/activities/" + code + "/invitations/ZM/reported", object{"reported": true}, 409, ""},

		{"name missing", "POST", register, delegation("given_name", " "), 422, "body.person.given_name required"},
		{"everything missing", "POST", register, object{"person": object{}}, 422,
			"body.person.email email_missing, body.person.family_name required, body.person.given_name required, body.pool choose_one"},
		{"name too long", "POST", register, delegation("family_name", strings.Repeat("ж", 201)), 422, "body.person.family_name too_long"},
		{"address of two lines", "POST", register, delegation("email", "a@post.example\r\nBcc: b@post.example"), 422, "body.person.email email_control"},
		{"quoted address", "POST", register, delegation("email", `"a b"@post.example`), 422, "body.person.email email_quoted"},
		{"no address", "POST", register, delegation("email", "delegate"), 422, "body.person.email email_no_domain"},
		{"language not offered", "POST", register, delegation("language", "de"), 422, "body.person.language language_not_offered"},
		{"person is text", "POST", register, object{"person": "Delegate 1"}, 422, "body.person json_type"},
		{"unknown of person", "POST", register, delegation("passport", "X1"), 422, "body.person.passport unknown_field"},
		{"unknown answer's key", "POST", register, object{"person": person("D", "d@post.example"), "organisation": "ZM", "pool": "onsite", "answers": object{"shoe": "42"}}, 422, "body.answers.shoe unknown_field"},
		{"answer of a number", "POST", register, object{"person": person("D", "d@post.example"), "organisation": "ZM", "pool": "onsite", "answers": object{"post": 42}}, 422, "body.answers.post json_type"},
		{"organisation unknown", "POST", register, object{"person": person("D", "d@post.example"), "organisation": "XX", "pool": "onsite"}, 422, "body.organisation organisation_unknown"},
		{"capacity unknown", "POST", register, object{"person": person("D", "d@post.example"), "organisation": "ZM", "capacity": "king", "pool": "onsite"}, 422, "body.capacity choose_one"},

		{"organisation of nothing", "POST", "/organisations", object{}, 422, "body.code organisation_code_invalid, body.group group_unknown, body.name name_missing"},
		{"organisation's domain", "POST", "/organisations", object{"code": "A-B", "group": "igo", "name": object{"en": "A"}, "domains": []string{"no domain"}}, 422, "body.domains domain_invalid"},

		{"limit 0", "GET", "/activities?limit=0", nil, 422, "query.limit number_range"},
		{"limit 201", "GET", "/people?limit=201", nil, 422, "query.limit number_range"},
		{"limit of text", "GET", "/notices?limit=ten", nil, 422, "query.limit number_range"},
		{"cursor", "GET", "/activities?cursor=!", nil, 422, "query.cursor cursor_form"},
		{"cursor of no text", "GET", "/people?cursor=" + base64.RawURLEncoding.EncodeToString([]byte{0xff}), nil, 422, "query.cursor cursor_form"},
		{"from", "GET", "/activities?from=yesterday", nil, 422, "query.from instant_form"},
		{"to", "GET", "/audit?to=2026-13-01", nil, 422, "query.to instant_form"},
		{"kind", "GET", "/activities?kind=party", nil, 422, "query.kind choose_one"},
		{"state", "GET", "/activities/" + code + "/registrations?state=gone", nil, 422, "query.state choose_one"},
		{"role", "GET", "/people?role=king", nil, 422, "query.role choose_one"},
		{"odd queries", "GET", "/activities?q=%ff%00%27&language=%ff", nil, 200, ""},
		{"odd people", "GET", "/people?q=%ff(%5b&organisation=%ff", nil, 200, ""},
		{"odd notices", "GET", "/notices?activity=%ff%00", nil, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t, w.T = t, t
			a := w.do(c.method, c.path, officer, c.body)
			var places []string
			faults, _ := a.object["errors"].([]any)
			for _, f := range faults {
				places = append(places, fmt.Sprint(f.(object)["location"], " ", f.(object)["key"]))
				if f.(object)["message"] == "" {
					t.Error("a fault without a sentence")
				}
			}
			slices.Sort(places)
			if a.status != c.status || strings.Join(places, ", ") != c.places {
				t.Errorf("%d %s", a.status, a.body)
			}
			if a.status >= 400 && (a.text("title") == "" || a.text("detail") == "" || a.text("key") == "" || a.text("status") != fmt.Sprint(a.status)) {
				t.Errorf("a problem in part: %s", a.body)
			}
		})
	}
}

// TestAPI_Language tells a fault in the reader's language.
func TestAPI_Language(t *testing.T) {
	w := newWorld(t)
	got := w.do("POST", "/activities", officer, "", "Accept-Language", "fr")
	if got.text("detail") != "La requête n’a pas de contenu." || got.header.Get("Content-Language") != "fr" {
		t.Errorf("%s in %s", got.text("detail"), got.header.Get("Content-Language"))
	}
}

// TestAPI_Faults_Few tells no more faults than anybody reads.
func TestAPI_Faults_Few(t *testing.T) {
	w := newWorld(t)
	body := object{}
	for i := range 5_000 {
		body[fmt.Sprintf("field%d", i)] = i
	}
	a := w.do("POST", "/activities", officer, body)
	if faults, _ := a.object["errors"].([]any); a.status != 422 || len(faults) > 50 {
		t.Errorf("%d with %d faults", a.status, len(faults))
	}
}

// TestAPI_Methods asks in ways that an address does not have.
func TestAPI_Methods(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/activities/" + code, "GET, PATCH, HEAD, OPTIONS"},
		{"DELETE", "/activities/" + code, "GET, PATCH, HEAD, OPTIONS"},
		{"PATCH", "/activities", "GET, POST, HEAD, OPTIONS"},
		{"GET", "/activities/" + code + "/lifecycle", "POST, OPTIONS"},
		{"HEAD", "/activities/" + code + "/lifecycle", "POST, OPTIONS"},
		{"POST", "/members", "GET, HEAD, OPTIONS"},
	} {
		got := w.raw(c.method, "/api/v1"+c.path, officer, "{}")
		if got.status != 405 || got.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow: %s, %s", c.method, c.path, got.status, got.header.Get("Allow"), got.body)
		}
		if c.method != "HEAD" && got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %s", c.method, c.path, got.header.Get("Content-Type"))
		}
		if got := w.raw(c.method, "/api/v1"+c.path, nobody, "{}"); got.status != 401 {
			t.Errorf("%s %s without a token: %d", c.method, c.path, got.status)
		}
	}
	if got := w.raw("OPTIONS", "/api/v1/activities/"+code, officer, nil); got.status != 204 || got.header.Get("Allow") != "GET, PATCH, HEAD, OPTIONS" || got.body != "" {
		t.Errorf("OPTIONS: %d %v", got.status, got.header)
	}
	if got := w.raw("HEAD", "/api/v1/activities/"+code, officer, nil); got.status != 200 || got.body != "" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %d %v %s", got.status, got.header, got.body)
	}
}

// TestAPI_Tokens asks with what is no token.
func TestAPI_Tokens(t *testing.T) {
	w := newWorld(t)
	for name, value := range map[string]string{
		"none": "", "another scheme": "Basic b2ZmaWNlcjp4", "nothing behind": "Bearer", "blank": "Bearer  ", "unknown": "Bearer capportal_AAAA",
		"no text": "Bearer \xff\xfe", "long": "Bearer capportal_" + strings.Repeat("x", 5000), "twice": "Bearer a, Bearer b",
	} {
		got := w.raw("GET", "/api/v1/activities", nobody, nil, "Authorization", value)
		if got.status != 401 || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v %s", name, got.status, got.header, got.body)
		}
	}
	if got := w.raw("GET", "/api/v1/activities", nobody, nil, "Authorization", "bearer "+w.tokens[officer]); got.status != 200 {
		t.Errorf("a scheme in small letters: %d", got.status)
	}
	if got := w.raw("GET", "/api/v1/activities", nobody, nil, "Cookie", "session="+w.people[officer]); got.status != 401 {
		t.Errorf("a session's cookie: %d", got.status)
	}
	w.Now = w.Now.AddDate(1, 0, 1)
	w.refused(401, "token_invalid", "GET", "/activities", officer, nil)
}

// TestAPI_Body_TooLarge refuses a body of more than is taken, and what is packed.
func TestAPI_Body_TooLarge(t *testing.T) {
	w := newWorld(t)
	w.refused(413, "body_too_large", "POST", "/activities", officer, `{"host":"`+strings.Repeat("x", 9<<20)+`"}`)
	if got := w.raw("POST", "/api/v1/activities", officer, "\x1f\x8b", "Content-Encoding", "gzip"); got.status != 415 {
		t.Errorf("a packed body: %d %s", got.status, got.body)
	}
}

// TestAPI_Lists pages through a list while it changes.
func TestAPI_Lists(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	for i := range 5 {
		w.ok(201, "POST", "/activities/"+code+"/registrations", officer, object{"person": person(fmt.Sprint("Delegate ", i), fmt.Sprintf("d%d@post.example", i)), "capacity": "delegate", "pool": "remote"})
	}
	path := "/activities/" + code + "/registrations?state=endorsed&limit=2"
	first := w.ok(200, "GET", path, officer, nil)
	if len(first.items()) != 2 || first.text("next_cursor") == "" {
		t.Fatalf("the first page is %s", first.body)
	}
	if raw, _ := base64.RawURLEncoding.DecodeString(first.text("next_cursor")); strings.Contains(string(raw), "elegate") {
		t.Errorf("a cursor names somebody: %s", raw)
	}
	// Who stood last leaves the list.
	w.decide(fmt.Sprint(first.items()[1]["id"]), "confirm")
	seen := map[string]bool{fmt.Sprint(first.items()[0]["id"]): true, fmt.Sprint(first.items()[1]["id"]): true}
	cursor, pages := first.text("next_cursor"), 1
	for cursor != "" {
		page := w.ok(200, "GET", path+"&cursor="+url.QueryEscape(cursor), officer, nil)
		for _, r := range page.items() {
			if id := fmt.Sprint(r["id"]); seen[id] {
				t.Errorf("%s stands twice", id)
			} else {
				seen[id] = true
			}
		}
		cursor = page.text("next_cursor")
		pages++
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("%d people on %d pages", len(seen), pages)
	}
	for _, list := range []string{"/activities", "/members", "/organisations", "/people", "/notices", "/audit", "/activities/" + code + "/invitations", "/activities/" + code + "/history"} {
		whole, paged, cursor := w.ok(200, "GET", list+"?limit=200", officer, nil), []object{}, ""
		for range 100 {
			page := w.ok(200, "GET", list+"?limit=1&cursor="+url.QueryEscape(cursor), officer, nil)
			paged = append(paged, page.items()...)
			if cursor = page.text("next_cursor"); cursor == "" {
				break
			}
		}
		if fmt.Sprint(paged) != fmt.Sprint(whole.items()) || len(paged) == 0 {
			t.Errorf("%s: one by one %d, at once %d", list, len(paged), len(whole.items()))
		}
	}
}
