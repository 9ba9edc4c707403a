package outbox_test

import (
	"errors"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

// What could have been sent is late when it was not. What was put off is not, nor what waits behind it:
// a mail server that is away makes nothing late.
func TestOutbox_Depth(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, clock *hand, _ *engine.DB) {
		stands := func(what string, queued, sending, deferred int, oldest time.Time, late bool) {
			t.Helper()
			d, err := o.Depth(t.Context())
			must(t, err)
			if d.States[outbox.Queued] != queued || d.States[outbox.Sending] != sending || d.States[outbox.Deferred] != deferred || len(d.States) != 3 {
				t.Errorf("%s: %v, want %d queued, %d sending, %d deferred", what, d.States, queued, sending, deferred)
			}
			if !d.Oldest.Equal(oldest) {
				t.Errorf("%s: due since %s, want %s", what, d.Oldest, oldest)
			}
			if got, err := o.Late(t.Context(), 10*time.Minute); err != nil || got != late {
				t.Errorf("%s: late %v %v, want %v", what, got, err, late)
			}
		}
		began := clock.now()
		stands("at first", 0, 0, 0, time.Time{}, false)
		put(t, o, notice("r1"))
		clock.pass(10 * time.Minute)
		stands("after ten minutes", 1, 0, 0, began, false)
		clock.pass(time.Second)
		stands("past the bound", 1, 0, 0, began, true)

		leased := lease(t, o, 1)
		stands("in a worker's hands", 0, 1, 0, time.Time{}, false)
		must(t, o.Defer(t.Context(), leased[0], errors.New("away"), clock.now().Add(time.Hour)))
		put(t, o, notice("r1"))
		clock.pass(30 * time.Minute)
		stands("behind one that was put off", 1, 0, 1, time.Time{}, false)

		clock.pass(30 * time.Minute)
		due := clock.now()
		stands("due again", 1, 0, 1, due, false)
		lease(t, o, 1)
		clock.pass(time.Hour)
		if d, err := o.Depth(t.Context()); err != nil || !d.Oldest.After(due) || d.States[outbox.Sending] != 1 {
			t.Errorf("a worker died: %+v %v, want it due since its lease ended", d, err)
		}
		if late, err := o.Late(t.Context(), 10*time.Minute); err != nil || !late {
			t.Errorf("a worker died: late %v %v", late, err)
		}
	})
}
