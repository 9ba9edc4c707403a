package api_test

import (
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// TestAPI_Smoke takes one registration through the API on every engine.
func TestAPI_Smoke(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		w := newWorldOn(t, db)
		code := w.meeting()
		id := w.nominate(code, "Delegate 1", "d1@customs-zm.example")
		if got := w.decide(id, "confirm").text("state"); got != "confirmed" {
			t.Errorf("confirmed is %q", got)
		}
		w.ok(200, "GET", "/registrations/"+id+"/invitation.ics", zambia, nil)
		if got := w.ok(200, "GET", "/notices?activity="+code, officer, nil).items(); len(got) != 4 {
			t.Errorf("%d notices", len(got))
		}
		if got := w.ok(200, "GET", "/activities/"+code+"/registrations", senegal, nil).items(); len(got) != 0 {
			t.Errorf("another's contact point sees %v", got)
		}
	})
}
