package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

// What an officer does for an applicant, by the API or on the board.

func (x *applicant) enter() bool {
	body := encoded(object{"person": object{"given_name": "Participant", "family_name": "1", "email": x.email, "language": "en"}, "capacity": "speaker", "pool": "onsite"})
	x.ask(arrived)
	return x.do(deed{"entering", x.l.officer, func() *http.Request {
		return x.l.call(http.MethodPost, "/activities/"+x.code+"/registrations", "enter "+x.email, body)
	}, func(a answered) {
		x.told(arrived)
		id := decoded(a.body).text("id")
		if x.id != "" && x.id != id {
			x.l.faults = append(x.l.faults, fmt.Sprintf("%s was entered twice under one idempotency key", x.email))
		}
		x.id = id
	}})
}

// decide confirms, or where no seat was left, puts on the waiting list.
func (x *applicant) decide() bool {
	decision := "confirm"
	if x.full {
		decision = "waitlist"
	}
	return x.byDecision(decision, settled)
}

// dismiss withdraws somebody by the officer's word.
func (x *applicant) dismiss() bool { return x.byDecision("withdraw", gone) }

func (x *applicant) byDecision(decision string, to stage) bool {
	x.ask(to)
	x.full = false
	key := fmt.Sprintf("%s-%s-%d", decision, x.email, rand.Uint64())
	return x.do(deed{"deciding to " + decision, x.l.officer, func() *http.Request {
		return x.l.call(http.MethodPost, "/registrations/"+x.id+"/decision", strings.ReplaceAll(key, "@", "."), encoded(object{"decision": decision}))
	}, func(a answered) {
		x.told(to)
		x.seated = x.seated || decoded(a.body).text("state") == "confirmed"
	}})
}

// tick confirms somebody on the officer's board.
func (x *applicant) tick() bool {
	board := "/en/desk/activities/" + x.code + "/board"
	a := x.l.get(x.l.officer, board)
	if a.status == 0 {
		return false
	}
	doc := parsed(a.body)
	if doc.Find("form:has([name=registration])").Length() == 0 {
		x.l.blame(fmt.Sprintf("the board answered %d to %q without anybody on it", a.status, a.location))
		return true
	}
	form := formOf(x.l.v.t, doc, "form:has([name=registration])")
	form.values.Set("decision", "confirm")
	form.values["registration"] = []string{x.id}
	x.ask(settled)
	return x.do(deed{"ticking", x.l.officer, func() *http.Request { return form.request(x.l.v.program, board) }, func(a answered) {
		if a.status == http.StatusSeeOther && !strings.Contains(a.location, "done=") { // else the board says what hindered it
			x.told(settled)
			x.seated = true
		}
	}})
}

// amend changes an answer by the API, over the version that it reads first.
func (x *applicant) amend() bool {
	a := x.l.send(x.l.officer, x.l.call(http.MethodGet, "/registrations/"+x.id, "", nil))
	if a.status != http.StatusOK {
		return a.status != 0
	}
	n := x.remark.asked + 1
	x.remark.asked = n
	body := encoded(object{"version": decoded(a.body)["version"], "answers": object{"remark": strconv.Itoa(n)}})
	return x.do(deed{"amending", x.l.officer, func() *http.Request {
		return x.l.call(http.MethodPatch, "/registrations/"+x.id, "", body)
	}, func(answered) { x.remark.acked = n }})
}
