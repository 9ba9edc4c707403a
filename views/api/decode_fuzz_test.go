package api

import (
	"testing"

	"capportal/events"
)

// FuzzDecode reads bodies that strangers send: whatever it is, it is read or refused as theirs, and what
// is read can be laid over what stands.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"title":{"en":"T"},"start":"2026-11-03T08:30:00Z","seats":[{"pool":"onsite","capacity":1}],"version":3}`, `{"sessions":[{"id":"a","open_to":[]}]}`,
		`{"place":null,"deadlines":{"nomination":null},"experts":null}`, `{"x":1,"place":{"y":[]}}`, `{"title":{"en":5},"title":{"en":"x"}}`, `[]`, `{"version":1e400}`,
		`{"version":99999999999999999999}`, `{"start":"9999-12-31T23:59:59-01:00"}`, `{"public_report":{"date":"2026-01-01"}}`, "{\"host\":\"\xff\"}", `{"host":"\ud800"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		theirs := func(what string, err error) {
			if err == nil {
				return
			}
			for _, e := range events.Faults(err) {
				if e.Code == events.Invalid && e.Key != "" {
					return
				}
			}
			t.Errorf("%s: %v", what, err)
		}
		var a activityPatch
		var r registrationPatch
		for what, err := range map[string]error{"activity": decode(body, &a), "registration": decode(body, &r), "decision": decode(body, new(decisionFields)),
			"invitation": decode(body, new(invitationPatch)), "organisation": decode(body, new(organisationFields))} {
			theirs(what, err)
			if err != nil {
				continue
			}
			standing := fieldsFrom(&events.Activity{Title: events.Text{"en": "T"}, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 1}}, Sessions: []events.Session{{ID: "a"}}})
			if what == "activity" {
				theirs("laid over", overlay(body, &standing))
			}
		}
		located(decode(body, &a), a.place)
	})
}
