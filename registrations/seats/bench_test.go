package seats_test

import (
	"context"
	"testing"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/seats"
)

// Claims of one activity at once, through its queue: how many a second an engine takes.
func BenchmarkQueue_Claim(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *engine.DB{
		engine.Memory: enginetest.Memory, engine.Embedded: enginetest.Embedded, engine.MongoDB: enginetest.Mongo,
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			s, q := seats.New(db.Database()), seats.NewQueue(db.Transact)
			ctx := b.Context()
			if err := db.Transact(ctx, func(ctx context.Context) error { return s.Open(ctx, "IPR-2026-20", events.OnSitePool, 1<<30) }); err != nil {
				b.Fatal(err)
			}
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := q.Do(ctx, "IPR-2026-20", "", func(ctx context.Context) error {
						_, err := s.Claim(ctx, "IPR-2026-20", events.OnSitePool, "ZM", seats.Unlimited, false)
						return err
					})
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
