package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAPI_Patch changes one thing at a time and finds what stayed.
func TestAPI_Patch(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	for _, c := range []struct {
		name string
		sent object
		want map[string]string
	}{
		{"Nothing", object{}, nil},
		{"Text", object{"title": object{"fr": "Réunion"}}, map[string]string{"title": "map[en:23rd Meeting of the Group fr:Réunion]"}},
		{"TextGone", object{"title": object{"fr": nil}}, map[string]string{"title": "map[en:23rd Meeting of the Group]"}},
		{"TextNull", object{"objective": nil}, map[string]string{"objective": "map[]"}},
		{"Line", object{"host": "WCO"}, map[string]string{"host": "WCO"}},
		{"LineNull", object{"host": nil}, map[string]string{"host": ""}},
		{"PartOfPlace", object{"place": object{"venue": "Room 1"}}, map[string]string{"place": "map[city:Brussels country:BE venue:Room 1]"}},
		{"PlaceNull", object{"place": nil}, map[string]string{"place": "map[city: country: venue:]"}},
		{"OneDeadline", object{"deadlines": object{"nomination": nil}}, map[string]string{"deadlines": "map[nomination:<nil> registration:2026-10-23T21:59:59Z]"}},
		{"List", object{"languages": []string{"fr"}}, map[string]string{"languages": "[fr]"}},
		{"ListEmpty", object{"languages": []string{}}, map[string]string{"languages": "[]"}},
		{"Regions", object{"regions": []string{"AMS"}}, map[string]string{"regions": "[AMS]"}},
		{"ListNull", object{"regions": nil}, map[string]string{"regions": "[]"}},
		{"Seats", object{"seats": []object{{"pool": "remote", "capacity": 7}}}, map[string]string{"seats": "[map[capacity:7 confirmed:0 pool:remote waiting:0]]"}},
		{"Experts", object{"experts": []string{" Expert1@POST.example "}}, map[string]string{"experts": "[expert1@post.example]"}},
		{"Report", object{"public_report": object{"date": "2026-12-15", "url": "https://www.example/report"}}, map[string]string{"public_report": "map[date:2026-12-15 url:https://www.example/report]"}},
		{"ReportGone", object{"public_report": nil}, map[string]string{"public_report": "<nil>"}},
		{"ZoneOfAnInstant", object{"end": "2026-11-04T18:30:00+01:00"}, map[string]string{"end": "2026-11-04T17:30:00Z"}},
		{"Slug", object{"slug": "cap-23"}, map[string]string{"slug": "cap-23"}},
		{"SameCode", object{"code": code}, map[string]string{"code": code}},
		{"NumberNull", object{"seats_per_organisation": nil}, map[string]string{"seats_per_organisation": "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t, w.T = t, t
			before := w.ok(200, "GET", "/activities/"+code, officer, nil)
			c.sent["version"] = before.version()
			after := w.ok(200, "PATCH", "/activities/"+code, officer, c.sent)
			for name, was := range before.object {
				want, changes := c.want[name]
				if !changes {
					want = fmt.Sprint(was)
				}
				if name == "version" && (c.want == nil || c.name == "SameCode") {
					want = fmt.Sprint(before.version())
				} else if name == "version" {
					want = fmt.Sprint(before.version() + 1)
				}
				if got := fmt.Sprint(after.object[name]); got != want {
					t.Errorf("%s is %s, want %s", name, got, want)
				}
			}
			if found := w.ok(200, "GET", "/activities/"+code, officer, nil); found.body != after.body {
				t.Errorf("answered %s\nfound    %s", after.body, found.body)
			}
		})
	}
	t.Run("RequiredNull", func(t *testing.T) {
		w.t, w.T = t, t
		at := w.ok(200, "GET", "/activities/"+code, officer, nil).version()
		for field, key := range map[string]string{"start": "required", "kind": "choose_one", "timezone": "zone_unknown", "title": "title_required"} {
			w.refused(422, key, "PATCH", "/activities/"+code, officer, object{"version": at, field: nil})
		}
	})
}

