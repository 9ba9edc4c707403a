package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// director changes the activities themselves, at most twice a round: another room, which is told to
// all who take part, or one more seat, which is given to who waits.
type director struct {
	l        *burden
	chance   *rand.Rand
	room     agreed // of the activity that gives its seats by rule
	capacity agreed // of the other one
}

// run changes something at two moments of a round that lasts d.
func (w *director) run(over *atomic.Bool, d time.Duration) {
	for range 2 {
		time.Sleep(time.Duration(w.chance.Int64N(int64(d))))
		if over.Load() {
			return
		}
		if w.chance.IntN(2) == 0 {
			w.change(w.l.automatic, &w.room, func(n int) object {
				return object{"place": object{"city": "Brussels", "country": "BE", "venue": fmt.Sprintf("Room %d", n)}}
			})
		} else {
			w.change(w.l.decided, &w.capacity, func(n int) object { return object{"seats": []object{{"pool": "onsite", "capacity": n}}} })
		}
	}
}

// change writes an activity's next number over the version that it reads first.
func (w *director) change(code string, number *agreed, to func(n int) object) {
	path := "/activities/" + code
	a := w.l.send(w.l.officer, w.l.call(http.MethodGet, path, "", nil))
	if a.status != http.StatusOK {
		return
	}
	number.asked++
	n := number.asked
	change := to(n)
	change["version"] = decoded(a.body)["version"]
	a = w.l.send(w.l.officer, w.l.call(http.MethodPatch, path, "", encoded(change)))
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	switch {
	case a.status == 0:
		w.l.lost++
	case a.status == http.StatusOK:
		w.l.successes++
		number.acked = n
	default:
		w.l.refused++
	}
}
