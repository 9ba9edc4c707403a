package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"go.mongodb.org/mongo-driver/bson"
)

// What the embedded engine costs at the size of a portal; design.md 7 has the bars.

// usual documents are as long as those of a portal, and have the fields of its indexes.
var benchBegan = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

func usualRegistration(i int) bson.D {
	id := fmt.Sprintf("%032x", i*7919)
	history := bson.A{}
	for j := range 3 {
		history = append(history, bson.D{{Key: "at", Value: benchBegan}, {Key: "by", Value: fmt.Sprint("officer ", j)},
			{Key: "event", Value: "confirm"}, {Key: "from", Value: "endorsed"}, {Key: "to", Value: "confirmed"}})
	}
	return bson.D{{Key: "_id", Value: id}, {Key: "activity", Value: fmt.Sprintf("IPR-2026-%02d", i%25)},
		{Key: "state", Value: []string{"confirmed", "waitlisted", "submitted", "refused"}[i%4]},
		{Key: "person_id", Value: fmt.Sprintf("p%031x", i)}, {Key: "email", Value: fmt.Sprintf("delegate%d@customs.example", i)},
		{Key: "duplicate", Value: fmt.Sprintf("delegate%d@customs.example|delegate %d", i, i)},
		{Key: "organisation", Value: fmt.Sprintf("O%d", i%187)}, {Key: "pool", Value: "onsite"}, {Key: "queue", Value: i},
		{Key: "created", Value: benchBegan.Add(time.Duration(i) * time.Second)}, {Key: "given_name", Value: "Delegate"},
		{Key: "family_name", Value: fmt.Sprint("Of administration ", i)}, {Key: "language", Value: "fr"}, {Key: "capacity", Value: "delegate"},
		{Key: "answers", Value: bson.D{{Key: "diet", Value: "none"}, {Key: "topics", Value: bson.A{"e-commerce", "training", "risk"}}}},
		{Key: "calendar", Value: bson.D{{Key: "uid", Value: strings.Repeat("u", 48)}, {Key: "sequence", Value: 2}, {Key: "reply", Value: "accepted"}}},
		{Key: "history", Value: history}, {Key: "version", Value: 3}}
}

func usualPerson(i int) bson.D {
	return bson.D{{Key: "_id", Value: fmt.Sprintf("p%031x", i)}, {Key: "email", Value: fmt.Sprintf("delegate%d@customs.example", i)},
		{Key: "twin", Value: fmt.Sprintf("delegate%d@customs.example|delegate %d", i, i)}, {Key: "role", Value: "delegate"},
		{Key: "organisation", Value: fmt.Sprintf("O%d", i%187)}, {Key: "given_name", Value: "Delegate"},
		{Key: "family_name", Value: fmt.Sprint("Of administration ", i)}, {Key: "name_key", Value: fmt.Sprint("of administration ", i)},
		{Key: "language", Value: "fr"}, {Key: "version", Value: 1}, {Key: "created", Value: benchBegan}}
}

func usualNotice(i int) bson.D {
	return bson.D{{Key: "_id", Value: fmt.Sprintf("n%031x", i)}, {Key: "state", Value: "sent"}, {Key: "due", Value: benchBegan},
		{Key: "registration", Value: fmt.Sprintf("%032x", i*7919)}, {Key: "activity", Value: fmt.Sprintf("IPR-2026-%02d", i%25)},
		{Key: "uid", Value: fmt.Sprintf("%048x", i)}, {Key: "kind", Value: "confirmed"}, {Key: "to", Value: fmt.Sprintf("delegate%d@customs.example", i)},
		{Key: "language", Value: "fr"}, {Key: "attempts", Value: 1}, {Key: "queued", Value: benchBegan}, {Key: "sent", Value: benchBegan},
		{Key: "message_id", Value: fmt.Sprintf("n%031x@portal.example", i)},
		{Key: "snapshot", Value: bson.D{{Key: "calendar", Value: bson.D{{Key: "uid", Value: fmt.Sprintf("%048x", i)}, {Key: "sequence", Value: 1},
			{Key: "stamp", Value: benchBegan}, {Key: "title", Value: "23rd Meeting of the Counterfeiting and Piracy (CAP) Group"}}}}}, {Key: "version", Value: 4}}
}

func several(usual func(int) bson.D, from, n int) []any {
	docs := make([]any, n)
	for i := range docs {
		docs[i] = usual(from + i)
	}
	return docs
}

func stored(b testing.TB, db *engine.DB, collection string, docs []any) {
	b.Helper()
	if _, err := db.Database().Collection(collection).InsertMany(context.Background(), docs); err != nil {
		b.Fatal(err)
	}
}

// loop runs fn b.N times, and reports the processor's time beside the clock's.
func loop(b *testing.B, fn func()) {
	b.Helper()
	n, began := 0, processorTime()
	for b.Loop() {
		if n == 0 {
			began = processorTime()
		}
		n++
		fn()
	}
	b.ReportMetric(float64(processorTime()-began)/float64(n), "cpu-ns/op")
}