// TestAPI_Patch_Sessions replaces the list of sessions whole, and opens none by leaving out to whom.
func TestAPI_Patch_Sessions(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	groups := func(a answer) string {
		var list []string
		sessions, _ := a.object["sessions"].([]any)
		for _, s := range sessions {
			list = append(list, fmt.Sprint(s.(object)["id"], s.(object)["open_to"]))
		}
		return strings.Join(list, ", ")
	}
	at := w.ok(200, "GET", "/activities/"+code, officer, nil).version()
	got := w.ok(200, "PATCH", "/activities/"+code, officer, object{"version": at, "sessions": []object{
		{"title": object{"en": "New"}, "start": "2026-11-04T12:00:00Z", "end": "2026-11-04T13:00:00Z"},
		session("day-1", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00Z"),
		session("x", "2026-11-03T11:00:00Z", "2026-11-03T12:00:00Z", "open_to", []string{}),
	}})
	if want := "day-1[member], x[], session-3[member regional_entity igo expert]"; groups(got) != want {
		t.Errorf("sessions %s, want %s", groups(got), want)
	}
	one := w.ok(200, "PATCH", "/activities/"+code+"/sessions/day-1", officer, object{"version": got.version(), "title": object{"fr": "Jour 1"}, "end": "2026-11-03T11:00:00Z"})
	if one.text("title") != "map[en:Session fr:Jour 1]" || one.text("open_to") != "[member]" || one.text("start") != "2026-11-03T09:00:00Z" || one.version() != got.version()+1 {
		t.Errorf("%s", one.body)
	}
	w.refused(409, "stale_edit", "PATCH", "/activities/"+code+"/sessions/day-1", officer, object{"version": got.version(), "title": object{"fr": "Jour 2"}})
	got = w.ok(200, "PATCH", "/activities/"+code, officer, object{"version": one.version(), "sessions": []object{}})
	if groups(got) != "" {
		t.Errorf("no sessions: %s", groups(got))
	}
}

// TestAPI_Patch_Registration changes a registration as its contact point, its person and an officer.
func TestAPI_Patch_Registration(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	path := "/registrations/" + id
	got := w.ok(200, "PATCH", path, zambia, object{"version": 1, "person": object{"family_name": "One"}, "answers": object{"post": "Head", "diet": "None"}})
	if got.text("person", "family_name") != "One" || got.text("person", "given_name") != "Delegate 1" || got.text("answers") != "map[diet:None post:Head]" || got.version() != 2 {
		t.Errorf("%s", got.body)
	}
	got = w.ok(200, "PATCH", path, zambia, object{"version": 2, "answers": object{"diet": nil}})
	if got.text("answers") != "map[post:Head]" {
		t.Errorf("%s", got.body)
	}
	if places := w.refused(403, "email_fixed", "PATCH", path, zambia, object{"version": 3, "person": object{"email": "other@customs-zm.example"}}); fmt.Sprint(places) != "[body.person.email email_fixed]" {
		t.Errorf("%v", places)
	}
	w.refused(422, "organisation_fixed", "PATCH", path, officer, object{"version": 3, "organisation": "SN"})
	w.refused(422, "choose_one", "PATCH", path, zambia, object{"version": 3, "capacity": "interpreter"})
	w.refused(422, "version_required", "PATCH", path, zambia, object{"pool": "remote"})
	w.refused(422, "unknown_field", "PATCH", path, officer, object{"version": 3, "state": "confirmed"})
	w.refused(409, "stale_edit", "PATCH", path, zambia, object{"version": 2, "pool": "remote"})
	w.decide(id, "confirm")
	at := w.ok(200, "GET", path, zambia, nil).version()
	got = w.ok(200, "PATCH", path, zambia, object{"version": at, "person": object{"given_name": "Another"}})
	if got.text("state") != "endorsed" || got.text("calendar", "uid") == "" {
		t.Errorf("a new name under `decided`: %s", got.body)
	}
	got = w.ok(200, "PATCH", path, officer, object{"version": got.version(), "person": object{"email": "other@customs-zm.example"}})
	if got.text("person", "email") != "other@customs-zm.example" {
		t.Errorf("%s", got.body)
	}
}
