package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// whoAsks are the columns of the table, from who may least to who may most, so that what is refused
// to one leaves everything as it was for the next.
var whoAsks = []string{nobody, reader, stranger, rightHolder, delegate, senegal, zambia, management, officer, admin}

// TestAPI_Roles asks for every operation as everybody. In the addresses M is a public meeting with a
// closed session, O an operation of which only SN knows, S a symposium; Z is a nomination of ZM in M, R
// the right holder's own registration in S, and X what does not exist.
func TestAPI_Roles(t *testing.T) {
	decision := func(word string) object { return object{"decision": word, "reason": "test"} }
	for _, c := range []struct {
		method, path string
		body         any
		want         string // statuses, by the columns
	}{
		{"GET", "/activities", nil, "401 200 200 200 200 200 200 200 200 200"},
		{"GET", "/activities?q=Quassia", nil, "401 200 200 200 200 200 200 200 200 200"},
		{"GET", "/activities?q=Mahogany", nil, "401 200 200 200 200 200 200 200 200 200"},
		{"GET", "/activities/{M}", nil, "401 200 200 200 200 200 200 200 200 200"},
		{"GET", "/activities/{O}", nil, "401 200 404 404 404 200 404 200 200 200"},
		{"GET", "/activities/{X}", nil, "401 404 404 404 404 404 404 404 404 404"},
		{"GET", "/activities/{M}/history", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/activities/{O}/history", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/activities/{M}/invitations", nil, "401 200 404 404 404 200 200 200 200 200"},
		{"GET", "/activities/{O}/invitations", nil, "401 200 404 404 404 200 404 200 200 200"},
		{"GET", "/activities/{M}/registrations", nil, "401 200 404 404 404 200 200 200 200 200"},
		{"GET", "/activities/{O}/registrations", nil, "401 200 404 404 404 200 404 200 200 200"},
		{"GET", "/activities/{X}/registrations", nil, "401 404 404 404 404 404 404 404 404 404"},
		{"GET", "/registrations/{Z}", nil, "401 200 404 404 404 404 200 200 200 200"},
		{"GET", "/registrations/{Z}/invitation.ics", nil, "401 200 404 404 404 404 200 200 200 200"},
		{"GET", "/registrations/{R}", nil, "401 200 404 200 404 404 404 200 200 200"},
		{"GET", "/registrations/{R}/invitation.ics", nil, "401 200 404 200 404 404 404 200 200 200"},
		{"GET", "/registrations/{X}", nil, "401 404 404 404 404 404 404 404 404 404"},
		{"GET", "/notices", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/members", nil, "401 200 200 200 200 200 200 200 200 200"},
		{"GET", "/organisations", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/people", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/people?q=Delegate", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/audit", nil, "401 200 404 404 404 404 404 200 200 200"},
		{"GET", "/report", nil, "401 404 404 404 404 404 404 404 404 404"},
		{"POST", "/activities/{M}/attendance", object{}, "401 404 404 404 404 404 404 404 404 404"},

		{"POST", "/activities", meetingBody(), "401 403 403 403 403 403 403 403 201 201"},
		{"PATCH", "/activities/{M}", object{"version": 4, "host": "WCO"}, "401 403 403 403 403 403 403 403 200 409"},
		{"PATCH", "/activities/{O}", object{"version": 3, "host": "WCO"}, "401 403 404 404 404 403 404 403 200 409"},
		{"PATCH", "/activities/{X}", object{"version": 3, "host": "WCO"}, "401 403 404 404 404 404 404 404 404 404"},
		{"POST", "/activities/{M}/lifecycle", object{"to": "registration_closed"}, "401 403 403 403 403 403 403 403 200 409"},
		{"POST", "/activities/{O}/lifecycle", object{"to": "registration_open"}, "401 403 404 404 404 403 404 403 200 409"},
		{"POST", "/activities/{M}/sessions", object{"title": object{"en": "Third"}, "start": "2026-11-04T10:00:00Z", "end": "2026-11-04T11:00:00Z"},
			"401 403 403 403 403 403 403 403 201 201"},
		{"POST", "/activities/{O}/sessions", object{"title": object{"en": "First"}, "start": "2026-10-05T10:00:00Z", "end": "2026-10-05T11:00:00Z"},
			"401 403 404 404 404 403 404 403 201 201"},
		{"PATCH", "/activities/{M}/sessions/day-1", object{"version": 4, "title": object{"fr": "Jour 1"}}, "401 403 403 403 403 403 403 403 200 409"},
		{"PATCH", "/activities/{M}/sessions/{X}", object{"version": 4, "title": object{"fr": "Jour 1"}}, "401 403 403 403 403 403 403 403 404 404"},
		{"POST", "/activities/{M}/invitations", object{"organisation": "PHARMA-A"}, "401 403 403 403 403 403 403 403 201 201"},
		{"POST", "/activities/{O}/invitations", object{"organisation": "PHARMA-A"}, "401 403 403 403 403 403 403 403 201 201"},
		{"POST", "/activities/{X}/invitations", object{"organisation": "PHARMA-A"}, "401 403 403 403 403 403 403 403 404 404"},
		{"PATCH", "/activities/{M}/invitations/ZM", object{"version": 2, "funded": 1}, "401 403 403 403 403 403 403 403 200 409"},
		{"POST", "/activities/{M}/invitations/ZM/answer", object{"answer": "accepted"}, "401 403 404 404 404 404 200 404 200 200"},
		{"POST", "/activities/{O}/invitations/SN/answer", object{"answer": "joined"}, "401 403 404 404 404 200 404 404 409 409"},
		{"POST", "/activities/{O}/invitations/SN/reported", object{"reported": true, "on": "2026-10-20"}, "401 403 403 403 403 403 403 403 409 409"},
		{"POST", "/activities/{O}/registrations", object{"person": person("New", "new@post.example"), "capacity": "delegate", "pool": "remote"},
			"401 403 404 404 404 409 404 403 201 409"},
		{"POST", "/activities/{M}/registrations", object{"person": person("New", "new@customs-zm.example"), "organisation": "ZM", "capacity": "delegate", "pool": "remote"},
			"401 403 403 403 403 403 201 403 409 409"},
		{"PATCH", "/registrations/{Z}", object{"version": 2, "answers": object{"post": "Head"}}, "401 403 404 404 404 404 200 403 409 409"},
		{"PATCH", "/registrations/{R}", object{"version": 2, "answers": object{"post": "Head"}}, "401 403 404 200 404 404 404 403 409 409"},
		{"POST", "/registrations/{Z}/decision", decision("confirm"), "401 403 404 404 404 404 409 403 409 409"},
		{"POST", "/registrations/{Z}/decision", decision("withdraw"), "401 403 404 404 404 404 200 403 409 409"},
		{"POST", "/registrations/{R}/decision", decision("refuse"), "401 403 404 409 404 404 404 403 409 409"},
		{"POST", "/registrations/{R}/decision", decision("withdraw"), "401 403 404 200 404 404 404 403 409 409"},
		{"POST", "/organisations", object{"code": "IGO-B", "group": "igo", "name": object{"en": "IGO B"}}, "401 403 404 404 404 404 404 404 201 409"},
		{"POST", "/report", object{}, "401 404 404 404 404 404 404 404 404 404"},
		{"GET", "/no/such/address", nil, "401 404 404 404 404 404 404 404 404 404"},
		{"GET", "", nil, "401 404 404 404 404 404 404 404 404 404"},
	} {
		t.Run(c.method+strings.ReplaceAll(c.path, "/", " "), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			codes := w.furnish()
			path := codes.Replace(c.path)
			for i, want := range strings.Fields(c.want) {
				who := whoAsks[i]
				got := w.do(c.method, path, who, c.body)
				if fmt.Sprint(got.status) != want {
					t.Errorf("as %q: %d, want %s: %s", who, got.status, want, got.body)
				}
				if got.status >= 400 && got.header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("as %q: %s", who, got.header.Get("Content-Type"))
				}
				if (got.status == 401) != (got.header.Get("WWW-Authenticate") != "") {
					t.Errorf("as %q: %d with WWW-Authenticate %q", who, got.status, got.header.Get("WWW-Authenticate"))
				}
				if who != nobody && !strings.Contains(got.header.Get("Cache-Control"), "no-store") {
					t.Errorf("as %q: may be kept: %s", who, got.header.Get("Cache-Control"))
				}
				for _, mark := range unknownTo(who, codes.Replace("{O}")) {
					if strings.Contains(got.body+fmt.Sprint(got.header), mark) {
						t.Errorf("as %q: says %q: %s", who, mark, got.body)
					}
				}
			}
		})
	}
}

