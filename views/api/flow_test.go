package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAPI_Lifecycle takes an activity through its gates.
func TestAPI_Lifecycle(t *testing.T) {
	w := newWorld(t)
	bare := w.ok(201, "POST", "/activities", officer, object{"kind": "cap_meeting", "title": object{"en": "T"}, "start": "2026-11-03T08:30:00Z", "end": "2026-11-04T16:30:00Z", "timezone": "Europe/Brussels"})
	step := "/activities/" + bare.text("code") + "/lifecycle"
	if got := w.refused(409, "gate_responsible_officer", "POST", step, officer, object{"to": "approved"}); len(got) != 2 {
		t.Errorf("gates %v", got)
	}
	w.ok(200, "PATCH", "/activities/"+bare.text("code"), officer, object{"version": 1, "objective": object{"en": "O"}, "responsible_officer": "officer.ipr@secretariat.example"})
	if got := w.ok(200, "POST", step, officer, object{"to": "approved"}); got.text("state") != "approved" || got.version() != 3 {
		t.Errorf("%s", got.body)
	}
	w.refused(409, "stale_edit", "POST", step, officer, object{"to": "cancelled", "reason": "r", "version": 2})
	got := w.refused(409, "gate_invitations", "POST", step, officer, object{"to": "invitations_sent"})
	if len(got) != 2 {
		t.Errorf("gates %v", got)
	}
	w.refused(409, "no_such_step", "POST", step, officer, object{"to": "registration_open"})
	w.ok(200, "PATCH", "/activities/"+bare.text("code"), officer, object{"version": 3, "seats": []object{{"pool": "onsite", "capacity": 5}}})
	w.ok(201, "POST", "/activities/"+bare.text("code")+"/invitations", officer, object{"region": "ESA"})
	// A programme is asked for on paper: an officer passes without, and says why.
	w.refused(409, "gate_programme", "POST", step, officer, object{"to": "invitations_sent"})
	w.ok(200, "POST", step, officer, object{"to": "invitations_sent", "reason": "The programme follows"})
	other := w.meeting()
	w.refused(422, "reason_required", "POST", step, officer, object{"to": "cancelled"})
	third := w.meeting2()
	if got := w.ok(200, "POST", "/activities/"+third+"/lifecycle", officer, object{"to": "merged", "into": other}); got.text("merged_into") != other {
		t.Errorf("%s", got.body)
	}
	merged := w.ok(200, "POST", step, officer, object{"to": "merged", "into": other, "reason": "One meeting"})
	if merged.text("merged_into") != other || merged.text("state") != "merged" {
		t.Errorf("%s", merged.body)
	}
	history := w.ok(200, "GET", "/activities/"+bare.text("code")+"/history", officer, nil).items()
	last := history[len(history)-1]
	if last["what"] != "state" || last["from"] != "invitations_sent" || last["to"] != "merged" || last["why"] != "One meeting" || last["by"] != w.people[officer] {
		t.Errorf("%v", last)
	}
}

// TestAPI_Register lets each put down whom they may, in the quality in which they ask.
func TestAPI_Register(t *testing.T) {
	w := newWorld(t)
	meeting, symposium := w.meeting(), w.symposium()
	closed := w.ok(201, "POST", "/activities", officer, with("visibility", "public", "lane", "invitation_only")).text("code")
	w.lead(closed, "approved")
	post := func(code string) string { return "/activities/" + code + "/registrations" }
	for _, c := range []struct {
		name, code, who string
		body            object
		status          int
		want            string // state, or key and place
	}{
		{"an officer enters anybody", meeting, officer, object{"person": person("Speaker", "speaker@post.example"), "capacity": "speaker", "pool": "remote"}, 201, "endorsed"},
		{"a contact point nominates its own", meeting, zambia, object{"person": person("D 1", "d1@customs-zm.example"), "organisation": "ZM", "pool": "onsite"}, 201, "endorsed"},
		{"without saying the organisation", meeting, zambia, object{"person": person("D 2", "d2@customs-zm.example"), "pool": "remote"}, 201, "endorsed"},
		{"the same twice", meeting, zambia, object{"person": person("D 2", "D2@Customs-ZM.example "), "pool": "remote"}, 409, "already_registered [body.person.email already_registered]"},
		{"past the organisation's seats", meeting, zambia, object{"person": person("D 3", "d3@customs-zm.example"), "pool": "onsite"}, 201, "endorsed"},
		{"and one more", meeting, zambia, object{"person": person("D 4", "d4@customs-zm.example"), "pool": "onsite"}, 409, "organisation_seats_full [body.capacity organisation_seats_full]"},
		{"but an alternate", meeting, zambia, object{"person": person("D 4", "d4@customs-zm.example"), "pool": "onsite", "capacity": "alternate"}, 201, "endorsed"},
		{"not another's", meeting, zambia, object{"person": person("D 5", "d5@customs-sn.example"), "organisation": "SN", "pool": "onsite"}, 403, "email_fixed [body.person.email email_fixed]"},
		{"a right holder alone", meeting, rightHolder, object{"person": person("Counsel", ""), "pool": "remote"}, 201, "submitted"},
		{"a Member's officer alone", meeting, delegate, object{"person": person("Delegate", "delegate1@customs-zm.example"), "pool": "remote"}, 201, "submitted"},
		{"nobody else", meeting, rightHolder, object{"person": person("Other", "other@post.example"), "pool": "remote"}, 403, "email_fixed [body.person.email email_fixed]"},
		{"of no organisation", meeting, stranger, object{"person": person("Somebody", ""), "pool": "remote"}, 422, "organisation_required [body.organisation organisation_required]"},
		{"capacity of one's own", meeting, rightHolder, object{"person": person("Counsel", ""), "pool": "remote", "capacity": "chair"}, 422, "choose_one [body.capacity choose_one]"},
		{"anybody at a symposium", symposium, stranger, object{"person": person("Somebody", "")}, 201, "confirmed"},
		{"a contact point itself", symposium, zambia, object{"person": person("Contact point", "contact@customs-zm.example")}, 201, "confirmed"},
		{"and when it is full", symposium, rightHolder, object{"person": person("Counsel", "")}, 201, "waitlisted"},
		{"alone where one is invited", closed, stranger, object{"person": person("Somebody", ""), "pool": "remote"}, 403, "lane_closed []"},
		{"management", symposium, management, object{"person": person("Management", "")}, 201, "waitlisted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t, w.T = t, t
			a := w.do("POST", post(c.code), c.who, c.body)
			got := a.text("state")
			if a.status >= 400 {
				places := w.refused(a.status, a.text("key"), "POST", post(c.code), c.who, c.body)
				got = fmt.Sprint(a.text("key"), " ", places)
			}
			if a.status != c.status || got != c.want {
				t.Errorf("%d %q: %s", a.status, got, a.body)
			}
		})
	}
}

