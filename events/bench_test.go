package events_test

import (
	"fmt"
	"testing"
	"time"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

// aMember is a visitor with as much to judge by as an active contact point has.
func aMember() events.Visitor {
	v := events.Visitor{Person: "p", Role: events.ContactPoint, Groups: []events.Group{events.Member}, Organisation: "ZM", Region: "ESA"}
	for i := range 10 {
		v.Invited = append(v.Invited, fmt.Sprintf("IPR-2026-%03d", i))
		v.TakesPart = append(v.TakesPart, fmt.Sprintf("IPR-2026-%03d", 5*i))
	}
	return v
}

func BenchmarkSee(b *testing.B) {
	v, a := aMember(), events.Activity{Code: "IPR-2026-K4TQ", Announced: true, Visibility: events.ForOperation, Regions: []string{"WCA"}, Zone: "Europe/Brussels",
		PublicReport: &events.PublicReport{Date: "2026-09-15"}}
	b.ReportAllocs()
	for b.Loop() {
		if events.See(v, &a, noon) != events.Entry {
			b.Fatal("a reported operation is its entry")
		}
	}
}

// The programme of some years, as a visitor sees it.
func BenchmarkProgramme_List(b *testing.B) {
	db := enginetest.Memory(b)
	p := events.NewProgramme(db.Database(), db.Transact, func() time.Time { return noon })
	officer := events.Visitor{Person: "o", Role: events.Officer}
	for i := range 120 {
		start := noon.AddDate(0, 0, 7*i-400)
		_, err := p.Create(b.Context(), officer, events.Activity{Kind: events.CAPMeeting, Title: events.Text{"en": fmt.Sprint("Meeting ", i)}, Start: start, End: start.Add(8 * time.Hour),
			Zone: "Europe/Brussels", Mode: events.OnSite, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 30}},
			Sessions: []events.Session{{ID: "day-1", Title: events.Text{"en": "Day 1"}, Start: start, End: start.Add(8 * time.Hour)}}})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		list, err := p.List(b.Context(), officer, events.Query{From: noon})
		if err != nil || len(list) == 0 {
			b.Fatal(len(list), err)
		}
	}
}
