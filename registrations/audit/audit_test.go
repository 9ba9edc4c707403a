package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/registrations/audit"
)

func TestAudit(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 23, 23, 59, 58, 1_999_999, time.FixedZone("east", 3600))
		log := audit.New(db.Database(), db.Transact, func() time.Time { now = now.Add(10 * time.Millisecond); return now })
		for i := range 600 {
			if err := log.Record(ctx, audit.Act{By: "officer", What: audit.Export, Detail: map[string]string{"n": fmt.Sprint(i)}}); err != nil {
				t.Fatal(err)
			}
		}
		next := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		if err := log.Record(ctx, audit.Act{At: next, By: "portal", What: audit.Import}); err != nil {
			t.Fatal(err)
		}

		acts, err := log.List(ctx, now.Add(-time.Hour), next)
		if err != nil || len(acts) != 600 {
			t.Fatalf("%d acts, %v", len(acts), err)
		}
		for i, act := range acts {
			if act.Detail["n"] != fmt.Sprint(i) || act.At.Location() != time.UTC || act.At.Nanosecond()%1e6 != 0 {
				t.Fatalf("act %d is %+v", i, act)
			}
		}
		if acts, _ = log.List(ctx, next, next.Add(time.Second)); len(acts) != 1 || acts[0].What != audit.Import {
			t.Errorf("from an instant on: %+v", acts)
		}
		if groups, _ := db.Database().Collection("audit").CountDocuments(ctx, bson.M{}); groups != 4 {
			t.Errorf("%d documents for 600 acts of a day and one of another", groups)
		}
	})
}

func TestAudit_ManyAtOnce(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		log := audit.New(db.Database(), db.Transact, func() time.Time { return now })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := log.Record(ctx, audit.Act{By: "p", What: audit.SignIn}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if acts, err := log.List(ctx, now, now.Add(1)); err != nil || len(acts) != 8 {
			t.Errorf("%d acts, %v", len(acts), err)
		}
	})
}
