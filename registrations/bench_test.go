package registrations_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

// Whole registrations at once, each with its seat or place on the waiting list, its history and its
// notice.
func BenchmarkDesk_Register(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *engine.DB{
		engine.Memory: enginetest.Memory, engine.Embedded: enginetest.Embedded, engine.MongoDB: enginetest.Mongo,
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, open(b))
			a := w.meeting(events.Symposium, 200)
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					name := fmt.Sprintf("Delegate %d", n.Add(1))
					v := events.Visitor{Person: name, Email: fmt.Sprintf("delegate%d@igo.example", n.Add(1)), Name: name, Language: "en", Role: events.Participant}
					if _, err := w.desk.Register(w.ctx, v, a.Code, entry(name, "", "")); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
