package outbox_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/notify/outbox"
)

// What a process that died had leased is taken up at once by the one that has the store to itself, with
// the snapshot it may have been sent from.
func TestOutbox_Recover(t *testing.T) {
	onEach(t, func(t *testing.T, o *outbox.Outbox, _ *hand, _ *engine.DB) {
		put(t, o, request("r1"))
		lost := one(t, o)
		must(t, o.Snapshot(t.Context(), lost, bson.M{"calendar": "first"}))
		if n, err := o.Recover(t.Context()); err != nil || n != 1 {
			t.Fatalf("recovered %d: %v", n, err)
		}
		again := one(t, o)
		if again.ID != lost.ID || again.Attempts != 2 || again.Snapshot.Lookup("calendar").StringValue() != "first" {
			t.Errorf("leased %+v", again)
		}
		if err := o.Sent(t.Context(), lost, "x", nil); !errors.Is(err, outbox.ErrLost) {
			t.Errorf("who lost the lease records: %v", err)
		}
		must(t, o.Sent(t.Context(), again, "x", nil))
		if n, err := o.Recover(t.Context()); err != nil || n != 0 {
			t.Errorf("of nothing leased %d are recovered: %v", n, err)
		}
	})
}
