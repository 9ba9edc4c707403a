package registrations_test

import (
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// The scenarios in the files named …_rules_test.go go through contract.md 4, "How they go together".

func ruled(t *testing.T) *world { return newWorld(t, enginetest.Memory(t)) }

// made ends the test unless an act succeeded, and gives what it made.
func (w *world) made(r registrations.Registration, err error) registrations.Registration {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// is holds an error to a key, and its class of fault; to none when the key is empty.
func (w *world) is(err error, code events.Code, key string) {
	w.t.Helper()
	if key == "" && err == nil {
		return
	}
	if !events.Is(err, key) || events.CodeOf(err) != code {
		w.t.Errorf("%v, want %s %q", err, code, key)
	}
}

// stands holds registrations to their states, in order.
func (w *world) stands(want string, ids ...string) {
	w.t.Helper()
	got := ""
	for i, id := range ids {
		if i > 0 {
			got += " "
		}
		got += string(w.state(id))
	}
	if got != want {
		w.t.Errorf("they are %s, want %s", got, want)
	}
}

func (w *world) get(id string) registrations.Registration {
	w.t.Helper()
	r, err := w.desk.Linked(w.ctx, id)
	return w.made(r, err)
}

func (w *world) decide(v events.Visitor, id string, event registrations.Event) error {
	_, err := w.desk.Decide(w.ctx, v, id, registrations.Decision{Event: event, Reason: "test"})
	return err
}

// done carries out an officer's decision that must succeed.
func (w *world) done(id string, events ...registrations.Event) {
	w.t.Helper()
	for _, event := range events {
		if err := w.decide(w.officer, id, event); err != nil {
			w.t.Fatalf("%s: %v", event, err)
		}
	}
}

// forced carries out an officer's decision past a limit, in words.
func (w *world) forced(id string, event registrations.Event) {
	w.t.Helper()
	if _, err := w.desk.Decide(w.ctx, w.officer, id, registrations.Decision{Event: event, Override: true, Reason: "test"}); err != nil {
		w.t.Fatalf("%s: %v", event, err)
	}
}

func (w *world) nominated(code, name string) registrations.Registration {
	w.t.Helper()
	r, err := w.desk.Nominate(w.ctx, w.zambia, code, entry(name, address(name, "customs-zm.example"), "ZM"))
	return w.made(r, err)
}

func (w *world) entered(code, name string) registrations.Registration {
	w.t.Helper()
	r, err := w.desk.Enter(w.ctx, w.officer, code, entry(name, address(name, "post.example"), ""))
	return w.made(r, err)
}

func address(name, domain string) string {
	local := ""
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			local += string(r)
		}
	}
	return local + "@" + domain
}

// drafted fills in the form as a stranger and gives the draft, which is found by its notice.
func (w *world) drafted(code string, e registrations.Entry) registrations.Registration {
	w.t.Helper()
	r, err := w.desk.Register(w.ctx, events.Visitor{}, code, e)
	if err != nil || r.ID != "" {
		w.t.Fatalf("a stranger is answered %+v, %v", r, err)
	}
	notices := w.notices(code, "address_confirmation")
	if len(notices) == 0 {
		w.t.Fatal("no link was mailed")
	}
	return w.get(notices[0].Registration)
}

// notices gives an activity's notices of a kind, the newest first; "" is every kind.
func (w *world) notices(code, kind string) []outbox.Notice {
	w.t.Helper()
	all, _, err := w.outbox.List(w.ctx, outbox.Query{Activity: code, Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	var list []outbox.Notice
	for _, n := range all {
		if kind == "" || n.Kind == kind {
			list = append(list, n)
		}
	}
	return list
}

func (w *world) seats(code string, pool events.Pool) (left, waiting int) {
	w.t.Helper()
	counts, err := w.desk.Seats(w.ctx, code)
	if err != nil {
		w.t.Fatal(err)
	}
	return counts[pool].Left, counts[pool].Waiting
}

// holding holds a pool to how many seats are left and how many wait.
func (w *world) holding(code string, left, waiting int) {
	w.t.Helper()
	if l, q := w.seats(code, events.OnSitePool); l != left || q != waiting {
		w.t.Errorf("%d seats left and %d waiting, want %d and %d", l, q, left, waiting)
	}
}

// of changes an activity that stands open, however far it has come.
func (w *world) edit(code string, change func(*events.Activity)) events.Activity {
	w.t.Helper()
	return w.change(code, func(a *events.Activity) error { change(a); return nil })
}

// in makes an open meeting of a lane and an acceptance.
func (w *world) in(lane events.Lane, acceptance events.Acceptance, seats int) events.Activity {
	w.t.Helper()
	a := w.meeting(events.CAPMeeting, seats)
	return w.edit(a.Code, func(a *events.Activity) { a.Lane, a.Acceptance = lane, acceptance })
}

// share gives ZM seats of its own.
func (w *world) share(code string, seats ...invitations.Seats) {
	w.t.Helper()
	_, err := w.desk.ChangeInvitation(w.ctx, w.officer, code, "ZM", 0, func(i *invitations.Invitation) error { i.Seats = seats; return nil })
	if err != nil {
		w.t.Fatal(err)
	}
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}