// BenchmarkInsertMany writes 10,000 notices in one call: a fan-out, fsync and all.
func BenchmarkInsertMany(b *testing.B) {
	db := enginetest.Embedded(b)
	i := 0
	loop(b, func() {
		docs := several(usualNotice, i, 10_000) // a tenth of the time
		i += len(docs)
		stored(b, db, "notices", docs)
	})
}

// BenchmarkClaim writes what a claim writes (seat, registration, notice) where 20,000 of
// each are stored: with the fsync on the embedded engine, without it in memory.
func BenchmarkClaim(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *engine.DB{engine.Memory: enginetest.Memory, engine.Embedded: enginetest.Embedded} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			const n = 20_000
			stored(b, db, "registrations", several(usualRegistration, 0, n))
			stored(b, db, "notices", several(usualNotice, 0, n))
			stored(b, db, "seats", []any{bson.D{{Key: "_id", Value: "IPR-2026-01 onsite"}, {Key: "activity", Value: "IPR-2026-01"}, {Key: "left", Value: 1 << 30}}})
			seats, registrations, notices := db.Database().Collection("seats"), db.Database().Collection("registrations"), db.Database().Collection("notices")
			i := n
			loop(b, func() {
				err := db.Transact(context.Background(), func(ctx context.Context) error {
					_, err := seats.UpdateOne(ctx, bson.M{"_id": "IPR-2026-01 onsite", "left": bson.M{"$gte": 1}}, bson.M{"$inc": bson.M{"left": -1}})
					if err != nil {
						return err
					}
					if _, err := registrations.InsertOne(ctx, usualRegistration(i)); err != nil {
						return err
					}
					_, err = notices.InsertOne(ctx, usualNotice(i))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				i++
			})
		})
	}
}

// BenchmarkFind reads by _id, by an index, a page of a list and a whole roster.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{20_000, 50_000} {
		db := enginetest.Memory(b)
		stored(b, db, "registrations", several(usualRegistration, 0, n))
		c := db.Database().Collection("registrations")
		for _, q := range []struct {
			name   string
			filter func(i int) any
			many   bool
		}{
			{"ByID", func(i int) any { return bson.M{"_id": fmt.Sprintf("%032x", i*7919)} }, false},
			{"ByEmail", func(i int) any { return bson.M{"email": fmt.Sprintf("delegate%d@customs.example", i)} }, false},
			{"Duplicate", func(i int) any {
				return bson.M{"activity": fmt.Sprintf("IPR-2026-%02d", i%25), "duplicate": fmt.Sprintf("delegate%d@customs.example|delegate %d", i, i)}
			}, false},
			{"Roster", func(i int) any {
				return bson.M{"activity": fmt.Sprintf("IPR-2026-%02d", i%25), "state": bson.M{"$ne": "draft"}}
			}, true},
			{"Scan", func(i int) any { return bson.M{"family_name": "nobody"} }, false},
		} {
			b.Run(fmt.Sprintf("%s/%d", q.name, n), func(b *testing.B) {
				i := 0
				loop(b, func() {
					i = (i + 7) % n
					if !q.many {
						_ = c.FindOne(context.Background(), q.filter(i)).Err()
						return
					}
					cursor, err := c.Find(context.Background(), q.filter(i))
					if err != nil || cursor.RemainingBatchLength() != n/25 {
						b.Fatal(err, cursor.RemainingBatchLength())
					}
				})
			})
		}
	}
}

// BenchmarkOpen opens a store of 50,000 registrations.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	db := openDir(b, dir)
	stored(b, db, "registrations", several(usualRegistration, 0, 50_000))
	closeDB(b, db)
	loop(b, func() {
		db := openDir(b, dir)
		if n := count(b, db, "registrations"); n != 50_000 {
			b.Fatal(n)
		}
		closeDB(b, db)
	})
}

// BenchmarkMemory tells what 50,000 registrations with their people and notices take
// while they are served.
func BenchmarkMemory(b *testing.B) {
	const n = 50_000
	dir := b.TempDir()
	db := openDir(b, dir)
	bytes := 0
	for name, usual := range map[string]func(int) bson.D{"registrations": usualRegistration, "people": usualPerson, "notices": usualNotice} {
		docs := several(usual, 0, n)
		for _, d := range docs {
			raw, _ := bson.Marshal(d)
			bytes += len(raw)
		}
		stored(b, db, name, docs)
	}
	closeDB(b, db)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		db := openDir(b, dir)
		runtime.GC()
		runtime.ReadMemStats(&after)
		held := float64(after.HeapAlloc) - float64(before.HeapAlloc)
		b.ReportMetric(held/1e6, "MB")
		b.ReportMetric(held/(3*n), "B/document")
		b.ReportMetric(float64(bytes)/(3*n), "BSON-B/document")
		closeDB(b, db)
	}
}