// furnish makes what the table speaks of, and gives the codes and ids behind its letters.
func (w *world) furnish() *strings.Replacer {
	w.t.Helper()
	m, s, o := w.meeting(), w.symposium(), w.operation()
	z := w.nominate(m, "Nominee Zebrawood", "zebrawood@customs-zm.example")
	w.decide(z, "confirm")
	r := w.ok(201, "POST", "/activities/"+s+"/registrations", rightHolder, object{"person": person("Counsel", ""), "capacity": "right_holder", "pool": "remote"}).text("id")
	return strings.NewReplacer("{M}", m, "{S}", s, "{O}", o, "{Z}", z, "{R}", r, "{X}", "X")
}

// unknownTo lists the marks that must not appear to somebody.
func unknownTo(who, operation string) []string {
	switch who {
	case admin, officer, reader, management:
		return nil
	case senegal:
		return []string{"Zebrawood", "zebrawood@", "rightholder-a.example"}
	case zambia:
		return []string{hiddenTitle, operation, "rightholder-a.example"}
	case delegate:
		return []string{hiddenTitle, operation, "Zebrawood", "zebrawood@", "rightholder-a.example"}
	case rightHolder:
		return []string{hiddenTitle, operation, "Zebrawood", "zebrawood@", closedTitle, "officer.ipr@"}
	}
	return []string{hiddenTitle, operation, "Zebrawood", "zebrawood@", closedTitle, openTitle, "rightholder-a.example", "officer.ipr@"}
}
