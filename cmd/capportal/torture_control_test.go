package main_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/notify/mail/sink"
	"capportal/notify/outbox"
	"capportal/registrations"
)

// What the torture looks for is found: a store that has lost what was answered, or does not fit
// together, and a mail server that got what it must not have got, are told by what is wrong with them.
func TestTorture_Control(t *testing.T) {
	if testing.Short() {
		t.Skip("killing and reviving takes a while")
	}
	v := newVictim(t, engine.Embedded)
	defer v.mail.Close()
	v.revive()
	l := newLoad(v, 1)
	var h holdings
	for deadline := time.Now().Add(patience); ; v.revive() {
		l.run(300 * time.Millisecond)
		h = hold(t, v)
		if faults := append(l.faultsSoFar(), h.judge(l, false)...); len(faults) > 0 {
			t.Fatalf("before anything was spoilt: %v", faults)
		}
		if h.rich(l) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the load never led to seats taken, people waiting and mails sent")
		}
	}
	one := func(state registrations.State) bson.M { return bson.M{"state": state} }
	for name, s := range map[string]struct {
		collection     string
		filter, change bson.M // no change: the document is taken away
		told           string
	}{
		"Lost":        {"registrations", bson.M{"_id": l.acknowledged().id}, nil, "lost: the registration of " + l.acknowledged().email},
		"Back":        {"registrations", one(registrations.Confirmed), bson.M{"$set": bson.M{"state": "draft"}}, "is draft, stage 1"},
		"Seat":        {"seats", bson.M{"activity": l.automatic}, bson.M{"$inc": bson.M{"left": 1}}, "seats left and"},
		"Waiting":     {"seats", bson.M{"activity": l.automatic}, bson.M{"$inc": bson.M{"waiting": -1}}, "counts"},
		"FreeSeat":    {"registrations", bson.M{"state": "confirmed", "activity": l.automatic}, bson.M{"$set": bson.M{"state": "withdrawn", "seat": ""}}, "hold one"},
		"Number":      {"registrations", one(registrations.Waitlisted), bson.M{"$set": bson.M{"queue": 0}}, "waits under the number 0"},
		"Remark":      {"registrations", one(registrations.Confirmed), bson.M{"$set": bson.M{"answers.remark": "9999"}}, "says remark 9999"},
		"Notice":      {"notices", bson.M{"state": outbox.Sent, "kind": "confirmed"}, nil, "notices of kind confirmed"},
		"NoticeTwice": {"notices", bson.M{"state": outbox.Sent, "kind": "waitlisted"}, bson.M{"$set": bson.M{"kind": "confirmed"}}, "notices of kind confirmed"},
		"Unknown":     {"notices", bson.M{"state": outbox.Sent, "kind": "confirmed"}, bson.M{"$set": bson.M{"message_id": "none@portal.example"}}, "no notice knows of it"},
		"Room":        {"activities", bson.M{"_id": l.automatic}, bson.M{"$set": bson.M{"place.venue": "Room 99"}}, "the room is 99"},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := spoil(t, v, func(ctx context.Context, db *engine.DB) (int64, error) {
				c := db.Database().Collection(s.collection)
				if s.change == nil {
					done, err := c.DeleteOne(ctx, s.filter)
					return done.DeletedCount, err
				}
				done, err := c.UpdateOne(ctx, s.filter, s.change)
				return done.ModifiedCount, err
			})
			h := hold(t, spoilt)
			must(t, h.judge(l, false), s.told)
		})
	}
	for name, s := range map[string]struct {
		spoil func([]sink.Received) []sink.Received
		told  string
	}{
		"OtherBytes": {func(m []sink.Received) []sink.Received {
			again := m[0]
			again.Data = append(bytes.Clone(again.Data), '!')
			return append(m, again)
		}, "came again with other content"},
		"Overtaken": {func(m []sink.Received) []sink.Received { slices.Reverse(m); return m }, "which is newer"},
		"Swallowed": {func(m []sink.Received) []sink.Received { return nil }, "never came"},
	} {
		t.Run(name, func(t *testing.T) {
			h := h
			h.mails = s.spoil(slices.Clone(h.mails))
			must(t, h.judge(l, false), s.told)
		})
	}
}

// rich tells whether there is enough in a store for each thing to go wrong.
func (h *holdings) rich(l *burden) bool {
	states, kinds := map[registrations.State]int{}, map[string]int{}
	for _, r := range h.of(l.automatic) {
		states[r.State]++
	}
	for _, n := range h.notices {
		if n.State == outbox.Sent {
			kinds[n.Kind]++
		}
	}
	return l.acknowledged() != nil && states[registrations.Confirmed] > 0 && states[registrations.Waitlisted] > 0 && kinds["confirmed"] > 0 && kinds["waitlisted"] > 0
}

// acknowledged gives somebody of whose registration the portal has said that it is there; nil when
// there is nobody yet.
func (l *burden) acknowledged() *applicant {
	for _, x := range l.everybody() {
		if x.acked >= arrived && x.id != "" {
			return x
		}
	}
	return nil
}

// spoil changes one document of a copy of a dead portal's store, and gives the copy.
func spoil(t *testing.T, v *victim, do func(context.Context, *engine.DB) (int64, error)) *victim {
	t.Helper()
	dir := t.TempDir()
	b, err := os.ReadFile(filepath.Join(v.setting("CAPPORTAL_DATA"), "capportal.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "capportal.db"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := *v.program
	p.env = append(slices.DeleteFunc(slices.Clone(p.env), func(s string) bool { return strings.HasPrefix(s, "CAPPORTAL_DATA=") }), "CAPPORTAL_DATA="+dir)
	c := &victim{program: &p}
	inStore(t, c, func(ctx context.Context, db *engine.DB) {
		if n, err := do(ctx, db); err != nil || n != 1 {
			t.Fatalf("%d documents were spoilt, %v", n, err)
		}
	})
	return c
}

// must fails unless one of the faults says so.
func must(t *testing.T, faults []string, told string) {
	t.Helper()
	if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, told) }) {
		t.Errorf("nobody says %q; the faults are %q", told, faults)
	}
}
