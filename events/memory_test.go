package events_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

// awaitStamp waits until a database knows whether its activities have changed.
func awaitStamp(t *testing.T, db *engine.DB) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, ok := db.Stamp(t.Context(), "activities"); ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the database never had a stamp")
		}
	}
}

// TestProgramme_Remember_Twin holds what is answered from memory equal to what the store answers: over
// arbitrary visitors and queries, the same activities, each as it may be seen.
func TestProgramme_Remember_Twin(t *testing.T) {
	db := enginetest.Memory(t)
	p, remembers := programme(t, db, noon), programme(t, db, noon)
	all := anyActivities(t, p)
	remembers.Remember(db.Stamp)
	text := func(err error) string { return fmt.Sprint(err) }
	rapid.Check(t, func(rt *rapid.T) {
		v, one := anyVisitor(rt, all), rapid.SampledFrom(all).Draw(rt, "one")
		at := func(label string) time.Time {
			return rapid.SampledFrom([]time.Time{{}, noon, one.Start, one.End, one.Start.Add(time.Hour)}).Draw(rt, label)
		}
		q := events.Query{From: at("from"), To: at("to"), Parent: rapid.SampledFrom([]string{"", "", one.Code, one.Parent}).Draw(rt, "parent"),
			Region: rapid.SampledFrom([]string{"", "WCA"}).Draw(rt, "region"), Q: rapid.SampledFrom([]string{"", "workshop", "nothing"}).Draw(rt, "q"), Reverse: rapid.Bool().Draw(rt, "reverse")}
		want, err := p.List(t.Context(), v, q)
		got, again := remembers.List(t.Context(), v, q)
		if diff := cmp.Diff(want, got); diff != "" || text(err) != text(again) {
			rt.Fatalf("the list differs (%v, %v):\n%s", err, again, diff)
		}
		for _, ask := range []func(p *events.Programme) (any, error){
			func(p *events.Programme) (any, error) { return p.Find(t.Context(), v, one.Code) },
			func(p *events.Programme) (any, error) { return p.FindSlug(t.Context(), v, one.Slug) },
			func(p *events.Programme) (any, error) { return p.Load(t.Context(), one.Code) },
			func(p *events.Programme) (any, error) { return p.Find(t.Context(), v, "none") },
			func(p *events.Programme) (any, error) { return p.AssignedTo(t.Context(), v.Email) },
		} {
			want, err := ask(p)
			got, again := ask(remembers)
			if diff := cmp.Diff(want, got); diff != "" || text(err) != text(again) {
				rt.Fatalf("%v and %v:\n%s", err, again, diff)
			}
		}
	})
}

// What is remembered is what is stored: a change shows at once, a transaction sees its own writes, and
// nothing that a reader does to an activity reaches the next.
func TestProgramme_Remember(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := programme(t, db, noon)
		p.Remember(db.Stamp)
		awaitStamp(t, db)
		all := anyActivities(t, p)
		code := all[0].Code
		for i := range 3 {
			want := fmt.Sprint("Title ", i)
			retitle := func(ctx context.Context) {
				t.Helper()
				if _, err := p.Change(ctx, officer, code, 0, "", func(a *events.Activity) error { a.Title = events.Text{"en": want}; return nil }); err != nil {
					t.Fatal(err)
				}
			}
			title := func(ctx context.Context) string {
				t.Helper()
				a, err := p.Load(ctx, code)
				if err != nil {
					t.Fatal(err)
				}
				return a.Title["en"]
			}
			before := title(t.Context())
			if err := db.Transact(t.Context(), func(ctx context.Context) error {
				retitle(ctx)
				if got := title(ctx); got != want {
					t.Errorf("within its transaction it is %q, want %q", got, want)
				}
				if db.Kind() == engine.MongoDB {
					if got := title(t.Context()); got != before {
						t.Errorf("to others it is %q, want %q", got, before)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if got := title(t.Context()); got != want {
				t.Errorf("it is %q, want %q", got, want)
			}
			list, err := p.List(t.Context(), officer, events.Query{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range list {
				list[i].Title["en"], list[i].Regions[0] = "scribbled", "scribbled"
				if len(list[i].History) > 0 {
					list[i].History[0].What = "scribbled"
				}
			}
			for _, load := range []func() (events.Activity, error){
				func() (events.Activity, error) { return p.Load(t.Context(), code) },
				func() (events.Activity, error) { return p.FindSlug(t.Context(), officer, all[0].Slug) },
			} {
				a, err := load()
				if err != nil {
					t.Fatal(err)
				}
				a.Title["en"], a.History[0].What = "scribbled", "scribbled"
			}
			a, err := p.Load(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			if a.Title["en"] != want || strings.Contains(fmt.Sprintf("%+v", a), "scribbled") {
				t.Error("a reader's scribbling reached the next")
			}
		}
	})
}

// What another instance changes shows within the bound.
func TestProgramme_Remember_Instances(t *testing.T) {
	uri := enginetest.MongoURI(t)
	var p [2]*events.Programme
	for i := range p {
		db, err := engine.Open(t.Context(), engine.Options{URI: uri})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close(context.WithoutCancel(t.Context())) }()
		p[i] = programme(t, db, noon)
		p[i].Remember(db.Stamp)
		awaitStamp(t, db)
	}
	a, err := p[0].Create(t.Context(), officer, events.Activity{Kind: events.NationalWorkshop, Title: events.Text{"en": "One"}, Objective: events.Text{"en": "x"},
		Responsible: "officer@x.example", Start: noon.AddDate(0, 1, 0), End: noon.AddDate(0, 1, 1), Zone: "UTC", Visibility: events.Public})
	if err != nil {
		t.Fatal(err)
	}
	a = approve(t, p[0], a)
	shows := func(i int, want bool) {
		t.Helper()
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			list, err := p[i].List(t.Context(), events.Visitor{}, events.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == 1 == want {
				return
			}
			if time.Since(began) > 30*time.Second { // 2 s, but for a machine that is busy
				t.Fatalf("it never showed that it is %v that an activity is public", want)
			}
		}
	}
	shows(1, true)
	for i, visibility := range []events.Visibility{events.ForInvited, events.Public, events.ForInvited} {
		if _, err := p[i%2].Change(t.Context(), officer, a.Code, 0, "", func(a *events.Activity) error { a.Visibility = visibility; return nil }); err != nil {
			t.Fatal(err)
		}
		shows(1-i%2, visibility == events.Public)
	}
}
