package registrations_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/seats"
)

// TestDesk_Property does whatever officers, contact points and people may do, in any order, and
// holds after each step: every count equals its rows, nobody is seated past a limit without an
// override, and nobody who could sit waits.
func TestDesk_Property(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, enginetest.Memory(t))
		kind := rapid.SampledFrom([]events.Kind{events.CAPMeeting, events.Symposium}).Draw(rt, "kind")
		a := w.meeting(kind, 2)
		a = w.change(a.Code, func(a *events.Activity) error { a.SeatsEach = 2; a.Seats[1].Capacity = 1; return nil })
		senegal := w.person("contact.sn@customs-sn.example", "Contact point (Senegal)", events.ContactPoint, "SN")
		made := 0
		next := func() string { made++; return fmt.Sprintf("delegate%d", made) }
		pick := func(rt *rapid.T) string {
			b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{Sort: "created"})
			if err != nil {
				rt.Fatal(err)
			}
			if len(b.Rows) == 0 {
				rt.Skip("nobody yet")
			}
			return b.Rows[rapid.IntRange(0, len(b.Rows)-1).Draw(rt, "who")].ID
		}
		pool := func(rt *rapid.T) events.Pool {
			return rapid.SampledFrom([]events.Pool{events.OnSitePool, events.RemotePool}).Draw(rt, "pool")
		}
		enter := func(rt *rapid.T, by events.Visitor, organisation string) {
			name := next()
			e := entry(name, name+"@customs.example", organisation)
			e.Pool = pool(rt)
			var err error
			if by.Role == events.Officer {
				_, err = w.desk.Enter(w.ctx, by, a.Code, e)
			} else {
				_, err = w.desk.Nominate(w.ctx, by, a.Code, e)
			}
			tolerate(rt, err)
		}
		decide := func(event registrations.Event, override bool) func(*rapid.T) {
			return func(rt *rapid.T) {
				_, err := w.desk.Decide(w.ctx, w.officer, pick(rt), registrations.Decision{Event: event, Reason: "decided", Override: override})
				tolerate(rt, err)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"nominate zambia":  func(rt *rapid.T) { enter(rt, w.zambia, "ZM") },
			"nominate senegal": func(rt *rapid.T) { enter(rt, senegal, "SN") },
			"enter": func(rt *rapid.T) {
				enter(rt, w.officer, rapid.SampledFrom([]string{"", "PHARMA-A", "ZM"}).Draw(rt, "organisation"))
			},
			"confirm":      decide(registrations.Confirm, false),
			"confirm past": decide(registrations.Confirm, true),
			"waitlist":     decide(registrations.Waitlist, false),
			"hold":         decide(registrations.Waitlist, true),
			"refuse":       decide(registrations.Refuse, false),
			"withdraw":     decide(registrations.Withdraw, false),
			"change pool": func(rt *rapid.T) {
				_, err := w.desk.Amend(w.ctx, w.officer, pick(rt), 0, func(e *registrations.Entry) error { e.Pool = pool(rt); return nil })
				tolerate(rt, err)
			},
			"resize": func(rt *rapid.T) {
				_, err := w.programme.Change(w.ctx, w.officer, a.Code, 0, "", func(a *events.Activity) error {
					a.Seats[0].Capacity = rapid.IntRange(0, 4).Draw(rt, "capacity")
					return nil
				})
				tolerate(rt, err)
			},
			"postpone": func(rt *rapid.T) {
				_, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, events.Postponed, "the host asked", "", nil)
				tolerate(rt, err)
			},
			"resume": func(rt *rapid.T) {
				_, err := w.programme.Advance(w.ctx, w.officer, a.Code, 0, events.RegistrationOpen, "", "", nil)
				tolerate(rt, err)
			},
			"undo": decide(registrations.Undo, false),
			"replace": func(rt *rapid.T) {
				name := next()
				_, _, err := w.desk.Replace(w.ctx, w.officer, pick(rt), entry(name, name+"@customs.example", "").Person, "")
				tolerate(rt, err)
			},
			"come": func(rt *rapid.T) {
				_, err := w.desk.Come(w.ctx, w.officer, pick(rt), rapid.Bool().Draw(rt, "yes"))
				tolerate(rt, err)
			},
			"": func(rt *rapid.T) { w.holds(rt, a.Code) },
		})
	})
}

// tolerate lets refusals pass: they are answers. Anything else is a fault.
func tolerate(rt *rapid.T, err error) {
	if err != nil && events.CodeOf(err) == events.Internal {
		rt.Fatal(err)
	}
}

func (w *world) change(code string, edit func(*events.Activity) error) events.Activity {
	w.t.Helper()
	a, err := w.programme.Change(w.ctx, w.officer, code, 0, "", edit)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// holds checks what must hold of an activity's seats at any time.
func (w *world) holds(rt *rapid.T, code string) {
	b, err := w.desk.Board(w.ctx, w.officer, code, registrations.BoardQuery{Sort: "queue"})
	if err != nil {
		rt.Fatal(err)
	}
	for _, pool := range []events.Pool{events.OnSitePool, events.RemotePool} {
		count := b.Seats[pool]
		taken, past, waiting, former := map[string]int{}, 0, 0, 0
		seated := 0
		for _, r := range b.Rows {
			if r.Seat == pool {
				seated++
				taken[r.Organisation]++
				if r.Overridden {
					past++
				}
			}
			if r.State == registrations.Confirmed && r.Seat == "" {
				rt.Fatalf("%s is confirmed without a seat", r.ID)
			}
			if r.Pool == pool && r.State == registrations.Waitlisted {
				waiting++
			}
			if r.Pool == pool && r.FormerHolder && r.State == registrations.Endorsed {
				former++
			}
		}
		if count.Confirmed() != seated || count.Waiting != waiting {
			rt.Fatalf("%s counts %d seated and %d waiting; the rows say %d and %d", pool, count.Confirmed(), count.Waiting, seated, waiting)
		}
		if count.Left < 0 && -count.Left > past {
			rt.Fatalf("%s has %d left, with %d overrides", pool, count.Left, past)
		}
		for organisation, n := range taken {
			if o := organisation; o != "" && n > 2+past {
				rt.Fatalf("%s has %d seats in %s", o, n, pool)
			}
		}
		if b.Activity.State.Off() {
			continue
		}
		for _, r := range b.Rows {
			free := count.Left - former
			full := r.Organisation != "" && count.Taken[r.Organisation] >= 2
			if r.State == registrations.Waitlisted && r.Pool == pool && !r.Held && free > 0 && !full {
				rt.Fatalf("%s waits (%s) although %d seats of %s are left", r.ID, r.WaitReason, free, pool)
			}
			if r.State == registrations.Waitlisted && full && free > 0 && !r.Held && r.WaitReason != string(seats.OrganisationFull) && r.Pool == pool {
				rt.Logf("%s waits for %s", r.ID, r.WaitReason)
			}
		}
	}
}
