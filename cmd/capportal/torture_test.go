package main_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/notify/mail/sink"
)

var (
	tortureRounds = flag.Int("torture", 25, "how often the portal is killed, on each engine")
	tortureSeed   = flag.Uint64("torture-seed", 0, "of the moments and acts of a torture; 0 takes a new one")
)

const (
	// freshEvery is after how many rounds a torture begins a new store, so that each stays quick.
	freshEvery = 50
	// actors is how many people act at once under torture.
	actors = 8
)

// The program is killed by SIGKILL at random moments, in the midst of registering, confirming, editing,
// withdrawing, deciding, moving and telling, and while it starts. Whatever it answered with success is
// found afterwards, and all that the store says fits together.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("killing and reviving takes a minute")
	}
	onEngines(t, func(t *testing.T, kind string) {
		seed := *tortureSeed
		if seed == 0 {
			seed = rand.Uint64()
		}
		t.Logf("repeat with -torture-seed=%d", seed)
		o := &ordeal{t: t, kind: kind, chance: rand.New(rand.NewPCG(seed, 0))}
		began := time.Now()
		for left := *tortureRounds; left > 0 && !t.Failed(); left -= freshEvery {
			o.store(min(left, freshEvery))
		}
		t.Logf("%d rounds in %v: %s", o.rounds, time.Since(began).Round(time.Second), o.sum)
	})
}

// The very first start, which makes the store, is killed too: whatever it left, the next one goes on.
func TestTorture_FirstStart(t *testing.T) {
	if testing.Short() {
		t.Skip("killing and reviving takes a while")
	}
	onEngines(t, func(t *testing.T, kind string) {
		tries := max(1, *tortureRounds/5)
		if kind == engine.Embedded {
			tries *= 3
		}
		v := newVictim(t, kind)
		v.revive()
		whole := v.took
		v.kill()
		v.mail.Close()
		for n := range tries {
			v := newVictim(t, kind)
			v.begin()
			at := whole * time.Duration(n) / time.Duration(tries)
			time.Sleep(at)
			faults := v.kill()
			v.revive()
			for _, f := range append(faults, v.kill()...) {
				t.Errorf("killed after %v: %s", at, f)
			}
			v.mail.Close()
			inStore(t, v, func(context.Context, *engine.DB) {}) // ends what the last one left
		}
	})
}

// ordeal is the torture on one engine.
type ordeal struct {
	t      *testing.T
	kind   string
	chance *rand.Rand
	rounds int
	sum    tally
}

// tally counts what a torture did.
type tally struct{ inStart, acts, lost, refused, people, mails, again int }

func (n tally) String() string {
	return fmt.Sprintf("%d killed while starting; %d acts answered with success, %d refused, %d left unanswered; %d registrations; %d mails, %d of them again",
		n.inStart, n.acts, n.refused, n.lost, n.people, n.mails, n.again)
}

// store tortures one store for some rounds, and at the end lets it come to rest.
func (o *ordeal) store(rounds int) {
	v := newVictim(o.t, o.kind)
	defer v.mail.Close()
	v.revive()
	l := newLoad(v, o.chance.Uint64())
	for range rounds {
		o.rounds++
		l.run(20*time.Millisecond + time.Duration(o.chance.Int64N(int64(980*time.Millisecond))))
		if !o.holds(l, false) {
			return
		}
		for o.chance.IntN(4) == 0 { // the next start does not live to answer
			o.sum.inStart++
			v.begin()
			time.Sleep(time.Duration(o.chance.Int64N(int64(v.took) + 1)))
			l.blame(v.kill()...)
			if !o.holds(l, false) {
				return
			}
		}
		v.revive()
	}
	l.resume()
	l.rest()
	if !o.holds(l, true) {
		return
	}
	o.sum.acts, o.sum.lost, o.sum.refused = o.sum.acts+l.successes, o.sum.lost+l.lost, o.sum.refused+l.refused
	o.sum.people += len(l.everybody())
	mails := v.mail.Messages()
	o.sum.mails, o.sum.again = o.sum.mails+len(mails), o.sum.again+len(mails)-distinct(mails)
}

// holds judges a store whose portal is dead against what the portal answered while it lived.
func (o *ordeal) holds(l *burden, atRest bool) bool {
	o.t.Helper()
	faults := l.faultsSoFar()
	h := hold(o.t, l.v)
	faults = append(faults, h.judge(l, atRest)...)
	for _, f := range faults {
		o.t.Errorf("round %d: %s", o.rounds, f)
	}
	return len(faults) == 0
}

func distinct(mails []sink.Received) int {
	ids := map[string]bool{}
	for _, m := range mails {
		ids[messageID(m.Data)] = true
	}
	return len(ids)
}