// TestAPI_Replace replaces a nominee before the deadline, and asks for it after.
func TestAPI_Replace(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	w.decide(id, "confirm")
	path := func(id string) string { return "/registrations/" + id + "/decision" }
	if got := w.refused(422, "required", "POST", path(id), zambia, object{"decision": "replace"}); fmt.Sprint(got) != "[body.by required]" {
		t.Errorf("%v", got)
	}
	if got := w.refused(422, "email_control", "POST", path(id), zambia, object{"decision": "replace", "by": person("D 2", "d2@customs-zm.example\n>")}); fmt.Sprint(got) != "[body.by.email email_control]" {
		t.Errorf("%v", got)
	}
	next := w.ok(200, "POST", path(id), zambia, object{"decision": "replace", "by": person("Delegate 2", "d2@customs-zm.example"), "reason": "Ill"})
	if next.text("id") == id || next.text("person", "given_name") != "Delegate 2" || next.text("state") != "endorsed" {
		t.Errorf("%s", next.body)
	}
	if got := w.ok(200, "GET", "/registrations/"+id, zambia, nil); got.text("state") != "replaced" || got.text("reason") != "Ill" {
		t.Errorf("%s", got.body)
	}
	second := next.text("id")
	w.decide(second, "confirm")
	w.Now = w.Now.AddDate(0, 1, 5)
	kept := w.ok(202, "POST", path(second), zambia, object{"decision": "replace", "by": person("Delegate 3", "d3@customs-zm.example")})
	if kept.text("id") != second || kept.text("state") != "confirmed" || kept.text("request", "decision") != "replace" || kept.text("request", "by", "given_name") != "Delegate 3" {
		t.Errorf("%s", kept.body)
	}
	w.refused(403, "not_allowed", "POST", path(second), zambia, object{"decision": "dismiss"})
	dismissed := w.ok(200, "POST", path(second), officer, object{"decision": "dismiss", "reason": "Too late"})
	if dismissed.object["request"] != nil {
		t.Errorf("%s", dismissed.body)
	}
	w.refused(409, "nothing_to_dismiss", "POST", path(second), officer, object{"decision": "dismiss"})
	w.ok(202, "POST", path(second), zambia, object{"decision": "replace", "by": person("Delegate 3", "d3@customs-zm.example")})
	// The officer replaces as was asked, without saying it all again.
	third := w.ok(200, "POST", path(second), officer, object{"decision": "replace"})
	if third.text("person", "given_name") != "Delegate 3" || third.text("state") != "confirmed" {
		t.Errorf("%s", third.body)
	}
	for _, word := range []string{"", "promote", "miss", "Confirm", "attend"} {
		w.refused(422, "choose_one", "POST", path(third.text("id")), officer, object{"decision": word})
	}
	undone := w.nominate(w.meeting2(), "Delegate 9", "d9@customs-zm.example")
	w.decide(undone, "confirm")
	if got := w.decide(undone, "undo"); got.text("state") != "endorsed" {
		t.Errorf("%s", got.body)
	}
	w.refused(409, "nothing_to_undo", "POST", path(undone), officer, object{"decision": "undo"})
}

// meeting2 opens a meeting whose deadlines lie later.
func (w *world) meeting2() string {
	return w.open(with("start", "2027-11-03T08:30:00Z", "end", "2027-11-04T16:30:00Z", "sessions", []object{session("a", "2027-11-03T09:00:00Z", "2027-11-03T10:00:00Z")},
		"deadlines", object{"nomination": "2027-10-02T21:59:59Z"}))
}

// TestAPI_Entry follows a registration's calendar entry as a file.
func TestAPI_Entry(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	file := "/registrations/" + id + "/invitation.ics"
	w.refused(404, "no_calendar_entry", "GET", file, zambia, nil)
	uid := w.decide(id, "confirm").text("calendar", "uid")
	got := w.ok(200, "GET", file, zambia, nil)
	if !strings.Contains(got.body, "UID:"+uid) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %s", got.header, got.body)
	}
	// Nobody was told of the entry yet, so there is nothing to show of its end.
	w.decide(id, "withdraw")
	w.refused(404, "no_calendar_entry", "GET", file, zambia, nil)
}
