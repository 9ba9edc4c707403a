package api_test

import (
	"fmt"
	"sync"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

const key = "Idempotency-Key"

func total(w *world, path string) int {
	return len(w.ok(200, "GET", path+"?limit=200", officer, nil).items())
}

// TestAPI_Idempotency sends every kind of POST twice under one key: the answer is the same, status and
// Location too, and it is done once.
func TestAPI_Idempotency(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	base := "/activities/" + code
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	for i, c := range []struct {
		path, who string
		body      any
		status    int
		list      string // in which one more stands
		more      int
	}{
		{"/activities", officer, meetingBody(), 201, "/activities", 1},
		{base + "/sessions", officer, session("", "2026-11-04T10:00:00Z", "2026-11-04T11:00:00Z"), 201, base + "/history", 1},
		{base + "/invitations", officer, object{"organisation": "PHARMA-A"}, 201, base + "/invitations", 1},
		{base + "/invitations/ZM/answer", zambia, object{"answer": "accepted"}, 200, base + "/invitations", 0},
		{base + "/registrations", zambia, object{"person": person("Delegate 2", "d2@customs-zm.example"), "organisation": "ZM", "pool": "onsite"}, 201, base + "/registrations", 1},
		{base + "/registrations", officer, object{"person": person("Guest", "guest@post.example"), "pool": "remote"}, 201, base + "/registrations", 1},
		{"/registrations/" + id + "/decision", officer, object{"decision": "confirm"}, 200, "/notices", 1},
		{"/registrations/" + id + "/decision", zambia, object{"decision": "withdraw"}, 200, "/notices", 1},
		{"/organisations", officer, object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}, 201, "/organisations", 1},
		{base + "/lifecycle", officer, object{"to": "registration_closed"}, 200, base + "/history", 1},
	} {
		t.Run(c.path, func(t *testing.T) {
			w.t, w.T = t, t
			k := fmt.Sprint("key-", i)
			before := total(w, c.list)
			first := w.ok(c.status, "POST", c.path, c.who, c.body, key, k)
			w.Now = w.Now.Add(1e9)
			second := w.do("POST", c.path, c.who, c.body, key, k)
			if second.status != first.status || second.body != first.body || second.header.Get("Location") != first.header.Get("Location") {
				t.Errorf("first %d %s %s\nthen  %d %s %s", first.status, first.header.Get("Location"), first.body, second.status, second.header.Get("Location"), second.body)
			}
			if n := total(w, c.list) - before; n != c.more {
				t.Errorf("%d more in %s", n, c.list)
			}
			w.refused(422, "idempotency_mismatch", "POST", c.path, c.who, object{"x": 1}, key, k)
		})
	}
	t.Run("AnotherPerson", func(t *testing.T) {
		w.t, w.T = t, t
		w.ok(201, "POST", "/organisations", admin, object{"code": "IGO-C", "group": "igo", "name": object{"en": "IGO C"}}, key, "key-8")
	})
	t.Run("AnotherAddress", func(t *testing.T) {
		w.t, w.T = t, t
		w.refused(422, "idempotency_mismatch", "POST", base+"/invitations", officer, object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}, key, "key-8")
	})
	t.Run("Failure", func(t *testing.T) {
		w.t, w.T = t, t
		w.refused(409, "organisation_exists", "POST", "/organisations", officer, object{"code": "IGO-C", "group": "igo", "name": object{"en": "IGO C"}}, key, "fails")
		// What failed was not done, so the key is free for the right request.
		w.ok(201, "POST", "/organisations", officer, object{"code": "IGO-D", "group": "igo", "name": object{"en": "IGO D"}}, key, "fails")
	})
	t.Run("NoKey", func(t *testing.T) {
		w.t, w.T = t, t
		for _, k := range []string{"two words", "ключ", fmt.Sprintf("%0256d", 1)} {
			if got := w.refused(422, "idempotency_key_invalid", "POST", "/organisations", officer, object{}, key, k); fmt.Sprint(got) != "[header.Idempotency-Key idempotency_key_invalid]" {
				t.Errorf("%q: %v", k, got)
			}
		}
	})
	t.Run("NotOfAPatch", func(t *testing.T) {
		w.t, w.T = t, t
		at := w.ok(200, "GET", base, officer, nil).version()
		w.ok(200, "PATCH", base, officer, object{"version": at, "host": "A"}, key, "patch")
		w.refused(409, "stale_edit", "PATCH", base, officer, object{"version": at, "host": "A"}, key, "patch")
	})
	t.Run("ReadToken", func(t *testing.T) {
		w.t, w.T = t, t
		w.refused(403, "token_read_only", "POST", "/organisations", reader, object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}, key, "key-8")
	})
	t.Run("Forgotten", func(t *testing.T) {
		w.t, w.T = t, t
		w.Now = w.Now.AddDate(0, 0, 2)
		w.refused(409, "organisation_exists", "POST", "/organisations", officer, object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}, key, "key-8")
	})
}

// TestAPI_Idempotency_Request keeps the 202 of a replacement that was kept as a request.
func TestAPI_Idempotency_Request(t *testing.T) {
	w := newWorld(t)
	code := w.meeting()
	id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
	w.Now = w.Now.AddDate(0, 1, 5) // past the nomination deadline
	body := object{"decision": "replace", "by": person("Delegate 2", "d2@customs-zm.example")}
	first := w.ok(202, "POST", "/registrations/"+id+"/decision", zambia, body, key, "replace")
	second := w.ok(202, "POST", "/registrations/"+id+"/decision", zambia, body, key, "replace")
	if first.body != second.body || first.text("request", "by", "email") != "d2@customs-zm.example" {
		t.Errorf("first %s\nthen %s", first.body, second.body)
	}
}

// TestAPI_Idempotency_AtOnce sends one key many times at once, on every engine.
func TestAPI_Idempotency_AtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorldOn(t, db)
		code := w.meeting()
		for _, c := range []struct {
			path, who, list string
			body            object
		}{
			{"/activities/" + code + "/registrations", zambia, "/activities/" + code + "/registrations",
				object{"person": person("Delegate 1", "d1@customs-zm.example"), "organisation": "ZM", "pool": "onsite"}},
			{"/activities", officer, "/activities", meetingBody()},
			{"/organisations", officer, "/organisations", object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}},
		} {
			before := total(w, c.list)
			answers := make([]answer, 8)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() { answers[i] = w.do("POST", c.path, c.who, c.body, key, fmt.Sprint("once-", len(c.path))) })
			}
			all.Wait()
			for i, a := range answers {
				if a.status != 201 || a.body != answers[0].body {
					t.Errorf("%s: answer %d is %d %s", c.path, i, a.status, a.body)
				}
			}
			if n := total(w, c.list) - before; n != 1 {
				t.Errorf("%s was done %d times", c.path, n)
			}
		}
	})
}

// TestAPI_Codes_AtOnce makes many activities at once: each gets a code of its own, with a key and
// without.
func TestAPI_Codes_AtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorldOn(t, db)
		codes := make([]string, 12)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				var headers []string
				if i%2 == 0 {
					headers = []string{key, fmt.Sprint("key-", i)}
				}
				codes[i] = w.do("POST", "/activities", []string{officer, admin}[i%4/2], meetingBody(), headers...).text("code")
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for _, code := range codes {
			if seen[code] || code == "" {
				t.Errorf("%q twice among %v", code, codes)
			}
			seen[code] = true
		}
	})
}
